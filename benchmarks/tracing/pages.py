"""Page images as the server prepares them: the demo's own documents, and drawn pages of many layouts.

Promises: the same pages for the same count; A4 pages and slides with a long side of 2000 pixels: one, two and three
columns of Chinese or Latin in several sizes, tables, forms, pages with pictures, dark and light slides.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from fileserver.demo.materials.brochure import brochure
from fileserver.demo.materials.guide import service_guide
from fileserver.demo.materials.posters import poster_jpeg, training_poster, waiting_screen
from fileserver.demo.materials.typeface import font

Pixels = NDArray[np.uint8]

LONG_SIDE_PX = 2000
A4_PX, SLIDE_PX = (1414, 2000), (2000, 1125)
MARGIN = 0.08
PARAGRAPH_SHARE = 0.15  # of lines end one
CHINESE = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说"
LETTERS = "eeeeeetttttaaaaooooiiinnnnsssshhhrrrrddlllccuummwwffggyyppbbvkjxqz"
SHADES = ((0, 0, 0), (34, 34, 34), (30, 50, 90))


@dataclass(frozen=True)
class _Brush:
    """A page being drawn."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    chance: Random
    ink: tuple[int, int, int]

    @classmethod
    def of(cls, size: tuple[int, int], ground: tuple[int, int, int], ink: tuple[int, int, int], seed: int) -> "_Brush":
        image = Image.new("RGB", size, ground)
        return cls(image, ImageDraw.Draw(image), Random(seed), ink)  # noqa: S311  # layouts, not secrets

    def words(self, *, latin: bool, length: int) -> str:
        """A line of about `length` characters."""
        if not latin:
            return "".join(self.chance.choice(CHINESE) for _ in range(length))
        line = ""
        while len(line) < length:
            line += "".join(self.chance.choice(LETTERS) for _ in range(self.chance.randint(2, 9))) + " "
        return line[:length]

    def block(self, box: tuple[float, float, float, float], size: int, *, latin: bool) -> None:
        """Lines of type in a box, some short, with gaps between paragraphs."""
        left, top, right, bottom = box
        length = int((right - left) / (size * (0.52 if latin else 1.0)))
        while top + size < bottom:
            last = self.chance.random() < PARAGRAPH_SHARE
            count = max(1, int(length * self.chance.uniform(0.2, 0.8))) if last else length
            self.draw.text((left, top), self.words(latin=latin, length=count), fill=self.ink, font=font(size))
            top += size * (2.3 if last else 1.55)


def demo_pages() -> Iterator[tuple[str, Pixels]]:
    """Every page of the demo brand's documents, and its posters."""
    for name, document in (("brochure", brochure()), ("guide", service_guide())):
        for number, page in enumerate(pypdfium2.PdfDocument(document)):
            width, height = page.get_size()
            picture = page.render(scale=LONG_SIDE_PX / max(width, height)).to_pil().convert("RGB")
            yield f"{name}-{number + 1}", np.asarray(picture)
    for name, data in (("poster", poster_jpeg()), ("training", training_poster()), ("screen", waiting_screen())):
        with Image.open(io.BytesIO(data)) as opened:
            opened.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
            yield name, np.asarray(opened.convert("RGB"))


def drawn_pages(count: int, photographs: list[Pixels]) -> Iterator[tuple[str, Pixels]]:
    """`count` pages, their layouts in turn; `photographs` are what some of them show."""
    kinds = tuple(_KINDS.items())
    for number in range(count):
        name, kind = kinds[number % len(kinds)]
        yield f"drawn-{name}-{number}", kind(number, photographs)


def _columns(number: int, columns: int, size: int, *, latin: bool) -> Pixels:
    brush = _Brush.of(A4_PX, (255, 255, 255), SHADES[number % len(SHADES)], number)
    width, height = A4_PX
    inner, gap = width * (1 - 2 * MARGIN), width * 0.04
    step = (inner + gap) / columns
    for column in range(columns):
        left = width * MARGIN + column * step
        brush.block((left, height * MARGIN, left + step - gap, height * (1 - MARGIN)), size, latin=latin)
    return np.asarray(brush.image)


def _table(number: int, _: list[Pixels]) -> Pixels:
    brush = _Brush.of(A4_PX, (255, 255, 255), (20, 20, 20), number)
    rows, columns = brush.chance.randint(14, 34), brush.chance.randint(3, 7)
    left, top, right, bottom = 110, 180, A4_PX[0] - 110, A4_PX[1] - 160
    high, wide = (bottom - top) / rows, (right - left) / columns
    for row in range(rows):
        if row % 2:
            brush.draw.rectangle((left, top + row * high, right, top + (row + 1) * high), fill=(238, 242, 247))
        for column in range(columns):
            text = str(brush.chance.randint(10, 999_999)) if column else brush.words(latin=False, length=4)
            at = (left + column * wide + 8, top + row * high + high * 0.2)
            brush.draw.text(at, text, fill=brush.ink, font=font(int(min(30, high * 0.5))))
    for row in range(rows + 1):
        brush.draw.line((left, top + row * high, right, top + row * high), fill=(150, 150, 150), width=2)
    return np.asarray(brush.image)


def _pictured(number: int, photographs: list[Pixels]) -> Pixels:
    brush = _Brush.of(A4_PX, (255, 255, 255), (30, 30, 30), number)
    shown = Image.fromarray(photographs[number % len(photographs)])
    shown.thumbnail((A4_PX[0] - 220, 760), Image.Resampling.LANCZOS)
    brush.image.paste(shown, (110, 160))
    brush.block((110, 200 + shown.height, A4_PX[0] - 110, A4_PX[1] - 150), 30, latin=number % 2 == 0)
    return np.asarray(brush.image)


def _slide(number: int, photographs: list[Pixels], *, dark: bool) -> Pixels:
    grounds = ((18, 24, 38), (0, 0, 0), (44, 20, 56)) if dark else ((255, 255, 255), (246, 248, 250), (250, 244, 232))
    brush = _Brush.of(SLIDE_PX, grounds[number % 3], (240, 240, 244) if dark else (28, 32, 44), number)
    width, height = SLIDE_PX
    brush.draw.text((120, 110), brush.words(latin=False, length=12), fill=brush.ink, font=font(84))
    brush.draw.rectangle((120, 230, 420, 240), fill=(64, 132, 214))
    if number % 2:
        shown = Image.fromarray(photographs[number % len(photographs)])
        shown.thumbnail((760, 700), Image.Resampling.LANCZOS)
        brush.image.paste(shown, (width - 860, 300))
        brush.block((140, 320, width - 920, height - 120), 44, latin=False)
    else:
        for bar in range(6):
            top = height - 160 - brush.chance.randint(80, 560)
            brush.draw.rectangle(
                (1080 + bar * 130, top, 1170 + bar * 130, height - 160), fill=(64, 132 + 10 * bar, 200)
            )
        brush.block((140, 320, 980, height - 120), 44, latin=False)
    return np.asarray(brush.image)


_KINDS: dict[str, Callable[[int, list[Pixels]], Pixels]] = {
    "one-column": lambda number, _: _columns(number, 1, 28 + number % 3 * 6, latin=False),
    "dark-slide": lambda number, shown: _slide(number, shown, dark=True),
    "table": _table,
    "two-columns": lambda number, _: _columns(number, 2, 20 + number % 3 * 3, latin=False),
    "light-slide": lambda number, shown: _slide(number, shown, dark=False),
    "pictured": _pictured,
    "latin": lambda number, _: _columns(number, 1 + number % 2, 26 + number % 3 * 4, latin=True),
}
