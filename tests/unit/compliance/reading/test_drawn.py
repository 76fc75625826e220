"""Which pages of a PDF are looked at although they have text: those that may show words beside it."""

import io
from collections.abc import Mapping

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from tests.unit.compliance.reading.documents import PDF_MEDIA_TYPE, read

WORDS = b"BT /F 12 Tf 20 800 Td (Care after the treatment, page one) Tj ET\n"
FONT = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"}
TILE = {
    "PatternType": 1,
    "PaintType": 1,
    "TilingType": 1,
    "BBox": [0, 0, 9, 9],
    "XStep": 9,
    "YStep": 9,
    "Resources": {},
}
PIXEL = {"Subtype": "/Image", "Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": "/DeviceGray"}
GROUP = {"Subtype": "/Form", "BBox": [0, 0, 9, 9]}
LETTER = b"0 0 m 5 9 l 9 0 l 7 0 l 5 4 l 3 0 l h\n"


def made(value: object) -> PdfObject:
    """A PDF object of plain values; a text with a slash is a name."""
    match value:
        case dict():
            return DictionaryObject({NameObject(f"/{key}"): made(each) for key, each in value.items()})
        case list():
            return ArrayObject([made(each) for each in value])
        case int():
            return NumberObject(value)
        case str():
            return NameObject(value) if value.startswith("/") else TextStringObject(value)
    assert isinstance(value, PdfObject)
    return value


def page(content: bytes, *, annotation: bool | None = None) -> bytes:
    """A page with a line of text and this; `annotation` adds a note, with an appearance or without."""
    writer = PdfWriter()
    sheet = writer.add_blank_page(595, 842)

    def stream(entries: Mapping[str, object], data: bytes) -> PdfObject:
        body = DecodedStreamObject()
        body.set_data(data)
        described = made(entries)
        assert isinstance(described, DictionaryObject)
        body.update(described)
        return writer._add_object(body)  # pypdf's only way to add an object

    image = stream(PIXEL, b"\x80")
    resources = {
        "Font": {"F": FONT},
        "XObject": {"I": image, "G": stream({**GROUP, "Resources": {"XObject": {"I": image}}}, b"/I Do")},
        "Pattern": {"P": stream({**TILE, "Resources": {}}, b"0 0 4 4 re f")},
        "Shading": {"S": {"ShadingType": 2, "ColorSpace": "/DeviceGray", "Coords": [0, 0, 9, 9], "Function": SLOPE}},
    }
    sheet[NameObject("/Resources")] = made(resources)
    sheet[NameObject("/Contents")] = stream({}, WORDS + content)
    if annotation is not None:
        shown = {"AP": {"N": stream(GROUP, b"0 0 9 9 re f")}} if annotation else {}
        note = {"Type": "/Annot", "Subtype": "/Stamp", "Rect": [50, 50, 200, 90], "Contents": "Note", **shown}
        sheet[NameObject("/Annots")] = made([note])
    return _written(writer)


SLOPE = {"FunctionType": 2, "Domain": [0, 1], "C0": [0], "C1": [1], "N": 1}


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(LETTER * 5 + b"f\n", id="five letters in one path"),
        pytest.param((LETTER + b"f\n") * 5, id="five letters, each a path"),
        pytest.param((LETTER + b"S\n") * 5, id="letters in outline"),
        pytest.param(b"q 60 0 0 40 100 100 cm /I Do Q\n", id="a picture of half a per cent"),
        pytest.param(b"q 60 0 0 40 100 100 cm /G Do Q\n", id="a picture in a group"),
        pytest.param(b"/Pattern cs /P scn 100 100 80 20 re f\n", id="a rectangle filled with a pattern"),
        pytest.param(b"q 100 100 80 20 re W n /S sh Q\n", id="a shading"),
    ],
)
def test_what_may_show_words_is_looked_at(content: bytes) -> None:
    """Outlines, pictures, patterns and shadings beside a line of text."""
    assert [1] == read(page(content), PDF_MEDIA_TYPE).pictured


def test_an_annotation_that_draws_itself_is_looked_at() -> None:
    """What a stamp shows need not be what it says; without an appearance it shows nothing of its own."""
    assert [1] == read(page(b"", annotation=True), PDF_MEDIA_TYPE).pictured
    assert [] == read(page(b"", annotation=False), PDF_MEDIA_TYPE).pictured


def test_rules_boxes_and_a_tiny_picture_are_no_words() -> None:
    """A table's lines and filled cells, four shapes and a bullet of a picture leave a page of text alone."""
    table = b"".join(b"20 %d 500 1 re f 20 %d m 400 %d l S\n" % (y, y, y) for y in range(0, 400, 20))
    bullet = b"q 8 0 0 8 100 100 cm /I Do Q\n"
    assert [] == read(page(table + bullet + LETTER * 4 + b"f\n"), PDF_MEDIA_TYPE).pictured
