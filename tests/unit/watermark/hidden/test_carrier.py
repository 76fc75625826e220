"""How much of a pattern a picture bears."""

import numpy as np
import pytest

from watermark.hidden import Carrier, CarrierDamaged, HiddenKey, embed, repeating, secret
from watermark.hidden.carrier import LAYERS_POWER, canvas_size


def half_textured() -> np.ndarray:
    """A picture whose left half is flat and whose right half is coarse noise."""
    pixels = np.full((300, 400, 3), 128, np.uint8)
    pixels[:, 200:] = np.random.default_rng(1).normal(128, 30, (300, 200, 1)).clip(0, 255).astype(np.uint8)
    return pixels


def test_flat_areas_are_spared() -> None:
    """Texture bears several times what a flat area bears."""
    levels = Carrier.of(half_textured()).levels()

    assert levels[:, 250:350].mean() > 3 * levels[:, 50:150].mean()


def test_amplitude_has_unit_power() -> None:
    """Over a photograph, a pattern of unit power times the amplitude has a power of one level, to a tenth."""
    assert pytest.approx(1, abs=0.1) == float(np.mean(Carrier.of(half_textured()).levels() ** 2))


def test_white_paper_is_lowered_and_grey_is_not() -> None:
    """A pattern has room on both sides of white paper: it is shifted below 255 by at most 4 levels."""
    pixels = np.full((200, 200, 3), 255, np.uint8)
    pixels[:, 100:] = 200
    shift = Carrier.of(pixels).shift

    assert 1 * 32 <= shift[50:150, 20:80].min()
    assert shift.max() <= 4 * 32
    assert shift[:, 120:].max() == 0


@pytest.mark.parametrize("ground", [0, 12, 128, 245, 250, 255])
def test_no_picture_loses_more_than_40_db(ground: int) -> None:
    """A slide with some type on any ground, sealed with both layers, stays above 40 dB."""
    slide = np.full((900, 1600, 3), ground, np.uint8)
    slide[100:140, 100:900] = 255 - ground
    slide[300:700:40, 100:1200] = 128
    sealed = embed(slide, Carrier.of(slide), 0x123456789ABC, HiddenKey(1, bytes(32)), bytes(32))
    error = np.mean((sealed.astype(np.float64) - slide) ** 2)

    assert 10 * np.log10(255**2 / error) > 40


def test_black_bears_less_than_grey() -> None:
    """On black only the lighter half of a pattern is left, and it is easily seen."""
    pixels = np.full((200, 400, 3), 40, np.uint8)
    pixels[:, :200] = 0
    levels = Carrier.of(pixels).levels()

    assert levels[:, 50:150].mean() < 0.85 * levels[:, 250:350].mean()


def test_the_budget_knows_both_layers() -> None:
    """The power that the carrier reckons with is that of the two layers."""
    assert pytest.approx(LAYERS_POWER, abs=0.01) == repeating.LEVELS**2 + secret.LEVELS**2


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (200, 90), (1, 1), (1, 5000)])
def test_the_canvas_has_a_short_side_of_768_at_most(size: tuple[int, int]) -> None:
    """Large pictures share one scale; small ones are never enlarged."""
    assert min(768, *size) == min(canvas_size(*size))


def test_a_carrier_comes_back_from_its_bytes() -> None:
    """A cache returns what was put there."""
    carrier = Carrier.of(half_textured())
    returned = Carrier.from_bytes(carrier.to_bytes())

    assert (carrier.width_px, carrier.height_px) == (returned.width_px, returned.height_px)
    assert np.array_equal(carrier.amplitude, returned.amplitude)
    assert np.array_equal(carrier.shift, returned.shift)


@pytest.mark.parametrize("part", [slice(30), slice(1, None), slice(-9), slice(0)], ids=str)
def test_damaged_bytes_are_refused(part: slice) -> None:
    """What is no carrier says so, whatever is missing."""
    with pytest.raises(CarrierDamaged):
        Carrier.from_bytes(Carrier.of(half_textured()).to_bytes()[part])
