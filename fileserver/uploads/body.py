"""A request's body: asked for only when it is wanted, hashed as it arrives, and with a reason when it ends early.

A long body of announced length is read past aiohttp: straight from the connection's socket, in a thread that also
computes the hashes, because the parser's way costs more processor time than everything else that happens to the bytes.
Such a connection is closed after its answer, since the parser has not seen the body's end. Short and chunked bodies
come through aiohttp's own stream.
"""

import asyncio
import os
import select
import socket
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from fileserver.http.errors import MediaTypeRefused
from fileserver.http.keys import CONNECTION_SPENT
from fileserver.uploads.errors import UploadCut, UploadSilent
from fileserver.uploads.headers import OFFSET_STREAM
from fileserver.uploads.receptions import RECEIVING_MAX, Reception

SILENCE_MAX_S = 60
PAST_PARSER_FROM_BYTES = 512 << 10  # below, handing the socket over costs more than it saves
LATE_MAX_BYTES = 16 << 20  # what a connection's buffers may hold when its request is asked to end
GATHER_MS = 2  # how long a piece that could be larger waits for more

THREADS = ThreadPoolExecutor(max_workers=RECEIVING_MAX, thread_name_prefix="upload-body")


class Body(Protocol):
    """The bytes of one request."""

    async def read_into(self, room: memoryview, hashers: Sequence[Any]) -> int:
        """Put the next bytes into `room` and into each hasher; how many they were, 0 once the body has ended.

        Raises UploadCut, UploadSilent, or why the reception must end; what came before that has been returned.
        """


def body_bytes(request: web.Request) -> int | None:
    """The announced size; None for a chunked body."""
    return None if "Transfer-Encoding" in request.headers else request.content_length or 0


def check_body_type(request: web.Request) -> None:
    """Raises MediaTypeRefused unless the body is tus's, and as it is: a coded one has another length than it says."""
    if request.content_type != OFFSET_STREAM:
        raise MediaTypeRefused(expected=OFFSET_STREAM)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise MediaTypeRefused(expected="identity")


@asynccontextmanager
async def opened(request: web.Request, reception: Reception) -> AsyncIterator[Body]:
    """The request's body, for as long as the block lasts."""
    size_bytes = body_bytes(request)
    stream = StreamBody(request, reception)
    long = size_bytes is not None and size_bytes - request.content.total_bytes >= PAST_PARSER_FROM_BYTES
    if size_bytes is None or not long or request.transport is None or request.content.exception() is not None:
        yield stream
        return
    body = SocketBody(request, request.transport, reception, stream, size_bytes)
    try:
        yield body
    finally:
        body.close()


class StreamBody:
    """A body as aiohttp's parser delivers it."""

    def __init__(self, request: web.Request, reception: Reception) -> None:
        self._request, self._reception = request, reception
        self._rest = memoryview(b"")
        self._asked = False

    async def read_into(self, room: memoryview, hashers: Sequence[Any]) -> int:
        """See Body."""
        if not self._asked:
            self._asked = True
            await ask_for_it(self._request)
        if not self._rest:
            self._rest = memoryview(await self._piece())
        count = min(len(room), len(self._rest))
        now, self._rest = self._rest[:count], self._rest[count:]
        room[:count] = now
        for hasher in hashers:
            hasher.update(now)
        return count

    def buffered(self) -> bytes:
        """What the parser had read by itself; nothing more comes through it if reading is paused."""
        content = self._request.content
        return b"" if content.at_eof() else content.read_nowait()

    async def _piece(self) -> bytes:
        try:
            async with self._reception.waiting(SILENCE_MAX_S):
                return await self._request.content.readany()
        except TimeoutError:
            raise UploadSilent(timeout_s=SILENCE_MAX_S) from None
        except (OSError, ClientPayloadError, HttpProcessingError, web.PayloadAccessError) as error:
            raise UploadCut from error


class SocketBody:
    """A body of announced size, read from the connection's socket in a thread."""

    def __init__(
        self,
        request: web.Request,
        transport: asyncio.Transport,
        reception: Reception,
        stream: StreamBody,
        size_bytes: int,
    ) -> None:
        request.protocol.pause_reading()
        request[CONNECTION_SPENT] = True
        self._request, self._reception = request, reception
        self._first = memoryview(stream.buffered())
        request.protocol.pause_reading()  # emptying the buffer may have resumed it
        self._left_bytes = size_bytes - len(self._first)
        self._socket = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        self._socket.setblocking(False)  # noqa: FBT003  # its only parameter
        self._woken, self._wake = socket.socketpair()
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._poll.register(self._woken, select.POLLIN)
        self._asked, self._late_bytes = False, 0

    async def read_into(self, room: memoryview, hashers: Sequence[Any]) -> int:
        """See Body."""
        if not self._asked:
            self._asked = True
            await ask_for_it(self._request)
        if self._first:
            return self._take_first(room, hashers)
        room = room[: self._left_bytes]
        if not room:
            return 0
        count = await self._in_thread(room, hashers)
        self._left_bytes -= count
        return count

    def close(self) -> None:
        """Gives the connection back to aiohttp, which answers on it and closes it."""
        for each in (self._socket, self._woken, self._wake):
            each.close()
        if not self._left_bytes and not self._first:
            self._request.content.feed_eof()
        self._request.protocol.resume_reading()

    def _take_first(self, room: memoryview, hashers: Sequence[Any]) -> int:
        count = min(len(room), len(self._first))
        now, self._first = self._first[:count], self._first[count:]
        room[:count] = now
        for hasher in hashers:
            hasher.update(now)
        return count

    async def _in_thread(self, room: memoryview, hashers: Sequence[Any]) -> int:
        ending = self._reception.ending
        if ending is not None and self._late_bytes >= LATE_MAX_BYTES:
            raise ending
        with self._reception.interrupting(self._interrupt):
            patience_ms = 0 if self._reception.ending else SILENCE_MAX_S * 1000
            loop = asyncio.get_running_loop()
            receiving = loop.run_in_executor(THREADS, self._receive, room, hashers, patience_ms)
            try:
                await asyncio.wait({receiving})
            except asyncio.CancelledError:  # the thread still writes into `room`
                self._interrupt()
                await asyncio.wait({receiving})
                raise
        return self._told(*receiving.result())

    def _told(self, count: int, failure: OSError | None) -> int:
        """What had arrived when the request was asked to end is taken as well: the client's side has let go of it.

        Bytes that were received are never refused here: they are in the hashes already.
        """
        ending = self._reception.ending
        if count:
            self._late_bytes += count if ending is not None else 0
            return count
        if ending is not None:
            raise ending
        if isinstance(failure, TimeoutError):
            raise UploadSilent(timeout_s=SILENCE_MAX_S)
        raise UploadCut from failure

    def _receive(self, room: memoryview, hashers: Sequence[Any], patience_ms: int) -> tuple[int, OSError | None]:
        """In a thread: what arrives until there is a pause or no room; the failure only if nothing came before it."""
        count, failure, file = 0, None, self._socket.fileno()
        try:
            while count < len(room):
                ready = [fd for fd, _ in self._poll.poll(patience_ms)]
                if file not in ready:  # a pause, or somebody wants us to stop
                    if not ready and patience_ms > GATHER_MS:
                        raise TimeoutError
                    break
                received = self._socket.recv_into(room[count:])
                if not received:
                    break
                count, patience_ms = count + received, GATHER_MS
        except OSError as error:
            failure = error
        for hasher in hashers:
            hasher.update(room[:count])
        return count, failure

    def _interrupt(self) -> None:
        """Ends a wait in the thread."""
        self._wake.send(b"!")


async def ask_for_it(request: web.Request) -> None:
    """Answer `Expect: 100-continue` (RFC 9110 §10.1.1); the route has aiohttp leave that to us."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
