"""A PDF page as a designer speaks of it: type styles, blocks of text in columns, rules, pictures.

Promises selectable text in an embedded subset of the Chinese face, millimetres everywhere, and the same bytes for the
same calls. Text is placed by the top of its first line. Leaves the composition of pages to the layouts.
"""

from dataclasses import dataclass, replace
from io import BytesIO
from typing import Literal

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from fileserver.demo.materials import brand
from fileserver.demo.materials.brand import Colour
from fileserver.demo.materials.linebreak import break_lines
from fileserver.demo.materials.typeface import FACE_SIMPLIFIED, FONT_FILE

FACE = "noto"
PT = 25.4 / 72
ASCENT = 0.88
PARAGRAPH_GAP = 0.55

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True)
class Type:
    """A type style: size in points, leading as a factor, tracking in ems, weight as the stroke added in ems."""

    size: float
    colour: Colour = brand.INK
    leading: float = 1.5
    tracking: float = 0.0
    weight: float = 0.0

    @property
    def line(self) -> float:
        """The height of a line in millimetres."""
        return self.size * self.leading * PT

    def on(self, colour: Colour) -> "Type":
        """The same style in another colour."""
        return replace(self, colour=colour)


class Sheet(FPDF):
    """A document without automatic page breaks, in one face."""

    def __init__(self, title: str, *, landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", unit="mm", format="A4")
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.add_font(FACE, fname=FONT_FILE, collection_font_number=FACE_SIMPLIFIED)
        self.set_font(FACE, size=9)
        if isinstance(self.current_font, TTFFont):
            self.current_font.ttfont.recalcBBoxes = (
                False  # The face's own boxes hold; measuring each glyph costs a second.
            )
        self.set_creation_date(brand.MADE_AT)
        self.set_title(title)
        self.set_author(brand.ACADEMY_ZH)
        self.set_lang("zh-CN")

    def extent(self, text: str, style: Type) -> float:
        """The width of a text on one line, in millimetres."""
        width = self.fonts[FACE].get_text_width(text, style.size, None)[1]
        return (width + style.tracking * style.size * max(0, len(text) - 1)) * PT

    def put(self, x: float, y: float, text: str, style: Type, align: Align = "left", slack: float = 0.0) -> None:
        """One line; `slack` millimetres are spread between its characters."""
        width = self.extent(text, style)
        x -= {"left": 0.0, "centre": width / 2, "right": width}[align]
        spacing = style.tracking * style.size + slack / PT / max(1, len(text) - 1)
        mode = TextMode.FILL_STROKE if style.weight else TextMode.FILL
        with self.local_context(
            text_color=style.colour, draw_color=style.colour, font_size_pt=style.size, text_mode=mode, char_spacing=0.0
        ):
            self.line_width = style.weight * style.size
            self.set_char_spacing(spacing)
            self.text(x, y + style.line / 2 + (ASCENT - 0.5) * style.size * PT, text)

    def depth(self, text: str, width: float, style: Type) -> float:
        """The height `flow` will use, in millimetres."""
        return len(break_lines(text, width, lambda piece: self._piece(piece, style))) * style.line

    def flow(self, x: float, y: float, width: float, text: str, style: Type, align: Align = "left") -> float:
        """A block of text; returns the y below it."""
        for line in break_lines(text, width, lambda piece: self._piece(piece, style)):
            self.put(x, y, line, style, align)
            y += style.line
        return y

    def paragraphs(self, x: float, y: float, width: float, texts: list[str], style: Type, *, justify: bool) -> float:
        """Paragraphs in one column; returns the y below them."""
        return self._column(x, y, self._lines(texts, width, style), style, width if justify else None)

    def columns(
        self, x: float, y: float, width: float, gap: float, texts: list[str], style: Type, *, justify: bool
    ) -> float:
        """Paragraphs in two balanced columns; returns the y below the longer one."""
        single = (width - gap) / 2
        lines = self._lines(texts, single, style)
        half = (len(lines) + 1) // 2
        left, right = lines[:half], lines[half:]
        while right and not right[0][0]:
            right = right[1:]
        measure = single if justify else None
        first = self._column(x, y, left, style, measure)
        return max(first, self._column(x + single + gap, y, right, style, measure))

    def rule(self, x: float, y: float, length: float, colour: Colour = brand.GOLD, weight: float = 0.25) -> None:
        """A thin horizontal line."""
        self.set_draw_color(*colour)
        self.set_line_width(weight)
        self.line(x, y, x + length, y)

    def block(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F")

    def picture(self, data: bytes, x: float, y: float, width: float, height: float, alt: str) -> None:
        """A JPEG, embedded as it is."""
        self.image(BytesIO(data), x=x, y=y, w=width, h=height, alt_text=alt)

    def finish(self) -> bytes:
        """The document."""
        return bytes(self.output())

    def _piece(self, text: str, style: Type) -> float:
        return self.extent(text, style) + style.tracking * style.size * PT

    def _lines(self, texts: list[str], width: float, style: Type) -> list[tuple[str, bool]]:
        lines: list[tuple[str, bool]] = []
        for text in texts:
            broken = break_lines(text, width, lambda piece: self._piece(piece, style))
            lines += [(line, index < len(broken) - 1) for index, line in enumerate(broken)] + [("", False)]
        return lines[:-1]

    def _column(self, x: float, y: float, lines: list[tuple[str, bool]], style: Type, measure: float | None) -> float:
        for line, full in lines:
            if not line:
                y += style.line * PARAGRAPH_GAP
                continue
            slack = max(0.0, measure - self.extent(line, style)) if measure and full else 0.0
            self.put(x, y, line, style, slack=slack)
            y += style.line
        return y
