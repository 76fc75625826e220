"""Sealed PDFs of every level in the programs that people open them with.

Each program opens every sample in one of the levels, the next program in the next; `make whole` has all of them opened.
"""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from tests.brochure import brochure
from tests.contract.readers.levels import FLATTENED, LEVELS, copy_of
from tests.contract.readers.programs import mupdf, pdfium, pdfjs, poppler, qpdf
from tests.unit.watermark.templates.odd_pdfs import ALL
from tests.unit.watermark.templates.viewers import OUYANG, Template
from watermark.look import PRESETS
from watermark.templates import Level
from watermark.templates.preparing import prepare

# What the pages themselves hold can't be mended: of these a reader may complain as it does of the source.
UNSOUND_PAGES = {
    "surplus Q", "leaked q", "leaked matrix", "leaked clip", "no size", "cropped beside", "content in parts",
}  # fmt: skip
SAMPLES = {"brochure": brochure()} | ALL
Sample = tuple[str, str]  # the level and the name
Heard = Mapping[Sample, list[str]]


@pytest.fixture(scope="module")
def sealed() -> dict[Sample, bytes]:
    """A viewer's copy of every sample in every level, made once, both marks in it."""
    return {(level, name): copy_of(source, level, OUYANG) for level in LEVELS for name, source in SAMPLES.items()}


@pytest.fixture
def opened_by(sealed: dict[Sample, bytes], *, whole: bool) -> Callable[[int], dict[Sample, bytes]]:
    """What the program of this number opens."""

    def chosen(number: int) -> dict[Sample, bytes]:
        one_each = {(LEVELS[(number + place) % len(LEVELS)], name) for place, name in enumerate(SAMPLES)}
        return {sample: pdf for sample, pdf in sealed.items() if whole or sample in one_each}

    return chosen


def unexcused(heard: Heard) -> Heard:
    """Complaints of copies but those that keep an unsound page; pictures of pages keep nothing of it."""
    return {
        (level, name): said
        for (level, name), said in heard.items()
        if said and (level == FLATTENED or name not in UNSOUND_PAGES)
    }


@pytest.mark.parametrize(("number", "reader"), [(2, qpdf), (3, pdfium), (4, mupdf)], ids=["qpdf", "PDFium", "MuPDF"])
def test_a_library_opens_every_sample_without_a_warning(
    number: int, reader: Callable[[bytes], list[str]], opened_by: Callable[[int], dict[Sample, bytes]]
) -> None:
    """Nothing to complain of, and nothing new where the source's own pages are unsound."""
    heard = {sample: reader(pdf) for sample, pdf in opened_by(number).items()}

    assert {} == unexcused(heard)
    before = {name: set(reader(SAMPLES[name])) for name in UNSOUND_PAGES}
    assert [] == [sample for sample, said in heard.items() if set(said) - before.get(sample[1], set())]


async def test_poppler_opens_every_sample_without_a_warning(
    opened_by: Callable[[int], dict[Sample, bytes]],
) -> None:
    """Pdftoppm writes nothing to its standard error."""
    await check_silence(poppler, opened_by(0))


async def test_pdf_js_opens_every_sample_without_a_warning(opened_by: Callable[[int], dict[Sample, bytes]]) -> None:
    """The reader of Firefox, and of many web pages, draws every page and is silent."""
    async with pdfjs() as reader:
        await check_silence(reader.complaints, opened_by(1))


async def check_silence(reader: Callable[[bytes], Awaitable[list[str]]], sealed: dict[Sample, bytes]) -> None:
    """Nothing to complain of, and nothing more where the source's own pages are unsound."""
    heard = {sample: await reader(pdf) for sample, pdf in sealed.items()}

    assert {} == unexcused(heard)
    before = {name: len(await reader(SAMPLES[name])) for name in UNSOUND_PAGES}
    assert [] == [sample for sample, said in heard.items() if len(said) > before.get(sample[1], 0)]


def test_every_look_is_silent_too() -> None:
    """Diagonal, corner, coloured: the same readers, the same silence."""
    template = Template(*prepare(brochure(), level=Level.SHARED))
    for look in PRESETS.values():
        copy = template.copy(OUYANG, look)
        assert [] == [*qpdf(copy), *pdfium(copy), *mupdf(copy)]
