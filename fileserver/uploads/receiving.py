"""The way of a request's bytes into parts, and of the acknowledged parts into rows.

Promises: what `recorder` has recorded is stored and hashed; bytes go on as they arrive; not more than
`Layout.parts_in_flight_max` parts are in memory. When the body ends early, what arrived is kept as a tail, unless a
checksum was to cover it.
"""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fileserver.http.errors import HttpError
from fileserver.uploads.errors import ChecksumMismatch, UploadTooLarge
from fileserver.uploads.headers import Checksum
from fileserver.uploads.layout import Layout
from fileserver.uploads.parts import OpenPart, Send
from fileserver.uploads.port import ObjectSink
from fileserver.uploads.receptions import Reception
from storage.objects import Part
from storage.rows.uploads import TailRow


class Recorder(Protocol):
    """Makes progress durable, or raises: then nothing of it is."""

    async def save_tail(self, offset: int, body: bytes) -> TailRow:
        """Store bytes that no part covers yet."""

    async def record(self, parts: Sequence[Part], tail: TailRow | None, end: int) -> None:
        """Move the offset to `end`, which acknowledged parts and the tail reach."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What one request is about to bring."""

    layout: Layout
    offset: int  # where the upload stands
    tails: tuple[TailRow, ...]  # the stored bytes of the part at `offset`
    body_bytes: int | None  # None: chunked, known at its end
    checksum: Checksum | None


class Receiver:
    """Takes the pieces of one request.

    `recorded` and `recorded_hash` say how far the upload stands, also after an error. The hash is None when this
    process has not seen the upload from its first byte.
    """

    def __init__(
        self, intake: Intake, *, objects: ObjectSink, send: Send, recorder: Recorder, reception: Reception, sha256: Any
    ) -> None:
        self.recorded = intake.offset
        self.recorded_hash = sha256.copy() if sha256 else None
        self._intake, self._objects, self._send, self._recorder = intake, objects, send, recorder
        self._reception = reception
        self._position = intake.offset
        self._hash = sha256
        self._check: Any = intake.checksum.hasher() if intake.checksum else None
        self._open: OpenPart | None = None
        self._full: deque[OpenPart] = deque()  # not recorded yet
        self._unchecked: list[Part] = []  # the first of them, acknowledged, for want of the checksum's verdict

    async def run(self, pieces: AsyncIterator[bytes]) -> None:
        """Until the body ends. Raises why it ended early, after keeping what arrived; StorageError, AccessDenied."""
        early: HttpError | None = None
        try:
            try:
                async for piece in pieces:
                    await self._take(piece)
            except UploadTooLarge:
                raise
            except HttpError as reason:
                early = reason
            await self._settle(early)
        finally:
            await self._abandon()

    async def _take(self, piece: bytes) -> None:
        layout = self._intake.layout
        if self._position + len(piece) > layout.length_bytes:
            raise UploadTooLarge(size_max_bytes=layout.length_bytes)
        if self._check:
            self._check.update(piece)
        while piece:
            part = self._open = self._open or self._begin()
            now, piece = piece[: part.room_bytes], piece[part.room_bytes :]
            part.feed(now)
            self._position += len(now)
            if self._hash:
                self._hash.update(now)
            if not part.room_bytes:
                await self._close(part)

    def _begin(self) -> OpenPart:
        """The part at the present position; it is sent while it arrives if this request is sure to fill it."""
        intake = self._intake
        tails = intake.tails if self._position == intake.offset else ()
        part = OpenPart(intake.layout.span_at(self._position), tails, self._objects, self._send)
        if intake.body_bytes is not None and intake.offset + intake.body_bytes >= part.span.end:
            part.start()
        return part

    async def _close(self, part: OpenPart) -> None:
        """The part is full: off it goes, and the oldest must be acknowledged before too many are under way."""
        part.start()
        part.hash_after = self._hash.copy() if self._hash else None
        self._full.append(part)
        self._open = None
        if part.span.end == self._intake.layout.length_bytes:
            return  # recording it ends the upload, so that waits until the body has ended too
        while len(self._full) - len(self._unchecked) >= self._intake.layout.parts_in_flight_max:
            await self._advance()

    async def _advance(self) -> None:
        """Wait for the oldest part and record it, or put it by when a checksum decides about it later."""
        part = self._full[len(self._unchecked)]
        async with self._reception.waiting():
            acknowledged = await part.acknowledged()
        if self._check:
            self._unchecked.append(acknowledged)
        else:
            await self._record_first()

    async def _record_first(self) -> None:
        part = self._full[0]
        await self._record([await part.acknowledged()], None, part.span.end, part.hash_after)
        self._full.popleft()

    async def _settle(self, early: HttpError | None) -> None:
        """The end of the body, or what has to pass for it."""
        if self._intake.checksum:
            await self._settle_checked(self._intake.checksum, early)
            return
        while self._full:
            await self._record_first()
        if self._open and self._open.fresh_bytes:
            await self._keep_tail(self._open, [])
        if early:
            raise early

    async def _settle_checked(self, checksum: Checksum, early: HttpError | None) -> None:
        """All of the body or nothing of it: bytes that were never checked are not kept."""
        if early:
            raise early
        if self._check.digest() != checksum.digest:
            raise ChecksumMismatch
        parts = [await part.acknowledged() for part in self._full]
        if self._open and self._open.fresh_bytes:
            await self._keep_tail(self._open, parts)
        elif self._full:
            await self._record(parts, None, self._full[-1].span.end, self._full[-1].hash_after)
        self._full.clear()

    async def _keep_tail(self, part: OpenPart, parts: Sequence[Part]) -> None:
        """The part was not filled: what this request brought of it becomes an object of its own."""
        await part.abandon()
        tail = await self._recorder.save_tail(self._position - part.fresh_bytes, part.fresh())
        await self._record(parts, tail, self._position, self._hash)
        self._open = None

    async def _record(self, parts: Sequence[Part], tail: TailRow | None, end: int, sha256: Any) -> None:
        await self._recorder.record(parts, tail, end)
        self.recorded, self.recorded_hash = end, sha256

    async def _abandon(self) -> None:
        """Whatever is still on its way was not recorded."""
        for part in (*self._full, *([self._open] if self._open else ())):
            await part.abandon()
