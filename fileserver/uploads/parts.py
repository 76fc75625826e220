"""One part on its way: its bytes go to the store as they arrive and stay in memory until it has acknowledged them.

Bytes are received straight into the part's blocks and are never moved again, whatever has to be sent twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

from fileserver.uploads.blocks import BLOCK_BYTES, Blocks
from fileserver.uploads.layout import Span
from fileserver.uploads.port import ObjectSink, Pieces
from storage.errors import PartRefused
from storage.objects import Part
from storage.rows.uploads import TailRow

Send = Callable[[Span, AsyncGenerator[bytes | memoryview] | Pieces], Awaitable[Part]]


class OpenPart:
    """A part that still takes bytes. `tails` are its first bytes, stored by earlier requests, read back when needed."""

    def __init__(self, span: Span, tails: Sequence[TailRow], objects: ObjectSink, send: Send, blocks: Blocks) -> None:
        self.span = span
        self.hash_after: Any = None  # SHA-256 of the upload up to the end of this part, once it is full
        self._tails, self._objects, self._send, self._pool = tails, objects, send, blocks
        self._tail_bytes = sum(tail.size_bytes for tail in tails)
        self._stored: list[bytes] | None = None
        self._blocks: list[bytearray] = []
        self._fresh: list[memoryview] = []
        self.fresh_bytes = 0  # how many this request brought
        self._news = asyncio.Event()
        self._task: asyncio.Task[Part] | None = None

    @property
    def missing_bytes(self) -> int:
        """How many bytes are missing."""
        return self.span.size_bytes - self._tail_bytes - self.fresh_bytes

    def room(self) -> memoryview:
        """Where the next bytes go, at most to the part's end; `fill` says how many have come."""
        used = self.fresh_bytes % BLOCK_BYTES
        if not used:
            self._blocks.append(self._pool.take())
        return memoryview(self._blocks[-1])[used : used + self.missing_bytes]

    def fill(self, piece: memoryview) -> None:
        """The beginning of `room` now holds this piece."""
        self._fresh.append(piece)
        self.fresh_bytes += len(piece)
        self._news.set()

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

    async def abandon(self) -> None:
        """Cut the sending off, so that the store keeps nothing of it."""
        if self._task is not None:
            await end_task(self._task)

    def fresh(self) -> Pieces:
        """What this request brought."""
        return tuple(self._fresh)

    def _started(self) -> asyncio.Task[Part]:
        self._task = self._task or asyncio.create_task(self._sending())
        return self._task

    async def _sending(self) -> Part:
        """Once while the bytes arrive; if that fails, again from memory when they are all there."""
        try:
            part = await self._send(self.span, self._chunks())
        except PartRefused:
            whole = [chunk async for chunk in self._chunks()]
            part = await self._send(self.span, whole)
        self._stored = []
        return part

    async def _chunks(self) -> AsyncGenerator[bytes | memoryview]:
        if self._stored is None:
            self._stored = [piece for tail in self._tails async for piece in self._objects.read(tail.object_key)]
        for piece in self._stored:
            yield piece
        position = 0
        while position < len(self._fresh) or self.missing_bytes:
            while position == len(self._fresh):
                self._news.clear()
                await self._news.wait()
            yield self._fresh[position]
            position += 1


async def end_task(task: asyncio.Task[Any]) -> None:
    """Cancel it and wait until it has ended; its failure is nobody's concern any more."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # looked at, or asyncio reports it as lost
