"""Where a request's bytes go and how its progress is made durable: the store first, then the row, then the answer.

Each step is recorded only if the row's fence is still this request's and the person may still write at that moment.
"""

from collections.abc import AsyncIterable, Sequence
from dataclasses import replace

import structlog

from compliance.access import Action, Target, require
from compliance.visits import actor_of, person_now
from fileserver.services import Services
from fileserver.uploads import names, quotas
from fileserver.uploads.errors import UploadReplaced
from fileserver.uploads.layout import TAILS_MAX, Span
from fileserver.uploads.port import OCTETS, ObjectSink
from fileserver.uploads.service import ASSEMBLE_DELAY_S, TakenUp
from storage.database import Asked, Transaction
from storage.errors import StorageError
from storage.objects import Feed, Part, Pieces
from storage.rows import uploads
from storage.rows.uploads import PartRow, TailRow

log = structlog.get_logger(__name__)


class Recording:
    """The rows and objects of one upload, as one request may change them."""

    def __init__(self, services: Services, taken: TakenUp) -> None:
        self._services = services
        self._objects: ObjectSink = services.objects
        self._row, self._layout, self._tails, self._attempt = taken.row, taken.layout, taken.tails, taken.attempt

    async def prepare(self) -> None:
        """Begin the multipart upload if there is none yet. Raises UploadReplaced."""
        if self._layout.is_single or self._row.multipart_id:
            return
        multipart_id = await self._objects.create_multipart(self._row.object_key, media_type=OCTETS)
        async with self._services.database.transaction() as tx:
            if not await uploads.set_multipart(tx, self._row.id, self._row.fence, multipart_id):
                raise UploadReplaced
        self._row = replace(self._row, multipart_id=multipart_id)

    async def send(self, span: Span, body: Feed | Pieces | AsyncIterable[bytes | memoryview]) -> Part:
        """Store the bytes of one part: as a part, or as the object itself when there is only one."""
        row = self._row
        if row.multipart_id is None:
            key = names.single_key(row.id, self._attempt)
            if not isinstance(body, Sequence):
                raise TypeError("an object of one piece is sent from memory")
            info = await self._objects.put(key, body, media_type=OCTETS)
            return Part(span.number, info.size_bytes, info.etag)
        return await self._objects.upload_part(row.object_key, row.multipart_id, span.number, body, span.size_bytes)

    async def save_tail(self, offset: int, body: Pieces) -> TailRow:
        """Store bytes that no part covers yet; with those before them when a step would have more than `TAILS_MAX`."""
        before = [tail for tail in self._tails if tail.offset_bytes >= self._layout.step_start(offset)]
        if len(before) >= TAILS_MAX and before[-1].end == offset:
            offset, body = before[0].offset_bytes, [*await self._read(before), *body]
        key = names.tail_key(self._row.id, offset, self._attempt)
        info = await self._objects.put(key, body, media_type=OCTETS)
        return TailRow(offset_bytes=offset, size_bytes=info.size_bytes, object_key=key)

    async def _read(self, tails: Sequence[TailRow]) -> Pieces:
        """With what follows them never more than one step."""
        return [piece for tail in tails async for piece in self._objects.read(tail.object_key)]

    async def record(self, parts: Sequence[Part], tail: TailRow | None, end: int) -> None:
        """Move the offset to `end`, or raise UploadReplaced, AccessDenied or UploadQuotaExceeded and record nothing."""
        if self._are_all_there_is(tail, end):
            await self._record_parts(parts, end)
        else:
            await self._record_all(parts, tail, end)

    def _are_all_there_is(self, tail: TailRow | None, end: int) -> bool:
        """Whether nothing happens but that parts arrived, in the middle of an upload: nearly always."""
        length = self._row.length_bytes
        return tail is None and not self._tails and length is not None and end < length

    async def _record_parts(self, parts: Sequence[Part], end: int) -> None:
        """What `_record_all` would do, in two round trips instead of five."""
        row, rows = self._row, [self._part_row(part) for part in parts]
        async with self._services.database.driver() as driver:
            await self._check_person(driver)
            if not await uploads.advance_by_parts(
                driver, row.id, row.fence, start=row.offset_bytes, end=end, now=self._services.clock(), parts=rows
            ):
                raise UploadReplaced
        self._row = replace(row, offset_bytes=end)

    async def _record_all(self, parts: Sequence[Part], tail: TailRow | None, end: int) -> None:
        async with self._services.database.transaction() as tx:
            await self._check_person(tx)
            await self._advance(tx, end)
            if self._row.length_bytes is None:
                grown = end - self._row.offset_bytes
                await quotas.check(tx, self._services.config, self._row.person_id, grown)
            if parts:
                await uploads.add_parts(tx, self._row.id, [self._part_row(part) for part in parts])
            since, below = self._covered(parts, tail)
            folded = await uploads.drop_tails(tx, self._row.id, since=since, below=below) if self._tails else ()
            if tail:
                await uploads.add_tail(tx, self._row.id, tail)
        self._row = replace(self._row, offset_bytes=end)
        kept = [each for each in self._tails if not since <= each.offset_bytes < below]
        self._tails = (*kept, tail) if tail else tuple(kept)
        await self._delete(folded)

    def _covered(self, parts: Sequence[Part], tail: TailRow | None) -> tuple[int, int]:
        """Between which offsets older tails are in parts now, or in this tail if it begins before what it adds."""
        if tail and tail.offset_bytes < self._row.offset_bytes:
            return tail.offset_bytes, tail.end
        return 0, parts[-1].number * self._row.part_size_bytes if parts else 0

    async def _check_person(self, asked: Asked) -> None:
        standing = await person_now(asked, self._row.person_id)
        target = Target(owner_id=self._row.person_id)
        require(actor_of(standing, self._services.clock()), Action.UPLOAD_WRITE, target, obj=names.obj_of(self._row.id))

    async def _advance(self, tx: Transaction, end: int) -> None:
        row = self._row
        done = end == row.length_bytes
        alone = done and row.multipart_id is None
        moved = await uploads.advance(
            tx,
            row.id,
            row.fence,
            start=row.offset_bytes,
            end=end,
            state="assembling" if done else "receiving",
            object_key=names.single_key(row.id, self._attempt) if alone else row.object_key,
            now=self._services.clock(),
        )
        if not moved:
            raise UploadReplaced
        if done:
            await self._services.jobs.enqueue(tx, names.ASSEMBLE, delay_s=ASSEMBLE_DELAY_S, upload_id=str(row.id))

    def _part_row(self, part: Part) -> PartRow:
        start = (part.number - 1) * self._row.part_size_bytes
        return PartRow(number=part.number, offset_bytes=start, size_bytes=part.size_bytes, etag=part.etag)

    async def _delete(self, keys: Sequence[str]) -> None:
        """Tails that a part or another tail covers now. What stays goes when the upload ends (`jobs.discard`)."""
        try:
            for key in keys:
                await self._objects.delete(key)
        except StorageError as error:
            log.warning("folded tails stay until the upload ends", error=error.slug)
