"""Small documents for tests of what is read out of them."""

import io

import docx
import openpyxl
import pptx
from fpdf import FPDF
from noto_cjk_sans_otc import FONT_PATH
from openpyxl.comments import Comment

from compliance.reading.documents.document import read_document
from compliance.reading.documents.taken import Taken
from compliance.reading.pieces import TextPiece
from watermark.media_types import EXCEL, PDF_MEDIA_TYPE, POWERPOINT, WORD


def read(source: bytes, media_type: str, filename: str = "") -> Taken:
    """What is taken out of it."""
    return read_document(source, media_type, filename, Taken())


def said(taken: Taken) -> list[tuple[str | None, str]]:
    """Each piece's member and text."""
    return [(each.member, each.text) for each in taken.pieces]


def brochure() -> bytes:
    """Two pages: two columns and a note on the first, nothing but a picture's worth of paths on the second."""
    pdf = FPDF()
    pdf.set_title("夏季活动")
    pdf.add_font("noto", fname=str(FONT_PATH))
    pdf.set_font("noto", size=14)
    pdf.add_page()
    pdf.cell(0, 10, "效果保证，永久有效")
    for x, text in ((20, "左栏文字"), (120, "右栏文字")):
        pdf.set_xy(x, 100)
        pdf.cell(40, 10, text)
    pdf.text_annotation(100, 150, "批注：内部资料")
    pdf.add_page()
    for y in range(130):
        pdf.line(10, y, 100, y)
    return bytes(pdf.output())


def turned() -> bytes:
    """A page that is shown turned by a quarter."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=20)
    pdf.text(20, 20, "upper left of the sheet")
    pdf.pages[1].set_dimensions(595, 842)
    return bytes(pdf.output()).replace(b"/Type /Page\n", b"/Type /Page\n/Rotate 90\n")


def letter() -> bytes:
    """A paragraph, a table, a header."""
    document = docx.Document()
    document.add_paragraph("正文：疗效最佳")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "项目", "价格"
    document.sections[0].header.paragraphs[0].text = "页眉"
    return _saved(document)


def slides() -> bytes:
    """A slide with notes, and a hidden one."""
    show = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[5])
    first.shapes.title.text = "标题"
    first.notes_slide.notes_text_frame.text = "备注：保证疗效"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "隐藏页"
    second.element.set("show", "0")
    return _saved(show)


def sheets() -> bytes:
    """A sheet with a comment, and a hidden one."""
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first["A1"], first["B1"] = "项目", 980
    first["A1"].comment = Comment("批注内容", "a")
    hidden = book.create_sheet("内部")
    hidden.sheet_state, hidden["C3"] = "hidden", "底价 300"
    return _saved(book)


def _saved(document: object) -> bytes:
    written = io.BytesIO()
    document.save(written)  # type: ignore[attr-defined]  # three libraries, one method
    return written.getvalue()


__all__ = [
    "EXCEL",
    "PDF_MEDIA_TYPE",
    "POWERPOINT",
    "WORD",
    "TextPiece",
    "brochure",
    "letter",
    "read",
    "said",
    "sheets",
    "slides",
    "turned",
]
