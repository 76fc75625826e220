"""What becomes of broken files in the processes that the product opens them in, with limits that suit small files."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from compliance.levels import TEMPLATES
from compliance.media_types import HEAD_BYTES, PDF, TAIL_BYTES, recognise
from compliance.office import OfficeConverter, OfficeLimits
from compliance.preparation import NOT_SEALABLE
from compliance.rendering import SEALABLE_MEDIA_TYPES, Renderer, RenderLimits, TemplateMade
from tests.malformed.corpus import Sample
from watermark.errors import WatermarkError
from watermark.media_types import OFFICE_MEDIA_TYPES
from watermark.templates import Level, SlotMap

MIB = 1 << 20
LIMITS = RenderLimits(
    pages_max=200, pixels_max=50_000_000, memory_max_bytes=500 * MIB, page_timeout_s=2, job_timeout_s=10
)
OFFICE_LIMITS = OfficeLimits(memory_max_bytes=1024 * MIB, timeout_s=30)
LONG_SIDE_PX, THUMB_PX = 400, 60
PAGES = "pages"  # the outcome of a file that is shown; every other one is the slug of a finding


@dataclass
class Outcomes:
    """What became of each, and the most that a process had of memory when it was looked at, after each file."""

    by_name: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)  # of PDFs that are shown: by level and name
    peak_bytes: int = 0

    def counted(self, *, templates: bool = False) -> dict[str, int]:
        """How many ended how, the most frequent first."""
        found = list((self.templates if templates else self.by_name).values())
        return dict(sorted(((each, found.count(each)) for each in set(found)), key=lambda pair: -pair[1]))


async def streamed(body: bytes) -> AsyncIterator[bytes]:
    """The file as it comes from the store."""
    yield body


async def drawn(renderer: Renderer, body: bytes) -> str:
    """The outcome of a PDF or a picture, taken for what its bytes say, as an upload is."""
    media_type = recognise(body[:HEAD_BYTES], "", body[-TAIL_BYTES:]).media_type
    if media_type not in SEALABLE_MEDIA_TYPES:
        return NOT_SEALABLE
    known = {"size_bytes": len(body), "media_type": media_type}
    try:
        pages = renderer.prepare(
            streamed(body), size_bytes=len(body), media_type=media_type, long_side_px=LONG_SIDE_PX, thumb_px=THUMB_PX
        )
        async with aclosing(pages):
            async for page in pages:
                assert page.page_jpeg.startswith(b"\xff\xd8\xff"), known
        if media_type != PDF:
            await renderer.full_image(streamed(body), size_bytes=len(body), media_type=media_type)
    except WatermarkError as error:
        return error.slug
    return PAGES


async def templated(renderer: Renderer, body: bytes, level: Level) -> str:
    """The outcome of making a template, from which copies that keep their text are spliced."""
    size_bytes = 0
    try:
        pieces = renderer.template(streamed(body), size_bytes=len(body), level=level, title="")
        async with aclosing(pieces):
            async for piece in pieces:
                if not isinstance(piece, TemplateMade):
                    size_bytes += len(piece)
                else:
                    assert size_bytes == SlotMap.from_bytes(piece.slot_map).size_bytes
    except WatermarkError as error:
        return error.slug
    return PAGES


async def drawn_all(renderer: Renderer, samples: Iterable[Sample]) -> Outcomes:
    """One after the other."""
    outcomes = Outcomes()
    for each in samples:
        outcomes.by_name[each.name] = await drawn(renderer, each.body)
        if outcomes.by_name[each.name] == PAGES and each.is_pdf:
            for level in TEMPLATES:
                outcomes.templates[f"{level} {each.name}"] = await templated(renderer, each.body, level)
        outcomes.peak_bytes = max(outcomes.peak_bytes, await asyncio.to_thread(_peak_bytes))
    return outcomes


async def converted_all(program: Path, samples: Iterable[Sample]) -> Outcomes:
    """Office files, up to the PDF."""
    outcomes, converter = Outcomes(), OfficeConverter(program, OFFICE_LIMITS)
    for each in samples:
        outcomes.by_name[each.name] = await _converted(converter, each.body)
    return outcomes


async def _converted(converter: OfficeConverter, body: bytes) -> str:
    media_type = recognise(body[:HEAD_BYTES], "", body[-TAIL_BYTES:]).media_type
    if media_type not in OFFICE_MEDIA_TYPES:
        return NOT_SEALABLE
    try:
        async with converter.converted(streamed(body), size_bytes=len(body), media_type=media_type) as made:
            assert made.pdf.read_bytes().startswith(b"%PDF-")
    except WatermarkError as error:
        return error.slug
    return PAGES


def _peak_bytes() -> int:
    """The largest address space that a rendering process of ours ever had, of those that live."""
    peak = 0
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.Error, OSError):
            if "watermark.worker" in each.cmdline():
                status = Path(f"/proc/{each.pid}/status").read_text(encoding="ascii")
                if "VmPeak:" in status:  # not while it ends: its memory is gone before its name is
                    peak = max(peak, int(status.partition("VmPeak:")[2].split()[0]) * 1024)
    return peak
