"""A suspect beside the page it comes from: laid over it, and what differs.

Promises: pictures of one size, that of the original; where the suspect does not reach, they are grey. A homography maps
points of the suspect to points of the original, in pixels. Leaves finding the homography to `hidden`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.carrier import canvas_size
from watermark.hidden.suspect import PIXELS_MAX

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]

OUTSIDE_LEVEL = 128
FULL_LEVEL = 255
DETERMINANT_MIN = 1e-12  # below, a matrix can't be inverted numerically
DIFFERENCE_GAIN = 4  # a visible mark of some twenty levels is seen at once, the hidden one is not
SHOWN_LONG_SIDE_PX = 1600
SHADE_PX = 61  # what is coarser is light and shade


@dataclass(frozen=True)
class Compared:
    """Three pictures of one size: the page, the suspect laid over it, and twice-over what differs (grey: nothing)."""

    original: Pixels
    aligned: Pixels
    difference: Pixels


def compare(suspect: Pixels, original: Pixels, homography: Matrix) -> Compared:
    """Both at the original's size, at most SHOWN_LONG_SIDE_PX. Raises ValueError for a matrix that maps nowhere."""
    check_homography(homography)
    shown = shrunk(original, SHOWN_LONG_SIDE_PX)
    height, width = shown.shape[:2]
    matrix = np.diag([width / original.shape[1], height / original.shape[0], 1.0]) @ homography
    aligned, reached = laid_over(suspect, shown, matrix)
    difference = _difference(shown, aligned, reached)
    return Compared(shown, aligned, difference)


def laid_over(suspect: Pixels, original: Pixels, homography: Matrix) -> tuple[Pixels, NDArray[np.bool_]]:
    """The suspect at the original's size, and where it reaches. Raises ValueError for a matrix that maps nowhere."""
    check_homography(homography)
    height, width = original.shape[:2]
    grey = (OUTSIDE_LEVEL, OUTSIDE_LEVEL, OUTSIDE_LEVEL)
    aligned = cv2.warpPerspective(suspect, homography, (width, height), flags=cv2.INTER_LINEAR, borderValue=grey)
    inside = cv2.warpPerspective(np.full(suspect.shape[:2], FULL_LEVEL, np.uint8), homography, (width, height))
    return np.asarray(aligned, np.uint8), np.asarray(inside == FULL_LEVEL)


def onto_original(placement: Matrix, suspect: Pixels, original: Pixels) -> Matrix | None:
    """From pixels of the suspect to pixels of the original, of a placement of the original's canvas in the suspect.

    `hidden.registration` says what a placement is: it is about the suspect brought down to PIXELS_MAX. None if
    it can't be inverted.
    """
    height, width = original.shape[:2]
    columns, rows = canvas_size(width, height)
    factor = min(1.0, float(np.sqrt(PIXELS_MAX / (suspect.shape[0] * suspect.shape[1]))))
    enlarging = np.diag([width / columns, height / rows, 1.0])
    try:
        matrix = enlarging @ np.linalg.inv(placement) @ np.diag([factor, factor, 1.0])
        matrix = matrix / matrix[2, 2]
        check_homography(matrix)
    except (np.linalg.LinAlgError, ValueError):
        return None
    return np.asarray(matrix, np.float64)


def shrunk(pixels: Pixels, long_side_px: int) -> Pixels:
    """The picture with a long side of at most so many pixels."""
    factor = long_side_px / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def check_homography(matrix: Matrix) -> None:
    """Raises ValueError unless it is finite, 3 × 3 and can be inverted."""
    if matrix.shape != (3, 3) or not np.all(np.isfinite(matrix)) or abs(np.linalg.det(matrix)) < DETERMINANT_MIN:
        raise ValueError("no homography")


def _difference(original: Pixels, aligned: Pixels, reached: NDArray[np.bool_]) -> Pixels:
    """Grey where nothing differs, after the suspect's colours were matched to the page's."""
    page, over = original.astype(np.float32), aligned.astype(np.float32)
    if np.any(reached):
        for channel in range(3):
            inside, target = over[..., channel][reached], page[..., channel][reached]
            gain = float(target.std()) / max(1.0, float(inside.std()))
            over[..., channel] = (over[..., channel] - inside.mean()) * gain + target.mean()
    change = (over - page) * reached[..., None]
    change -= cv2.blur(change, (SHADE_PX, SHADE_PX))
    levels = OUTSIDE_LEVEL + DIFFERENCE_GAIN * change
    levels[~reached] = OUTSIDE_LEVEL
    return np.asarray(np.clip(levels, 0, 255), np.uint8)
