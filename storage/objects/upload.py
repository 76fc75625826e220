"""Bytes into the store: PUTs over presigned URLs, each in a thread, over kept connections of http.client.

A thread that blocks in `send` costs a fraction of an event loop that is woken for every piece. Promises: Content-Length
is explicit (S3 refuses chunked transfer); a body of another length than announced is cut, so that no part appears; a
store that stops reading is given up after `STALL_TIMEOUT_S`, while a slow source may take its time; cancelling cuts the
connection before it returns, so that nothing refers to the body's memory any more.
"""

import asyncio
import http.client
import re
import select
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import aiohttp
from yarl import URL

from storage.objects.faults import from_answer, from_response
from storage.objects.feed import Feed, Pieces, Poured, measured

STALL_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 120.0
CONNECT_TIMEOUT_S = 5.0
REFUSAL_TIMEOUT_S = 1.0  # for what a store says that hangs up on us
KEEPALIVE_S = 10.0  # shorter than any store keeps an idle connection
THREADS_MAX = 256  # each PUT under way is one; most of them wait for a client
ANSWER_BYTES_MAX = 4096

QUOTED = re.compile(r'"[^"]+"')

Body = AsyncIterable[bytes | memoryview] | Pieces | Feed


class Cut(Exception):
    """Nobody wants the PUT any more."""


@dataclass(frozen=True)
class Answer:
    """What the store said."""

    status: int
    etag: str
    body: bytes


@dataclass
class Put:
    """One PUT. `connection` is there while the thread is at work on it."""

    url: URL
    headers: Mapping[str, str]
    size_bytes: int
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def cut(self) -> None:
        """Ends a wait of the thread in the connection."""
        sock = self.connection.sock if self.connection is not None else None
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


class Sender:
    """The connections and threads that one store's PUTs use."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="s3-put")
        self._idle: dict[str, deque[tuple[float, http.client.HTTPConnection]]] = {}
        self._lock = threading.Lock()  # of the idle connections
        self._reaping: asyncio.TimerHandle | None = None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Reads the machine's certificates, 20 ms: only where the store has https."""
        return ssl.create_default_context()

    def close(self) -> None:
        """Ends every idle connection; PUTs under way end by themselves."""
        self._threads.shutdown(wait=False)
        if self._reaping is not None:
            self._reaping.cancel()
        self._close_idle(older_than_s=0)

    async def put(
        self, url: URL, body: Body, size_bytes: int, *, operation: str, key: str, media_type: str | None = None
    ) -> str:
        """The ETag the store answered. Raises SourceFailed, WrongLength, or a fault of `faults`."""
        headers = {"Content-Length": str(size_bytes)} | ({"Content-Type": media_type} if media_type else {})
        put = Put(url, headers, size_bytes)
        if isinstance(body, Sequence):
            answer = await self._in_thread(put, measured(body, size_bytes), None)
        elif isinstance(body, Feed):
            answer = await self._in_thread(put, body.drain(size_bytes), body)
        else:
            answer = await self._poured(put, body)
        if answer.status >= 300:  # noqa: PLR2004 - HTTP's own numbers
            raise from_answer(operation, key, answer.status, answer.body)
        return answer.etag

    async def _poured(self, put: Put, source: AsyncIterable[bytes | memoryview]) -> Answer:
        poured = Poured()
        pouring = asyncio.create_task(poured.pour(source))
        try:
            return await self._in_thread(put, poured.feed.drain(put.size_bytes), poured.feed)
        finally:
            pouring.cancel()
            await asyncio.wait({pouring})

    async def _in_thread(self, put: Put, pieces: Iterable[bytes | memoryview], feed: Feed | None) -> Answer:
        sending = asyncio.get_running_loop().run_in_executor(self._threads, self._send, put, pieces)
        try:
            await asyncio.wait({sending})
        except asyncio.CancelledError:
            if feed is not None:
                feed.fail(Cut())
            put.cut()
            await asyncio.wait({sending})
            sending.exception()  # looked at, or asyncio reports it as lost
            raise
        finally:
            self._reap_later()
        return sending.result()

    def _send(self, put: Put, pieces: Iterable[bytes | memoryview]) -> Answer:
        """In a thread."""
        origin, pieces = str(put.url.origin()), iter(pieces)
        first = next(pieces, b"")  # until there is a byte, the store is not bothered
        connection = put.connection = self._take(origin)
        try:
            answer, reusable = _exchange(connection, put, chain((first,), pieces))
        except BaseException:
            _reset(connection)
            raise
        finally:
            put.connection = None
        if reusable:
            with self._lock:
                self._idle.setdefault(origin, deque()).append((time.monotonic(), connection))
        else:
            connection.close()
        return answer

    def _take(self, origin: str) -> http.client.HTTPConnection:
        """An idle connection that is still good, or a new one."""
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                if not idle:
                    return self._new(URL(origin))
                since, connection = idle.pop()
            if time.monotonic() - since < KEEPALIVE_S and not _has_something_to_say(connection):
                return connection
            connection.close()

    def _reap_later(self) -> None:
        if self._reaping is None:
            self._reaping = asyncio.get_running_loop().call_later(KEEPALIVE_S, self._reap)

    def _reap(self) -> None:
        self._reaping = None
        self._close_idle(older_than_s=KEEPALIVE_S)
        if any(self._idle.values()):
            self._reap_later()

    def _close_idle(self, *, older_than_s: float) -> None:
        until = time.monotonic() - older_than_s
        with self._lock:
            for idle in self._idle.values():
                while idle and idle[0][0] <= until:
                    idle.popleft()[1].close()

    def _new(self, origin: URL) -> http.client.HTTPConnection:
        host, port = origin.raw_host or "", origin.port
        if origin.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=CONNECT_TIMEOUT_S, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=CONNECT_TIMEOUT_S)


async def put_small(session: aiohttp.ClientSession, url: URL, body: bytes, *, key: str, media_type: str) -> str:
    """The ETag of a small object, sent on the event loop. Raises a fault of `faults`."""
    async with (
        asyncio.timeout(STALL_TIMEOUT_S),
        session.put(url, data=body, headers={"Content-Type": media_type}, allow_redirects=False) as response,
    ):
        if response.status >= 300:  # noqa: PLR2004 - HTTP's own numbers
            raise await from_response("put_object", key, response)
        return response.headers.get("ETag", "").strip('"')


def _exchange(
    connection: http.client.HTTPConnection, put: Put, pieces: Iterable[bytes | memoryview]
) -> tuple[Answer, bool]:
    """The answer, and whether the connection may serve another PUT."""
    connection.putrequest("PUT", put.url.raw_path_qs, skip_accept_encoding=True)
    for name, value in put.headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.sock.settimeout(STALL_TIMEOUT_S)
    try:
        for piece in pieces:
            connection.send(piece)
    except (BrokenPipeError, ConnectionResetError):
        connection.sock.settimeout(REFUSAL_TIMEOUT_S)
        answer, _ = _answer(connection)
        if answer.status < 300:  # noqa: PLR2004 - HTTP's own numbers; it can't have it all
            raise
        return answer, False
    connection.sock.settimeout(ANSWER_TIMEOUT_S)
    return _answer(connection)


def _answer(connection: http.client.HTTPConnection) -> tuple[Answer, bool]:
    response = connection.getresponse()
    etag, body = response.headers.get("ETag", ""), response.read(ANSWER_BYTES_MAX)
    if response.status < 300 and not QUOTED.fullmatch(etag):  # noqa: PLR2004 - HTTP's own numbers
        raise http.client.RemoteDisconnected("the answer broke off")  # its headers simply end there for http.client
    reusable = not response.will_close and not response.read(1)
    return Answer(response.status, etag.strip('"'), body), reusable


def _reset(connection: http.client.HTTPConnection) -> None:
    """Closes it so that the store takes it for an accident and not for the end of a body."""
    if connection.sock is not None:
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _has_something_to_say(connection: http.client.HTTPConnection) -> bool:
    """An idle connection has nothing to say but goodbye."""
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
