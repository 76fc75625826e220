"""A PDF of pictures, in which every byte has its place beforehand."""

import io
from contextlib import closing
from itertools import pairwise

import pypdf
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from watermark.encoding import encode
from watermark.flattened import FlattenedPdf, PagePlan
from watermark.pdf import PdfDocument

Page = tuple[PagePlan, bytes]
SPARE_BYTES = 321


def jpeg_page(colour: tuple[int, int, int], width_pt: float = 595.276, height_pt: float = 841.89) -> Page:
    """A page filled with one colour, and with some room to spare."""
    jpeg = encode(Image.new("RGB", (60, 84), colour), "image/jpeg")
    return PagePlan(60, 84, width_pt, height_pt, len(jpeg) + SPARE_BYTES), jpeg


def plan_of(*pages: Page, title: str = "", file_id: bytes = b"copy-0123456789a") -> FlattenedPdf:
    """The file of these pages, without their pictures."""
    return FlattenedPdf([plan for plan, _ in pages], title=title, file_id=file_id)


def part_of(pdf: FlattenedPdf, pages: tuple[Page, ...], part: range) -> bytes:
    """A part, made of the pieces that it touches."""
    pictures = (b"", *(jpeg for _, jpeg in pages), b"")
    return b"".join(pdf.piece(number, pictures[number])[within] for number, within in pdf.touched(part))


def whole(*pages: Page, title: str = "", file_id: bytes = b"copy-0123456789a") -> bytes:
    """The file of these pages."""
    pdf = plan_of(*pages, title=title, file_id=file_id)
    return part_of(pdf, pages, range(pdf.size_bytes))


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


PAGES = tuple(map(jpeg_page, COLOURS))
SIZE_BYTES = len(whole(*PAGES))


def test_its_length_is_known_without_a_picture() -> None:
    """The same before as after, whatever the pictures weigh; the lightest ones leave a sound file, too."""
    lighter = tuple((plan, jpeg_page((0, 0, 0))[1]) for plan, _ in PAGES)

    assert SIZE_BYTES == plan_of(*PAGES).size_bytes == len(whole(*lighter))
    with closing(PdfDocument(whole(*lighter), pages_max=3)) as pdf:
        assert pdf.findings == ()


@given(st.lists(st.integers(0, SIZE_BYTES), max_size=9))
def test_any_parts_put_together_are_the_whole(cuts: list[int]) -> None:
    """However the file is cut."""
    pdf, ends = plan_of(*PAGES), sorted({0, SIZE_BYTES, *cuts})

    assert whole(*PAGES) == b"".join(part_of(pdf, PAGES, range(*each)) for each in pairwise(ends))


def test_only_pages_that_a_part_touches_are_made() -> None:
    """The last bytes need no page, the middle of one page no other."""
    pdf = plan_of(*PAGES)
    of_page_2 = next(iter(pdf.touched(range(SIZE_BYTES // 2, SIZE_BYTES // 2 + 1))))[0]

    assert [4] == [number for number, _ in pdf.touched(range(SIZE_BYTES - 20, SIZE_BYTES))]
    assert (2, True) == (of_page_2, pdf.is_page(of_page_2))


def test_no_picture_is_larger_than_its_room() -> None:
    """It would move whatever comes behind it."""
    with pytest.raises(ValueError, match="room"):
        plan_of(*PAGES).piece(1, PAGES[0][1] + bytes(SPARE_BYTES + 1))


def test_a_thousand_pages_are_a_sound_file() -> None:
    """Long documents keep a valid cross-reference table."""
    source = whole(*[jpeg_page(COLOURS[0])] * 1000)
    with closing(PdfDocument(source, pages_max=1000)) as pdf:
        assert (pdf.page_count, pdf.findings) == (1000, ())
