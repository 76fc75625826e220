"""A request's body: asked for only when it is wanted, hashed as it arrives, and with a reason when it ends early.

A long body of announced length is read past aiohttp: straight from the connection's socket, in a thread, with another
one behind it that computes the hashes, because the parser's way costs more processor time than everything else that
happens to the bytes. Such a connection serves its next request with a new parser (`renewal`); if the body did not come
to its end, it is closed. Short and chunked bodies come through aiohttp's own stream.
"""

import asyncio
import os
import select
import socket
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from queue import SimpleQueue
from typing import Any, Protocol

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from fileserver.http.errors import MediaTypeRefused
from fileserver.http.keys import CONNECTION_SPENT
from fileserver.uploads.errors import UploadCut, UploadSilent, UploadSlow
from fileserver.uploads.headers import OFFSET_STREAM
from fileserver.uploads.pace import Pace
from fileserver.uploads.receptions import RECEIVING_MAX, Reception
from fileserver.uploads.renewal import renew

SILENCE_MAX_S = 60
PAST_PARSER_FROM_BYTES = 512 << 10  # below, handing the socket over costs more than it saves
LATE_MAX_BYTES = 16 << 20  # what a connection's buffers may hold when its request is asked to end
GATHER_MS = 2  # how long a piece that could be larger waits for more

THREADS = ThreadPoolExecutor(max_workers=RECEIVING_MAX, thread_name_prefix="upload-body")
HASHERS = ThreadPoolExecutor(max_workers=RECEIVING_MAX, thread_name_prefix="upload-hash")


class Vessel(Protocol):
    """Where bytes go. A body fills it from one thread at a time, which need not be the event loop's."""

    def room(self) -> memoryview:
        """Where the next bytes go; empty when it is full."""

    def fill(self, piece: memoryview) -> None:
        """The beginning of `room` now holds this piece."""


class Memory:
    """A vessel of fixed size. `view` is all of it, `filled_bytes` how much has come."""

    def __init__(self, size_bytes: int) -> None:
        self.view, self.filled_bytes = memoryview(bytearray(size_bytes)), 0

    def room(self) -> memoryview:
        """See Vessel."""
        return self.view[self.filled_bytes :]

    def fill(self, piece: memoryview) -> None:
        """See Vessel."""
        self.filled_bytes += len(piece)


class Body(Protocol):
    """The bytes of one request."""

    async def pour(self, vessel: Vessel, hashers: Sequence[Any], size_max_bytes: int) -> int:
        """Fill the vessel and each hasher until it is full, `size_max_bytes` have come or the body has ended.

        How many bytes they were; 0: there are none any more. Raises UploadCut, UploadSilent, UploadSlow, or why the
        reception must end, but only when nothing came before.
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


async def is_over(body: Body) -> bool:
    """Whether no byte follows; one that does is taken."""
    return not await body.pour(Memory(1), (), 1)


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
        self._pace = Pace()
        self._asked = False

    async def pour(self, vessel: Vessel, hashers: Sequence[Any], size_max_bytes: int) -> int:
        """See Body; one piece at a time."""
        if not self._asked:
            self._asked = True
            await ask_for_it(self._request)
        if not self._rest:
            self._rest = memoryview(await self._piece())
        return self.pour_rest(vessel, hashers, size_max_bytes)

    def pour_rest(self, vessel: Vessel, hashers: Sequence[Any], size_max_bytes: int) -> int:
        """What the parser has delivered and nobody has taken."""
        room = vessel.room()
        count = min(len(room), len(self._rest), size_max_bytes)
        now, self._rest = self._rest[:count], self._rest[count:]
        room[:count] = now
        for hasher in hashers:
            hasher.update(now)
        vessel.fill(room[:count])
        return count

    def take_buffered(self) -> int:
        """Takes what the parser has read by itself; nothing more comes through it if reading is paused."""
        content = self._request.content
        self._rest = memoryview(b"" if content.at_eof() else content.read_nowait())
        return len(self._rest)

    @property
    def has_rest(self) -> bool:
        """Whether something of that is left."""
        return bool(self._rest)

    async def _piece(self) -> bytes:
        try:
            with self._pace:
                async with self._reception.waiting(SILENCE_MAX_S):
                    piece = await self._request.content.readany()
            self._pace.came(len(piece))
        except TimeoutError:
            raise UploadSilent(timeout_s=SILENCE_MAX_S) from None
        except (OSError, ClientPayloadError, HttpProcessingError, web.PayloadAccessError) as error:
            raise UploadCut from error
        return piece


class Hashing:
    """Hashes pieces in a thread of its own, behind the one that receives them, which need not wait."""

    def __init__(self, hashers: Sequence[Any]) -> None:
        self._hashers = hashers
        self._pieces: SimpleQueue[memoryview | None] = SimpleQueue()
        self._busy: Future[None] | None = None

    def add(self, piece: memoryview) -> None:
        """The next piece, which must stay as it is until the end."""
        if not self._hashers:
            return
        self._pieces.put(piece)
        if self._busy is None:
            self._busy = HASHERS.submit(self._run)

    def end(self) -> None:
        """Returns when all is hashed."""
        if self._busy is not None:
            self._pieces.put(None)
            self._busy.result()

    def _run(self) -> None:
        while piece := self._pieces.get():
            for hasher in self._hashers:
                hasher.update(piece)


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
        self._request, self._reception, self._stream = request, reception, stream
        self._left_bytes = size_bytes - stream.take_buffered()
        request.protocol.pause_reading()  # emptying the buffer may have resumed it
        self._socket = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        self._socket.setblocking(False)  # noqa: FBT003  # its only parameter
        self._woken, self._wake = socket.socketpair()
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._poll.register(self._woken, select.POLLIN)
        self._pace = Pace()
        self._asked, self._late_bytes = False, 0

    async def pour(self, vessel: Vessel, hashers: Sequence[Any], size_max_bytes: int) -> int:
        """See Body."""
        if not self._asked:
            self._asked = True
            await ask_for_it(self._request)
        if self._stream.has_rest:
            return self._stream.pour_rest(vessel, hashers, size_max_bytes)
        size_max_bytes = min(size_max_bytes, self._left_bytes)
        if not size_max_bytes:
            return 0
        count = await self._in_thread(vessel, hashers, size_max_bytes)
        self._left_bytes -= count
        return count

    def close(self) -> None:
        """Gives the connection back to aiohttp, which answers on it, and closes it if the body was not read whole."""
        for each in (self._socket, self._woken, self._wake):
            each.close()
        if not self._left_bytes and not self._stream.has_rest:
            self._request.content.feed_eof()
            if renew(self._request):
                del self._request[CONNECTION_SPENT]
        self._request.protocol.resume_reading()

    async def _in_thread(self, vessel: Vessel, hashers: Sequence[Any], size_max_bytes: int) -> int:
        ending = self._reception.ending
        if ending is not None and self._late_bytes >= LATE_MAX_BYTES:
            raise ending
        with self._reception.interrupting(self._interrupt):
            patience_ms = 0 if self._reception.ending else SILENCE_MAX_S * 1000
            loop = asyncio.get_running_loop()
            receiving = loop.run_in_executor(THREADS, self._receive, vessel, hashers, size_max_bytes, patience_ms)
            try:
                await asyncio.wait({receiving})
            except asyncio.CancelledError:  # the thread still writes into the vessel
                self._interrupt()
                await asyncio.wait({receiving})
                raise
        return self._told(*receiving.result())

    def _told(self, count: int, failure: Exception | None) -> int:
        """What had arrived when the request was asked to end is taken as well: the client's side has let go of it.

        Bytes that were received are never refused here: they are in the hashes already.
        """
        ending = self._reception.ending
        if count:
            self._late_bytes += count if ending is not None else 0
            return count
        if ending is not None:
            raise ending
        if isinstance(failure, UploadSlow):
            raise failure
        if isinstance(failure, TimeoutError):
            raise UploadSilent(timeout_s=SILENCE_MAX_S)
        raise UploadCut from failure

    def _receive(
        self, vessel: Vessel, hashers: Sequence[Any], size_max_bytes: int, patience_ms: int
    ) -> tuple[int, Exception | None]:
        """In a thread: all that comes until the vessel is full; the failure that ended it, or None."""
        total, hashing = 0, Hashing(hashers)
        try:
            while total < size_max_bytes and (room := vessel.room()[: size_max_bytes - total]):
                count = self._gather(room, patience_ms)
                if not count:
                    break
                hashing.add(room[:count])
                vessel.fill(room[:count])
                total += count
        except (OSError, UploadSlow) as failure:
            return total, failure
        finally:
            hashing.end()
        return total, None

    def _gather(self, room: memoryview, patience_ms: int) -> int:
        """What comes until there is a pause or no room. Raises TimeoutError, OSError, UploadSlow if that is nothing."""
        count = 0
        try:
            while count < len(room) and (more := self._next(room[count:], GATHER_MS if count else patience_ms)):
                count += more
        except (OSError, UploadSlow):
            if not count:
                raise
        return count  # also before a failure: what has left the socket must not get lost, for the failure may pass

    def _next(self, room: memoryview, patience_ms: int) -> int:
        """0: the body has ended, or there is a pause, or somebody wants us to stop."""
        received = self._at_hand(room)
        if received is None:
            with self._pace:
                ready = [fd for fd, _ in self._poll.poll(patience_ms)]
            if self._socket.fileno() not in ready:
                if not ready and patience_ms > GATHER_MS:
                    raise TimeoutError
                return 0
            received = self._at_hand(room) or 0
        self._pace.came(received)
        return received

    def _at_hand(self, room: memoryview) -> int | None:
        """What has arrived; 0 at the end, None when there is nothing yet."""
        try:
            return self._socket.recv_into(room)
        except BlockingIOError:
            return None

    def _interrupt(self) -> None:
        """Ends a wait in the thread."""
        self._wake.send(b"!")


async def ask_for_it(request: web.Request) -> None:
    """Answer `Expect: 100-continue` (RFC 9110 §10.1.1); the route has aiohttp leave that to us."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
