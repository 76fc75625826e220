"""Text out of Office files: what pages show, and what they don't: notes, comments, hidden sheets and slides.

Promises: the words of every paragraph, cell, note, comment, header and deleted passage, each with the name of the part
it stands in; archives are looked at before they are unpacked, XML is read without entities and without network. Pages
are not known here: `compliance.reading.merging` finds them in the PDF that the file is shown as. Leaves pictures inside
to that PDF's pages. Formats: ECMA-376, OpenDocument 1.3.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice

import docx
import openpyxl
import pptx
from lxml import etree

from compliance.reading.documents.taken import Taken
from compliance.reading.errors import TextDamaged
from compliance.reading.pieces import Source, TextPiece
from watermark.media_types import EXCEL, POWERPOINT, WORD
from watermark.office.archive import check_sizes

CELLS_MAX = 2_000_000  # looked at in one file, empty ones too
PARAGRAPHS = frozenset({"p", "h", "si", "comment"})
WORDS = frozenset({"t", "delText", "instrText", "v"})
SPACES = {"tab": "\t", "br": "\n", "line-break": "\n", "s": " "}
NOTES = ("comments", "footnotes", "endnotes", "notesSlide", "header", "footer", "threadedComment")
OPEN_DOCUMENT_PARTS = ("content.xml", "styles.xml")


def read_office(source: bytes, media_type: str, taken: Taken) -> None:
    """Raises TextDamaged, OfficeTooLarge."""
    readers: dict[str, Callable[[bytes], Iterator[TextPiece]]] = {WORD: _word, POWERPOINT: _slides, EXCEL: _sheets}
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            check_sizes(archive)
        for piece in readers.get(media_type, _open_document)(source):
            if not taken.add(piece):
                return
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise TextDamaged(cause=type(error).__name__) from error  # what these libraries trip over in a broken file


def paragraphs(xml: bytes) -> Iterator[str]:
    """The words of each paragraph, whatever vocabulary of Office it is; of one in another, in both."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    for element in etree.fromstring(xml, parser).iter():
        if _local(element) in PARAGRAPHS:
            text = "".join(_words(element))
            if text.strip():
                yield text


def _words(paragraph: etree._Element) -> Iterator[str]:
    for element in paragraph.iter():
        name = _local(element)
        if element is not paragraph and name in PARAGRAPHS:
            continue
        if name in SPACES:
            yield SPACES[name]
        elif name in WORDS or (element is paragraph and name in {"p", "h"}) or name in {"span", "a"}:
            yield element.text or ""
        if element is not paragraph and name in {*SPACES, "span", "a"}:
            yield element.tail or ""


def _local(element: etree._Element) -> str:
    tag: object = element.tag  # of comments and instructions it is no name
    return etree.QName(tag).localname if isinstance(tag, str) else ""


def _word(source: bytes) -> Iterator[TextPiece]:
    """All parts of the package that hold paragraphs, the text itself first."""
    main = docx.Document(io.BytesIO(source)).part
    parts = sorted(main.package.iter_parts(), key=lambda each: (each is not main, str(each.partname)))
    for part in parts:
        yield from _part(str(part.partname), part.blob)


def _slides(source: bytes) -> Iterator[TextPiece]:
    """Slides in their order, hidden ones named so, each with its notes; then the other parts."""
    show = pptx.Presentation(io.BytesIO(source))
    told = set()
    for number, slide in enumerate(show.slides, 1):
        hidden = slide.element.get("show") in {"0", "false"}
        member = f"slide {number}, hidden" if hidden else f"slide {number}"
        told.add(str(slide.part.partname))
        yield from _named(member, slide.part.blob, "member")
        if slide.has_notes_slide:
            notes = slide.notes_slide.part
            told.add(str(notes.partname))
            yield from _named(f"slide {number}, notes", notes.blob, "notes")
    for part in sorted(show.part.package.iter_parts(), key=lambda each: str(each.partname)):
        template = any(name in str(part.partname) for name in ("slideLayout", "slideMaster", "notesMaster", "handout"))
        if str(part.partname) not in told and not template:
            yield from _part(str(part.partname), part.blob)


def _sheets(source: bytes) -> Iterator[TextPiece]:
    """Every cell's value as text, by rows; then comments, drawings, headers and whatever else holds words."""
    book = openpyxl.load_workbook(io.BytesIO(source), read_only=True, data_only=True)
    left = CELLS_MAX
    try:
        for sheet in book.worksheets:
            hidden = "" if sheet.sheet_state == "visible" else ", hidden"
            for row in sheet.iter_rows():
                left -= len(row)
                if left < 0:
                    raise TextDamaged(cause="cells")
                said = [str(cell.value) for cell in row if cell.value is not None]
                if said:
                    at = next(cell.row for cell in row if cell.value is not None)
                    yield TextPiece(text="\t".join(said), member=f"{sheet.title}, {at}{hidden}", source="member")
    finally:
        book.close()
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml") and any(word in name for word in ("/comments", "/drawings/", "threadedComment")):
                yield from _part(f"/{name}", archive.read(name))


def _open_document(source: bytes) -> Iterator[TextPiece]:
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        for name in OPEN_DOCUMENT_PARTS:
            if name in archive.namelist():
                yield from _named(name, archive.read(name), "member")


def _part(name: str, blob: bytes) -> Iterator[TextPiece]:
    if name.endswith(".xml") and not name.endswith(("styles.xml", "numbering.xml", "settings.xml", "fontTable.xml")):
        yield from _named(name.lstrip("/"), blob, "notes" if any(word in name for word in NOTES) else "member")


def _named(member: str, blob: bytes, source: Source) -> Iterator[TextPiece]:
    for text in islice(paragraphs(blob), CELLS_MAX):
        yield TextPiece(text=text, member=member, source=source)
