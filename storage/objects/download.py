"""Bytes out of the store: one GET over a presigned URL, resumed where the connection broke.

As pieces (`read_object`), or straight into somebody's connection (`pass_object`).

Promises: exactly the bytes of the asked range, of one and the same object (a resumed request names its ETag), or an
error; the connection is closed when the reader walks away; a store that falls silent is given up.
"""

import re
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass
from socket import socket

import aiohttp
from yarl import URL

from storage.errors import ObjectCutShort, RangeUnsatisfiable, StoreRefused
from storage.objects.bodies import pieces_of
from storage.objects.carriers import Carrier
from storage.objects.faults import ATTEMPTS_MAX, CONNECTION_ERRORS, Sleep, from_response, with_retries
from storage.objects.overlays import Overlaid, Overlay
from storage.objects.passing import Allow, Outlet, pass_body

OPERATION = "get_object"
OK, PARTIAL_CONTENT = 200, 206

Presign = Callable[[], URL]


@dataclass
class _Cursor:
    """Where a download stands. `end` (exclusive) and `etag` are the store's, known after its first answer."""

    key: str
    position: int
    stop: int | None
    end: int | None = None
    etag: str = ""

    def headers(self) -> dict[str, str]:
        last = "" if self.stop is None else str(self.stop - 1)
        ranged = {"Range": f"bytes={self.position}-{last}"} if self.position or last else {}
        return ranged | ({"If-Match": self.etag} if self.etag else {})

    def check(self, response: aiohttp.ClientResponse) -> None:
        """The answer starts where we stand, and its object is the one we began with."""
        begin, end = _extent(response)
        if begin != self.position or end is None or self.end not in (None, end):
            raise StoreRefused(operation=OPERATION, code="another range than asked")
        self.end, self.etag = end, response.headers.get("ETag", "")

    @property
    def is_done(self) -> bool:
        return self.end is not None and self.position >= self.end


@dataclass(frozen=True)
class Get:
    """One object to be read: `stop` is exclusive, and may lie behind its end."""

    session: aiohttp.ClientSession
    presign: Presign
    key: str
    start: int
    stop: int | None
    sleep: Sleep


async def read_object(get: Get) -> AsyncGenerator[bytes]:
    """Pieces as they arrive."""
    cursor = _cursor_of(get)
    async with aclosing(_answers(get, cursor)) as answers:
        async for response in answers:
            with suppress(*CONNECTION_ERRORS):
                async with aclosing(pieces_of(response)) as pieces:
                    async for piece in pieces:
                        cursor.position += len(piece)
                        yield piece


async def pass_object(
    get: Get, outlet: Outlet, allow: Allow, threads: ThreadPoolExecutor, overlay: Overlay | None = None
) -> None:
    """All of it into the outlet, under what lies over it. Raises OutletGone, and what `allow` raises."""
    cursor = _cursor_of(get)
    counting = _Counting(outlet, cursor, overlay)
    async with aclosing(_answers(get, cursor)) as answers:
        async for response in answers:
            with suppress(*CONNECTION_ERRORS):
                await pass_body(response, counting, allow, threads, counting.laid)


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


def _cursor_of(get: Get) -> _Cursor:
    if get.start < 0 or (get.stop is not None and get.stop < get.start):
        raise ValueError(f"not a range: {get.start}-{get.stop}")
    return _Cursor(get.key, get.start, get.stop, end=get.start if get.stop == get.start else None)


async def _answers(get: Get, cursor: _Cursor) -> AsyncGenerator[aiohttp.ClientResponse]:
    """One answer after the other, until the cursor has been moved to the end. Not read whole, it is closed."""
    fruitless = 0
    while not cursor.is_done:
        before = cursor.position
        try:
            response = await with_retries(OPERATION, lambda: _begin(get, cursor), get.sleep)
        except RangeUnsatisfiable:
            if cursor.position:
                raise
            return  # An empty object has no first byte; S3 calls that a range behind its end.
        async with response:
            yield response
        fruitless = fruitless + 1 if cursor.position == before else 0
        if fruitless == ATTEMPTS_MAX and not cursor.is_done:
            raise ObjectCutShort(key=cursor.key, expected_bytes=cursor.end, received_bytes=cursor.position)


async def _begin(get: Get, cursor: _Cursor) -> aiohttp.ClientResponse:
    response = await get.session.get(get.presign(), headers=cursor.headers(), allow_redirects=False)
    try:
        if response.status not in (OK, PARTIAL_CONTENT):
            raise await from_response(OPERATION, cursor.key, response)
        cursor.check(response)
    except BaseException:
        response.close()
        raise
    return response


def _extent(response: aiohttp.ClientResponse) -> tuple[int, int | None]:
    """First byte and end (exclusive) of what the answer holds."""
    if response.status == OK:
        return 0, response.content_length
    match = re.fullmatch(r"bytes (\d{1,19})-(\d{1,19})/(?:\d{1,19}|\*)", response.headers.get("Content-Range", ""))
    return (int(match[1]), int(match[2]) + 1) if match else (-1, None)
