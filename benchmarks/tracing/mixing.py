"""What several viewers make of their copies before one turns up.

Promises: RGB pixels in, RGB pixels out, the same for the same seed. Copies that are mixed have one size.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

MOSAIC_PX = 48


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


def _levels(values: NDArray[np.generic]) -> Pixels:
    return np.asarray(np.clip(np.rint(values.astype(np.float32)), 0, 255), np.uint8)
