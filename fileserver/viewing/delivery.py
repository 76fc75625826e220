"""The HTTP side of the sealed exit: what leaves becomes an answer.

Ranges, a file name, and an abrupt end when the permission ends midway.
"""

import asyncio
import os
import re
import socket
import unicodedata
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import quote

from aiohttp import web

from compliance.exit import Departure, Outgoing
from storage.errors import RangeUnsatisfiable
from storage.objects import OutletGone

RANGE = re.compile(r"^bytes=(\d{0,19})-(\d{0,19})$", re.ASCII)
STANDSTILL_S = 300.0  # for one chunk, of 1 MiB at most from the store: a download can be gone on with
SNIPPET_TYPES = frozenset({"image/jpeg", "image/png"})


async def send(
    request: web.Request, outgoing: Outgoing, *, more: Mapping[str, str] | None = None
) -> web.StreamResponse:
    """The whole of it, with `more` headers."""
    response = web.StreamResponse(headers={**headers_of(outgoing.media_type, outgoing.filename), **(more or {})})
    response.content_length = len(outgoing.body)
    await response.prepare(request)
    await _take(request, response, outgoing.body)
    await response.write_eof()
    return response


async def send_stored(
    request: web.Request, departure: Departure, part: range | None, total_bytes: int, headers: Mapping[str, str]
) -> web.StreamResponse:
    """The part of `total_bytes` that was asked for (RFC 9110 §15.3.7), or the whole when `part` is None.

    Stored bytes may go from the store's socket to the reader's. A permission that ends midway cuts the connection: no
    half looks whole.
    """
    response = _partial(departure, part, total_bytes, headers)
    with closing(Connection(request, response)) as connection:
        try:
            await departure.into(connection)
        except OutletGone as error:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("the reader takes no more") from error
        await connection.end()
    return response


def _partial(
    leaving: Departure, part: range | None, total_bytes: int, headers: Mapping[str, str]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={**headers_of(leaving.media_type, leaving.filename), **headers})
    response.content_length = leaving.size_bytes
    if part is not None:
        response.set_status(206)
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{total_bytes}"
    return response


def range_of(request: web.Request, total_bytes: int) -> range | None:
    """The single range asked for, never empty; None for the whole.

    Several ranges, a range that ends before it starts, or a unit that is not bytes are answered with the whole file,
    as RFC 9110 §14.2 allows. Raises RangeUnsatisfiable for a range that holds no byte of it.
    """
    found = RANGE.match(request.headers.get("Range", ""))
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(total_bytes - int(last), 0)
    if start >= total_bytes:
        raise RangeUnsatisfiable(key="", start=start, total_bytes=total_bytes)
    return range(start, min(int(last) + 1, total_bytes) if first and last else total_bytes)


def headers_of(media_type: str, filename: str, *, attachment: bool = False) -> dict[str, str]:
    """Type and name; nothing is stored by caches on the way, and no file is ever run as a page."""
    return {
        "Content-Type": media_type,
        "Content-Disposition": content_disposition(filename, attachment=attachment or not _harmless(media_type)),
        "Cache-Control": "no-store, private",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def content_disposition(filename: str, *, attachment: bool) -> str:
    """RFC 6266: an ASCII fallback, and the real name in UTF-8."""
    kind = "attachment" if attachment else "inline"
    if not filename:
        return kind
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w.\- ]", "_", plain).strip() or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _harmless(media_type: str) -> bool:
    return media_type in SNIPPET_TYPES or media_type.startswith("video/")


async def _take(request: web.Request, response: web.StreamResponse, chunk: bytes) -> None:
    """Raises ConnectionError when the reader takes too little of it: a connection of the store waits behind each."""
    try:
        async with asyncio.timeout(STANDSTILL_S):
            await response.write(chunk)
    except TimeoutError as error:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the reader stands still") from error


class Connection:
    """An answer as the outlet of stored bytes. Its headers go with the first of them, as above."""

    def __init__(self, request: web.Request, response: web.StreamResponse) -> None:
        self._request, self._response = request, response
        self._bare: socket.socket | None = None
        self.standstill_s = STANDSTILL_S

    async def write(self, piece: bytes) -> None:
        """See Outlet."""
        try:
            await self._begin()
            await _take(self._request, self._response, piece)
        except OSError as error:
            raise OutletGone from error

    async def bare(self) -> socket.socket | None:
        """See Outlet: under a descriptor of its own, because event loops guard those of their transports."""
        transport = self._request.transport
        if transport is None or transport.get_extra_info("sslcontext") is not None:
            return None
        transport.set_write_buffer_limits(0)
        try:
            async with asyncio.timeout(self.standstill_s):
                await self._request.writer.drain()
        except OSError as error:
            raise OutletGone from error
        if transport.is_closing() or transport.get_write_buffer_size():
            return None
        if self._bare is None:
            self._bare = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        return self._bare

    def took(self, size_bytes: int) -> None:
        """See Outlet."""
        self._request.writer.output_size += size_bytes

    async def end(self) -> None:
        """All has been sent."""
        await self._begin()
        await self._response.write_eof()

    def close(self) -> None:
        """Lets go of the socket; the connection is as it was for the next request."""
        transport = self._request.transport
        if transport is not None and not transport.is_closing():
            transport.set_write_buffer_limits()
        if self._bare is not None:
            self._bare.close()

    async def _begin(self) -> None:
        if not self._response.prepared:
            await self._response.prepare(self._request)
