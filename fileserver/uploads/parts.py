"""One part on its way: its bytes go to the store as they arrive and stay in memory until it has acknowledged them.

Pieces are kept as they came and never joined, except for a second attempt and for small objects.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

from fileserver.uploads.layout import Span
from fileserver.uploads.port import ObjectSink
from storage.errors import PartRefused
from storage.objects import Part
from storage.rows.uploads import TailRow

Send = Callable[[Span, AsyncGenerator[bytes] | bytes], Awaitable[Part]]


class OpenPart:
    """A part that still takes bytes. `tails` are its first bytes, stored by earlier requests, read back when needed."""

    def __init__(self, span: Span, tails: Sequence[TailRow], objects: ObjectSink, send: Send) -> None:
        self.span = span
        self.hash_after: Any = None  # SHA-256 of the upload up to the end of this part, once it is full
        self._tails, self._objects, self._send = tails, objects, send
        self._stored: list[bytes] | None = None
        self._fresh: list[bytes] = []
        self._filled_bytes = sum(tail.size_bytes for tail in tails)
        self._fresh_bytes = 0
        self._news = asyncio.Event()
        self._task: asyncio.Task[Part] | None = None

    @property
    def room_bytes(self) -> int:
        """How many bytes are missing."""
        return self.span.size_bytes - self._filled_bytes

    def feed(self, piece: bytes) -> None:
        """Take at most `room_bytes` more."""
        self._fresh.append(piece)
        self._fresh_bytes += len(piece)
        self._filled_bytes += len(piece)
        self._news.set()

    def start(self) -> None:
        """Begin to send, if that has not begun; the end is sent when it arrives."""
        self._started()

    async def acknowledged(self) -> Part:
        """The part as the store confirmed it. Cancelling the wait does not cancel the sending."""
        task = self._started()
        await asyncio.wait({task})
        return task.result()

    async def abandon(self) -> None:
        """Cut the sending off, so that the store keeps nothing of it."""
        if self._task is not None:
            await end_task(self._task)

    @property
    def fresh_bytes(self) -> int:
        """How many bytes this request brought."""
        return self._fresh_bytes

    def fresh(self) -> bytes:
        """What this request brought, in one piece."""
        return b"".join(self._fresh)

    def _started(self) -> asyncio.Task[Part]:
        self._task = self._task or asyncio.create_task(self._sending())
        return self._task

    async def _sending(self) -> Part:
        """Once while the bytes arrive; if that fails, again from memory when they are all there."""
        try:
            part = await self._send(self.span, self._chunks())
        except PartRefused:
            whole = b"".join([chunk async for chunk in self._chunks()])
            part = await self._send(self.span, whole)
        self._stored, self._fresh = [], []
        return part

    async def _chunks(self) -> AsyncGenerator[bytes]:
        if self._stored is None:
            self._stored = [piece for tail in self._tails async for piece in self._objects.read(tail.object_key)]
        for piece in self._stored:
            yield piece
        position = 0
        while position < len(self._fresh) or self.room_bytes:
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
