"""What a database holds of the log, read as it is for whoever proves it: nothing is taken for granted here.

Rows that are missing are missing in the answer; nothing is put right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage.database import Transaction
from storage.schema import event, ledger_checkpoint, ledger_leaf, ledger_pending

COPIED = ("t", "act", "res", "why", "who", "org", "role", "obj", "ver", "link")
LOOSE_MAX = 100


@dataclass(frozen=True)
class StoredEvent:
    """An event's row at its place in the tree, with what stands beside the leaf to search by."""

    index: int
    id: int
    leaf: bytes
    copies: dict[str, Any]


@dataclass(frozen=True)
class StoredHead:
    """A checkpoint's row."""

    size: int
    root: bytes
    note: str
    made_at: datetime


async def stored_events(tx: Transaction, start: int, end: int) -> list[StoredEvent]:
    """The events that rows place from `start` up to and without `end`, as far as both rows are there."""
    place = ledger_leaf.c.index
    beside = [event.c[name] for name in COPIED]
    query = (
        select(place, event.c.id, event.c.leaf, *beside)
        .select_from(ledger_leaf.join(event, event.c.id == ledger_leaf.c.event_id))
        .where(place >= start, place < end)
        .order_by(place)
    )
    found = (await tx.execute(query)).mappings()
    return [StoredEvent(row["index"], row["id"], row["leaf"], {name: row[name] for name in COPIED}) for row in found]


async def loose_events(tx: Transaction) -> Sequence[int]:
    """Events that have no place in the tree and don't wait for one, the first hundred: nobody logged them."""
    query = (
        select(event.c.id)
        .outerjoin(ledger_leaf, ledger_leaf.c.event_id == event.c.id)
        .outerjoin(ledger_pending, ledger_pending.c.event_id == event.c.id)
        .where(ledger_leaf.c.event_id.is_(None), ledger_pending.c.event_id.is_(None))
        .order_by(event.c.id)
    )
    return (await tx.scalars(query.limit(LOOSE_MAX))).all()


async def sample_of_heads(tx: Transaction, count: int) -> list[StoredHead]:
    """About so many of the checkpoints, evenly spread over their order, and the newest."""
    number = func.row_number().over(order_by=ledger_checkpoint.c.size)
    total = await tx.scalar(select(func.count()).select_from(ledger_checkpoint)) or 0
    numbered = select(ledger_checkpoint, number.label("number")).subquery()
    step = max(total // count, 1)
    query = select(numbered).where(or_(numbered.c.number % step == 0, numbered.c.number == total))
    return [StoredHead(row.size, row.root, row.note, row.made_at) for row in await tx.execute(query)]
