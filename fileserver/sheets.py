"""PDFs that our own words fill: A4 pages of flowing text in the packaged Chinese face, for reports and dossiers.

Promises: the same calls give the same bytes; text is selectable, in an embedded subset; names that people have typed
are drawn with glyphs that the face has (`drawable`). fpdf2 writes them: it embeds a face with CFF outlines out of a
collection, which other writers of PDF at hand can't, and is pure Python. Takes about a second: not for the event loop.
"""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import TTFFont
from noto_cjk_sans_otc import FONT_PATH

from fileserver.i18n import Language, translate
from watermark.lettering import drawable

FACE = "noto"
FACE_SIMPLIFIED = 2
INK, QUIET, LINE = (29, 35, 39), (90, 99, 108), (200, 196, 188)
MARGIN_MM = 18.0
BODY_PT, SMALL_PT, HEAD_PT, TITLE_PT = 9.5, 8.0, 12.0, 18.0
LEADING = 1.55
MM_PER_PT = 25.4 / 72
LABEL_MM = 44.0


class Sheet(FPDF):
    """A document with a title, a footer that names it, headings, paragraphs, facts and rows of cells."""

    def __init__(self, language: Language, *, title: str, mark: str, brand: str, made_at: datetime) -> None:
        super().__init__(unit="mm", format="A4")
        self._language, self._mark, self._brand = language, mark, drawable(brand)
        self._wrap = WrapMode.CHAR if language is Language.ZH_CN else WrapMode.WORD
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM + 6)  # noqa: FBT003  # fpdf2's parameter
        self.add_font(FACE, fname=str(FONT_PATH), collection_font_number=FACE_SIMPLIFIED)
        self.set_font(FACE, size=BODY_PT)
        if isinstance(self.current_font, TTFFont):
            self.current_font.ttfont.recalcBBoxes = False  # the face's own hold; measuring each glyph costs a second
        self.set_creation_date(made_at)
        self.set_title(f"{title} {mark}")
        self.set_producer("SealShare")
        self.set_lang(language.value)
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        """Called by fpdf2 at the end of each page."""
        self.set_y(-MARGIN_MM)
        self.style(SMALL_PT, QUIET)
        pages = self.t("report-page-of", page=str(self.page_no()), total="{nb}")
        self.cell(0, 5, f"{self._brand} · {self._mark} · {pages}", align="C")

    def body(self) -> bytes:
        """The finished document."""
        out = BytesIO()
        self.output(out)
        return out.getvalue()

    def heading(self, text: str) -> None:
        """The beginning of a section, with a line below."""
        if self.will_page_break(30):
            self.add_page()
        self.ln(4)
        self.style(HEAD_PT, INK)
        self.flow(text, HEAD_PT)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())
        self.ln(2)

    def subheading(self, text: str) -> None:
        """The beginning of a part of a section."""
        if self.will_page_break(16):
            self.add_page()
        self.ln(1.5)
        self.style(BODY_PT, QUIET)
        self.flow(text, BODY_PT)

    def paragraph(self, text: str) -> None:
        """Flowing text."""
        self.style(BODY_PT, INK)
        self.flow(text, BODY_PT)
        self.ln(1)

    def note(self, text: str) -> None:
        """Flowing text, small and quiet."""
        self.style(SMALL_PT, QUIET)
        self.flow(text, SMALL_PT)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """A line for each label and value; empty values are left out."""
        for label, value in facts:
            if not value:
                continue
            line = BODY_PT * LEADING * MM_PER_PT
            if self.will_page_break(line * 2):
                self.add_page()
            self.style(BODY_PT, QUIET)
            self.cell(LABEL_MM, line, label)
            self.style(BODY_PT, INK)
            self.multi_cell(
                self.epw - LABEL_MM, line, value, wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L"
            )

    def cells(self, texts: Sequence[str], widths: Sequence[float], colour: tuple[int, int, int]) -> None:
        """One row of short texts, small."""
        self.style(SMALL_PT, colour)
        for text, width in zip(texts, widths, strict=True):
            self.cell(width, 5, text)
        self.ln(5)

    def flow(self, text: str, size_pt: float) -> None:
        """Text over the whole width, broken as its language breaks lines."""
        height = size_pt * LEADING * MM_PER_PT
        self.multi_cell(self.epw, height, text, wrapmode=self._wrap, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def style(self, size_pt: float, colour: tuple[int, int, int]) -> None:
        """What the following text looks like."""
        self.set_font(FACE, size=size_pt)
        self.set_text_color(*colour)

    def t(self, key: str, **arguments: Any) -> str:
        """A text in the document's language."""
        return translate(self._language, key, **arguments)
