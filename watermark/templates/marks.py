"""The visible mark as PDF drawing operators: a stamp, its look and the shape of a page in, the bytes of a slot out.

Promises: the same mark as on pictures (`look`, `geometry`, `ink`), as outlines, so that nothing names a font; all of a
text's characters, however little room there is (a coarser grid, dots at last, never a shorter text); legible on any
ground, because every letter is drawn twice, light beside dark. What is light is screened and what is dark multiplied,
so the opacity is a level of colour, which a slot can hold, and no other object has to be patched for it. Leaves which
slot lies where to `slots`. Spec: ISO 32000-1, 8.5, 11.3.5.
"""

import math
from collections.abc import Iterable, Iterator

from watermark import geometry
from watermark.geometry import Setting
from watermark.ink import LEVELS, RGB, luma
from watermark.look import Look
from watermark.stamp import Stamp
from watermark.templates.dots import dots
from watermark.templates.errors import BadPatch
from watermark.templates.outlines import line_path, line_width_em
from watermark.templates.slots import BOX_SHORT_SIDE, FOOTER, LETTERS, MULTIPLY, SCREEN, Box

# Units to the em, the first that fits is taken; on the coarsest a Chinese character is still one.
GRIDS = (250, 160, 100, 64, 40, 24, 16)
FOOTER_GRIDS = GRIDS[2:]  # the footer is small: finer than this, nobody could see
MIDDLE_EM = 0.38  # the middle of a character above its baseline
ASIDE_EM = geometry.OUTLINE_EM  # how far the second copy stands to the lower right
FOOTER_STRIP_OPACITY = 0.69
FOOTER_TYPE_OPACITY = 0.8
PAGE_BLOCK_SHARE = 0.75  # of the shorter side: the line in a page's own stream is one, and large
PAGE_EM_SHARE_MAX = 1 / 8
PAGE_DIFFERENCE = 0.2
THINNINGS = (1, 2, 4, 8, 16, 32, 64)


def letters(lines: tuple[str, ...], capacity: int) -> bytes:
    """The LETTERS slot: the lines set about their middle, filled as whoever draws them says; its unit is the em."""

    def sizes() -> Iterator[str]:
        yield from (_letters(lines, grid) for grid in GRIDS)
        yield dots(lines)

    return _fitting(sizes(), capacity)


def footer(text: str, capacity: int) -> bytes:
    """The FOOTER slot: likewise, one line, beginning at the origin."""

    def sizes() -> Iterator[str]:
        yield from (f"{_scaled(grid)}{line_path(text, grid)}f\n" for grid in FOOTER_GRIDS)
        yield f"1 0 0 1 {_number(line_width_em(text) / 2)} {MIDDLE_EM} cm\n{dots((text,))}"

    return _fitting(sizes(), capacity)


def cover(lines: tuple[str, ...], stamp: Stamp, look: Look, box: Box, capacity: int) -> bytes:
    """The COVER slot for pages of this shape: the letters wherever the look has them, and the footer."""
    planned = geometry.setting(lines, look, box.width, box.height, em_min=0)
    strip = _footer(stamp.footer, box)
    return _fitting((_everywhere(planned, look, box, each) + strip for each in THINNINGS), capacity)


def page_line(line: str, box: Box, capacity: int) -> bytes:
    """The PAGE slot: one line, rising through the middle of the page, once.

    Drawn by difference: dark on light ground, light on dark, in one painting, as there is little room.
    """
    width_em = max(line_width_em(line), 1)
    em = min(PAGE_BLOCK_SHARE / width_em, PAGE_EM_SHARE_MAX) * BOX_SHORT_SIDE
    angle = math.atan2(box.height, box.width)
    across, up = math.cos(angle) * em, math.sin(angle) * em
    turned = " ".join(_number(each) for each in (across, up, -up, across, box.width / 2, box.height / 2))
    start = f"{PAGE_DIFFERENCE} g {turned} cm\n"

    def sizes() -> Iterator[str]:
        for grid in GRIDS:
            outline = line_path(line, grid, -width_em / 2)
            yield f"{start}1 0 0 1 0 {-MIDDLE_EM} cm\n{_scaled(grid)}{outline}f\n"
        yield start + dots((line,))

    return _fitting(sizes(), capacity)


def _fitting(sizes: Iterable[str], capacity: int) -> bytes:
    """The first that fits, filled up with spaces to exactly `capacity` bytes."""
    for each in sizes:
        if len(each) <= capacity:
            return each.encode().ljust(capacity)
    raise BadPatch("no room for all of the mark")


def _letters(lines: tuple[str, ...], grid: int) -> str:
    parts, above = [_scaled(grid)], 0
    for row, line in enumerate(lines):
        middle_em = geometry.LINE_HEIGHT_EM * ((len(lines) - 1) / 2 - row)
        baseline = round((middle_em - MIDDLE_EM) * grid)
        parts.append(f"1 0 0 1 0 {baseline - above} cm\n{line_path(line, grid, -line_width_em(line) / 2)}f\n")
        above = baseline
    return "".join(parts)


def _scaled(grid: int) -> str:
    return f"{_number(1 / grid)} 0 0 {_number(1 / grid)} 0 0 cm\n"


def _everywhere(planned: Setting, look: Look, box: Box, thinning: int) -> str:
    centres = planned.centres(box.width, box.height)[::thinning]
    ink = look.ink
    below = "".join(_placed(planned, box, centres, ASIDE_EM))
    above = "".join(_placed(planned, box, centres, 0))
    return (
        f"q {_inked(ink.outline, ink.outline_opacity)} {below}Q\n"
        f"q {_inked(ink.fill, ink.fill_opacity)} {above}Q\n"
    )  # fmt: skip


def _inked(colour: RGB, opacity: float) -> str:
    """State and colour that do to the ground what `colour` laid over it with `opacity` does."""
    if luma(colour) > LEVELS / 2:
        return f"{SCREEN} gs {_rgb(opacity * each / LEVELS for each in colour)} rg"
    return f"{MULTIPLY} gs {_rgb(1 - opacity * (1 - each / LEVELS) for each in colour)} rg"


def _placed(planned: Setting, box: Box, centres: Iterable[geometry.Point], aside_em: float) -> Iterator[str]:
    """The letters at each centre, moved aside, each place told from the one before; geometry's y grows downwards."""
    sine, cosine = math.sin(math.radians(planned.angle)), math.cos(math.radians(planned.angle))
    em = planned.em
    turned = " ".join(_number(each) for each in (cosine * em, sine * em, -sine * em, cosine * em))
    yield f"{turned} 0 {box.height} cm\n1 0 0 1 {_number(aside_em)} {_number(-aside_em)} cm\n"
    left, below = 0.0, 0.0
    for x, y in centres:
        right, up = (x - left) / em, (below - y) / em
        along, across = right * cosine + up * sine, up * cosine - right * sine
        yield f"1 0 0 1 {_number(along)} {_number(across)} cm{LETTERS} Do\n"
        left, below = x, y


def _footer(text: str, box: Box) -> str:
    """Dark type on a pale strip at the lower left."""
    planned = geometry.footer(text, box.width, box.height, em_min=0)
    strip = " ".join(_number(each) for each in (planned.margin, planned.margin, planned.width, planned.height))
    start = planned.margin + planned.em / 2
    baseline = planned.margin + planned.height / 2 - MIDDLE_EM * planned.em
    size = _number(planned.em)
    return (
        f"q {SCREEN} gs {FOOTER_STRIP_OPACITY} g {strip} re f\n"
        f"{MULTIPLY} gs {_number(1 - FOOTER_TYPE_OPACITY)} g {size} 0 0 {size} {_number(start)} {_number(baseline)} cm"
        f"{FOOTER} Do Q\n"
    )


def _rgb(levels: Iterable[float]) -> str:
    return " ".join(_number(each) for each in levels)


def _number(value: float) -> str:
    """A PDF real without an exponent, precise to a hundred-thousandth."""
    return f"{value:.5f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))
