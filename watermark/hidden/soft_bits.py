"""What both layers of a suspect say about its code bits, once it lies on the canvas of its original.

Promises: one set of soft bits for each layer, as log-likelihoods in a common unit, so that they may be added. Places
are weighted by how strong the mark is there and how little else there is. Leaves judging them to `scoring`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden import repeating, secret
from watermark.hidden.alignment import Aligned
from watermark.hidden.carrier import Carrier
from watermark.hidden.keys import HiddenKey
from watermark.hidden.residual import unexplained

Floats = NDArray[np.float32]


def soft_bits_of(seen: Aligned, original: Floats, carrier: Carrier, key: HiddenKey, asset: bytes) -> list[Floats]:
    """Soft code bits (256,) of the secret layer, then of the repeating one. `original` is grey, on the canvas."""
    rest, levels = unexplained(original, seen), carrier.levels()
    heard = rest.levels * rest.weight * levels
    power = rest.weight * levels * levels
    return [
        secret.gathered(heard, key, asset) * np.float32(secret.LEVELS),
        _repeated(_folded(heard), _folded(power), key) * np.float32(repeating.LEVELS),
    ]


def _folded(canvas: Floats) -> Floats:
    """The sum over all periods of the tile, (128, 128)."""
    tile = repeating.TILE_UNITS
    rows, columns = canvas.shape
    whole = cv2.copyMakeBorder(canvas, 0, -rows % tile, 0, -columns % tile, cv2.BORDER_CONSTANT, value=0)
    folded = whole.reshape(whole.shape[0] // tile, tile, whole.shape[1] // tile, tile).sum(axis=(0, 2))
    return np.asarray(folded, np.float32)


def _repeated(heard: Floats, power: Floats, key: HiddenKey) -> Floats:
    """Soft code bits of a folded tile, less its pilot, which every copy of this key carries."""
    pilot = repeating.pilot(key)
    expected = power * pilot
    share = float((heard * pilot).sum()) / max(float((expected * pilot).sum()), 1e-9)
    rest = heard - np.float32(share) * expected
    across, unit = repeating.CHIPS_ACROSS, repeating.CHIP_UNITS
    passed = np.fft.irfft2(np.fft.rfft2(rest) * repeating.band(), rest.shape)
    chips = passed.reshape(across, unit, across, unit).sum(axis=(1, 3)).astype(np.float32)
    return repeating.chip_map(key).gather(chips.ravel()) * np.float32((1 - repeating.PILOT_POWER) ** 0.5)
