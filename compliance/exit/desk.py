"""The desk at the exit: asks gates, writes down what they let pass, and at the end how much of it really left.

Promises: an answer is no older than the transaction it is given in; nothing is let out while the log doesn't keep up;
every end is told, however it came. Leaves what leaves, and in what form, to the ways out beside it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from socket import socket

from compliance import ledger
from compliance.events import Trail
from compliance.exit.gates import Gate, Passage
from compliance.exit.pieces import Outlet, Piece, PieceKind
from compliance.keys import KeyRing
from storage.database import Database, Transaction


@dataclass
class Sent:
    """How many bytes have left until now."""

    size_bytes: int = 0


class Counting:
    """An outlet that counts what leaves."""

    def __init__(self, outlet: Outlet, sent: Sent) -> None:
        self._outlet, self._sent = outlet, sent
        self.standstill_s = outlet.standstill_s

    async def write(self, piece: bytes) -> None:
        """See Outlet. A piece counts before it is written: nobody knows how much of it left when that fails."""
        self._sent.size_bytes += len(piece)
        await self._outlet.write(piece)

    async def bare(self) -> socket | None:
        """See Outlet."""
        return await self._outlet.bare()

    def took(self, size_bytes: int) -> None:
        """See Outlet."""
        self._sent.size_bytes += size_bytes
        self._outlet.took(size_bytes)


@dataclass(frozen=True)
class Desk:
    """Of one process."""

    database: Database
    keys: KeyRing
    clock: Callable[[], datetime]
    require_log: Callable[[], None]
    _ends: set[asyncio.Task[None]] = field(default_factory=set)

    async def settle(self) -> None:
        """Returns when every end that is being told is told: whoever took the bytes may be gone before that."""
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def told(self, chunks: AsyncGenerator[bytes], passage: Passage, trail: Trail) -> AsyncGenerator[bytes]:
        """The chunks, and at the end the event of how many bytes left."""
        async with self.ending(passage, trail) as sent, aclosing(chunks):
            async for chunk in chunks:
                sent.size_bytes += len(chunk)
                yield chunk

    @asynccontextmanager
    async def ending(self, passage: Passage, trail: Trail) -> AsyncIterator[Sent]:
        """Count what leaves within the block: its end, however it comes, is the event that tells the sum."""
        sent = Sent()
        try:
            yield sent
        finally:
            end = asyncio.create_task(self._tell_end(passage, trail, sent.size_bytes))
            self._ends.add(end)
            end.add_done_callback(self._ends.discard)
            await asyncio.shield(end)

    async def admit(self, gate: Gate, tx: Transaction, kind: PieceKind) -> Passage:
        """The gate's answer. Raises LedgerStalled while the log doesn't keep up: what leaves then might not be told."""
        self.require_log()
        return await gate.admit(tx, self.keys, kind, self.clock())

    async def ask(self, gate: Gate, kind: PieceKind) -> Passage:
        """The gate's answer at this moment, unrecorded; in a transaction only where the gate may write a row."""
        asking = self.database.transaction() if gate.begins_visits else self.database.statements()
        async with asking as tx:
            return await self.admit(gate, tx, kind)

    async def record(self, gate: Gate, piece: Piece, trail: Trail, size_bytes: int = 0) -> Passage:
        """The gate's answer and the event that tells of it, committed together."""
        async with self.database.transaction() as tx:
            passage = await self.admit(gate, tx, piece.kind)
            await self.append(tx, passage, piece, trail, size_bytes)
        return passage

    async def append(
        self, tx: Transaction, passage: Passage, piece: Piece, trail: Trail, size_bytes: int, **more: str | int
    ) -> None:
        """The event of what the gate has let pass, in the transaction of its answer."""
        if piece.page:
            more["page"] = piece.page
        if piece.level:
            more |= {"level": piece.level, "column": piece.column, "row": piece.row}
        event = trail.event(
            passage.act,
            why=passage.rule,
            obj=passage.obj,
            link=passage.link,
            ver=passage.served.sha256 or "",
            bytes=size_bytes,
            det={**passage.det, "kind": piece.kind.value, **more},
        )
        await ledger.append(tx, event, now=self.clock())

    async def _tell_end(self, passage: Passage, trail: Trail, sent_bytes: int) -> None:
        async with self.database.transaction() as tx:
            event = trail.event(
                passage.end_act,
                obj=passage.obj,
                link=passage.link,
                ver=passage.served.sha256 or "",
                bytes=sent_bytes,
                det=passage.det,
            )
            await ledger.append(tx, event, now=self.clock())
