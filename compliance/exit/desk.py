"""The desk at the exit: asks gates, writes down what they let pass, and at the end how much of it really left.

Promises: an answer is no older than the transaction it is given in; nothing is let out while the log doesn't keep up;
every end is told, however it came, and told again until the log has it (`ends`); ranges of one thing to one reader
share a start and an end (`stretches`), but none goes on that start after the log failed to take an event. Leaves what
leaves, and in what form, to the ways out beside it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from socket import socket

from compliance import glass, ledger
from compliance.access import Action
from compliance.access.rules import GLASS_OPENS_MATERIAL
from compliance.errors import LedgerStalled
from compliance.events import Trail
from compliance.exit.ends import UNTOLD_MAX, End, Ends
from compliance.exit.gates import Gate, Passage
from compliance.exit.pieces import Outlet, Piece, PieceKind
from compliance.exit.stretches import Key, Stretch, Stretches
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


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What the log knows of something that is about to leave.

    `key` is of the stretch that it is a range of; None: it leaves whole, and has a start and an end of its own. `start`
    tells the log of it, should that stretch be over before the first byte leaves; None: this one was told of itself.
    """

    passage: Passage
    trail: Trail
    key: Key | None = None
    start: Callable[[Transaction], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Desk:
    """Of one process."""

    database: Database
    keys: KeyRing
    clock: Callable[[], datetime]
    require_log: Callable[[], None]

    async def settle(self) -> None:
        """Returns when every end is told, or long enough tried: whoever took the bytes may be gone before that."""
        self.stretches.close()
        await self.ends.settle()

    @cached_property
    def ends(self) -> Ends:
        """Those that this process has told or has yet to tell."""
        return Ends(self._write_end, self.stretches.doubt)

    @cached_property
    def stretches(self) -> Stretches:
        """Those that are open in this process."""
        return Stretches(self._over)

    async def begin(
        self, tx: Transaction, passage: Passage, piece: Piece, trail: Trail, part: range, size_bytes: int, **more: str
    ) -> Begun:
        """Tells the log of a part that is about to leave, unless it is one more range of what the log knows of.

        `size_bytes` is of the whole: all of it in one go is always told of.
        """
        start = partial(self._start, passage, piece, trail, more)
        key = None
        if len(part) < size_bytes:
            about = (passage.act, passage.obj, passage.link, passage.served.sha256, piece.kind)
            key = (trail, *about, *sorted(passage.det.items()), *sorted(more.items()))
        if key is not None and self._covered(key):
            return Begun(passage=passage, trail=trail, key=key, start=start)
        await start(tx)
        return Begun(passage=passage, trail=trail, key=key)

    @asynccontextmanager
    async def leaving(self, begun: Begun) -> AsyncIterator[Sent]:
        """Count what leaves within the block, for an end of its own or of its stretch. Raises StoreUnavailable."""
        if begun.key is None:
            async with self.ending(begun.passage, begun.trail) as sent:
                yield sent
            return
        if begun.start is not None and not self._covered(begun.key):
            async with self.database.transaction() as tx:
                await begun.start(tx)
        stretch, sent = self.stretches.enter(begun.key, begun.passage, begun.trail), Sent()
        try:
            yield sent
        finally:
            self.stretches.leave(stretch, sent.size_bytes)

    @asynccontextmanager
    async def ending(self, passage: Passage, trail: Trail) -> AsyncIterator[Sent]:
        """Count what leaves within the block: its end, however it comes, is the event that tells the sum."""
        sent = Sent()
        try:
            yield sent
        finally:
            await asyncio.shield(self.ends.tell(End(passage, trail, sent.size_bytes)))

    def _over(self, stretch: Stretch) -> None:
        self.ends.tell(End(stretch.passage, stretch.trail, stretch.size_bytes, stretch.ranges))

    def _covered(self, key: Key) -> bool:
        """Whether a range needs no start of its own. While an end waits for the log, each has one, or doesn't leave."""
        if self.ends.untold:
            self.stretches.doubt()
        return self.stretches.covers(key)

    async def admit(self, gate: Gate, tx: Transaction, kind: PieceKind) -> Passage:
        """The gate's answer. Raises LedgerStalled while the log doesn't keep up: what leaves then might not be told."""
        self._require_log()
        return await gate.admit(tx, self.keys, kind, self.clock())

    async def ask(self, gate: Gate, kind: PieceKind) -> Passage:
        """The gate's answer at this moment, unrecorded. Raises as `admit`."""
        self._require_log()
        return await gate.look(self.database, self.keys, kind, self.clock())

    def _require_log(self) -> None:
        self.require_log()
        if self.ends.untold >= UNTOLD_MAX:
            raise LedgerStalled(reason="too many ends wait to be told")

    async def record(self, gate: Gate, piece: Piece, trail: Trail, size_bytes: int = 0) -> Passage:
        """The gate's answer and the event that tells of it, committed together."""
        async with self.database.transaction() as tx:
            passage = await self.admit(gate, tx, piece.kind)
            await self.append(tx, passage, piece, trail, size_bytes)
            if passage.rule == GLASS_OPENS_MATERIAL:
                material_id = passage.served.material_id
                await glass.used_by(tx, trail, gate.person_id, Action.MATERIAL_PREVIEW, material_id, now=self.clock())
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
        try:
            await ledger.append(tx, event, now=self.clock())
        except Exception:
            self.stretches.doubt()
            raise

    async def _start(
        self, passage: Passage, piece: Piece, trail: Trail, more: Mapping[str, str], tx: Transaction
    ) -> None:
        await self.append(tx, passage, piece, trail, 0, **more)

    async def _write_end(self, end: End) -> None:
        passage = end.passage
        more = {} if end.ranges is None else {"ranges": end.ranges}
        event = end.trail.event(
            passage.end_act,
            obj=passage.obj,
            link=passage.link,
            ver=passage.served.sha256 or "",
            bytes=end.size_bytes,
            det={**passage.det, **more},
        )
        async with self.database.driver() as driver:  # one statement: it commits by itself
            await ledger.append_by(driver, event, now=self.clock())
        self.database.news.set()
