"""Layer 2: secret, never repeating, another for each picture."""

import numpy as np
import pytest

from watermark.hidden.carrier import Carrier
from watermark.hidden.codeword import encode
from watermark.hidden.keys import HiddenKey
from watermark.hidden.secret import LEVELS, Floats, gathered, pattern

KEY = HiddenKey(1, b"k" * 32)
ASSET = b"a" * 32
CODE = encode(np.array([0x123456789ABC], np.uint64), KEY)[0]


def correlation(one: Floats, other: Floats) -> float:
    """Of two patterns or codes, from -1 to 1."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("canvas", [(768, 1086), (1024, 768), (301, 97)])
def test_has_unit_power_on_any_canvas(canvas: tuple[int, int]) -> None:
    """The pattern has the canvas' shape, whole chips or not, and the power of one."""
    layer = pattern(CODE, canvas, KEY, ASSET)
    assert (canvas[1], canvas[0]) == layer.shape
    assert pytest.approx(1, abs=0.03) == float(np.sqrt(np.mean(layer * layer)))


def test_is_the_same_for_the_same_arguments() -> None:
    """Nothing depends on chance or on what was made before."""
    first = pattern(CODE, (400, 300), KEY, ASSET)
    pattern(CODE, (400, 300), KEY, b"b" * 32)
    assert np.array_equal(first, pattern(CODE, (400, 300), KEY, ASSET))


@pytest.mark.parametrize(("key", "asset"), [(KEY, b"b" * 32), (HiddenKey(1, b"l" * 32), ASSET)])
def test_is_another_for_each_key_and_picture(key: HiddenKey, asset: bytes) -> None:
    """Copies of two pages, or of two deployments, have nothing in common that could be averaged out."""
    assert abs(correlation(pattern(CODE, (768, 768), KEY, ASSET), pattern(CODE, (768, 768), key, asset))) < 0.02


def test_never_repeats() -> None:
    """No shift brings the pattern onto itself: there is no tile to fold out."""
    layer = pattern(CODE, (768, 768), KEY, ASSET)
    power = np.abs(np.fft.rfft2(layer)) ** 2
    echoes = np.fft.irfft2(power) / np.sum(layer * layer)
    echoes[np.ix_(range(-24, 25), range(-24, 25))] = 0  # next to itself every pattern is like itself
    assert np.abs(echoes).max() < 0.05


def test_gathers_the_code_that_was_spread() -> None:
    """Reading is the transpose of writing: every soft bit has its code bit's sign, and about the same size."""
    soft = gathered(pattern(CODE, (768, 768), KEY, ASSET), KEY, ASSET)
    assert correlation(CODE, soft) > 0.98


def test_gathers_nothing_with_another_key() -> None:
    """Without the key the pattern is noise."""
    soft = gathered(pattern(CODE, (768, 768), KEY, ASSET), HiddenKey(1, b"l" * 32), ASSET)
    assert abs(correlation(CODE, soft)) < 0.3


def test_layer_follows_the_carrier() -> None:
    """On texture it has about LEVELS of amplitude over the picture, as the carrier says."""
    pixels = np.random.default_rng(1).integers(0, 256, (600, 800, 3), np.uint8)
    layer = pattern(CODE, (800, 600), KEY, ASSET) * Carrier.of(pixels).levels() * LEVELS
    assert pytest.approx(LEVELS, rel=0.05) == float(np.sqrt(np.mean(layer * layer)))
