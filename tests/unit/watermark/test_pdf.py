"""PDF pages as pictures."""

import io
from contextlib import closing

import pypdf
import pytest
from PIL import Image

from tests.unit.watermark import sample_pdfs as samples
from tests.unit.watermark.sample_pdfs import BLUE, GREEN, RED, WHITE
from watermark.errors import PdfDamaged, PdfEmpty, PdfEncrypted, TooManyPages, WatermarkError
from watermark.findings import Finding
from watermark.pdf import PdfDocument, RenderedPage


def rendered(source: bytes, long_side_px: int = 200) -> RenderedPage:
    """The first page."""
    with closing(PdfDocument(source, pages_max=10)) as pdf:
        return pdf.render(1, long_side_px)


def findings(source: bytes) -> tuple[Finding, ...]:
    """What the document is."""
    with closing(PdfDocument(source, pages_max=10)) as pdf:
        return pdf.findings


def corners(image: Image.Image) -> dict[str, object]:
    """The colours a few pixels inside upper left, upper right, lower left and lower right."""
    right, bottom = image.width - 4, image.height - 4
    return {
        "ul": image.getpixel((3, 3)), "ur": image.getpixel((right, 3)),
        "ll": image.getpixel((3, bottom)), "lr": image.getpixel((right, bottom)),
    }  # fmt: skip


UPRIGHT = {"ul": BLUE, "ur": WHITE, "ll": RED, "lr": GREEN}


@pytest.mark.parametrize(
    ("rotate", "expected"),
    [
        (0, UPRIGHT),
        (90, {"ul": RED, "ur": BLUE, "ll": GREEN, "lr": WHITE}),
        (180, {"ul": GREEN, "ur": RED, "ll": WHITE, "lr": BLUE}),
        (270, {"ul": WHITE, "ur": GREEN, "ll": BLUE, "lr": RED}),
        (-90, {"ul": WHITE, "ur": GREEN, "ll": BLUE, "lr": RED}),
    ],
)
def test_rotation_is_applied(rotate: int, expected: dict[str, object]) -> None:
    """A page turned clockwise by /Rotate comes out turned, its width and height exchanged where need be."""
    page = rendered(samples.marked(b"/Rotate %d" % rotate))
    sizes = ((200, 100), (200.0, 100.0)) if rotate % 180 == 0 else ((100, 200), (100.0, 200.0))

    assert expected == corners(page.image)
    assert sizes == (page.image.size, (page.width_pt, page.height_pt))


def test_only_the_crop_box_is_shown() -> None:
    """What lies outside the CropBox is cut off, wherever in the MediaBox it stands."""
    content = b"0.5 g 0 0 400 400 re f " + b"1 g 150 120 200 100 re f " + samples.corner_marks(150, 120, 350, 220, 20)
    page = rendered(samples.one_page(b"/MediaBox[0 0 400 400]/CropBox[150 120 350 220]", content))

    assert corners(page.image) == UPRIGHT
    assert (page.width_pt, page.height_pt) == (200, 100)


def test_a_crop_box_beside_the_page_is_ignored() -> None:
    """A CropBox that would leave nothing leaves the whole page instead."""
    assert corners(rendered(samples.marked(b"/CropBox[900 900 950 950]")).image) == UPRIGHT


def test_a_mediabox_may_be_anywhere_and_upside_down() -> None:
    """Corners in the other order and a negative origin change nothing."""
    content = samples.corner_marks(-50, -30, 150, 70, 20)

    assert corners(rendered(samples.one_page(b"/MediaBox[150 70 -50 -30]", content)).image) == UPRIGHT


def test_the_user_unit_makes_the_page_larger() -> None:
    """UserUnit 3 makes 200 units 600 points."""
    page = rendered(samples.marked(b"/UserUnit 3"))

    assert (page.width_pt, page.height_pt) == (600, 300)
    assert corners(page.image) == UPRIGHT


@pytest.mark.parametrize("unit", [b"0", b"-2", b"1e99", b"/Name", b"null"])
def test_a_senseless_user_unit_is_ignored(unit: bytes) -> None:
    """Anything but a sensible positive number counts as 1."""
    assert rendered(samples.marked(b"/UserUnit " + unit)).width_pt == 200


@pytest.mark.parametrize(
    ("width", "height"), [(10, 10), (2384, 3370), (14400, 14400), (20000, 9000), (14400, 1), (3, 3000)]
)
def test_any_page_size_is_drawn_at_the_size_asked_for(width: int, height: int) -> None:
    """From a stamp to a hall, the longer side is exact, the shorter at least a pixel, the points those of the page."""
    page = rendered(samples.marked(width=width, height=height), 1000)

    assert (width, height) == (page.width_pt, page.height_pt)
    assert max(page.image.size) == 1000
    assert min(page.image.size) >= 1


def test_a_page_without_size_is_letter() -> None:
    """Without any MediaBox the page has PDFium's default size."""
    page = rendered(samples.one_page(b"", b""))

    assert (page.width_pt, page.height_pt) == (612, 792)


def test_a_page_without_contents_is_white() -> None:
    """An empty page is a page."""
    assert rendered(samples.without_contents()).image.getextrema() == ((255, 255),) * 3


def test_inherited_attributes_are_found() -> None:
    """Resources, size and rotation two levels up apply."""
    page = rendered(samples.with_inherited_resources())

    assert corners(page.image) == {"ul": RED, "ur": BLUE, "ll": GREEN, "lr": WHITE}


def test_pages_come_by_number() -> None:
    """Pages count from 1 up to the last."""
    with closing(PdfDocument(samples.pages(3), pages_max=3)) as pdf:
        assert pdf.page_count == 3
        assert pdf.render(3, 20).image.size == (20, 10)
        with pytest.raises(PdfDamaged) as caught:
            pdf.render(4, 20)
    assert caught.value.params == {"page": 4}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", PdfDamaged),
        (samples.HTML, PdfDamaged),
        (bytes(range(256)) * 40, PdfDamaged),
        (samples.marked()[:200], PdfDamaged),
        (samples.encrypted(user_password="secret"), PdfEncrypted),
        (samples.pages(0), PdfEmpty),
        (samples.pages(11), TooManyPages),
    ],
    ids=["empty", "html", "garbage", "truncated", "password", "no pages", "pages"],
)
def test_what_can_not_be_shown_is_refused(source: bytes, expected: type[WatermarkError]) -> None:
    """Every kind of unusable file has its own error."""
    with pytest.raises(expected):
        PdfDocument(source, pages_max=10)


def test_an_ordinary_document_has_no_findings() -> None:
    """Nothing odd, nothing told."""
    assert findings(samples.marked()) == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (samples.encrypted(user_password=""), Finding("pdf-owner-password")),
        (samples.one_page(b"", catalog=b"/Collection<</Type/Collection>>"), Finding("pdf-portfolio")),
        (samples.one_page(b"", catalog=b"/AcroForm<</Fields[]/XFA[(template)4 0 R]>>"), Finding("pdf-xfa")),
        (
            samples.one_page(b"", catalog=b"/AcroForm<</SigFlags 3/Fields[<</FT/Sig/T(s)/V<</Type/Sig>>>>]>>"),
            Finding("pdf-signed", {"signatures": 1}),
        ),
        (samples.marked().replace(b"startxref\n", b"startxref\n9"), Finding("pdf-repaired")),
    ],
    ids=["owner", "portfolio", "xfa", "signed", "repaired"],
)
def test_what_a_reviewer_should_know_is_told(source: bytes, expected: Finding) -> None:
    """Restrictions, portfolios, forms, signatures and repairs are findings, and the document still opens."""
    assert expected in findings(source)


def test_attachments_are_counted() -> None:
    """Files inside a PDF are told, as viewers do not get them."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(samples.marked()))
    writer.add_attachment("price-list.xlsx", b"PK")
    out = io.BytesIO()
    writer.write(out)

    assert findings(out.getvalue()) == (Finding("pdf-attachments", {"attachments": 1}),)


@pytest.mark.parametrize("kind", [b"/Subtype/Stamp", b"/Subtype/Widget/FT/Tx/T(a)/V(x)"])
def test_annotations_and_filled_fields_are_shown(kind: bytes) -> None:
    """What was stamped on a page or filled into its form is part of its look."""
    source = samples.assembled([
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Annots[5 0 R]>>",
        samples.stream(b"1 0 0 rg 0 0 50 50 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 50 50]"),
        b"<</Type/Annot%b/F 4/Rect[0 0 50 50]/AP<</N 4 0 R>>>>" % kind,
    ])  # fmt: skip

    assert corners(rendered(source).image)["ll"] == RED
