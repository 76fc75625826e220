"""Layer 2: a pattern that never repeats and that is another for each picture, carrying the copy's code bits.

Promises: without the key and the picture's name it is noise; nothing of it can be folded out of one copy. It lies on
the canvas, so it scales with the picture. Leaves how strong it may be to the carrier, and reading it to `informed`.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.chips import ChipMap
from watermark.hidden.keys import HiddenKey

Floats = NDArray[np.float32]

CHIP_UNITS = 4
COARSE_CHIPS = 1.5  # what is coarser than this is light, shade and stamps, and is given up
LEVELS = 1.28  # root mean square over a picture, of 255: 46 dB
MAPS_CACHED = 16  # of 600 KB each for an A4 page
_LABEL = "secret"
_GAIN = 1.262  # brings the high-passed, enlarged pattern to unit power


def pattern(code: Floats, canvas: tuple[int, int], key: HiddenKey, asset: bytes, *, levels: float = 1) -> Floats:
    """The pattern of code bits (256,) as ±1 for a canvas of (columns, rows): float32 (rows, columns).

    Its root mean square is `levels`.
    """
    columns, rows = canvas
    fine = _fine(code, canvas, key, asset, levels)
    size = (fine.shape[1] * CHIP_UNITS, fine.shape[0] * CHIP_UNITS)
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_CUBIC)[:rows, :columns], np.float32)


def halved(code: Floats, canvas: tuple[int, int], key: HiddenKey, asset: bytes, *, levels: float = 1) -> Floats:
    """The same pattern, reduced to half: two values for each chip and side, which may reach beyond the canvas.

    As `cv2.resize` has it in two steps, but without the picture of four times the size in between.
    """
    fine = _fine(code, canvas, key, asset, levels)
    half = np.empty((2 * fine.shape[0], 2 * fine.shape[1]), np.float32)
    for down, rows in enumerate(_HALVES):
        for across, columns in enumerate(_HALVES):
            half[down::2, across::2] = cv2.sepFilter2D(fine, -1, columns, rows, borderType=cv2.BORDER_REPLICATE)
    return half


def _fine(code: Floats, canvas: tuple[int, int], key: HiddenKey, asset: bytes, levels: float) -> Floats:
    """A value for each chip."""
    grid = grid_of(canvas)
    chips = chip_map(canvas, key, asset).spread(code).reshape(grid[1], grid[0])
    return np.asarray((chips - cv2.GaussianBlur(chips, (0, 0), COARSE_CHIPS)) * np.float32(_GAIN * levels), np.float32)


def gathered(levels: Floats, key: HiddenKey, asset: bytes) -> Floats:
    """Soft code bits (256,) of a weighted residual on the canvas: the transpose of `pattern`."""
    rows, columns = levels.shape
    grid = grid_of((columns, rows))
    whole = np.zeros((grid[1] * CHIP_UNITS, grid[0] * CHIP_UNITS), np.float32)
    whole[:rows, :columns] = levels
    smooth = cv2.GaussianBlur(whole, (0, 0), CHIP_UNITS * 0.3)
    chips = cv2.resize(smooth, grid, interpolation=cv2.INTER_AREA)
    fine = chips - cv2.GaussianBlur(chips, (0, 0), COARSE_CHIPS)
    return chip_map((columns, rows), key, asset).gather(fine.ravel())


def _cubic(at: float) -> float:
    """OpenCV's kernel of INTER_CUBIC."""
    at = abs(at)
    near = (1.25 * at - 2.25) * at * at + 1
    return near if at <= 1 else -0.75 * (((at - 5) * at + 8) * at - 4)


def _half(*offsets: float) -> Floats:
    """The weights of five chips in the mean of what stands at these offsets (in chips) from the one in the middle."""
    return np.array([sum(_cubic(at - each) for each in offsets) / len(offsets) for at in range(-2, 3)], np.float32)


_HALVES = (_half(-3 / 8, -1 / 8), _half(1 / 8, 3 / 8))  # of the two halves of a chip, which is four units


@lru_cache(MAPS_CACHED)
def chip_map(canvas: tuple[int, int], key: HiddenKey, asset: bytes) -> ChipMap:
    """Which code bit each chip of this canvas carries."""
    grid = grid_of(canvas)
    return ChipMap.of(key, f"{_LABEL} {grid[0]}x{grid[1]}", grid[0] * grid[1], asset)


def grid_of(canvas: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows of chips that cover a canvas."""
    return -(-canvas[0] // CHIP_UNITS), -(-canvas[1] // CHIP_UNITS)
