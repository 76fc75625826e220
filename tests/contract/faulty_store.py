"""An HTTP proxy in front of a real S3 server that knows each request's operation and breaks those that it is told to.

Beside `faulty_gate`, which breaks connections wherever bytes are, this one breaks operations: before the store heard of
them (failed and not persisted), after it did them (failed but persisted), or in what is answered. Everything else goes
through unchanged, signatures included.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import Enum
from io import BytesIO

import aiohttp
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from yarl import URL

from storage.settings import S3Settings

PIECE_BYTES = 64 * 1024
TRICKLED_PIECES = 20
TRICKLE_PAUSE_S = 0.002
# Between client and proxy, or proxy and store; not to be copied. Host stays: it is signed.
HOP_BY_HOP = ("Connection", "Keep-Alive", "Transfer-Encoding")
WRONG_ETAG = '"00000000000000000000000000000000"'


class Fault(Enum):
    """What goes wrong. `did` says whether the store has done the operation."""

    SLOW_DOWN = "503 SlowDown"
    TRICKLE = "slow, but right"
    CUT_BEFORE = "cut with half of the request read"
    UNHEARD = "cut with the whole request read, and not passed on"
    HOLD = "the whole request read, then nothing"
    CUT_AFTER = "done, then cut without an answer"
    HALF_ANSWER = "done, then cut in the middle of the answer"
    WRONG_ETAG = "done, and answered with another ETag"
    BAD_DIGEST = "400 BadDigest"
    ERROR_IN_200 = "200 with an error inside, not done"
    DONE_ERROR_IN_200 = "200 with an error inside, done"
    GONE = "404 NoSuchUpload, not done"
    DONE_GONE = "404 NoSuchUpload, done"

    @property
    def did(self) -> bool:
        """Whether the store has done it."""
        return self in DID


DID = frozenset(
    {Fault.TRICKLE, Fault.CUT_AFTER, Fault.HALF_ANSWER, Fault.WRONG_ETAG, Fault.DONE_ERROR_IN_200, Fault.DONE_GONE}
)
ERRORS = {
    Fault.SLOW_DOWN: (503, "SlowDown"),
    Fault.BAD_DIGEST: (400, "BadDigest"),
    Fault.ERROR_IN_200: (200, "InternalError"),
    Fault.DONE_ERROR_IN_200: (200, "InternalError"),
    Fault.GONE: (404, "NoSuchUpload"),
    Fault.DONE_GONE: (404, "NoSuchUpload"),
}


@dataclass(frozen=True)
class Passed:
    """What the store answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class FaultyStore:
    """Counts requests by operation; `faults` says what befalls the next ones, by operation and in order.

    `upload_part` is also counted and broken as `upload_part 1` and so on, by its number.
    """

    def __init__(self, settings: S3Settings) -> None:
        self.settings, self._behind = settings, URL(settings.endpoint_url)
        self.requests: Counter[str] = Counter()
        self.faults: dict[str, list[Fault | None]] = {}
        self.holds = asyncio.Event()  # a request met Fault.HOLD
        self._http: aiohttp.ClientSession | None = None

    def fail(self, operation: str, fault: Fault, *, times: int = 1, after: int = 0) -> None:
        """The next `times` requests of this operation meet the fault, once `after` others have gone through."""
        self.faults[operation] = [*[None] * after, *[fault] * times]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["FaultyStore"]:
        """While it lasts, `settings` lead through the proxy."""
        async with (
            aiohttp.ClientSession(auto_decompress=False) as self._http,
            RawTestServer(self._serve) as server,
        ):
            self.settings = replace(self.settings, endpoint_url=str(server.make_url("")).rstrip("/"))
            yield self

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        fault = self._count(operation_of(request), request.query.get("partNumber", ""))
        body = await _read(request, fault)
        if fault is Fault.HOLD:
            self.holds.set()
            await asyncio.Event().wait()  # until whoever asked walks away
        if fault in (Fault.CUT_BEFORE, Fault.UNHEARD):
            return _cut(request)
        passed = await self._pass_on(request, body) if fault is None or fault.did else None
        if fault is Fault.CUT_AFTER:
            return _cut(request)
        if fault in ERRORS:
            return _error(*ERRORS[fault])
        assert passed is not None
        return await _answer(request, passed, fault)

    def _count(self, operation: str, number: str) -> Fault | None:
        met = None
        for name in (operation, f"{operation} {number}") if number else (operation,):
            self.requests[name] += 1
            queue = self.faults.get(name)
            met = met or (queue.pop(0) if queue else None)
        return met

    async def _pass_on(self, request: web.BaseRequest, body: bytes) -> Passed:
        assert self._http is not None
        url = URL(f"{self._behind.origin()}{request.raw_path}", encoded=True)
        headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
        skip = ("Content-Type", "Accept", "Accept-Encoding", "User-Agent")
        async with self._http.request(
            request.method,
            url,
            headers=headers,
            data=BytesIO(body) if body else None,
            skip_auto_headers=skip,
            allow_redirects=False,
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
            return Passed(answer.status, kept, await answer.read())


def operation_of(request: web.BaseRequest) -> str:
    """S3's name for the request, as botocore spells it."""
    query, method = request.query, request.method
    for condition, name in (
        ("uploads" in query, {"POST": "create_multipart_upload", "GET": "list_multipart_uploads"}),
        ("partNumber" in query, {"PUT": "upload_part"}),
        (
            "uploadId" in query,
            {"POST": "complete_multipart_upload", "DELETE": "abort_multipart_upload", "GET": "list_parts"},
        ),
        ("list-type" in query, {"GET": "list_objects_v2"}),
        ("delete" in query, {"POST": "delete_objects"}),
        (True, {"PUT": "put_object", "GET": "get_object", "HEAD": "head_object", "DELETE": "delete_object"}),
    ):
        if condition:
            return name.get(method, f"{method}?")
    raise AssertionError("the last condition holds")


async def _read(request: web.BaseRequest, fault: Fault | None) -> bytes:
    """The request's body, or what the fault lets through of it."""
    if fault is Fault.CUT_BEFORE:
        return await request.content.read(max(1, (request.content_length or 0) // 2))
    pieces = []
    while piece := await request.content.read(PIECE_BYTES):
        pieces.append(piece)
        if fault is Fault.TRICKLE:
            await asyncio.sleep(TRICKLE_PAUSE_S)
    return b"".join(pieces)


def _cut(request: web.BaseRequest) -> web.Response:
    """Ends the connection; the answer that aiohttp wants has nowhere to go."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _error(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>so told</Message></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")


async def _answer(request: web.BaseRequest, passed: Passed, fault: Fault | None) -> web.StreamResponse:
    headers = dict(passed.headers)
    if fault is Fault.WRONG_ETAG:
        headers["ETag"] = WRONG_ETAG
    response = web.StreamResponse(status=passed.status, headers=headers)
    if fault is Fault.HALF_ANSWER and not passed.body:  # then half of the answer is half of its headers
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 200 OK\r\nETa")
        return _cut(request)
    await response.prepare(request)
    body = passed.body
    if fault is Fault.HALF_ANSWER:
        await response.write(body[: len(body) // 2])
        return _cut(request)
    step = max(1, len(body) // TRICKLED_PIECES) if fault is Fault.TRICKLE else len(body) or 1
    for start in range(0, len(body), step):
        await response.write(body[start : start + step])
        if fault is Fault.TRICKLE:
            await asyncio.sleep(TRICKLE_PAUSE_S)
    await response.write_eof()
    return response
