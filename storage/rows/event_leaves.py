"""Leaves of single events: by id, and those that no follower of the tree has reached yet."""

from collections.abc import Sequence

from sqlalchemy import select, text

from storage.database import Transaction
from storage.rows.events import EventRow
from storage.schema import event

_BEHIND = text(
    "SELECT e.id, e.leaf FROM event e JOIN (SELECT event_id FROM ledger_pending UNION ALL "
    "(SELECT event_id FROM ledger_leaf WHERE index >= :index AND (CAST(:before_id AS bigint) IS NULL OR "
    "event_id < :before_id) ORDER BY index DESC LIMIT :limit)) AS behind ON behind.event_id = e.id "
    "WHERE CAST(:before_id AS bigint) IS NULL OR e.id < :before_id ORDER BY e.id DESC LIMIT :limit"
)


async def leaves_of(tx: Transaction, ids: Sequence[int]) -> dict[int, bytes]:
    """The leaves of these events, by id."""
    rows = await tx.execute(select(event.c.id, event.c.leaf).where(event.c.id.in_(ids)))
    return {row.id: row.leaf for row in rows}


async def newest_from(tx: Transaction, index: int, *, before_id: int | None, limit: int) -> tuple[EventRow, ...]:
    """The newest events, by id, that stand in the tree at `index` or behind it, or that are not in it yet."""
    rows = await tx.execute(_BEHIND, {"index": index, "before_id": before_id, "limit": limit})
    return tuple(EventRow(row.id, row.leaf) for row in rows)
