"""A suspect picture turned into something in which a weak pattern stands out.

Promises: luma of at most 1.6 megapixels, less its own surroundings, each place weighted by how much of the pattern it
bears against how much the picture itself moves there: texture and type count little, quiet areas much. Nothing here
depends on a key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.carrier import ACTIVITY_GAIN, ACTIVITY_LEVELS_MAX, FLAT_LEVELS

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

PIXELS_MAX = 1_600_000
SIDE_PX_MIN = 48  # a smaller view holds no tile that could be told from chance
SIDE_MAX = 6000  # of a view; the rest of a very long strip is not looked at
HALVED_FROM_PX = 360  # shorter sides are not looked at again in half size
WINDOW_SHARE = 0.55
WINDOWED_FROM_PX = 400
GROUND_SIGMA_PX, GROUND_ACROSS_PX = 4.0, 11  # how far around a place its picture is looked for
GROUND_LEVELS = 10.0  # what differs by more lies beyond an edge, and says nothing about this side of it
NOISE_FLOOR = 4.0  # variance that compression alone leaves, in squared levels
CLIP_DEVIATIONS = 2.5
MOVES_MIN = 1e-2  # of a view's values: three times what shrinking white makes of it; an edge of one level makes more


@dataclass(frozen=True)
class View:
    """One way to look at a suspect: `values` float32 (H, W); `to_pixels` (3, 3) leads from there to its pixels.

    A part names the view it is `part_of`, and `to_whole` leads there.
    """

    values: Floats
    to_pixels: NDArray[np.float64]
    part_of: "View | None" = None
    to_whole: NDArray[np.float64] = field(default_factory=lambda: np.eye(3))


def views(pixels: Pixels) -> Iterator[View]:
    """The whole suspect, then in half size, then parts of it, in which perspective bends a lattice less."""
    whole = _luma(pixels)
    if min(whole.values.shape) < SIDE_PX_MIN:
        return
    full = View(whitened(whole.values), whole.to_pixels)
    if np.abs(full.values).max() < MOVES_MIN:
        return  # one colour all over, as empty pages have
    yield full
    if min(whole.values.shape) >= HALVED_FROM_PX:
        small, back = _scaled(whole.values, 0.5)
        yield View(whitened(small), whole.to_pixels @ back)
    if min(whole.values.shape) >= WINDOWED_FROM_PX:
        yield from _windows(full)


def whitened(luma: Floats) -> Floats:
    """Luma (H, W) less its surroundings on the same side of every edge, weighted and clipped."""
    residue = luma - cv2.bilateralFilter(luma, GROUND_ACROSS_PX, GROUND_LEVELS, GROUND_SIGMA_PX)
    noise = np.maximum(cv2.blur(residue * residue, (9, 9)), 0)
    mean = cv2.blur(luma, (9, 9))
    deviation = np.sqrt(np.maximum(cv2.blur(luma * luma, (9, 9)) - mean * mean, 0))
    activity = cv2.blur(np.minimum(deviation, ACTIVITY_LEVELS_MAX), (5, 5))
    values = residue * np.sqrt(FLAT_LEVELS + ACTIVITY_GAIN * activity) / (noise + NOISE_FLOOR)
    limit = CLIP_DEVIATIONS * float(np.sqrt(np.mean(values * values)))
    return np.asarray(np.clip(values, -limit, limit), np.float32)


def _luma(pixels: Pixels) -> View:
    seen = np.ascontiguousarray(pixels[:SIDE_MAX, :SIDE_MAX])  # also what is mirrored or turned as a view
    grey = np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)).astype(np.float32)
    return View(*_scaled(grey, min(1.0, (PIXELS_MAX / grey.size) ** 0.5)))


def _windows(view: View) -> Iterator[View]:
    """The middle and the corners, each a little over half of either side."""
    height, width = view.values.shape
    rows, columns = round(height * WINDOW_SHARE), round(width * WINDOW_SHARE)
    for down, across in ((0.5, 0.5), (0, 0), (0, 1), (1, 0), (1, 1)):
        top, left = round((height - rows) * down), round((width - columns) * across)
        moved = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], np.float64)
        part = view.values[top : top + rows, left : left + columns]
        yield View(part, view.to_pixels @ moved, part_of=view, to_whole=moved)


def _scaled(luma: Floats, factor: float) -> tuple[Floats, NDArray[np.float64]]:
    """`luma` in another size, and the way back: pixel centres lie half a pixel inside their corner."""
    if factor == 1:
        return luma, np.eye(3)
    height, width = luma.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    back_x, back_y = width / size[0], height / size[1]
    back = np.array([[back_x, 0, back_x / 2 - 0.5], [0, back_y, back_y / 2 - 0.5], [0, 0, 1]], np.float64)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32), back
