"""Type on pictures: tracked lines, vertical columns, wrapped paragraphs, in pixels.

Promises the same styles for every poster, card and film title. Leaves colour and composition to the caller.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from fileserver.demo.materials.brand import Colour
from fileserver.demo.materials.linebreak import break_lines
from fileserver.demo.materials.typeface import font


@dataclass(frozen=True)
class Letter:
    """A style: size in pixels, colour, tracking in ems, leading as a factor, anchor "l", "m" or "r"."""

    size: int
    colour: Colour
    tracking: float = 0.0
    leading: float = 1.6
    anchor: str = "l"


class Lettering:
    """Draws on one image."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def extent(self, text: str, style: Letter) -> float:
        """The width of one line."""
        return font(style.size).getlength(text) + style.tracking * style.size * max(0, len(text) - 1)

    def line(self, x: float, y: float, text: str, style: Letter) -> None:
        """One line whose middle is at y."""
        x -= self.extent(text, style) * {"l": 0.0, "m": 0.5, "r": 1.0}[style.anchor]
        face = font(style.size)
        if not style.tracking:
            self._draw.text((x, y), text, font=face, fill=style.colour, anchor="lm")
            return
        for character in text:
            self._draw.text((x, y), character, font=face, fill=style.colour, anchor="lm")
            x += face.getlength(character) + style.tracking * style.size

    def column(self, x: float, y: float, text: str, style: Letter) -> float:
        """Characters one under the other, centred on x, from y down; returns the y below."""
        for character in text:
            self._draw.text((x, y), character, font=font(style.size), fill=style.colour, anchor="mt")
            y += style.size * (1 + style.tracking)
        return y

    def block(self, x: float, y: float, width: float, text: str, style: Letter) -> float:
        """A paragraph in lines no wider than `width`; returns the y below."""
        for line in break_lines(text, width, lambda piece: self.extent(piece, style) + style.tracking * style.size):
            self.line(x, y + style.size * style.leading / 2, line, style)
            y += style.size * style.leading
        return y

    def rule(self, x: float, y: float, length: float, colour: Colour, weight: int = 3) -> None:
        """A thin horizontal line."""
        self._draw.line((x, y, x + length, y), fill=colour, width=weight)

    def panel(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled rectangle."""
        self._draw.rectangle((left, top, right, bottom), fill=colour)
