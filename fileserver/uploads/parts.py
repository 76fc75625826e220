"""One part on its way: its bytes go to the store as they arrive and stay in memory until it has acknowledged them.

Bytes are received straight into the part's blocks and are never moved again, whatever has to be sent twice.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from typing import Any

from fileserver.uploads.blocks import BLOCK_BYTES, Blocks
from fileserver.uploads.flight import Flight
from fileserver.uploads.layout import Span
from fileserver.uploads.port import ObjectSink
from storage.errors import PartRefused
from storage.objects import Feed, Part, Pieces
from storage.rows.uploads import TailRow

PIECE_MIN_BYTES = 64 << 10  # less waits for more: every piece costs memory and time of its own, however small

ATTEMPTS_MAX = 3

Send = Callable[[Span, Feed | Pieces | AsyncIterable[bytes | memoryview]], Awaitable[Part]]
Save = Callable[[int, Pieces], Awaitable[TailRow]]


class OpenPart:
    """A part that still takes bytes. `tails` are its first bytes, stored by earlier requests, read back when needed.

    It is a vessel: the thread that receives fills it, while another sends what has come.
    """

    def __init__(
        self,
        span: Span,
        tails: Sequence[TailRow],
        objects: ObjectSink,
        send: Send,
        blocks: Blocks,
        flight: Flight,
        *,
        streamed: bool,
        held: bool = True,
    ) -> None:
        """`streamed`: sent while it arrives. `held`: with its tails it may wait in memory."""
        self.span, self._flight, self._streamed, self._held = span, flight, streamed, held
        self.tail: TailRow | None = None  # what it became, if that is no part
        self.hash_after: Any = None  # SHA-256 of the upload up to the end of this part, once it is full
        self._tails, self._objects, self._send, self._pool = tails, objects, send, blocks
        self._tail_bytes = sum(tail.size_bytes for tail in tails)
        self._full = asyncio.Event()
        self._blocks: list[bytearray] = []
        self._fresh: list[memoryview] = []
        self.fresh_bytes, self._handed_bytes = 0, 0  # how many this request brought, and are among the fresh pieces
        self._feed = Feed()
        self._task: asyncio.Task[Part] | None = None

    @property
    def missing_bytes(self) -> int:
        """How many bytes are missing."""
        return self.span.size_bytes - self._tail_bytes - self.fresh_bytes

    def room(self) -> memoryview:
        """Where the next bytes go, at most to the part's end; empty when it is full."""
        used = self.fresh_bytes % BLOCK_BYTES
        if not self.missing_bytes:
            return memoryview(b"")
        if not used and len(self._blocks) * BLOCK_BYTES == self.fresh_bytes:
            self._blocks.append(self._pool.take())
        return memoryview(self._blocks[-1])[used : used + self.missing_bytes]

    def fill(self, piece: memoryview) -> None:
        """The beginning of `room` now holds this piece."""
        self.fresh_bytes += len(piece)
        self._flight.took(len(piece))
        at_end = not self.fresh_bytes % BLOCK_BYTES or not self.missing_bytes
        if at_end or self.fresh_bytes - self._handed_bytes >= PIECE_MIN_BYTES:
            self._hand_on()

    def _hand_on(self) -> None:
        """What has come since the last time, all in one block, is the next piece to be sent."""
        size_bytes, start = self.fresh_bytes - self._handed_bytes, self._handed_bytes % BLOCK_BYTES
        if size_bytes:
            piece = memoryview(self._blocks[-1])[start : start + size_bytes]
            self._handed_bytes += size_bytes
            self._fresh.append(piece)
            if self._streamed:
                self._feed.put(piece)

    def close(self) -> None:
        """All of it is there."""
        self._full.set()
        self.start()

    def start(self) -> None:
        """Begin to send, if that has not begun; the end is sent when it arrives."""
        self._started()

    async def acknowledged(self) -> Part:
        """The part as the store confirmed it. Cancelling the wait does not cancel the sending."""
        task = self._started()
        await asyncio.wait({task})
        part = task.result()
        self._fresh = []
        self._pool.give_back(self._blocks)
        self._blocks = []
        return part

    async def abandon(self) -> int:
        """Cut the sending off, so that the store keeps nothing of it; returns how many bytes it may have all the same.

        A whole part may have arrived, unless the store said no.
        """
        if self._task is None:
            return 0
        await end_task(self._task)
        refused = not self._task.cancelled() and self._task.exception() is not None
        return 0 if refused or self.missing_bytes else self.span.size_bytes

    def fresh(self) -> Pieces:
        """What this request brought."""
        self._hand_on()
        return tuple(self._fresh)

    def _started(self) -> asyncio.Task[Part]:
        self._task = self._task or asyncio.create_task(self._sending())
        return self._task

    async def _sending(self) -> Part:
        """Once while the bytes arrive; if that fails, or is not wanted, from memory when they are all there."""
        if not self._held:
            return await self._read_and_sent()
        stored = [piece async for piece in self._read_tails()]
        if self._streamed:
            try:
                return await self._send(self.span, self._feed.behind(stored))
            except PartRefused:
                pass  # what came of it is in memory
        await self._full.wait()
        return await self._send(self.span, [*stored, *self._fresh])

    async def _read_and_sent(self) -> Part:
        """The tails go from the store through our hands into the part, anew for each attempt."""
        await self._full.wait()
        for _ in range(ATTEMPTS_MAX - 1):
            try:
                return await self._send(self.span, self._all())
            except PartRefused:
                pass  # nothing was stored
        return await self._send(self.span, self._all())

    async def _all(self) -> AsyncGenerator[bytes | memoryview]:
        async for piece in self._read_tails():
            yield piece
        for fresh in self._fresh:
            yield fresh

    async def _read_tails(self) -> AsyncGenerator[bytes]:
        for tail in self._tails:
            async for piece in self._objects.read(tail.object_key):
                yield piece


class Step(OpenPart):
    """A step of a part that can't wait in memory as a whole: once it is there, it is stored as a tail."""

    def __init__(self, span: Span, save: Save, objects: ObjectSink, send: Send, blocks: Blocks, flight: Flight) -> None:
        super().__init__(span, (), objects, send, blocks, flight, streamed=False)
        self._save = save

    async def _sending(self) -> Part:
        await self._full.wait()
        self.tail = await self._save(self.span.start, self._fresh)
        return Part(self.span.number, self.tail.size_bytes, "")


async def end_task(task: asyncio.Task[Any]) -> None:
    """Cancel it and wait until it has ended; its failure is nobody's concern any more."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # looked at, or asyncio reports it as lost
