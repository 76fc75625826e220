"""The repeating layer, as added to a picture."""

import numpy as np
import pytest

from watermark.hidden import Carrier, CarrierMismatch, HiddenKey, embed
from watermark.hidden.repeating import TILE_UNITS, pilot, tile_of

KEY = HiddenKey(1, bytes(range(32)))
ASSET = bytes(32)
COPY_ID = 0x123456789ABC


def landscape(width: int = 1024, height: int = 768) -> np.ndarray:
    """Soft hills with grain: something between a photograph and noise."""
    rng = np.random.default_rng(2)
    rows, columns = np.mgrid[:height, :width]
    hills = 128 + 60 * np.sin(columns / 90) * np.cos(rows / 130)
    grained = hills[:, :, None] + rng.normal(0, 6, (height, width, 3))
    return np.asarray(np.clip(grained, 0, 255), np.uint8)


def peak_signal_db(first: np.ndarray, second: np.ndarray) -> float:
    """PSNR of two pictures."""
    return float(10 * np.log10(255**2 / np.mean((first.astype(np.float64) - second) ** 2)))


def test_a_tile_has_unit_power_and_no_ground() -> None:
    """A tile neither lightens nor darkens a picture, and its strength is the carrier's alone."""
    tile = tile_of(COPY_ID, KEY)

    assert pytest.approx(1, abs=1e-4) == float(np.mean(tile * tile))
    assert pytest.approx(0, abs=1e-4) == float(np.mean(tile))


def test_four_tenths_of_the_power_are_the_pilot() -> None:
    """What every tile of a key has in common takes 40 % of its power, to within the chance overlap with the data."""
    ids = np.random.default_rng(3).integers(0, 1 << 48, 200)
    tiles = np.mean([tile_of(int(copy_id), KEY) for copy_id in ids], axis=0)

    assert pytest.approx(0.4, abs=0.06) == float(np.mean(tiles * tiles))
    assert np.corrcoef(tiles.ravel(), pilot(KEY).ravel())[0, 1] > 0.97


def test_keys_have_tiles_of_their_own() -> None:
    """Another key's tile is unlike this one's."""
    other = HiddenKey(2, bytes(range(1, 33)))

    assert abs(np.corrcoef(tile_of(COPY_ID, KEY).ravel(), tile_of(COPY_ID, other).ravel())[0, 1]) < 0.15


def test_a_sealed_picture_looks_the_same() -> None:
    """The change is at least 40 dB below the picture, and no pixel moves by more than 16 levels."""
    pixels = landscape()
    sealed = embed(pixels, Carrier.of(pixels), COPY_ID, KEY, ASSET)

    assert peak_signal_db(pixels, sealed) > 40
    assert np.abs(sealed.astype(int) - pixels).max() <= 16


def test_white_paper_is_tinted_by_four_levels_at_most() -> None:
    """On average white paper darkens by at most four levels, and by one at least: the mark needs room below 255."""
    paper = np.full((1000, 800, 3), 255, np.uint8)
    sealed = embed(paper, Carrier.of(paper), COPY_ID, KEY, ASSET)

    assert 1 <= 255 - sealed.mean() <= 4


def test_embedding_is_repeatable_and_leaves_its_input_alone() -> None:
    """The same arguments give the same pixels, in a new array."""
    pixels = landscape(400, 300)
    before = pixels.copy()
    first, second = (embed(pixels, Carrier.of(pixels), COPY_ID, KEY, ASSET) for _ in range(2))

    assert np.array_equal(first, second)
    assert np.array_equal(before, pixels)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (TILE_UNITS - 1, TILE_UNITS + 1)], ids=str)
def test_any_size_is_taken(size: tuple[int, int]) -> None:
    """Slivers and single pixels are marked as far as that goes, without an error."""
    pixels = np.full((*size, 3), 200, np.uint8)

    assert pixels.shape == embed(pixels, Carrier.of(pixels), COPY_ID, KEY, ASSET).shape


def test_a_foreign_carrier_is_refused() -> None:
    """A carrier of another size is a mistake of the caller, not a worse mark."""
    with pytest.raises(CarrierMismatch):
        embed(landscape(400, 300), Carrier.of(landscape(300, 400)), COPY_ID, KEY, ASSET)
