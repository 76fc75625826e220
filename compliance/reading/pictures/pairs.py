"""Two pictures of the same thing side by side: the layout of "before and after".

Promises: a pair of neighbouring parts of a page, of equal shape, that show nearly the same composition and are not the
same picture. A heuristic: it finds layouts for a person to look at and decides nothing; docs/decisions tells how often
it is right. Leaves words such as 术前 to the rules.

How: the page is cut where a straight seam runs between two halves of a picture block, beside or below each other; both
halves are compared small and without their mean tone. Alike in composition, but not equal, makes a pair.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from compliance.detecting.model import Box
from compliance.reading.numbers import box_within

LOOKED_AT_PX = 640  # the longer side
BLOCK_MIN = 0.02  # of the page's area, each of the two
GROUND_TONES = 10.0  # how far from the page's ground a picture stands out
COMPARED_PX = 32
ALIKE_FROM, SAME_FROM = 0.62, 0.995
BUSY_MIN = 14.0  # standard deviation of tones: flat panels are no pictures
SIZES_ALIKE = 0.14
ALIGNED = 0.12  # of the side: how far two blocks may be shifted against each other
GAP_MAX = 0.5  # of the side, between them
TEXTURE_MIN = 0.06  # of pixels in a block: a frame around text is empty inside
PAIRS_MAX = 12
ALL_PICTURE = 0.8  # of the page: then the page itself is the picture

Block = tuple[int, int, int, int]  # left, top, width, height in pixels


def pairs(rgb: NDArray[np.uint8]) -> list[tuple[Box, float]]:
    """Boxes around both of two, in thousandths, with how alike they are."""
    scale = LOOKED_AT_PX / max(rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=min(1.0, scale), fy=min(1.0, scale), interpolation=cv2.INTER_AREA)
    pixels = np.asarray(small, np.uint8)
    height, width = pixels.shape[:2]
    found = []
    for one, other in _neighbours(list(_blocks(pixels))):
        alike = _alike(pixels, one, other)
        if ALIKE_FROM <= alike < SAME_FROM:
            x0, y0 = min(one[0], other[0]), min(one[1], other[1])
            x1, y1 = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
            found.append((box_within(x0, y0, x1, y1, width, height), float(alike)))
    return sorted(found, key=lambda each: -each[1])[:PAIRS_MAX]


def _blocks(pixels: NDArray[np.uint8]) -> Iterator[Block]:
    """Parts that stand out from the ground of the page and look like pictures; big ones also as their halves."""
    height, width = pixels.shape[:2]
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).reshape(-1, 3)
    ground = np.median(edge, axis=0)
    away = np.abs(pixels.astype(np.float32) - ground).max(axis=2)
    mask = cv2.morphologyEx((away > GROUND_TONES).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(mask, np.uint8))
    covered = float(np.asarray(mask).mean()) > ALL_PICTURE
    whole = [(0, 0, width, height)] if covered else []
    for x, y, w, h in [tuple(int(each) for each in row[:4]) for row in stats[1:]] + whole:
        if w * h < BLOCK_MIN * width * height or not _busy(pixels[y : y + h, x : x + w]):
            continue
        if (x, y, w, h) not in whole:
            yield x, y, w, h
        yield from _halves(pixels, (x, y, w, h))


def _halves(pixels: NDArray[np.uint8], block: Block) -> Iterator[Block]:
    """Of a block with a straight seam through its middle."""
    x, y, w, h = block
    grey = np.asarray(cv2.cvtColor(pixels[y : y + h, x : x + w], cv2.COLOR_RGB2GRAY), np.float32)
    if _seam(grey):
        yield x, y, w // 2, h
        yield x + w - w // 2, y, w // 2, h
    if _seam(grey.T):
        yield x, y, w, h // 2
        yield x, y + h - h // 2, w, h // 2


def _seam(grey: NDArray[np.float32]) -> bool:
    """A step along the whole middle column that its neighbours don't have."""
    steps = np.abs(np.diff(grey, axis=1))
    middle, reach = steps.shape[1] // 2, max(2, steps.shape[1] // 50)
    if middle <= 2 * reach:
        return False
    near = steps[:, middle - reach : middle + reach + 1]
    straight = float(np.median(near, axis=0).max())
    usual = float(np.median(np.median(steps, axis=0)))
    return straight > max(6.0, 4 * usual)


def _neighbours(blocks: list[Block]) -> Iterator[tuple[Block, Block]]:
    for at, one in enumerate(blocks):
        for other in blocks[at + 1 :]:
            if _alike_in_size(one, other) and (
                _side_by_side(one, other) or _side_by_side(_turned(one), _turned(other))
            ):
                yield one, other


def _alike_in_size(one: Block, other: Block) -> bool:
    return all(abs(one[at] - other[at]) <= SIZES_ALIKE * max(one[at], other[at]) for at in (2, 3))


def _side_by_side(one: Block, other: Block) -> bool:
    left, right = sorted((one, other))
    gap = right[0] - (left[0] + left[2])
    return -0.05 * left[2] <= gap <= GAP_MAX * left[2] and abs(one[1] - other[1]) <= ALIGNED * one[3]


def _turned(block: Block) -> Block:
    return block[1], block[0], block[3], block[2]


def _busy(part: NDArray[np.uint8]) -> bool:
    """A picture has many tones and hardly any of them twice in a row; text and tables have two."""
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.uint8)
    tones = np.bincount(grey.reshape(-1) // 8, minlength=32) / grey.size
    return float(grey.std()) > BUSY_MIN and float(np.sort(tones)[::-1][:2].sum()) < 1 - TEXTURE_MIN * 4


def _alike(pixels: NDArray[np.uint8], one: Block, other: Block) -> float:
    """The highest correlation of the two as small grey pictures, the other also mirrored."""
    first, second = (_small(pixels, each) for each in (one, other))
    return float(max((first * second).mean(), (first * second[:, ::-1]).mean()))


def _small(pixels: NDArray[np.uint8], block: Block) -> NDArray[np.float64]:
    x, y, w, h = block
    inset_x, inset_y = w // 25, h // 25
    part = pixels[y + inset_y : y + h - inset_y, x + inset_x : x + w - inset_x]
    grey = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)
    small = np.asarray(cv2.resize(grey, (COMPARED_PX, COMPARED_PX), interpolation=cv2.INTER_AREA), np.float64)
    return np.asarray((small - small.mean()) / (small.std() + 1e-6), np.float64)
