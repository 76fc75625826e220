"""Stored bytes on their way out, as they are: to employees who may have them, never to viewers.

Promises: the event is committed before a byte or an address leaves; a long answer asks again on the way. Leaves the
decision to the gate.
"""

import time
from collections.abc import Callable
from functools import partial

from compliance.errors import NotFound
from compliance.events import Trail
from compliance.exit.asking import Asking
from compliance.exit.desk import Begun, Counting, Desk
from compliance.exit.gates import Gate, Passage
from compliance.exit.pieces import ByAddress, Choose, Departure, Original, Outlet, Piece, PieceKind, Released
from storage.database import Transaction
from storage.objects import ObjectStore


class Originals:
    """Of one process."""

    def __init__(self, desk: Desk, objects: ObjectStore, now_s: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._objects, self._now_s = desk, objects, now_s

    async def release(self, gate: Gate, choose: Choose, trail: Trail) -> Released:
        """What `choose` wants of the stored bytes, with its event committed; without an event when it wants nothing.

        `choose` is asked after the gate has said yes, in the same transaction; what it raises comes out and nothing is
        recorded. Raises AccessDenied, NotFound.
        """
        async with self._desk.database.transaction() as tx:
            passage = await self._desk.admit(gate, tx, PieceKind.ORIGINAL)
            original = _original_of(passage)
            leave = choose(original)
            begun = None if leave is None else await self._append(tx, passage, leave, trail)
        if isinstance(leave, ByAddress):
            return Released(original=original, address=self._address(passage, leave))
        departure = None if leave is None or begun is None else self._departure(gate, begun, leave)
        return Released(original=original, departure=departure)

    def _departure(self, gate: Gate, begun: Begun, part: range) -> Departure:
        original = _original_of(begun.passage)
        return Departure(
            media_type=original.media_type,
            filename=original.filename,
            size_bytes=len(part),
            into=partial(self._send, gate, begun, part),
        )

    async def _append(self, tx: Transaction, passage: Passage, leave: range | ByAddress, trail: Trail) -> Begun:
        """By an address all of it may leave, and nobody will see how much does: the event counts all."""
        piece = Piece(kind=PieceKind.ORIGINAL)
        size_bytes = passage.served.size_bytes or 0
        if isinstance(leave, ByAddress):
            await self._desk.append(tx, passage, piece, trail, size_bytes, way="address", seconds=leave.lifetime_s)
            return Begun(passage=passage, trail=trail)
        return await self._desk.begin(tx, passage, piece, trail, leave, size_bytes)

    def _address(self, passage: Passage, leave: ByAddress) -> str:
        return self._objects.sign_read(
            passage.served.object_key or "",
            expires_s=leave.lifetime_s,
            media_type=leave.media_type,
            disposition=leave.disposition,
        )

    async def _send(self, gate: Gate, begun: Begun, part: range, outlet: Outlet) -> None:
        """The stored bytes; asks again on the way (`asking`)."""
        key = begun.passage.served.object_key or ""
        async with self._desk.leaving(begun) as sent:
            asking = Asking(lambda: self._desk.ask(gate, PieceKind.ORIGINAL), self._now_s)
            async with asking:
                counting = Counting(outlet, sent)
                await self._objects.pass_on(key, counting, asking.before, start=part.start, stop=part.stop)


def _original_of(passage: Passage) -> Original:
    served = passage.served
    if served.sha256 is None or served.made_at is None:
        raise NotFound
    return Original(
        sha256=served.sha256,
        size_bytes=served.size_bytes or 0,
        media_type=served.media_type or "application/octet-stream",
        filename=served.filename or "",
        made_at=served.made_at,
    )
