"""Templates of PDFs as people have them."""

import io
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, String

from tests.unit.watermark import sample_pdfs as samples
from tests.unit.watermark.templates.odd_pdfs import ALL, OTHERS, WHITE_PAGES, with_javascript
from tests.unit.watermark.templates.viewers import OUYANG, Template, problems
from watermark.errors import PdfDamaged, PdfEmpty, PdfEncrypted, TooManyPages, WatermarkError
from watermark.findings import Finding
from watermark.pdf import PdfDocument
from watermark.templates import Level
from watermark.templates.preparing import prepare, prepare_into

Copied = Callable[[str, Level], "Copy"]

SHORT_SIDE_PX = 160
LEVELS = pytest.mark.parametrize("level", list(Level))


@dataclass(frozen=True)
class Copy:
    """A viewer's copy, and its first page as it is shown."""

    pdf: bytes
    page: NDArray[np.int16]

    @classmethod
    def of(cls, name: str, level: Level) -> "Copy":
        """Of one of ALL."""
        pdf = made(ALL[name], level).copy(OUYANG)
        return cls(pdf, drawn(pdf))


def made(source: bytes, level: Level = Level.SHARED) -> Template:
    """The template of a PDF."""
    return Template(*prepare(source, level=level))


def drawn(pdf: bytes, page: int = 1) -> NDArray[np.int16]:
    """A page as PDFium shows it, grey."""
    with closing(PdfDocument(pdf, pages_max=10)) as opened:
        width, height = opened.size_pt(page)
        long_side_px = round(SHORT_SIDE_PX * max(width, height) / min(width, height))
        return np.asarray(opened.render(page, long_side_px).image.convert("L"), np.int16)


def size_pt(pdf: bytes) -> tuple[float, float]:
    """How large the first page is shown."""
    with closing(PdfDocument(pdf, pages_max=10)) as opened:
        return opened.size_pt(1)


@pytest.fixture(scope="module")
def copied() -> Copied:
    """A viewer's copy of one of ALL; made and drawn once for all tests."""
    return cache(Copy.of)


@cache
def seen(name: str) -> NDArray[np.int16]:
    """The first page of one of ALL."""
    return drawn(ALL[name])


@cache
def upright(width: float, height: float, level: Level) -> NDArray[np.int16]:
    """A viewer's copy of an empty page of this size."""
    page = samples.one_page(f"/MediaBox[0 0 {width} {height}]".encode())
    return drawn(made(page, level).copy(OUYANG))


@LEVELS
@pytest.mark.parametrize("name", WHITE_PAGES)
def test_the_mark_is_where_it_would_be_on_a_plain_page(copied: Copied, name: str, level: Level) -> None:
    """Turned, cropped, of any size, or with states left over: the page looks as an upright one of its shape would."""
    odd, plain = copied(name, level).page, upright(*size_pt(WHITE_PAGES[name]), level)

    assert plain.min() < 150  # the footer's type
    assert (plain < 240).mean() > 0.02  # and the letters all over
    assert odd.shape == plain.shape
    assert np.abs(odd - plain).mean() < 1.5


@LEVELS
@pytest.mark.parametrize("name", ALL)
def test_every_copy_is_sound_and_shows_what_it_showed(copied: Copied, name: str, level: Level) -> None:
    """Qpdf finds nothing wrong, and beside the mark each page is as it was."""
    copy = copied(name, level)

    assert problems(copy.pdf) == []
    before, after = seen(name), copy.page
    assert before.shape == after.shape
    assert np.median(np.abs(before - after)) <= 1


def test_a_page_that_occurs_twice_is_marked_twice() -> None:
    """Not four times on one."""
    copy = made(OTHERS["twice the same page"]).copy(OUYANG)
    one, other = drawn(copy, 1), drawn(copy, 2)

    assert np.abs(one - other).max() == 0
    assert np.abs(one - drawn(made(samples.marked()).copy(OUYANG))).mean() < 0.1


def test_a_copy_takes_no_metadata_along() -> None:
    """Who made the document, with what, and what was attached stays behind: also in images, pages and comments."""
    source = OTHERS["authors"]
    with pikepdf.open(io.BytesIO(made(source).copy(OUYANG))) as pdf:
        pdf.save(
            plain := io.BytesIO(),
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )

    assert source.count(b"SECRET-AUTHOR") >= 8
    assert b"SECRET-AUTHOR" not in plain.getvalue()


def test_a_copy_runs_nothing() -> None:
    """Scripts and programs are gone, links to the web stay; a finding says so."""
    found: list[bytes] = []
    prepared = prepare_into(with_javascript(), found.append)
    with pikepdf.open(io.BytesIO(b"".join(found))) as pdf:
        pdf.save(plain := io.BytesIO(), compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)

    assert b"https://example.org/" in plain.getvalue()
    assert [each for each in (b"JavaScript", b"Launch", b"calc.exe", b"alert") if each in plain.getvalue()] == []
    assert [each.rule for each in prepared.findings] == ["pdf-active-content"]


@pytest.mark.parametrize("key", ["/XFA", "/SigFlags"])
def test_forms_lose_what_a_copy_can_not_keep(key: str) -> None:
    """No XFA, whose scripts would draw something else than the pages; no signature, which would be broken."""
    source = OTHERS["XFA" if key == "/XFA" else "signed"]
    with pikepdf.open(io.BytesIO(made(source).content)) as pdf:
        assert key not in pdf.Root.AcroForm
        assert "/Perms" not in pdf.Root
        assert [] == list(pdf.Root.AcroForm.Fields)


def test_what_only_its_holder_says_is_lost_as_well() -> None:
    """A catalog or a link may say by itself what else is an object of its own: neither is looked over."""
    alert = Dictionary(S=Name.JavaScript, JS=String("alert()"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    link.A = Dictionary(S=Name.URI, URI=String("https://example.org/"), Next=alert)
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 400)).Annots = Array([link])
        pdf.Root.OpenAction = alert
        pdf.Root.Collection = Dictionary(View=Name.D)
        pdf.save(source := io.BytesIO())
    with pikepdf.open(io.BytesIO(made(source.getvalue()).content)) as pdf:
        assert not {"/OpenAction", "/Collection"} & set(pdf.Root.keys())
        assert {"/S", "/URI"} == set(pdf.pages[0].Annots[0].A.keys())


def test_the_title_is_the_one_given() -> None:
    """A title names the material; nothing else is said of the document."""
    template, _ = prepare(OTHERS["authors"], title="新品 2026")
    with pikepdf.open(io.BytesIO(template)) as pdf:
        assert {"/Title": "新品 2026"} == {key: str(value) for key, value in pdf.docinfo.items()}


@LEVELS
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", PdfDamaged),
        (samples.HTML, PdfDamaged),
        (samples.marked()[:80], PdfDamaged),
        (samples.encrypted(user_password="secret"), PdfEncrypted),
        (samples.pages(0), PdfEmpty),
        (samples.pages(11), TooManyPages),
        (samples.marked().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[3 0 R 3 0 R]/Count 2"), PdfDamaged),
    ],
    ids=["empty", "html", "truncated", "password", "no pages", "pages", "repaired otherwise than shown"],
)
def test_what_can_not_be_a_template_is_refused(source: bytes, expected: type[WatermarkError], level: Level) -> None:
    """Every kind of unusable file has its own error."""
    with pytest.raises(expected):
        prepare(source, level=level, pages_max=10)


@LEVELS
def test_what_unpacks_to_gigabytes_is_never_unpacked(level: Level) -> None:
    """A content stream is decoded within bounds or not at all, and the page is marked all the same."""
    source = samples.memory_bomb(50_000_000)
    template = made(source, level)

    assert len(template.content) < len(source) + 500_000
    assert any(each.pages == (1,) for each in template.slot_map.slots)


def test_findings_are_plain_data() -> None:
    """What a reviewer should know, and nothing where there is nothing."""
    assert prepare_into(samples.marked(), len).findings == ()
    assert prepare_into(with_javascript(), len).findings == (Finding("pdf-active-content", {"actions": 7}),)


@pytest.mark.parametrize(
    "sizes", [((595, 842), (400, 900)), ((400, 900), (595, 842)), ((842, 595), (595, 842), (500, 500))]
)
def test_the_hidden_picture_has_the_shape_of_the_first_page(sizes: tuple[tuple[int, int], ...]) -> None:
    """A stretched mark would not be read; pages of other shapes show a part of the picture, or it again."""
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(len(sizes)))
    source = samples.assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(sizes)),
        *(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]>>" % size for size in sizes),
    ])  # fmt: skip
    slot_map = made(source).slot_map

    assert slot_map.hidden_width_px / slot_map.hidden_height_px == pytest.approx(sizes[0][0] / sizes[0][1], rel=0.01)
