"""What several viewers, or one who knows the scheme, make of their copies before one turns up.

Promises: RGB pixels in, RGB pixels out, the same for the same seed. Copies that are mixed have one size.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden import Carrier
from watermark.hidden.repeating import TILE_UNITS

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOSAIC_PX = 48
DENOISED_UNITS = 6.0
GROUND_ACROSS_UNITS, GROUND_LEVELS = 19, 10.0
LOUDNESS_UNITS = 4.0
GAINS = (1.0, 1.5)


def average(copies: Sequence[Pixels], seed: int) -> Pixels:
    """The mean of all."""
    del seed
    return _levels(np.mean(copies, axis=0))


def median(copies: Sequence[Pixels], seed: int) -> Pixels:
    """The middle value of each pixel; of two copies, their mean."""
    del seed
    return _levels(np.median(copies, axis=0))


def middle(copies: Sequence[Pixels], seed: int) -> Pixels:
    """Half-way between the lowest and the highest value."""
    del seed
    return _levels((np.min(copies, axis=0).astype(np.float32) + np.max(copies, axis=0)) / 2)


def mosaic(copies: Sequence[Pixels], seed: int) -> Pixels:
    """Squares of 48 pixels, each from a copy chosen by chance."""
    height, width = copies[0].shape[:2]
    cells = (-(-height // MOSAIC_PX), -(-width // MOSAIC_PX))
    chosen = np.random.default_rng(seed).integers(0, len(copies), cells, np.uint8)
    wide = np.kron(chosen, np.ones((MOSAIC_PX, MOSAIC_PX), np.uint8))[:height, :width]
    return np.asarray(np.choose(wide[:, :, None], copies), np.uint8)


MIXES: dict[str, Callable[[Sequence[Pixels], int], Pixels]] = {
    "average": average,
    "median": median,
    "min-max": middle,
    "mosaic": mosaic,
}


def unrepeated(copy: Pixels, gain: float = 1.0) -> Pixels:
    """A copy less its repeating tile, by somebody who knows the scheme but no key.

    The tile is the average of all periods of the copy less its surroundings on the same side of every edge, weighted
    by how loud it is there, as the mark's reader looks at it; it is subtracted with the strength that the copy's own
    carrier gives it.
    """
    height, width = copy.shape[:2]
    carrier = Carrier.of(copy)
    levels = carrier.levels()
    size = (levels.shape[1], levels.shape[0])
    luma = cv2.cvtColor(cv2.resize(copy, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = luma - cv2.bilateralFilter(luma, GROUND_ACROSS_UNITS, GROUND_LEVELS, DENOISED_UNITS)
    loud = cv2.GaussianBlur(fine * fine, (0, 0), LOUDNESS_UNITS) + 1
    fine = np.clip(fine, -2 * np.sqrt(loud), 2 * np.sqrt(loud))
    tile = _folded(np.asarray(fine * levels / loud, np.float32)) / _folded(
        np.asarray(levels * levels / loud, np.float32)
    )
    across, down = -(-size[0] // TILE_UNITS), -(-size[1] // TILE_UNITS)
    change = np.tile(tile, (down, across))[: size[1], : size[0]] * levels * np.float32(gain)
    wide = cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR)
    return _levels(copy - wide[:, :, None])


def _folded(canvas: Floats) -> Floats:
    rows, columns = canvas.shape
    whole = np.pad(canvas, ((0, -rows % TILE_UNITS), (0, -columns % TILE_UNITS)))
    shape = (whole.shape[0] // TILE_UNITS, TILE_UNITS, whole.shape[1] // TILE_UNITS, TILE_UNITS)
    return np.asarray(whole.reshape(shape).sum(axis=(0, 2)), np.float32)


def _levels(values: NDArray[np.generic]) -> Pixels:
    return np.asarray(np.clip(np.rint(values.astype(np.float32)), 0, 255), np.uint8)
