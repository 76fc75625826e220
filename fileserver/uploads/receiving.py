"""The way of a request's bytes into parts, and of the acknowledged parts into rows.

Promises: what `recorder` has recorded is stored and hashed; bytes go on as they arrive; not more than
`Layout.parts_in_flight_max` parts, or steps of larger ones, are in memory. When the body ends early, what arrived is
kept as a tail, unless a checksum was to cover it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fileserver.http.errors import HttpError
from fileserver.uploads.blocks import Blocks
from fileserver.uploads.body import Body, is_over
from fileserver.uploads.errors import ChecksumMismatch, UploadTooLarge
from fileserver.uploads.headers import Checksum
from fileserver.uploads.layout import Layout
from fileserver.uploads.parts import OpenPart, Send, Step, end_task
from fileserver.uploads.port import ObjectSink
from fileserver.uploads.receptions import Reception
from storage.errors import StorageError
from storage.objects import Part, Pieces
from storage.rows.uploads import TailRow


class Recorder(Protocol):
    """Makes progress durable, or raises: then nothing of it is."""

    async def save_tail(self, offset: int, body: Pieces) -> TailRow:
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


class BodyEnded(Exception):
    """A body whose size was not announced is over."""


class Receiver:
    """Takes the bytes of one request.

    `recorded` and `recorded_hash` say how far the upload stands, also after an error. The hash is None when this
    process has not seen the upload from its first byte. `stray_bytes` is what the store has and no row names.
    """

    def __init__(
        self,
        intake: Intake,
        *,
        objects: ObjectSink,
        send: Send,
        recorder: Recorder,
        reception: Reception,
        blocks: Blocks,
        sha256: Any,
    ) -> None:
        self.recorded = intake.offset
        self.recorded_hash = sha256.copy() if sha256 else None
        self.stray_bytes = 0
        self._intake, self._objects, self._send, self._recorder = intake, objects, send, recorder
        self._reception, self._blocks = reception, blocks
        self._position = intake.offset
        self._tails = intake.tails  # of the part that comes next
        self._hash = sha256
        self._check: Any = intake.checksum.hasher() if intake.checksum else None
        self._slots = asyncio.Semaphore(intake.layout.parts_in_flight_max)
        self._open: OpenPart | None = None
        self._full: asyncio.Queue[OpenPart | None] = asyncio.Queue()  # bounded by the slots
        self._held: list[tuple[OpenPart, Part]] = []  # acknowledged, to be recorded when the body has ended well
        self._begun: list[OpenPart] = []

    async def run(self, body: Body) -> None:
        """Until the body ends. Raises why it ended early, after keeping what arrived; StorageError, AccessDenied."""
        self._recording = asyncio.create_task(self._record_in_order())
        try:
            early = await self._take_all(body)
            self._full.put_nowait(None)
            await self._recording
            await self._settle(early)
        except StorageError:
            await self._abandon()  # a store in trouble: what it has of them is not the client's doing
            raise
        finally:
            self.stray_bytes += await self._abandon()

    async def _abandon(self) -> int:
        """Ends what is still under way; returns how many bytes the store may have got of it all the same."""
        await end_task(self._recording)
        begun, self._begun = self._begun, []
        return sum([await part.abandon() for part in begun])

    async def _take_all(self, body: Body) -> HttpError | None:
        """Why the body ended early, if it did. A body that is too long is no beginning of a right one: it raises."""
        hashers = [hasher for hasher in (self._hash, self._check) if hasher]
        try:
            while self._expects_more():
                await self._take(body, hashers)
            if not await is_over(body):
                raise UploadTooLarge(size_max_bytes=self._intake.layout.end_max_bytes)
        except BodyEnded:
            return None
        except UploadTooLarge:
            raise
        except HttpError as reason:
            return reason
        return None

    def _expects_more(self) -> bool:
        intake = self._intake
        announced = intake.body_bytes is None or self._position < intake.offset + intake.body_bytes
        return announced and self._position < intake.layout.end_max_bytes

    async def _take(self, body: Body, hashers: Sequence[Any]) -> None:
        part = self._open = self._open or await self._begin()
        count = await body.pour(part, hashers, part.missing_bytes)
        if not count:
            raise BodyEnded
        self._position += count
        if not part.missing_bytes:
            self._close(part)

    async def _begin(self) -> OpenPart:
        """The part, or the step, at the present position; it is sent while it arrives if this request will fill it."""
        await self._slot()
        intake, layout = self._intake, self._intake.layout
        step = layout.step_at(self._position)
        part: OpenPart
        if step is not None:
            part = Step(step, self._recorder.save_tail, self._objects, self._send, self._blocks, self._reception.flight)
        else:
            part = await self._whole(layout)
        self._begun.append(part)
        announced = intake.body_bytes is not None and intake.offset + intake.body_bytes >= part.span.end
        if announced and not layout.is_stepped:
            part.start()
        return part

    async def _whole(self, layout: Layout) -> OpenPart:
        """A part with what is stored of it; its steps, if it has such, are all stored first."""
        if layout.is_stepped:
            others = layout.parts_in_flight_max - 1
            for _ in range(others):
                await self._slot()
            for _ in range(others):
                self._slots.release()
        tails, self._tails = self._tails, ()
        return OpenPart(
            layout.span_at(self._position),
            tails,
            self._objects,
            self._send,
            self._blocks,
            self._reception.flight,
            streamed=not layout.is_single and not layout.is_stepped,
            held=not layout.is_stepped,
        )

    async def _slot(self) -> None:
        """A place for one more part, also for a request that must end: what has arrived is taken.

        Raises what ended the recording: then no place will ever be free.
        """
        if self._slots.locked():
            waiting = asyncio.ensure_future(self._slots.acquire())
            await asyncio.wait({waiting, self._recording}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                await end_task(waiting)
                self._recording.result()
        else:
            await self._slots.acquire()

    def _close(self, part: OpenPart) -> None:
        """The part is full: off it goes."""
        part.close()
        part.hash_after = self._hash.copy() if self._hash else None
        self._full.put_nowait(part)
        self._open = None

    async def _record_in_order(self) -> None:
        """Beside the reading: each part as soon as it is acknowledged. A failure ends the reading too."""
        try:
            while part := await self._full.get():
                acknowledged = await part.acknowledged()
                self._begun.remove(part)
                if part.tail is not None:  # with those of the same step before it, perhaps
                    older = [each for each in self._tails if each.offset_bytes < part.tail.offset_bytes]
                    self._tails = (*older, part.tail)
                self.stray_bytes += acknowledged.size_bytes
                self._reception.flight.freed(part.fresh_bytes)
                # Recording the last part ends the upload: that waits for the body's end, as for a checksum's verdict.
                if self._check or part.span.end == self._intake.layout.length_bytes:
                    self._held.append((part, acknowledged))
                else:
                    await self._record(*_made(part, acknowledged), part.span.end, part.hash_after)
                self._slots.release()
        except Exception as error:
            self._reception.end(error)
            raise

    async def _settle(self, early: HttpError | None) -> None:
        """The end of the body, or what has to pass for it."""
        if self._intake.checksum:
            if early:
                raise early  # bytes that nobody could check are not kept
            if self._check.digest() != self._intake.checksum.digest:
                raise ChecksumMismatch
        parts = [acknowledged for _, acknowledged in self._held]
        if self._intake.layout.is_stepped or not (self._open and self._open.fresh_bytes):
            await self._record_held()
            parts = []
        if self._open and self._open.fresh_bytes:
            await self._keep_tail(self._open, parts)
        if early:
            raise early

    async def _record_held(self) -> None:
        """All parts at once, and then the steps behind them. Steps that a part covers go when the upload ends."""
        parts = [(part, acknowledged) for part, acknowledged in self._held if part.tail is None]
        if parts:
            last = parts[-1][0]
            await self._record([acknowledged for _, acknowledged in parts], None, last.span.end, last.hash_after)
        for part, _ in self._held:
            if part.tail is not None and part.span.start >= self.recorded:
                await self._record((), part.tail, part.span.end, part.hash_after)

    async def _keep_tail(self, part: OpenPart, parts: Sequence[Part]) -> None:
        """The part was not filled: what this request brought of it becomes an object of its own."""
        await part.abandon()
        tail = await self._recorder.save_tail(self._position - part.fresh_bytes, part.fresh())
        self.stray_bytes += tail.size_bytes
        await self._record(parts, tail, self._position, self._hash)

    async def _record(self, parts: Sequence[Part], tail: TailRow | None, end: int, sha256: Any) -> None:
        await self._recorder.record(parts, tail, end)
        self.recorded, self.recorded_hash = end, sha256
        self.stray_bytes -= sum(part.size_bytes for part in parts) + (tail.size_bytes if tail else 0)


def _made(part: OpenPart, acknowledged: Part) -> tuple[Sequence[Part], TailRow | None]:
    return ([acknowledged], None) if part.tail is None else ((), part.tail)
