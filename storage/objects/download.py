"""Bytes out of the store, gone on with where the connection broke.

As pieces (`read_object`), or straight into somebody's connection (`pass_object`): over plain HTTP by several requests
(`windows`).

Promises: exactly the bytes of the asked range, of one and the same object (every further request names its ETag), or
an error; the connection is closed when the reader walks away; a store that falls silent is given up.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from socket import socket

from storage.errors import ObjectCutShort, RangeUnsatisfiable, StoreRefused
from storage.objects import windows
from storage.objects.bodies import pieces_of
from storage.objects.carriers import Carrier
from storage.objects.faults import ATTEMPTS_MAX, CONNECTION_ERRORS
from storage.objects.overlays import Overlaid, Overlay
from storage.objects.passing import Allow, Means, Outlet, pass_body
from storage.objects.requests import OPERATION, Answer, Ask, Get, answer_to
from storage.objects.windows import Rest


@dataclass
class _Cursor:
    """Where a download stands. `end` (exclusive) and `etag` are the store's, known after its first answer."""

    key: str
    position: int
    stop: int | None
    window_bytes: int | None
    end: int | None = None
    etag: str = ""

    def ask(self) -> Ask:
        """For what comes next."""
        stop = self.stop if self.end is None else self.end
        if self.window_bytes is not None:
            window_stop = self.position + self.window_bytes
            stop = window_stop if stop is None else min(stop, window_stop)
        return Ask(self.position, stop, self.etag)

    def check(self, answer: Answer) -> None:
        """Its object is the one we began with."""
        end = answer.total_bytes if self.stop is None else min(self.stop, answer.total_bytes)
        if self.end not in (None, end):
            raise StoreRefused(operation=OPERATION, code="an object of another size")
        self.end, self.etag = end, answer.etag

    def rest(self, get: Get, answer: Answer) -> Rest | None:
        """What is wanted behind this answer."""
        if self.end is None or answer.stop >= self.end:
            return None
        return Rest(get.presign, answer.stop, self.end, answer.total_bytes, answer.etag)

    @property
    def is_done(self) -> bool:
        return self.end is not None and self.position >= self.end


async def read_object(get: Get) -> AsyncGenerator[bytes]:
    """Pieces as they arrive."""
    cursor = _cursor_of(get)
    async with aclosing(_answers(get, cursor)) as answers:
        async for answer in answers:
            with suppress(*CONNECTION_ERRORS):
                async with aclosing(pieces_of(answer.response)) as pieces:
                    async for piece in pieces:
                        cursor.position += len(piece)
                        yield piece


async def pass_object(get: Get, outlet: Outlet, allow: Allow, means: Means, overlay: Overlay | None = None) -> None:
    """All of it into the outlet, under what lies over it. Raises OutletGone, and what `allow` raises."""
    is_plain = get.presign().scheme == "http" and await outlet.bare() is not None
    cursor = _cursor_of(get, windows.WINDOW_BYTES if is_plain else None)
    counting = _Counting(outlet, cursor, overlay)
    async with aclosing(_answers(get, cursor)) as answers:
        async for answer in answers:
            rest = cursor.rest(get, answer)
            with suppress(*CONNECTION_ERRORS):
                await pass_body(answer.response, counting, allow, means, counting.laid, rest)


class _Counting:
    """An outlet that moves the cursor, and puts what lies over the object's bytes there."""

    def __init__(self, outlet: Outlet, cursor: _Cursor, overlay: Overlay | None) -> None:
        self._outlet, self._cursor, self._overlay = outlet, cursor, overlay
        self.standstill_s = outlet.standstill_s

    def laid(self, carrier: Carrier) -> Carrier:
        """A carrier that does the same, from where the cursor stands."""
        return Overlaid(carrier, self._overlay, self._cursor.position) if self._overlay else carrier

    async def write(self, piece: bytes) -> None:
        """See Outlet."""
        await self._outlet.write(self._overlay.over(self._cursor.position, piece) if self._overlay else piece)
        self._cursor.position += len(piece)

    async def bare(self) -> socket | None:
        """See Outlet."""
        return await self._outlet.bare()

    def took(self, size_bytes: int) -> None:
        """See Outlet."""
        self._outlet.took(size_bytes)
        self._cursor.position += size_bytes


def _cursor_of(get: Get, window_bytes: int | None = None) -> _Cursor:
    if get.start < 0 or (get.stop is not None and get.stop < get.start):
        raise ValueError(f"not a range: {get.start}-{get.stop}")
    return _Cursor(get.key, get.start, get.stop, window_bytes, end=get.start if get.stop == get.start else None)


async def _answers(get: Get, cursor: _Cursor) -> AsyncGenerator[Answer]:
    """One answer after the other, until the cursor has been moved to the end. Not read whole, it is closed."""
    fruitless = 0
    while not cursor.is_done:
        before = cursor.position
        try:
            answer = await answer_to(get, cursor.ask())
        except RangeUnsatisfiable:
            if before:
                raise
            return  # An empty object has no first byte; S3 calls that a range behind its end.
        async with answer.response:
            cursor.check(answer)
            yield answer
        fruitless = fruitless + 1 if cursor.position == before else 0
        if fruitless == ATTEMPTS_MAX and not cursor.is_done:
            raise ObjectCutShort(key=cursor.key, expected_bytes=cursor.end, received_bytes=cursor.position)
