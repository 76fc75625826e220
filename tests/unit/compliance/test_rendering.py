"""Rendering through the pool of processes: what it gives."""

import asyncio
import io
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageChops

import watermark
from compliance.rendering import SEALABLE_MEDIA_TYPES, PreparedPage, RawPage, Renderer, RenderLimits
from tests.unit.watermark import sample_images, sample_pdfs
from watermark.errors import (
    ImageDamaged,
    PdfEncrypted,
    SourceIncomplete,
    SourceTooLarge,
    TooManyPages,
    UnsupportedType,
    WatermarkError,
)
from watermark.findings import Finding

pytestmark = pytest.mark.asyncio(loop_scope="module")
PDF = "application/pdf"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    """One pool for all these tests: none of them breaks a process."""
    async with Renderer(limits=RenderLimits(pages_max=5, source_max_bytes=10_000_000)) as started:
        yield started


async def streamed(source: bytes, piece_bytes: int = 1000) -> AsyncIterator[bytes]:
    """The source as a store gives it."""
    for start in range(0, len(source), piece_bytes):
        yield source[start : start + piece_bytes]


async def prepared(
    renderer: Renderer, source: bytes, media_type: str = PDF, long_side_px: int = 400
) -> list[PreparedPage]:
    """All pages."""
    pages = renderer.prepare(
        streamed(source), size_bytes=len(source), media_type=media_type, long_side_px=long_side_px, thumb_px=50
    )
    return [page async for page in pages]


def image(content: bytes) -> Image.Image:
    """A picture from its bytes."""
    return Image.open(io.BytesIO(content))


async def test_a_pdf_comes_page_by_page(renderer: Renderer) -> None:
    """Every page in order, with its number, size in points, picture and thumbnail."""
    pages = await prepared(renderer, sample_pdfs.pages(3))

    assert [(1, 3), (2, 3), (3, 3)] == [(page.page, page.page_count) for page in pages]
    assert {(20.0, 10.0, 400, 200)} == {(p.width_pt, p.height_pt, p.width_px, p.height_px) for p in pages}
    assert [(400, 200), (50, 25)] == [image(each).size for each in (pages[0].page_jpeg, pages[0].thumb_jpeg)]


async def test_a_picture_is_one_page(renderer: Renderer) -> None:
    """A photograph is turned upright, and a small one is not enlarged."""
    (page,) = await prepared(renderer, sample_images.oriented(6), "image/jpeg")

    assert (page.page_count, page.width_px, page.height_px) == (1, 40, 80)
    assert b"secret" not in page.page_jpeg + page.thumb_jpeg


@pytest.mark.parametrize(
    ("source", "media_type"),
    [
        (sample_images.heic(sample_images.marked(200, 100)), "image/heic"),
        (sample_images.saved(sample_images.marked(200, 100), "AVIF"), "image/avif"),
    ],
    ids=["heic", "avif"],
)
async def test_telephones_formats_are_decoded_in_a_confined_process(
    renderer: Renderer, source: bytes, media_type: str
) -> None:
    """HEIC and AVIF come page by page and whole, in a process that may start no thread."""
    (page,) = await prepared(renderer, source, media_type)
    full = await renderer.full_image(streamed(source), size_bytes=len(source), media_type=media_type)

    assert (200, 100) == (page.width_px, page.height_px)
    assert ("image/jpeg", 200, 100) == (full.media_type, full.width_px, full.height_px)


async def test_findings_come_with_the_first_page(renderer: Renderer) -> None:
    """What is odd about the document is told once."""
    (page,) = await prepared(renderer, sample_pdfs.encrypted(user_password=""))

    assert page.findings == (Finding("pdf-owner-password"),)


async def test_chinese_in_fonts_the_file_lacks_is_drawn(renderer: Renderer) -> None:
    """Text in SimHei, named but not embedded, is drawn in the bundled font: different shapes, not gone, not boxes."""
    (page,) = await prepared(renderer, sample_pdfs.unembedded_chinese("玻尿酸"), long_side_px=800)
    (other,) = await prepared(renderer, sample_pdfs.unembedded_chinese("透明质"), long_side_px=800)
    drawn, different = (image(each.page_jpeg).convert("L").crop((40, 40, 280, 180)) for each in (page, other))

    assert sum(drawn.histogram()[:100]) > 2000
    assert sum(ImageChops.difference(drawn, different).histogram()[100:]) > 2000


@pytest.mark.parametrize(
    ("file_format", "expected"), [("PNG", "image/png"), ("GIF", "image/png"), ("WEBP", "image/jpeg")]
)
async def test_a_full_image_keeps_its_resolution(renderer: Renderer, file_format: str, expected: str) -> None:
    """Every pixel of a picture, as PNG where sharp edges count and as JPEG otherwise."""
    source = sample_images.saved(sample_images.marked(900, 500), file_format)
    full = await renderer.full_image(
        streamed(source), size_bytes=len(source), media_type=f"image/{file_format.lower()}"
    )

    assert (expected, 900, 500) == (full.media_type, full.width_px, full.height_px)
    assert (expected, (900, 500)) == (Image.MIME[image(full.content).format or ""], image(full.content).size)


@pytest.mark.parametrize(
    ("source", "media_type", "expected"),
    [
        (sample_pdfs.encrypted(user_password="x"), PDF, PdfEncrypted),
        (sample_pdfs.pages(6), PDF, TooManyPages),
        (sample_pdfs.HTML, "image/jpeg", ImageDamaged),
        (b"", "image/png", ImageDamaged),
        (b"PK", "application/zip", UnsupportedType),
        (bytes(10_000_001), PDF, SourceTooLarge),
    ],
    ids=["encrypted", "pages", "html", "empty", "type", "size"],
)
async def test_refusals_are_raised_by_class(
    renderer: Renderer, source: bytes, media_type: str, expected: type[WatermarkError]
) -> None:
    """What a process refuses is raised here as what it is."""
    with pytest.raises(expected):
        await prepared(renderer, source, media_type)


async def test_a_pdf_has_no_full_image(renderer: Renderer) -> None:
    """Only pictures have a resolution of their own."""
    with pytest.raises(UnsupportedType):
        await renderer.full_image(streamed(sample_pdfs.marked()), size_bytes=len(sample_pdfs.marked()), media_type=PDF)


@pytest.mark.parametrize("announced", [10, 100_000])
async def test_a_source_of_another_length_is_refused(renderer: Renderer, announced: int) -> None:
    """Neither a truncated nor an overlong source is taken for the document."""
    pages = renderer.prepare(
        streamed(sample_pdfs.marked()), size_bytes=announced, media_type=PDF, long_side_px=100, thumb_px=50
    )
    with pytest.raises(SourceIncomplete):
        await anext(pages)
    assert len(await prepared(renderer, sample_pdfs.marked())) == 1


async def test_failures_of_the_source_pass_through(renderer: Renderer) -> None:
    """When the store breaks off, its own error is raised, and the next document is rendered as ever."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"%PDF"
        raise ConnectionResetError("the store")

    with pytest.raises(ConnectionResetError, match="the store"):
        await anext(renderer.prepare(broken(), size_bytes=9, media_type=PDF, long_side_px=100, thumb_px=50))
    assert len(await prepared(renderer, sample_pdfs.marked())) == 1


def animation(frames: int) -> bytes:
    """A GIF of frames that differ and hardly shrink."""
    pictures = [Image.effect_noise((200, 100), sigma).convert("RGB") for sigma in range(50, 50 + frames)]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


async def seen(renderer: Renderer, suspect: bytes, pixels_max: int = 400 * 400 * 8) -> list[RawPage]:
    """The frames of a suspect that are looked at."""
    pages, _ = await renderer.suspect(
        streamed(suspect),
        size_bytes=len(suspect),
        media_type="image/gif",
        long_side_px=400,
        pages_max=8,
        pixels_max=pixels_max,
    )
    return pages


def numbers(pages: list[RawPage]) -> list[tuple[int, int]]:
    """Which they are, each of how many."""
    return [(page.page, page.page_count) for page in pages]


async def test_a_suspect_is_looked_at_as_far_as_it_can_be_drawn(renderer: Renderer) -> None:
    """The frame at which a download broke off hides nothing of those before; where none is whole, that is the end."""
    whole = animation(4)

    assert [(1, 4), (2, 4), (3, 4), (4, 4)] == numbers(await seen(renderer, whole))
    broken = numbers(await seen(renderer, whole[: len(whole) * 6 // 10]))
    assert (1, 2) == tuple(page for page, _ in broken)
    with pytest.raises(ImageDamaged):
        await seen(renderer, whole[: len(whole) // 10])


async def test_pages_of_a_suspect_share_what_may_be_in_memory(renderer: Renderer) -> None:
    """One is drawn as large as asked for; of many each is smaller, and together they stay within the bound."""
    one, many = [await seen(renderer, animation(frames), pixels_max=200 * 200) for frames in (1, 4)]

    assert [(200, 100)] == [(page.width_px, page.height_px) for page in one]
    assert [(100, 50)] * 4 == [(page.width_px, page.height_px) for page in many]


async def test_the_sealable_types_are_told() -> None:
    """PDF and the seven picture formats."""
    assert {
        PDF,
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "image/tiff",
        "image/heic",
        "image/avif",
    } == SEALABLE_MEDIA_TYPES


UNDER_A_LISTENER = """
import asyncio
from compliance.rendering import Renderer
from tests.unit.compliance.test_rendering import prepared
from tests.unit.watermark import sample_images

async def main():
    async with Renderer() as renderer:
        return await prepared(renderer, sample_images.heic(sample_images.marked(200, 100)), "image/heic")

print([(page.width_px, page.height_px) for page in asyncio.run(main())])
"""


async def test_files_are_drawn_where_nobody_can_count_threads() -> None:
    """In a container whose runtime listens itself everything else is kept: HEIC, which takes a thread, is drawn."""
    command = (sys.executable, "-m", "tests.listened", "-c", UNDER_A_LISTENER)
    ran = await asyncio.create_subprocess_exec(*command, cwd=Path(watermark.__file__).parents[1], stdout=PIPE)
    said, _ = await ran.communicate()
    assert (0, b"[(200, 100)]") == (ran.returncode, said.strip())
