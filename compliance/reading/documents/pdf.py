"""Text out of a PDF: its lines with their places, what notes and forms say, and which pages hide words in pictures.

Promises: every character that PDFium finds on a page is in exactly one piece, whatever its colour or size; boxes are
those of the page as shown. Leaves what is only drawn (pictures, outlines of letters) to the recogniser: a page goes
there when it has hardly any text, may show more than that (`drawn`), or has characters that the file's own tables don't
explain. Format: ISO 32000-2 §9, §12.5, §12.7.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import closing

import pypdfium2
import pypdfium2.raw as pdfium

from compliance.detecting.model import Box
from compliance.reading.documents.drawn import may_show_more
from compliance.reading.documents.taken import Taken
from compliance.reading.numbers import THOUSANDTHS, box_within
from compliance.reading.pieces import TextPiece
from watermark.errors import PdfDamaged
from watermark.pdf import PdfDocument

PAGES_MAX = 1000
CHARACTERS_FEW = 12  # a page with fewer is a picture with a page number
UNEXPLAINED_MANY = 0.05  # of the characters: those that stand for another one than the file says
NESTED_MAX = 5  # of the outline
NOTES_MAX = 2000  # of one page
NOTE_CHARACTERS_MAX = 20_000
COLUMN_GAP_EM = 2.5  # of the line's height: two columns, not two words
BREAKS = frozenset("\r\n\x02\ufffe\uffff")
UNKNOWN_SIGN = "\ufffd"
SURROGATES = range(0xD800, 0xE000)
NOTE_KEYS = (b"Contents", b"V", b"TU")  # what a note says, a field's value, and its name for people


def read_pdf(source: bytes, taken: Taken) -> None:
    """Raises PdfEncrypted, PdfDamaged, PdfEmpty, TooManyPages."""
    with closing(PdfDocument(source, pages_max=PAGES_MAX)) as checked:
        taken.page_count = checked.page_count
    with closing(pypdfium2.PdfDocument(source)) as pdf:
        _around(pdf, taken)
        for number in range(1, taken.page_count + 1):
            try:
                with closing(pdf[number - 1]) as page:
                    if not _page(pdf, page, number, taken):
                        return
            except pypdfium2.PdfiumError as error:
                raise PdfDamaged(page=number) from error


def _around(pdf: pypdfium2.PdfDocument, taken: Taken) -> None:
    """What a reader shows beside the pages: title, subject, keywords, and the outline."""
    for name, said in pdf.get_metadata_dict(skip_empty=True).items():
        if name in {"Title", "Subject", "Keywords"}:
            taken.add(TextPiece(text=said[:NOTE_CHARACTERS_MAX], member=f"metadata/{name}", source="member"))
    for bookmark in pdf.get_toc(max_depth=NESTED_MAX):
        if not taken.add(TextPiece(text=bookmark.get_title(), member="outline", source="member")):
            return


def _page(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, number: int, taken: Taken) -> bool:
    before = taken.characters
    unexplained = 0
    with closing(page.get_textpage()) as text:
        for line, box in _lines(page, text):
            if not taken.add(TextPiece(text=line, page=number, box=box)):
                return False
        found = text.count_chars()
        unexplained = sum(pdfium.FPDFText_HasUnicodeMapError(text.raw, at) == 1 for at in range(found))
    for note, at in _notes(page):
        taken.add(TextPiece(text=note, page=number, box=at, source="notes"))
    few = taken.characters - before < CHARACTERS_FEW
    if few or unexplained > UNEXPLAINED_MANY * found or may_show_more(pdf, page):
        taken.pictured.append(number)
    return True


def _lines(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, Box]]:
    """Runs of characters between line breaks and wide gaps, with the box around each."""
    run: list[str] = []
    around: list[float] = []
    for at in range(text.count_chars()):
        sign = _sign(text, at)
        box = _character_box(text, at) if sign not in BREAKS and not sign.isspace() else None
        if run and (sign in BREAKS or (box and around and _apart(around, box))):
            yield from _shown(page, run, around)
            run, around = [], []
        if sign not in BREAKS:
            run.append(sign)
        if box:
            around = _grown(around, box)
    yield from _shown(page, run, around)


def _shown(page: pypdfium2.PdfPage, run: list[str], around: list[float]) -> Iterator[tuple[str, Box]]:
    if around:
        yield "".join(run).strip(), _box(page, *around)


def _sign(text: pypdfium2.PdfTextPage, at: int) -> str:
    code = pdfium.FPDFText_GetUnicode(text.raw, at)
    return UNKNOWN_SIGN if code in SURROGATES or code > sys.maxunicode else chr(code)


def _character_box(text: pypdfium2.PdfTextPage, at: int) -> tuple[float, float, float, float] | None:
    sides = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = sides
    if not pdfium.FPDFText_GetCharBox(text.raw, at, left, right, bottom, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _apart(around: list[float], box: tuple[float, float, float, float]) -> bool:
    """Far to the side, or on another line."""
    left, bottom, right, top = around
    height = max(top - bottom, box[3] - box[1])
    beside = min(top, box[3]) - max(bottom, box[1]) > -height / 2
    gap = max(box[0] - right, left - box[2])
    upright = right - left > 1.5 * (top - bottom)
    return gap > COLUMN_GAP_EM * height if beside or not upright else True


def _grown(around: list[float], box: tuple[float, float, float, float]) -> list[float]:
    if not around:
        return list(box)
    return [min(around[0], box[0]), min(around[1], box[1]), max(around[2], box[2]), max(around[3], box[3])]


def _box(page: pypdfium2.PdfPage, left: float, bottom: float, right: float, top: float) -> Box:
    """From the page's own coordinates to thousandths of what is shown, turned as it is."""
    (x0, y0), (x1, y1) = (_at(page, left, top), _at(page, right, bottom))
    return box_within(x0, y0, x1, y1, THOUSANDTHS, THOUSANDTHS)


def _at(page: pypdfium2.PdfPage, across: float, up: float) -> tuple[int, int]:
    x, y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, THOUSANDTHS, THOUSANDTHS, 0, across, up, x, y)
    return x.value, y.value


def _notes(page: pypdfium2.PdfPage) -> Iterator[tuple[str, Box | None]]:
    """What annotations and filled form fields say; a note may be closed, and says it all the same."""
    for at in range(min(NOTES_MAX, pdfium.FPDFPage_GetAnnotCount(page.raw))):
        note = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if not note:
            continue
        try:
            rect = pdfium.FS_RECTF()
            there = pdfium.FPDFAnnot_GetRect(note, rect)
            box = _box(page, rect.left, rect.bottom, rect.right, rect.top) if there else None
            for key in NOTE_KEYS:
                yield _note_text(note, key), box
        finally:
            pdfium.FPDFPage_CloseAnnot(note)


def _note_text(note: pdfium.FPDF_ANNOTATION, key: bytes) -> str:
    length = min(pdfium.FPDFAnnot_GetStringValue(note, key, None, 0), 2 * NOTE_CHARACTERS_MAX)
    if length <= 2:  # noqa: PLR2004  # two zero bytes: an empty text in UTF-16
        return ""
    buffer = (ctypes.c_uint16 * (length // 2))()
    pdfium.FPDFAnnot_GetStringValue(note, key, buffer, length)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
