"""The body of an answer from the store, passed on to somebody's connection by the cheapest way there is.

Over plain TCP on both sides a thread moves them from the store's socket to the reader's (`carriers`): no object for
each piece, and no event loop that is woken for it. The caller is asked ahead, and beside, how much may leave and for
how long. A thread has a turn: it ends when neither side has anything to do, so that slow readers hold none, and after a
while in any case. Otherwise (TLS, small bodies) pieces go through the event loop.

Promises each byte once and in order; that what the reader's connection has taken is counted, however it ends; and that
no thread touches either socket any more when `pass_body` has ended. Leaves to `download` which bytes they are.
"""

import asyncio
import select
import socket
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from enum import Enum
from typing import Any, Protocol

import aiohttp

from storage.objects.bodies import PIECE_BYTES, SILENCE_S, BareBody, bared, next_piece
from storage.objects.carriers import Carrier, Hold
from storage.objects.windows import Rest, Windows

GRANT_BYTES = 32 << 20  # what the caller is asked for at once; at most two of them are ahead of what has left
TURN_S = 2.0
IDLE_MS = 50  # how long a thread waits for a side that has nothing to do
THREADS_MAX = 32  # more turns than that wait for one; each is short

Allow = Callable[[int], Awaitable[float]]
"""Whether so many bytes more may leave; for how many seconds that holds. Raises what forbids it, and no OSError."""

Lay = Callable[[Carrier], Carrier]
"""What carries the bytes from where they stand on, made of what carries them as they are."""


class Means:
    """What all bodies that a store passes on share: threads, and the memory that they carry in."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="s3-get")
        self.hold = Hold()

    def close(self) -> None:
        """Threads that are at work end by themselves."""
        self.threads.shutdown(wait=False)


class Side(Enum):
    """What a thread has to wait for."""

    STORE = select.POLLIN
    READER = select.POLLOUT


class OutletGone(Exception):
    """The reader's connection takes no more. Not an OSError: it is no fault of the store's."""


class Outlet(Protocol):
    """Where the bytes of an object go."""

    standstill_s: float
    """How long the reader may take for one load (`carriers`); then it is gone."""

    async def write(self, piece: bytes) -> None:
        """Send it. Raises OutletGone."""

    async def bare(self) -> socket.socket | None:
        """The connection itself, when nothing is waiting to be sent on it; None: everything by `write`.

        It does not block, and its owner neither writes to it nor closes it before the passing has ended.
        """

    def took(self, size_bytes: int) -> None:
        """So many bytes went into the socket."""


async def pass_body(
    response: aiohttp.ClientResponse,
    outlet: Outlet,
    allow: Allow,
    means: Means,
    lay: Lay,
    rest: Rest | None = None,
) -> None:
    """The body of an answer with Content-Length; what a thread moves, goes by the carrier that `lay` makes.

    A thread goes on with the `rest` behind it. Raises OutletGone, what `allow` raises, aiohttp.ClientError or OSError
    when the store fails.
    """
    with bared(response) as bare:
        if bare is None:
            async for piece, _ in response.content.iter_chunks():
                await _write(piece, outlet, allow)
            return
        missing_bytes = await _begin(bare, outlet, allow)
        reader = await outlet.bare() if missing_bytes else None
        if reader is not None:
            supply = Windows(bare.raw, missing_bytes, rest)
            await _Lane(supply, reader, outlet, lay(means.hold.carrier())).run(allow, means.threads)
            return
        while missing_bytes:
            piece = await next_piece(bare.raw, min(PIECE_BYTES, missing_bytes))
            missing_bytes -= len(piece)
            await _write(piece, outlet, allow)


async def _begin(bare: BareBody, outlet: Outlet, allow: Allow) -> int:
    """The first bytes, with which the headers go; how many are missing then."""
    missing_bytes, first = bare.missing_bytes, bare.take_parsed()
    if not first:
        first = await next_piece(bare.raw, min(PIECE_BYTES, missing_bytes))
        missing_bytes -= len(first)
    await _write(first, outlet, allow)
    return missing_bytes


async def _write(piece: bytes, outlet: Outlet, allow: Allow) -> None:
    await allow(len(piece))
    await outlet.write(piece)


class _Lane:
    """From one socket to the other. Its thread part is `_turn`, of which one runs at a time."""

    def __init__(self, supply: Windows, reader: socket.socket, outlet: Outlet, carrying: Carrier) -> None:
        self._supply, self._reader, self._outlet = supply, reader, outlet
        self._carrier = carrying
        self._pending_bytes, self._received_at_s = 0, 0.0  # in the carrier
        self._ungranted_bytes = supply.missing_bytes
        self._granted_bytes, self._until_s = 0, 0.0  # may leave until then
        self._moved_bytes = 0  # of it
        self._hungry = asyncio.Event()  # less than one grant is left
        self._is_told, self._stopped = False, False

    async def run(self, allow: Allow, threads: ThreadPoolExecutor) -> None:
        """Until all of it has gone. Raises as `pass_body`."""
        with closing(self._carrier), closing(self._supply):
            while self._supply.missing_bytes or self._pending_bytes:
                await self._grant(allow)
                awaited = await self._in_thread(allow, threads)
                if self._pending_bytes and self._patience_s() <= 0:
                    raise OutletGone
                if awaited is not None:
                    await self._ready(awaited)

    async def _grant(self, allow: Allow) -> None:
        """Ask for the next bytes, or, when enough may leave, for more time."""
        more_bytes = 0
        if self._granted_bytes - self._moved_bytes < GRANT_BYTES:
            more_bytes = min(GRANT_BYTES, self._ungranted_bytes)
        lasts_s = await allow(more_bytes)
        self._until_s = time.monotonic() + lasts_s
        self._ungranted_bytes -= more_bytes
        self._granted_bytes += more_bytes
        self._hungry.clear()
        self._is_told = not self._ungranted_bytes

    async def _in_thread(self, allow: Allow, threads: ThreadPoolExecutor) -> Side | None:
        """One turn, while more is asked for beside it."""
        loop, before_bytes = asyncio.get_running_loop(), self._moved_bytes
        turn = loop.run_in_executor(threads, self._turn, loop)
        granting = asyncio.create_task(self._grant_beside(allow))
        both: set[asyncio.Future[Any]] = {turn, granting}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stopped = not turn.done()
            granting.cancel()
            await _ended(both)
            self._outlet.took(self._moved_bytes - before_bytes)
        turn.exception()  # looked at, or asyncio reports it as lost
        if not granting.cancelled():
            granting.result()  # by itself it ends only with a no
        return turn.result()

    async def _grant_beside(self, allow: Allow) -> None:
        while True:
            await self._hungry.wait()
            await self._grant(allow)

    def _patience_s(self) -> float:
        return self._received_at_s + self._outlet.standstill_s - time.monotonic()

    async def _ready(self, side: Side) -> None:
        """Waits on the event loop, as long as it may take. Raises OutletGone, TimeoutError when the store is silent."""
        timeout_s = SILENCE_S if side is Side.STORE else self._patience_s()
        try:
            async with asyncio.timeout(timeout_s):
                await _until_ready(self._raw(side), side)
        except TimeoutError as error:
            if side is Side.STORE:
                raise
            raise OutletGone from error

    def _raw(self, side: Side) -> socket.socket:
        return self._supply.socket if side is Side.STORE else self._reader

    def _turn(self, loop: asyncio.AbstractEventLoop) -> Side | None:
        """In a thread: what goes at once. The side that had nothing to do, if that was the end of it."""
        ends_at_s = time.monotonic() + TURN_S
        while not self._stopped and time.monotonic() < min(ends_at_s, self._until_s):
            granted_bytes = self._granted_bytes - self._moved_bytes
            if granted_bytes < GRANT_BYTES and not self._is_told:
                self._is_told = True
                loop.call_soon_threadsafe(self._hungry.set)
            if not granted_bytes:
                break
            side, moved = (
                (Side.READER, self._send(granted_bytes)) if self._pending_bytes else (Side.STORE, self._receive())
            )
            if not moved and not _polled(self._raw(side), side):
                self._carrier.pause()
                return side
        return None

    def _receive(self) -> bool:
        """Whether something had come. Raises OSError."""
        try:
            count = self._supply.take(self._carrier)
        except BlockingIOError:
            return False
        self._pending_bytes, self._received_at_s = count, time.monotonic()
        return True

    def _send(self, size_max_bytes: int) -> bool:
        """Whether something went. Raises OutletGone."""
        try:
            count = self._carrier.give(self._reader, min(size_max_bytes, self._pending_bytes))
        except BlockingIOError:
            return False
        except OSError as error:
            raise OutletGone from error
        self._pending_bytes -= count
        self._moved_bytes += count
        return True


async def _ended(tasks: set[asyncio.Future[Any]]) -> None:
    """Waits for them however often this is cancelled: a thread that still has a socket must not outlive it."""
    cancelled: asyncio.CancelledError | None = None
    while not all(task.done() for task in tasks):
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


async def _until_ready(raw: socket.socket, side: Side) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    if side is Side.STORE:
        loop.add_reader(raw, ready.set)
    else:
        loop.add_writer(raw, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(raw)
        loop.remove_writer(raw)


def _polled(raw: socket.socket, side: Side) -> bool:
    poll = select.poll()
    poll.register(raw, side.value)
    return bool(poll.poll(IDLE_MS))
