"""Which request of this process is receiving which upload, and the SHA-256 of what it has received.

A newer request asks the older one to let go (it keeps what arrived) instead of being refused, so that a client whose
connection died unnoticed goes on at once. Between processes `handover` does the same.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from fileserver.uploads.blocks import Blocks
from fileserver.uploads.errors import ServerFull, ServerStopping, UploadBusy, UploadReplaced
from fileserver.uploads.flight import Flight, Flights

LET_GO_TIMEOUT_S = 10.0
HASHES_MAX = 4096
RECEIVING_MAX = 64  # each for layout.RETAINED_MAX_BYTES in memory; for one person half of them
RETRY_AFTER_S = 5


class Reception:
    """One request at work on one upload. `ending` is why it must stop, once it must."""

    def __init__(self) -> None:
        self.ending: Exception | None = None
        self.ended = asyncio.Event()
        self.flight = Flight()
        self._patience: asyncio.Timeout | None = None
        self._interrupt: Callable[[], None] | None = None

    def end(self, reason: Exception) -> None:
        """Ask it to stop; a wait under `waiting` stops at once."""
        self.ending = self.ending or reason
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(asyncio.get_running_loop().time())
        if self._interrupt is not None:
            self._interrupt()

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """A wait that asyncio can't cut short: `end` calls `interrupt`."""
        self._interrupt = interrupt
        try:
            yield
        finally:
            self._interrupt = None

    @asynccontextmanager
    async def waiting(self, timeout_s: float | None = None) -> AsyncIterator[None]:
        """A wait that `end` can cut short. Raises its reason then, TimeoutError after `timeout_s`."""
        if self.ending is not None:
            raise self.ending
        try:
            async with asyncio.timeout(timeout_s) as self._patience:
                yield
        except TimeoutError:
            if self.ending is not None:
                raise self.ending from None
            raise
        finally:
            self._patience = None


@dataclass(frozen=True)
class RunningHash:
    """SHA-256 over the first `offset` bytes, valid while nobody has taken the upload up since `fence`."""

    fence: int
    offset: int
    sha256: Any


class Receptions:
    """The receptions of one process, and the running hashes they leave to the next request."""

    def __init__(self) -> None:
        self.flights = Flights()
        self.blocks = Blocks()
        self._holders: dict[UUID, Reception] = {}
        self._hashes: OrderedDict[UUID, RunningHash] = OrderedDict()
        self._receiving = Counter[UUID]()
        self._stopping = False

    @asynccontextmanager
    async def hold(self, upload_id: UUID) -> AsyncIterator[Reception]:
        """Take the upload over from whoever holds it here. Raises UploadBusy when that one can't let go in time."""
        await self._displace(upload_id)
        reception = self._holders[upload_id] = Reception()
        if self._stopping:
            reception.end(ServerStopping())
        try:
            yield reception
        finally:
            del self._holders[upload_id]
            reception.ended.set()

    async def _displace(self, upload_id: UUID) -> None:
        while holder := self._holders.get(upload_id):
            holder.end(UploadReplaced())
            try:
                async with asyncio.timeout(LET_GO_TIMEOUT_S):
                    await holder.ended.wait()
            except TimeoutError:
                raise UploadBusy from None

    def holds(self, upload_id: UUID) -> bool:
        """Whether a request here is at work on it."""
        return upload_id in self._holders

    async def let_go(self, upload_id: UUID, reason: Exception) -> None:
        """Ask the request at work on it, if there is one, to keep what arrived and end; returns when it has."""
        holder = self._holders.get(upload_id)
        if holder is not None:
            holder.end(reason)
            await holder.ended.wait()

    @contextmanager
    def room(self, person_id: UUID, places: int = 1) -> Iterator[None]:
        """So many places among those whose bytes this process holds in memory (`Layout.places`).

        Raises ServerFull when they are not free, or when this person has so many that others could find none.
        """
        taken, own = self._receiving.total(), self._receiving[person_id]
        if taken + places > RECEIVING_MAX or (own and own + places > RECEIVING_MAX // 2):
            raise ServerFull(retry_after_s=RETRY_AFTER_S)
        self._receiving[person_id] += places
        try:
            yield
        finally:
            self._receiving[person_id] -= places
            if not self._receiving[person_id]:
                del self._receiving[person_id]

    def stop(self) -> None:
        """The server goes down: every reception keeps what arrived and ends."""
        self._stopping = True
        for holder in self._holders.values():
            holder.end(ServerStopping())

    def leave_hash(self, upload_id: UUID, running: RunningHash) -> None:
        """Keep a hash for the next request; the oldest are forgotten, which only costs reading the object again."""
        self._hashes[upload_id] = running
        while len(self._hashes) > HASHES_MAX:
            self._hashes.popitem(last=False)

    def take_hash(self, upload_id: UUID, fence: int, offset: int) -> RunningHash | None:
        """The hash of exactly the first `offset` bytes, if the last request that took the upload up left it here."""
        running = self._hashes.pop(upload_id, None)
        return running if running is not None and (running.fence, running.offset) == (fence, offset) else None


RECEPTIONS = web.AppKey("RECEPTIONS", Receptions)
