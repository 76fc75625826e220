"""A final upload put together of its partial ones, inside the store where that is possible.

The object is walked in parts of one size. A part that lies inside one partial upload is copied by the store; one that
lies across a seam is read and sent, and so is every one if the store doesn't copy. Parts are recorded before the next
ones are begun, so that whoever goes on after a crash goes on there; a part that is made twice is made of the same
bytes.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from fileserver.services import Services
from fileserver.uploads.errors import UploadGone
from fileserver.uploads.layout import Layout, Span
from fileserver.uploads.port import OCTETS, ObjectSink
from storage.errors import PartRefused, StoreRefused
from storage.objects import Part
from storage.rows import upload_sources, uploads
from storage.rows.upload_sources import SourceRow
from storage.rows.uploads import PartRow, UploadRow

log = structlog.get_logger(__name__)

AT_ONCE_MAX = 4
ATTEMPTS_MAX = 3
COPY_RANGE_OVER_BYTES = 5 << 20  # S3 copies ranges only of objects that are larger


@dataclass(frozen=True)
class Slice:
    """Bytes of one partial upload."""

    source: SourceRow
    start: int
    stop: int

    @property
    def is_whole(self) -> bool:
        """All that it has."""
        return (self.start, self.stop) == (0, self.source.size_bytes)


def slices(sources: Sequence[SourceRow], span: Span) -> tuple[Slice, ...]:
    """Where the bytes of a part lie, in order."""
    return tuple(_slices(sources, span))


def _slices(sources: Sequence[SourceRow], span: Span) -> Iterator[Slice]:
    begin = 0
    for source in sources:
        start, stop = max(span.start - begin, 0), min(span.end - begin, source.size_bytes)
        if start < stop:
            yield Slice(source, start, stop)
        begin += source.size_bytes


async def join(services: Services, row: UploadRow, parts: Sequence[PartRow]) -> tuple[UploadRow, tuple[PartRow, ...]]:
    """The upload and its parts when all are made. Raises UploadGone when it has ended meanwhile, StorageError."""
    async with services.database.transaction() as tx:
        sources = await upload_sources.sources_of(tx, row.id)
    layout = Layout(row.length_bytes, row.part_size_bytes)
    if layout.is_single:
        await services.objects.put(
            row.object_key, b"".join([piece async for piece in _bytes(services.objects, sources)]), media_type=OCTETS
        )
        return row, ()
    row = await _with_multipart(services, row)
    done = {part.number for part in parts}
    missing = [span for span in _spans(layout, row.size_bytes) if span.number not in done]
    for first in range(0, len(missing), AT_ONCE_MAX):
        await _make(services, row, sources, missing[first : first + AT_ONCE_MAX])
    async with services.database.transaction() as tx:
        return row, await uploads.parts_of(tx, row.id)


def _spans(layout: Layout, length: int) -> Iterator[Span]:
    return (layout.span_at(start) for start in range(0, length, layout.part_size_bytes))


async def _with_multipart(services: Services, row: UploadRow) -> UploadRow:
    if row.multipart_id is not None:
        return row
    multipart_id = await services.objects.create_multipart(row.object_key, media_type=OCTETS)
    async with services.database.transaction() as tx:
        mine = await upload_sources.set_joining(tx, row.id, multipart_id)
    if not mine:
        await services.objects.abort_multipart(row.object_key, multipart_id)
        raise UploadGone
    return replace(row, multipart_id=multipart_id)


async def _make(services: Services, row: UploadRow, sources: Sequence[SourceRow], spans: Sequence[Span]) -> None:
    making = (_made(services.objects, row, slices(sources, span), span) for span in spans)
    made = [_part_row(row, part) for part in await all_of(making)]
    async with services.database.transaction() as tx:
        if not await upload_sources.add_joined(tx, row.id, made, spans[-1].end, services.clock()):
            raise UploadGone


async def all_of(making: Iterable[Awaitable[Part]]) -> list[Part]:
    """All of them, when each has ended. Raises the first failure."""
    ended = await asyncio.gather(*making, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if not isinstance(each, BaseException)]


async def _made(objects: ObjectSink, row: UploadRow, pieces: Sequence[Slice], span: Span) -> Part:
    """One part in the store."""
    where = row.object_key, str(row.multipart_id), span.number
    only = pieces[0]
    if len(pieces) == 1 and (only.is_whole or only.source.size_bytes > COPY_RANGE_OVER_BYTES):
        cut = None if only.is_whole else (only.start, only.stop)
        try:
            return await objects.copy_part(*where, only.source.object_key, cut, span.size_bytes)
        except StoreRefused as error:  # not every store can; reading and sending is what they all can
            log.warning("the store doesn't copy parts", code=error.params.get("code"))
    return await streamed(objects, *where, lambda: _sliced(objects, pieces), span.size_bytes)


async def streamed(
    objects: ObjectSink,
    key: str,
    multipart_id: str,
    number: int,
    source: Callable[[], AsyncGenerator[bytes]],
    size_bytes: int,
) -> Part:
    """A part of bytes that the store has, read anew for each attempt. Raises PartRefused after the last."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return await objects.upload_part(key, multipart_id, number, source(), size_bytes)
        except PartRefused:
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("unreachable")


async def _sliced(objects: ObjectSink, pieces: Sequence[Slice]) -> AsyncGenerator[bytes]:
    for each in pieces:
        async for piece in objects.read(each.source.object_key, start=each.start, stop=each.stop):
            yield piece


def _bytes(objects: ObjectSink, sources: Sequence[SourceRow]) -> AsyncGenerator[bytes]:
    return _sliced(objects, [Slice(source, 0, source.size_bytes) for source in sources if source.size_bytes])


def _part_row(row: UploadRow, part: Part) -> PartRow:
    start = (part.number - 1) * row.part_size_bytes
    return PartRow(number=part.number, offset_bytes=start, size_bytes=part.size_bytes, etag=part.etag)
