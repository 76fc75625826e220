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
    grid = grid_of(canvas)
    chips = chip_map(canvas, key, asset).spread(code).reshape(grid[1], grid[0])
    fine = (chips - cv2.GaussianBlur(chips, (0, 0), COARSE_CHIPS)) * np.float32(_GAIN * levels)
    wide = cv2.resize(fine, (grid[0] * CHIP_UNITS, grid[1] * CHIP_UNITS), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide[:rows, :columns], np.float32)


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


@lru_cache(MAPS_CACHED)
def chip_map(canvas: tuple[int, int], key: HiddenKey, asset: bytes) -> ChipMap:
    """Which code bit each chip of this canvas carries."""
    grid = grid_of(canvas)
    return ChipMap.of(key, f"{_LABEL} {grid[0]}x{grid[1]}", grid[0] * grid[1], asset)


def grid_of(canvas: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows of chips that cover a canvas."""
    return -(-canvas[0] // CHIP_UNITS), -(-canvas[1] // CHIP_UNITS)
