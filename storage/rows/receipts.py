"""Rows for receipts: one event with its place in the tree."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from storage.database import Transaction
from storage.schema import event, ledger_leaf

JOINED = event.outerjoin(ledger_leaf, ledger_leaf.c.event_id == event.c.id)


@dataclass(frozen=True)
class PlacedRow:
    """An event: `index` is its place in the tree, None as long as it has none."""

    id: int
    leaf: bytes
    who: str
    index: int | None


async def placed(tx: Transaction, event_id: int) -> PlacedRow | None:
    """The event of this number; None when there is none, or when it was pruned."""
    return await _one(tx, _placed().where(event.c.id == event_id))


async def placed_at(tx: Transaction, index: int) -> PlacedRow | None:
    """The event at this place; None when there is none, or when it was pruned."""
    return await _one(tx, _placed().where(ledger_leaf.c.index == index))


def _placed() -> Select[Any]:
    return select(event.c.id, event.c.leaf, event.c.who, ledger_leaf.c.index).select_from(JOINED)


async def _one(tx: Transaction, query: Select[Any]) -> PlacedRow | None:
    row = (await tx.execute(query)).one_or_none()
    return row and PlacedRow(*row)
