"""Sealed PDFs in the programs that people open them with."""

from collections.abc import Callable

import pytest

from tests.brochure import brochure
from tests.contract.readers.programs import mupdf, pdfium, pdfjs, poppler, qpdf
from tests.unit.watermark.templates.odd_pdfs import ALL
from tests.unit.watermark.templates.viewers import OUYANG, Template
from tests.unit.watermark.test_flattened import PAGES, whole
from watermark.look import PRESETS
from watermark.templates import Level
from watermark.templates.preparing import prepare

# What the pages themselves hold can't be mended: of these a reader may complain as it does of the source.
UNSOUND_PAGES = {
    "surplus Q", "leaked q", "leaked matrix", "leaked clip", "no size", "cropped beside", "content in parts",
}  # fmt: skip
SAMPLES = {"brochure": brochure()} | ALL


def copies() -> dict[str, bytes]:
    """A viewer's copy of every sample; the interleaved level has all that the shared one has, and more.

    And one of pictures, all of which have more room than they need.
    """
    spliced = {
        name: Template(*prepare(source, level=Level.INTERLEAVED)).copy(OUYANG) for name, source in SAMPLES.items()
    }
    return {**spliced, "flattened": whole(*PAGES)}


@pytest.fixture(scope="module")
def sealed() -> dict[str, bytes]:
    """The copies, made once."""
    return copies()


@pytest.mark.parametrize("reader", [qpdf, pdfium, mupdf], ids=["qpdf", "PDFium", "MuPDF"])
def test_a_library_opens_every_sample_without_a_warning(
    reader: Callable[[bytes], list[str]], sealed: dict[str, bytes]
) -> None:
    """Nothing to complain of, and nothing new where the source's own pages are unsound."""
    heard = {name: reader(pdf) for name, pdf in sealed.items()}

    assert {} == {name: said for name, said in heard.items() if said and name not in UNSOUND_PAGES}
    for name in UNSOUND_PAGES:
        assert set(heard[name]) <= set(reader(SAMPLES[name]))


async def test_poppler_opens_every_sample_without_a_warning(sealed: dict[str, bytes]) -> None:
    """Pdftoppm and pdftotext write nothing to their standard error."""
    heard = {name: await poppler(pdf) for name, pdf in sealed.items()}

    assert {} == {name: said for name, said in heard.items() if said and name not in UNSOUND_PAGES}
    for name in UNSOUND_PAGES:
        assert len(heard[name]) <= len(await poppler(SAMPLES[name]))


async def test_pdf_js_opens_every_sample_without_a_warning(sealed: dict[str, bytes]) -> None:
    """The reader of Firefox, and of many web pages, draws every page and is silent."""
    async with pdfjs() as reader:
        heard = {name: await reader.complaints(pdf) for name, pdf in sealed.items()}
        before = {name: await reader.complaints(SAMPLES[name]) for name in UNSOUND_PAGES}

    assert {} == {name: said for name, said in heard.items() if said and name not in UNSOUND_PAGES}
    for name in UNSOUND_PAGES:
        assert len(heard[name]) <= len(before[name])


def test_every_look_is_silent_too() -> None:
    """Diagonal, corner, coloured: the same readers, the same silence."""
    template = Template(*prepare(brochure(), level=Level.SHARED))
    for look in PRESETS.values():
        copy = template.copy(OUYANG, look)
        assert [] == [*qpdf(copy), *pdfium(copy), *mupdf(copy)]
