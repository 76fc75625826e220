"""The log's one door: an event is appended in the transaction of the act it tells of, or the act does not happen.

Events are numbered in order of arrival. The Merkle tree over them (checkpoints, tiles, receipts) is built by a
later reader of the same rows; nothing here may change a leaf's bytes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from compliance.events import Event, leaf_of
from storage.database import Transaction
from storage.rows import events


async def append(tx: Transaction, event: Event, *, now: datetime | None = None) -> int:
    """Writes one event; it counts when `tx` commits. Returns its number.

    Raises ValueError for an event that the leaf format can't carry, StoreUnavailable when the database is away: in
    both cases the caller's act must not happen, which is so when both stand in the same transaction.
    """
    return await events.add_event(tx, **_columns(event, now or datetime.now(UTC)))


async def append_all(tx: Transaction, told: Sequence[Event], *, now: datetime) -> None:
    """Writes several events of one moment, in this order, as `append` does."""
    await events.add_events(tx, [_columns(event, now) for event in told])


def _columns(event: Event, t: datetime) -> dict[str, Any]:
    return {
        "leaf": leaf_of(event, t),
        "t": t,
        "act": event.act.value,
        "res": event.res.value,
        "why": event.why,
        "who": event.who,
        "org": event.org,
        "role": event.role,
        "obj": event.obj,
        "ver": event.ver,
        "link": event.link,
    }
