"""Bytes into the store: one PUT over a presigned URL, whole or streamed.

Promises: Content-Length is explicit (S3 refuses chunked transfer); a stream of another length than announced is cut,
so that no part appears; a store that stops reading is given up after `STALL_TIMEOUT_S`, while a slow source may take
its time.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence

import aiohttp
from yarl import URL

from storage.objects.faults import from_response

STALL_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 120.0
SLICE_BYTES = 1024 * 1024

Pieces = Sequence[bytes | memoryview]  # bytes in memory, in order


class WrongLength(Exception):
    """The source gave more or fewer bytes than it announced."""


class SourceFailed(Exception):
    """The source raised; kept apart from the connection's own failures, which look alike."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(type(failure).__name__)
        self.failure = failure


async def put_bytes(
    session: aiohttp.ClientSession, url: URL, body: AsyncIterable[bytes | memoryview] | Pieces, size_bytes: int, *,
    operation: str, key: str, media_type: str | None = None,
) -> str:  # fmt: skip
    """The ETag the store answered. Raises SourceFailed, WrongLength, or a fault of `faults`."""
    headers = {"Content-Length": str(size_bytes)}
    # Sent exactly as signed: without a media type there must be no Content-Type at all.
    headers |= {"Content-Type": media_type} if media_type else {}
    async with asyncio.timeout(None) as limit:
        source = _Measured(_slices(body) if isinstance(body, Sequence) else body, size_bytes, limit)
        try:
            return await _send(session, url, source, headers, operation, key)
        except aiohttp.ClientError as error:
            if source.failure is None:
                raise
            raise source.failure from error


async def _send(
    session: aiohttp.ClientSession,
    url: URL,
    body: "_Measured | bytes",
    headers: dict[str, str],
    operation: str,
    key: str,
) -> str:
    skip = () if "Content-Type" in headers else ("Content-Type",)
    async with session.put(url, data=body, headers=headers, skip_auto_headers=skip, allow_redirects=False) as response:
        if response.status >= 300:  # noqa: PLR2004 - HTTP's own numbers
            raise await from_response(operation, key, response)
        return response.headers.get("ETag", "").strip('"')


async def _slices(pieces: Pieces) -> AsyncIterator[memoryview]:
    """Pieces small enough not to hold up the event loop, and without a copy."""
    for piece in pieces:
        view = memoryview(piece)
        for start in range(0, len(view), SLICE_BYTES):
            yield view[start : start + SLICE_BYTES]


class _Measured:
    """A source that is exactly as long as announced, or fails; moves the time limit while the store has the word."""

    def __init__(self, source: AsyncIterable[bytes | memoryview], size_bytes: int, limit: asyncio.Timeout) -> None:
        self._source, self._left_bytes, self._limit = source, size_bytes, limit
        self._begun = False
        self.failure: WrongLength | SourceFailed | None = None

    async def __aiter__(self) -> AsyncIterator[bytes | memoryview]:
        try:
            if self._begun:
                raise WrongLength("a streamed body can't be sent twice")
            self._begun = True
            async for chunk in self._source:
                self._left_bytes -= len(chunk)
                if self._left_bytes < 0:
                    raise WrongLength("the source gave more bytes than announced")
                self._allow(STALL_TIMEOUT_S)
                yield chunk
                self._allow(None)
            if self._left_bytes:
                raise WrongLength(f"the source ended {self._left_bytes} bytes early")
            self._allow(ANSWER_TIMEOUT_S)
        except WrongLength as failure:
            self.failure = failure
            raise
        except Exception as failure:
            self.failure = SourceFailed(failure)
            raise

    def _allow(self, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._limit.reschedule(None if seconds is None else loop.time() + seconds)
