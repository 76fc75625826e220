"""The log's one door: an event is appended in the transaction of the act it tells of, or the act does not happen.

Events are numbered in order of arrival. Their place in the Merkle tree comes later, from the sequencer
(`compliance.sequencing`), which takes what is committed; nothing here or there changes a leaf's bytes. An event that
belongs to no other change may go through `Alone`, which commits many together.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from compliance.batches import Batches
from compliance.events import Event, leaf_of
from storage.database import Database, Transaction, ring
from storage.direct import Driver
from storage.rows import events

ALONE_MAX = 256
AT_ONCE = 2  # while one batch waits for the disk the next is written


async def append(tx: Transaction, event: Event, *, now: datetime | None = None) -> int:
    """Writes one event; it counts when `tx` commits. Returns its number.

    Raises ValueError for an event that the leaf format can't carry, StoreUnavailable when the database is away: in
    both cases the caller's act must not happen, which is so when both stand in the same transaction.
    """
    added = await events.add_event(tx, **_columns(event, now or datetime.now(UTC)))
    ring(tx)
    return added


async def append_by(driver: Driver, event: Event, *, now: datetime) -> None:
    """As `append`, within the transaction that the driver's connection is in, or by itself: committed on return then.

    Nobody in this process is told.
    """
    await events.put_events(driver, [_columns(event, now)])


async def append_all(tx: Transaction, told: Sequence[Event], *, now: datetime) -> None:
    """Writes several events of one moment, in this order, as `append` does."""
    await events.add_events(tx, [_columns(event, now) for event in told])
    ring(tx)


class Alone:
    """Events that stand alone: those that come while one commit is under way share the next.

    A writer by itself waits for one commit; a hundred at once don't wait for a hundred.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._batches = Batches(self._commit, batch_max=ALONE_MAX, at_once=AT_ONCE)

    async def append(self, event: Event) -> None:
        """Returns once the event is committed.

        Raises ValueError for an event that the leaf format can't carry, StoreUnavailable when nothing was written.
        """
        await self._batches.do(_columns(event, self._clock()))

    async def _commit(self, rows: Sequence[dict[str, Any]]) -> Sequence[Exception | None]:
        async with self._database.driver() as driver:
            await events.put_events(driver, rows)
        self._database.news.set()
        return [None] * len(rows)


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
