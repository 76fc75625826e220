"""The colours of a mark: what its strokes are drawn with, and how strongly, so that they show on any ground.

Promises: every glyph has a fill and an outline of opposite brightness. On a ground as bright as the one, the other
shows; and whatever the colour, the ground on which both show least changes by as many levels as under black with a
white outline, as long as opacity allows. Levels are 8-bit sRGB, brightness is luma (ITU-R BT.601).
"""

import re
from dataclasses import dataclass

RGB = tuple[int, int, int]

COLOURS = {"black": "#000000", "red": "#b3261e", "blue": "#1c4ea1", "green": "#1d6b45", "white": "#ffffff"}
BLACK: RGB = (0, 0, 0)
WHITE: RGB = (255, 255, 255)
LEVELS = 255
OUTLINE_FACTOR = 1.5  # a thin light line needs more of itself than a broad dark one
OPACITY_MAX = 0.95  # even then something of the content is left
_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Ink:
    """Colours, and their opacities from 0 to 1."""

    fill: RGB
    outline: RGB
    fill_opacity: float
    outline_opacity: float

    @property
    def least_change_levels(self) -> float:
        """How much the better of the two strokes changes the grey on which they show least."""
        between = self.fill_opacity * self.outline_opacity / (self.fill_opacity + self.outline_opacity)
        return between * abs(luma(self.fill) - luma(self.outline))


def is_colour(colour: str) -> bool:
    """A name of COLOURS, or #rrggbb in small letters."""
    return colour in COLOURS or _HEX.fullmatch(colour) is not None


def ink(colour: str, opacity_percent: int) -> Ink:
    """The strokes for this colour at the opacity that black would have; other colours get as much more as they need."""
    fill = _rgb(COLOURS.get(colour, colour))
    outline = WHITE if luma(fill) <= LEVELS / 2 else BLACK
    needed = LEVELS / abs(luma(fill) - luma(outline))
    opacity = needed * opacity_percent / 100
    return Ink(fill, outline, min(OPACITY_MAX, opacity), min(OPACITY_MAX, OUTLINE_FACTOR * opacity))


def luma(colour: RGB) -> float:
    """Brightness from 0 to 255."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _rgb(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
