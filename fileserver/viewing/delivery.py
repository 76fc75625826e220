"""The HTTP side of the sealed exit: an Outgoing becomes an answer.

Ranges, a file name, and an abrupt end when the permission ends midway.
"""

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from contextlib import aclosing
from urllib.parse import quote

from aiohttp import web

from compliance.exit import Outgoing
from storage.errors import RangeUnsatisfiable

RANGE = re.compile(r"^bytes=(\d{0,19})-(\d{0,19})$", re.ASCII)
STANDSTILL_S = 300.0  # for one chunk, of 1 MiB at most from the store: a download can be gone on with
SNIPPET_TYPES = frozenset({"image/jpeg", "image/png"})


async def send(request: web.Request, outgoing: Outgoing, *, attachment: bool = False) -> web.StreamResponse:
    """The whole of it. A permission that ends midway cuts the connection, so that no half file looks whole."""
    named = headers_of(outgoing.media_type, outgoing.filename, attachment=attachment)
    response = web.StreamResponse(headers=named)
    if outgoing.size_bytes is not None:
        response.content_length = outgoing.size_bytes
    return await _pump(request, response, outgoing)


async def send_part(
    request: web.Request, outgoing: Outgoing, part: range | None, total_bytes: int, headers: Mapping[str, str]
) -> web.StreamResponse:
    """The part of `total_bytes` that was asked for (RFC 9110 §15.3.7), or the whole when `part` is None."""
    response = web.StreamResponse(headers={**headers_of(outgoing.media_type, outgoing.filename), **headers})
    response.content_length = outgoing.size_bytes
    if part is not None:
        response.set_status(206)
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{total_bytes}"
    return await _pump(request, response, outgoing)


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


async def _pump(request: web.Request, response: web.StreamResponse, outgoing: Outgoing) -> web.StreamResponse:
    """Write every chunk.

    The first one is awaited before the headers go, so that an early refusal is still a problem.
    """
    async with aclosing(outgoing.chunks) as chunks:
        first = await anext(chunks, b"")
        await response.prepare(request)
        await _take(request, response, first)
        async for chunk in chunks:
            await _take(request, response, chunk)
        await response.write_eof()
    return response


async def _take(request: web.Request, response: web.StreamResponse, chunk: bytes) -> None:
    """Raises ConnectionError when the reader takes too little of it: a connection of the store waits behind each."""
    try:
        async with asyncio.timeout(STANDSTILL_S):
            await response.write(chunk)
    except TimeoutError as error:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the reader stands still") from error
