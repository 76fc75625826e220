"""Where on a page the mark goes: boxes of a few shapes, and the matrix that lays each over its page.

Promises: what is drawn into a box appears upright on the part of the page that is shown, whatever /Rotate, CropBox,
MediaBox or UserUnit say; pages of one shape share a box, and there are at most BOXES_MAX. Where shapes have to be
merged, a mark is stretched by some per cent. Leaves reading nothing but the page's dictionary. Spec: ISO 32000-1,
7.7.3.3, 14.11.2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from watermark.pdf import SIDE_MIN_PT
from watermark.templates.slots import BOX_SHORT_SIDE, Box

BOXES_MAX = 16
ASPECT_MAX = 40.0  # of a box; a longer page stretches its mark
LETTER = (0.0, 0.0, 612.0, 792.0)  # what PDFium and others show when there is no MediaBox
COORDINATE_MAX = 1e7
TREE_DEPTH_MAX = 64
TURN_DEGREES = 90
Rectangle = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Shown:
    """What a reader sees of a page: a rectangle in user space, turned clockwise by so many quarters."""

    left: float
    bottom: float
    right: float
    top: float
    quarters: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height after turning, in user space units."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.quarters % 2 else (width, height)


def shown(page: pikepdf.Page) -> Shown:
    """The visible part of the page; a CropBox that leaves nothing is passed over, as in `watermark.pdf`."""
    media = _rectangle(page, "/MediaBox") or LETTER
    crop = _rectangle(page, "/CropBox")
    box = _common(media, crop) if crop else media
    return Shown(*(box or media), quarters=_quarters(page))


def inherited(node: pikepdf.Object, key: str) -> Any:
    """The page's own entry, or that of the nearest node above it; None where there is none."""
    for _ in range(TREE_DEPTH_MAX):
        found = node.get(key)
        if found is not None:
            return found
        above = node.get("/Parent")
        if not isinstance(above, pikepdf.Dictionary):
            break
        node = above
    return None


def boxes(pages: Sequence[Shown]) -> tuple[tuple[Box, ...], list[int]]:
    """The shapes that occur, the most frequent first, and for each page the index of its own."""
    for step in (0.001, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64):
        each = [_box(page, step) for page in pages]
        kinds = sorted(set(each), key=each.count, reverse=True) if len(set(each)) <= BOXES_MAX else []
        if kinds:
            return tuple(kinds), [kinds.index(box) for box in each]
    raise AssertionError("the last step leaves fewer shapes than BOXES_MAX")


def matrix(page: Shown, box: Box) -> Matrix:
    """From the coordinates of the box to user space."""
    width, height = page.size
    across, up = width / box.width, height / box.height
    return (
        (across, 0, 0, up, page.left, page.bottom),
        (0, across, -up, 0, page.right, page.bottom),
        (-across, 0, 0, -up, page.right, page.top),
        (0, -across, up, 0, page.left, page.top),
    )[page.quarters]


def _box(page: Shown, step: float) -> Box:
    """The page's shape, its aspect rounded to steps of so many parts."""
    width, height = page.size
    aspect = min(max(width, height) / min(width, height), ASPECT_MAX)
    rounded = math.exp(round(math.log(aspect) / step) * step)
    long_side = round(BOX_SHORT_SIDE * rounded)
    return Box(long_side, BOX_SHORT_SIDE) if width > height else Box(BOX_SHORT_SIDE, long_side)


def _rectangle(page: pikepdf.Page, key: str) -> Rectangle | None:
    """An inheritable rectangle, its corners in order; None where it is absent or no area."""
    found = inherited(page.obj, key)
    try:
        first = [float(each) for each in found][:4]
        left, right = sorted((first[0], first[2]))
        bottom, top = sorted((first[1], first[3]))
    except (TypeError, ValueError, IndexError):
        return None
    sound = all(math.isfinite(each) and abs(each) <= COORDINATE_MAX for each in (left, bottom, right, top))
    return (left, bottom, right, top) if sound and min(right - left, top - bottom) >= SIDE_MIN_PT else None


def _common(media: Rectangle, crop: Rectangle) -> Rectangle | None:
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if min(right - left, top - bottom) >= SIDE_MIN_PT else None


def _quarters(page: pikepdf.Page) -> int:
    turned = inherited(page.obj, "/Rotate")
    try:
        return round(float(turned) / TURN_DEGREES) % 4
    except (TypeError, ValueError, OverflowError):
        return 0
