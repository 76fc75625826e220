"""Where two pictures of a page differ: boxes around what changed, for people who compare versions.

Promises: equal pages give no box; a changed word gives one around it; pages of another shape are one change. Small
differences of compression are not told. Leaves saying what the change means to people.
"""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from compliance.detecting.model import Box
from compliance.reading.numbers import THOUSANDTHS, box_within

LOOKED_AT_PX = 1000  # the longer side: a comma of a body text is still some pixels there
TONES_MIN = 24  # of 255; JPEG and smoothing stay below
JOINED_PX = 13  # differences this near to each other are one change
AREA_MIN_PX = 12
BOXES_MAX = 60
SHAPES_ALIKE = 0.01
WHOLE: Box = (0, 0, THOUSANDTHS, THOUSANDTHS)


def changes(before_jpeg: bytes, after_jpeg: bytes) -> list[Box]:
    """Boxes in thousandths of the later page, from its top down."""
    before, after = _grey(before_jpeg), _grey(after_jpeg)
    if abs(_shape(before) - _shape(after)) > SHAPES_ALIKE:
        return [WHOLE]
    height, width = after.shape
    before = np.asarray(cv2.resize(before, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    tones = cv2.absdiff(cv2.GaussianBlur(before, (3, 3), 0), cv2.GaussianBlur(after, (3, 3), 0))
    marked = (np.asarray(tones) > TONES_MIN).astype(np.uint8)
    joined = cv2.dilate(marked, np.ones((JOINED_PX, JOINED_PX), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = [stats[at] for at in range(1, len(stats)) if stats[at][cv2.CC_STAT_AREA] >= AREA_MIN_PX + JOINED_PX**2]
    if len(found) > BOXES_MAX:
        found = sorted(found, key=lambda each: -each[cv2.CC_STAT_AREA])[:BOXES_MAX]
    boxes = [box_within(x, y, x + w, y + h, width, height) for x, y, w, h, _ in found]
    return sorted(boxes, key=lambda each: (each[1], each[0]))


def _grey(jpeg: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
        opened.draft("L", (LOOKED_AT_PX, LOOKED_AT_PX))
        grey = opened.convert("L")
    grey.thumbnail((LOOKED_AT_PX, LOOKED_AT_PX), Image.Resampling.BOX)
    return np.asarray(grey, np.uint8)


def _shape(picture: NDArray[np.uint8]) -> float:
    return float(picture.shape[1] / picture.shape[0])
