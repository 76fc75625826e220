"""Walking through the log in the order of the tree: leaves as they stand, or those that the index says match.

Numbers of events are given before a transaction commits, so whoever goes by numbers can pass an event that commits
late; places are given to what is committed, without gaps, so whoever goes by places misses none.
"""

from typing import Any

from sqlalchemy import select, text

from storage.database import Transaction
from storage.rows.event_search import Conditions, holding
from storage.rows.events import EventRow
from storage.schema import event, ledger_leaf

_BOUNDS = text("SELECT min(event_id), max(event_id) FROM ledger_leaf WHERE index >= :start AND index < :stop")
# Which index is the better one depends on the values, so no plan is made for any.
_SETTINGS = text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)")


async def leaves(tx: Transaction, start: int, stop: int, limit: int) -> tuple[EventRow, ...]:
    """The first `limit` events from the place `start` up to and without `stop`; what was pruned is left out."""
    query = (
        select(event.c.id, event.c.leaf, ledger_leaf.c.index)
        .select_from(ledger_leaf.join(event, event.c.id == ledger_leaf.c.event_id))
        .where(ledger_leaf.c.index >= start, ledger_leaf.c.index < stop)
        .order_by(ledger_leaf.c.index)
        .limit(limit)
    )
    return tuple(EventRow(*row) for row in await tx.execute(query))


async def matching(tx: Transaction, wanted: Conditions, start: int, stop: int, limit: int) -> tuple[EventRow, ...]:
    """The same of those that match, by the index, which must have all of these places."""
    low, high = (await tx.execute(_BOUNDS, {"start": start, "stop": stop})).one()
    if low is None or (low := max(low, wanted.low)) > (high := min(high, wanted.high)):
        return ()
    await tx.execute(_SETTINGS)
    values: dict[str, Any] = {"low": low, "high": high, "start": start, "stop": stop, "limit": limit}
    conditions = holding(wanted, "i", values)
    query = text(
        "SELECT e.id, e.leaf, l.index FROM event_index i JOIN ledger_leaf l ON l.event_id = i.id "  # noqa: S608  # a closed set of columns
        f"JOIN event e ON e.id = i.id WHERE {conditions} AND i.id BETWEEN :low AND :high "
        "AND l.index >= :start AND l.index < :stop ORDER BY l.index LIMIT :limit"
    )
    return tuple(EventRow(*row) for row in await tx.execute(query, values))
