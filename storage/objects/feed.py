"""Pieces of a body on their way to the thread that sends them, from another thread or from the event loop."""

from collections.abc import AsyncIterable, Iterator, Sequence
from contextlib import aclosing
from queue import SimpleQueue
from typing import Any

Pieces = Sequence[bytes | memoryview]  # bytes in memory, in order


class WrongLength(Exception):
    """The source gave more or fewer bytes than it announced."""


class SourceFailed(Exception):
    """The source raised; kept apart from the connection's own failures, which look alike."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(type(failure).__name__)
        self.failure = failure


class Feed:
    """Filled by one, drained by one; any thread may be either. Unbounded: who fills it bounds what is in memory."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[bytes | memoryview | BaseException | None] = SimpleQueue()
        self._before: Pieces = ()

    def put(self, piece: bytes | memoryview) -> None:
        """The next bytes, which must stay as they are until they have been sent."""
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
            piece = next(before, None) or self._queue.get()
            if isinstance(piece, BaseException):
                raise SourceFailed(piece)
            size_bytes -= len(piece) if piece is not None else 0
            if piece is None or size_bytes < 0:
                raise WrongLength("another number of bytes than announced")
            yield piece


def measured(pieces: Pieces, size_bytes: int) -> Iterator[bytes | memoryview]:
    """The pieces, if they are exactly that long. Raises WrongLength."""
    if sum(map(len, pieces)) != size_bytes:
        raise WrongLength("another number of bytes than announced")
    yield from pieces


async def pour(source: AsyncIterable[bytes | memoryview], feed: Feed) -> None:
    """Everything from an asynchronous source, one piece behind, so that the last is known to be the last."""
    held: bytes | memoryview | None = None
    try:
        async with aclosing(_generator(source)) as pieces:
            async for piece in pieces:
                if held is not None:
                    feed.put(held)
                held = piece
        if held is not None:
            feed.put(held)
        feed.end()
    except Exception as failure:  # noqa: BLE001  # told to whoever waits for the sending
        feed.fail(failure)


async def _generator(source: AsyncIterable[bytes | memoryview]) -> Any:
    async for piece in source:
        yield piece
