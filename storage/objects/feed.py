"""Pieces of a body on their way to the thread that sends them, from another thread or from the event loop."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterator, Sequence
from contextlib import aclosing
from queue import SimpleQueue
from typing import Any

Pieces = Sequence[bytes | memoryview]  # bytes in memory, in order
AHEAD_MAX_BYTES = 4 << 20


class WrongLength(Exception):
    """The source gave more or fewer bytes than it announced."""


class SourceFailed(Exception):
    """The source raised; kept apart from the connection's own failures, which look alike."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(type(failure).__name__)
        self.failure = failure


class Feed:
    """Filled by one, drained by one; any thread may be either. Unbounded: who fills it bounds what is in memory.

    `on_drained`, where there is one, is called in the draining thread for each piece.
    """

    def __init__(self, on_drained: Callable[[], object] | None = None) -> None:
        self._queue: SimpleQueue[bytes | memoryview | BaseException | None] = SimpleQueue()
        self._before: Pieces = ()
        self._put_bytes, self._drained_bytes = 0, 0  # each is written by one side alone
        self._on_drained = on_drained

    @property
    def waiting_bytes(self) -> int:
        """How many bytes nobody has drained yet."""
        return self._put_bytes - self._drained_bytes

    def put(self, piece: bytes | memoryview) -> None:
        """The next bytes, which must stay as they are until they have been sent."""
        self._put_bytes += len(piece)
        self._queue.put(piece)

    def end(self) -> None:
        """There is no more."""
        self._queue.put(None)

    def fail(self, failure: BaseException) -> None:
        """There will be no more, and this is why."""
        self._queue.put(failure)

    def behind(self, pieces: Pieces) -> "Feed":
        """This feed, behind these pieces. Before anybody drains it."""
        self._before = tuple(piece for piece in pieces if piece)
        return self

    def drain(self, size_bytes: int) -> Iterator[bytes | memoryview]:
        """Blocks for each piece until `size_bytes` have come. Raises WrongLength, SourceFailed."""
        before = iter(self._before)
        while size_bytes > 0:
            piece = next(before, None) or self._next()
            if isinstance(piece, BaseException):
                raise SourceFailed(piece)
            size_bytes -= len(piece) if piece is not None else 0
            if piece is None or size_bytes < 0:
                raise WrongLength("another number of bytes than announced")
            yield piece

    def _next(self) -> bytes | memoryview | BaseException | None:
        piece = self._queue.get()
        if piece is not None and not isinstance(piece, BaseException):
            self._drained_bytes += len(piece)
            if self._on_drained is not None:
                self._on_drained()
        return piece


def measured(pieces: Pieces, size_bytes: int) -> Iterator[bytes | memoryview]:
    """The pieces, if they are exactly that long. Raises WrongLength."""
    if sum(map(len, pieces)) != size_bytes:
        raise WrongLength("another number of bytes than announced")
    yield from pieces


class Poured:
    """A feed that is filled from an asynchronous source, which waits while `AHEAD_MAX_BYTES` have not been drained."""

    def __init__(self) -> None:
        loop, self._drained = asyncio.get_running_loop(), asyncio.Event()
        self.feed = Feed(lambda: loop.call_soon_threadsafe(self._drained.set))

    async def pour(self, source: AsyncIterable[bytes | memoryview]) -> None:
        """Everything from the source, one piece behind, so that the last is known to be the last."""
        held: bytes | memoryview | None = None
        try:
            async with aclosing(_generator(source)) as pieces:
                async for piece in pieces:
                    if held is not None:
                        await self._put(held)
                    held = piece
            if held is not None:
                self.feed.put(held)
            self.feed.end()
        except Exception as failure:  # noqa: BLE001  # told to whoever waits for the sending
            self.feed.fail(failure)

    async def _put(self, piece: bytes | memoryview) -> None:
        self.feed.put(piece)
        while self.feed.waiting_bytes > AHEAD_MAX_BYTES:
            self._drained.clear()
            if self.feed.waiting_bytes > AHEAD_MAX_BYTES:  # not drained since
                await self._drained.wait()


async def _generator(source: AsyncIterable[bytes | memoryview]) -> Any:
    async for piece in source:
        yield piece
