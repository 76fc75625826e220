"""Where a mark stands on a page: the one place that pictures and PDF templates both reckon with.

Promises: blocks of lines that never touch each other, as large as their longest line allows, within the page. Lengths
are in any unit the caller likes (pixels, points), y grows downwards, angles are in degrees against the clock. Leaves
drawing to `tile`, and to `templates` for PDF.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from watermark.lettering import PROBE_SIZE_PX, font
from watermark.look import Look

SLANT_DEGREES = 24.0
BLOCK_SHARE_OF_SHORT_SIDE = 0.40  # how wide the longest line may be
EM_SHARE_OF_SHORT_SIDE = 1 / 30  # and how large its type at most
DIAGONAL_SHARE = 0.82  # of the room that the page's diagonal has for the block
DIAGONAL_SHARE_MAX = 0.96  # at any size
DIAGONAL_EM_SHARE = 1 / 9
CORNER_MARGIN_SHARE = 1 / 50
SIZES = {"small": 0.7, "medium": 1.0, "large": 1.35}
LINE_HEIGHT_EM = 1.35
OUTLINE_EM = 1 / 16
PADDING_EM = 1 / 8  # before and after a line, for its outline; above and below, its own height has room for most of it
GAP_ALONG_EM = 2.0  # air after a line before the next copy begins
GAP_ACROSS_EM = 0.5
FOOTER_SHARE_OF_SHORT_SIDE = 1 / 62
FOOTER_MARGIN_SHARE = 1 / 100
FOOTER_HEIGHT_EM = 1.5
LENGTHS_CACHED = 512

Point = tuple[float, float]


@dataclass(frozen=True)
class Setting:
    """A block of lines on a page. `width` and `height` are the block's before it is turned by `angle`."""

    lines: tuple[str, ...]
    em: float
    angle: float
    width: float
    height: float
    centre: Point
    step: Point | None  # to the next copy to the right, and down; None: the block stands there once

    @property
    def rows(self) -> tuple[float, ...]:
        """How far the middle of each line is below the block's centre, before turning."""
        half = (len(self.lines) - 1) / 2
        return tuple((row - half) * LINE_HEIGHT_EM * self.em for row in range(len(self.lines)))

    @property
    def extent(self) -> Point:
        """Width and height of the upright box around the turned block."""
        sine, cosine = abs(math.sin(math.radians(self.angle))), abs(math.cos(math.radians(self.angle)))
        return self.width * cosine + self.height * sine, self.width * sine + self.height * cosine

    def centres(self, page_width: float, page_height: float) -> tuple[Point, ...]:
        """The centre of each copy of which something is on the page, row by row."""
        if self.step is None:
            return (self.centre,)
        columns, rows = (
            _within(first, step, side, extent / 2)
            for first, step, side, extent in zip(
                self.centre, self.step, (page_width, page_height), self.extent, strict=True
            )
        )
        return tuple((x, y) for y in rows for x in columns)


def setting(lines: tuple[str, ...], look: Look, width: float, height: float, *, em_min: float) -> Setting:
    """The lines as the look has them on a page of this size, their type never smaller than `em_min`."""
    longest = max(length_em(line) for line in lines)
    em = max(em_min, _em(look, longest, len(lines), width, height))
    return at_em(lines, look, width, height, em)


def at_em(lines: tuple[str, ...], look: Look, width: float, height: float, em: float) -> Setting:
    """The same with this size of type, for whoever can draw only whole ones."""
    longest = max(length_em(line) for line in lines)
    block_width, block_height = em * (longest + 2 * PADDING_EM), em * (LINE_HEIGHT_EM * len(lines) + PADDING_EM)
    if look.layout == "tiled":
        step = steps(block_width + GAP_ALONG_EM * em, block_height + GAP_ACROSS_EM * em)
        return Setting(lines, em, SLANT_DEGREES, block_width, block_height, (step[0] / 2, step[1] / 2), step)
    if look.layout == "diagonal":
        angle = math.degrees(math.atan2(height, width))
        return Setting(lines, em, angle, block_width, block_height, (width / 2, height / 2), None)
    margin = min(width, height) * CORNER_MARGIN_SHARE
    centre = (width - margin - block_width / 2, margin + block_height / 2)
    return Setting(lines, em, 0.0, block_width, block_height, centre, None)


@dataclass(frozen=True)
class Footer:
    """One line on a strip whose lower left corner stands `margin` from the page's."""

    text: str
    em: float
    width: float
    height: float
    margin: float


def footer(text: str, width: float, height: float, *, em_min: float) -> Footer:
    """The line that gives all facts; its type shrinks, never under `em_min`, to fit the page's width."""
    short, length = min(width, height), length_em(text)
    margin = short * FOOTER_MARGIN_SHARE
    em = max(em_min, min(short * FOOTER_SHARE_OF_SHORT_SIDE, (width - 2 * margin) / (length + 1)))
    return Footer(text, em, min(width, em * (length + 1)), em * FOOTER_HEIGHT_EM, margin)


def steps(along: float, across: float) -> Point:
    """Distances to the right and down at which slanted blocks of this length and height repeat without touching.

    One step to the right comes out one block height further across the slanted rows, one step down `rows` heights;
    so only `rows` steps right and one up meet the same row again, and then the block's length has to have passed.
    Two rows at least, so that blocks stand like bricks and leave no upright lane free.
    """
    sine, cosine = math.sin(math.radians(SLANT_DEGREES)), math.cos(math.radians(SLANT_DEGREES))
    rows = max(2, math.ceil(along * sine * cosine / across))
    return across / sine, rows * across / cosine


@lru_cache(maxsize=LENGTHS_CACHED)
def length_em(line: str) -> float:
    """How long a line of type is, in ems."""
    return font(PROBE_SIZE_PX).getlength(line) / PROBE_SIZE_PX


def _em(look: Look, longest: float, lines: int, width: float, height: float) -> float:
    """Size of type for lines of which the longest has `longest` ems."""
    short, wanted = min(width, height), SIZES[look.size]
    if look.layout != "diagonal":
        return wanted * short * min(EM_SHARE_OF_SHORT_SIDE, BLOCK_SHARE_OF_SHORT_SIDE / longest)
    diagonal = math.hypot(width, height)
    sine, cosine, across = height / diagonal, width / diagonal, LINE_HEIGHT_EM * lines
    room = min(width / (longest * cosine + across * sine), height / (longest * sine + across * cosine))
    return min(wanted * min(DIAGONAL_SHARE * room, DIAGONAL_EM_SHARE * short), DIAGONAL_SHARE_MAX * room)


def _within(first: float, step: float, side: float, reach: float) -> list[float]:
    """The places first + n × step, n any whole number, that are less than `reach` from the range 0…`side`."""
    lowest, highest = math.floor((-reach - first) / step) + 1, math.ceil((side + reach - first) / step)
    return [first + n * step for n in range(lowest, highest)]
