"""What both layers of a suspect say about its code bits, once it lies on the canvas of its original.

Promises: one set of soft bits for each layer, as log-likelihoods in a common unit, so that they may be added. Places
are weighted by how strong the mark is there and how little else there is. Leaves judging them to `scoring`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden import repeating, secret
from watermark.hidden.alignment import Aligned
from watermark.hidden.carrier import Carrier
from watermark.hidden.keys import HiddenKey
from watermark.hidden.residual import unexplained

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """On the canvas: how much each place speaks for a pattern (`levels`), and how much it could (`power`)."""

    levels: Floats
    power: Floats

    def soft_bits(self, key: HiddenKey, asset: bytes) -> list[Floats]:
        """Soft code bits (256,) of the secret layer, then of the repeating one."""
        return [
            secret.gathered(self.levels, key, asset) * np.float32(secret.LEVELS),
            _repeated(_folded(self.levels), _folded(self.power), key) * np.float32(repeating.LEVELS),
        ]


def heard(seen: Aligned, original: Floats, carrier: Carrier) -> Heard:
    """What a suspect says beyond its `original` (grey, on the canvas), which bore what `carrier` allowed."""
    rest, amplitude = unexplained(original, seen), carrier.levels()
    return Heard(rest.levels * rest.weight * amplitude, rest.weight * amplitude * amplitude)


def _folded(canvas: Floats) -> Floats:
    """The sum over all periods of the tile, (128, 128)."""
    tile = repeating.TILE_UNITS
    rows, columns = canvas.shape
    whole = cv2.copyMakeBorder(canvas, 0, -rows % tile, 0, -columns % tile, cv2.BORDER_CONSTANT, value=0)
    folded = whole.reshape(whole.shape[0] // tile, tile, whole.shape[1] // tile, tile).sum(axis=(0, 2))
    return np.asarray(folded, np.float32)


def _repeated(levels: Floats, power: Floats, key: HiddenKey) -> Floats:
    """Soft code bits of a folded tile, less its pilot, which every copy of this key carries."""
    pilot = repeating.pilot(key)
    expected = power * pilot
    share = float((levels * pilot).sum()) / max(float((expected * pilot).sum()), 1e-9)
    rest = levels - np.float32(share) * expected
    across, unit = repeating.CHIPS_ACROSS, repeating.CHIP_UNITS
    passed = np.fft.irfft2(np.fft.rfft2(rest) * repeating.band(), rest.shape)
    chips = passed.reshape(across, unit, across, unit).sum(axis=(1, 3)).astype(np.float32)
    return repeating.chip_map(key).gather(chips.ravel()) * np.float32((1 - repeating.PILOT_POWER) ** 0.5)
