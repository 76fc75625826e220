"""Page images and thumbnails, without letting a document near this process.

Promises: documents are parsed in confined processes only, which hold no key; streamed there and never stored; every
refusal is a `WatermarkError`. Long work (`prepare`) leaves one process of two free for people who wait.
Leaves to its callers what is kept where and who may see it, and sealing to `sealer`.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing, asynccontextmanager

from compliance.rendering import replies
from compliance.rendering.child import RenderChild
from compliance.rendering.limits import DEFAULT_LIMITS, RenderLimits
from compliance.rendering.pool import Pooled
from compliance.rendering.replies import FullImage, PreparedPage, RawPage, TemplateMade
from watermark.errors import RenderCrashed, SourceTooLarge, UnsupportedType, WatermarkError
from watermark.media_types import PDF_MEDIA_TYPE, SEALABLE_MEDIA_TYPES

DRAWING = "watermark.worker"  # named, not imported: the server need not load the decoders


class Renderer(Pooled):
    """Its processes start when first needed."""

    def __init__(self, *, processes: int = 2, limits: RenderLimits = DEFAULT_LIMITS) -> None:
        super().__init__(DRAWING, processes, limits, by_file=True)
        self._long_work = asyncio.Semaphore(max(1, processes - 1))

    async def prepare(
        self, source: AsyncIterable[bytes], *, size_bytes: int, media_type: str, long_side_px: int, thumb_px: int
    ) -> AsyncGenerator[PreparedPage]:
        """Every page of a document in order, each drawn when asked for; a picture is one page.

        The longer side of a PDF page is `long_side_px`, that of a picture at most so. Waits for a process as long as
        it takes. Leave the loop early only within contextlib.aclosing: until closed, the generator holds a process.
        """
        self._admit(size_bytes, media_type)
        async with (
            self._long_work,
            self._pool.child(wait_s=None) as child,
            self._document(child, source, size_bytes, media_type) as pages,
        ):
            for page in range(1, pages + 1):
                request = {"op": "render", "page": page, "long_side_px": long_side_px, "thumb_px": thumb_px}
                yield replies.prepared_page(page, pages, *await child.call(request))

    async def page_image(
        self, source: AsyncIterable[bytes], *, size_bytes: int, media_type: str, page: int, long_side_px: int
    ) -> PreparedPage:
        """One page of a document at another size; its thumbnail is of no use."""
        self._admit(size_bytes, media_type)
        async with (
            self._pool.child(wait_s=self._limits.queue_timeout_s) as child,
            self._document(child, source, size_bytes, media_type) as pages,
        ):
            request = {"op": "render", "page": page, "long_side_px": long_side_px, "thumb_px": 1}
            return replies.prepared_page(page, pages, *await child.call(request))

    async def full_image(self, source: AsyncIterable[bytes], *, size_bytes: int, media_type: str) -> FullImage:
        """A picture whole, upright, in sRGB; PNG when the original was PNG or GIF, else JPEG."""
        self._admit(size_bytes, media_type)
        async with (
            self._pool.child(wait_s=self._limits.queue_timeout_s) as child,
            self._document(child, source, size_bytes, media_type),
        ):
            return replies.full_image(*await child.call({"op": "full"}))

    async def template(
        self, source: AsyncIterable[bytes], *, size_bytes: int, level: str, title: str
    ) -> AsyncGenerator[bytes | TemplateMade]:
        """A PDF with slots for a viewer's bytes (`watermark.templates`), in pieces as it is made; at last its slot map.

        Leave early only within contextlib.aclosing. A process that dies in the middle has made no template.
        """
        self._admit(size_bytes, PDF_MEDIA_TYPE)
        request = {"op": "template", "level": level, "title": title, "pages_max": self._limits.pages_max}
        async with (
            self._long_work,
            self._pool.child(wait_s=None) as child,
            aclosing(child.call_for_parts(request, source, size_bytes)) as parts,
        ):
            written_bytes = 0
            async for header, payload in parts:
                if header.get("more"):
                    written_bytes += len(payload)
                    yield payload
                else:
                    yield replies.template_made(header, payload, written_bytes)

    async def suspect(
        self,
        source: AsyncIterable[bytes],
        *,
        size_bytes: int,
        media_type: str,
        long_side_px: int,
        pages_max: int,
        pixels_max: int,
    ) -> tuple[list[RawPage], tuple[str, ...]]:
        """Pixels of at most `pages_max` pages, spread over the document, and what a PDF calls itself (/ID).

        Frames of a picture are pages, and so are the parts of a long one. Those that can't be drawn are left out, as
        long as there are others. Sizes are as in `prepare`, but many pages are drawn smaller: all are held in memory,
        together at most `pixels_max` pixels.
        """
        self._admit(size_bytes, media_type)
        async with (
            self._long_work,
            self._pool.child(wait_s=None) as child,
            self._document(child, source, size_bytes, media_type, suspect=True) as pages,
        ):
            header, _ = await child.call({"op": "file_ids"})
            found: list[RawPage] = []
            refused: WatermarkError | None = None
            numbers = _spread(pages, pages_max)
            side_px = min(long_side_px, math.isqrt(pixels_max // max(1, len(numbers))))
            for page in numbers:
                try:
                    reply = await child.call({"op": "pixels", "page": page, "long_side_px": side_px})
                except RenderCrashed:
                    raise
                except WatermarkError as error:  # such as of the frame at which a download broke off
                    refused = error
                else:
                    found.append(replies.raw_page(page, pages, *reply))
                if not child.usable:
                    break
            if refused is not None and not found:
                raise refused
            return found, replies.file_ids(header)

    def _admit(self, size_bytes: int, media_type: str) -> None:
        if media_type not in SEALABLE_MEDIA_TYPES:
            raise UnsupportedType(media_type=media_type)
        if size_bytes > self._limits.source_max_bytes:
            raise SourceTooLarge(size_bytes=size_bytes, limit_bytes=self._limits.source_max_bytes)

    @asynccontextmanager
    async def _document(
        self,
        child: RenderChild,
        source: AsyncIterable[bytes],
        size_bytes: int,
        media_type: str,
        *,
        suspect: bool = False,
    ) -> AsyncGenerator[int]:
        """The number of pages of a document that `child` holds open meanwhile."""
        limits = {"pages_max": self._limits.pages_max, "pixels_max": self._limits.pixels_max}
        opening = {"op": "open", "media_type": media_type, "suspect": suspect, **limits}
        header, _ = await child.call_streaming(opening, source, size_bytes)
        try:
            yield replies.page_count(header)
        finally:
            if child.usable:
                await child.call({"op": "close"})


def _spread(pages: int, pages_max: int) -> list[int]:
    """Page numbers from the first to the last, at most so many, evenly apart."""
    if pages <= pages_max:
        return list(range(1, pages + 1))
    return [1 + round(at * (pages - 1) / (pages_max - 1)) for at in range(pages_max)] if pages_max > 1 else [1]
