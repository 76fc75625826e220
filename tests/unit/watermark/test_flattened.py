"""A PDF written page by page."""

import io
from collections.abc import Iterator
from contextlib import closing

import pypdf
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from watermark.encoding import encode
from watermark.flattened import FlattenedPdf, JpegPage, pdf_of_images
from watermark.pdf import PdfDocument


def jpeg_page(colour: tuple[int, int, int], width_pt: float = 595.276, height_pt: float = 841.89) -> JpegPage:
    """A page filled with one colour."""
    return JpegPage(60, 84, width_pt, height_pt, encode(Image.new("RGB", (60, 84), colour), "image/jpeg"))


def whole(*pages: JpegPage, title: str = "", file_id: bytes = b"copy-0123456789a") -> bytes:
    """The file of these pages."""
    return b"".join(pdf_of_images(pages, title=title, file_id=file_id))


COLOURS = [(250, 10, 10), (10, 250, 10), (10, 10, 250)]


def test_pages_come_in_order() -> None:
    """Each page shows its own picture, edge to edge."""
    with closing(PdfDocument(whole(*map(jpeg_page, COLOURS)), pages_max=3)) as pdf:
        images = [pdf.render(number, 84).image for number in (1, 2, 3)]

    for colour, image in zip(COLOURS, images, strict=True):
        for low, high in zip(colour, image.getextrema(), strict=True):
            assert isinstance(high, tuple)
            assert all(abs(level - low) < 12 for level in high)


def test_the_file_is_sound() -> None:
    """PDFium finds nothing to repair, and a strict reader nothing to complain about."""
    source = whole(*map(jpeg_page, COLOURS))
    with closing(PdfDocument(source, pages_max=3)) as pdf:
        assert pdf.findings == ()

    assert len(pypdf.PdfReader(io.BytesIO(source), strict=True).pages) == 3


@pytest.mark.parametrize("size", [(595.276, 841.89), (10, 10), (2383.937, 3370.394), (20000, 12345.678), (0.5, 300)])
def test_page_sizes_are_exact(size: tuple[float, float]) -> None:
    """A page has the size of the original in points, beyond 200 inches by a user unit."""
    source = whole(jpeg_page(COLOURS[0], *size))
    box = pypdf.PdfReader(io.BytesIO(source)).pages[0].mediabox
    with closing(PdfDocument(source, pages_max=1)) as pdf:
        page = pdf.render(1, 50)

    assert max(box.width, box.height) <= 14_400
    assert (page.width_pt, page.height_pt) == pytest.approx(size, rel=1e-6)


def test_nothing_but_pictures_is_inside() -> None:
    """No text, no attachment, no script: a title and page images."""
    source = whole(jpeg_page(COLOURS[0]), title="手册 (2026)")
    reader = pypdf.PdfReader(io.BytesIO(source))

    assert reader.metadata is not None
    assert reader.metadata.title == "手册 (2026)"
    assert reader.pages[0].extract_text() == ""
    assert sorted(reader.root_object) == ["/Pages", "/Type"]


def test_each_copy_has_its_own_id() -> None:
    """Both halves of /ID are what the caller gave."""
    with closing(PdfDocument(whole(jpeg_page(COLOURS[0]), file_id=b"another copy id."), pages_max=1)) as pdf:
        halves = [pdf._pdf.get_identifier(kind) for kind in (pdfium.FILEIDTYPE_PERMANENT, pdfium.FILEIDTYPE_CHANGING)]

    assert halves == [b"another copy id."] * 2


def test_a_title_can_not_break_out() -> None:
    """Whatever a title holds stays a title."""
    title = ") >> endobj \\ ( \n\ud800 %%EOF"
    with closing(PdfDocument(whole(jpeg_page(COLOURS[0]), title=title), pages_max=1)) as pdf:
        assert (pdf.page_count, pdf.findings) == (1, ())


def test_pages_are_taken_one_at_a_time() -> None:
    """The bytes of a page leave before the next page is asked for."""
    taken: list[int] = []

    def source() -> Iterator[JpegPage]:
        for number, colour in enumerate(COLOURS):
            taken.append(number)
            yield jpeg_page(colour)

    pieces = pdf_of_images(source(), title="", file_id=b"x")
    seen = [(next(pieces)[:5], list(taken)) for _ in range(3)]

    assert [taken for _, taken in seen] == [[], [0], [0, 1]]


def test_an_asynchronous_caller_can_drive_it() -> None:
    """Header, pages and trailer one by one give the same file as the generator."""
    pdf = FlattenedPdf(title="t", file_id=b"i")
    pieces = [pdf.header(), *(pdf.page(jpeg_page(colour)) for colour in COLOURS), pdf.trailer()]

    assert b"".join(pieces) == whole(*map(jpeg_page, COLOURS), title="t", file_id=b"i")


def test_a_thousand_pages_are_a_sound_file() -> None:
    """Long documents keep a valid cross-reference table."""
    source = whole(*[jpeg_page(COLOURS[0])] * 1000)
    with closing(PdfDocument(source, pages_max=1000)) as pdf:
        assert (pdf.page_count, pdf.findings) == (1000, ())
