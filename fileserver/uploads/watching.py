"""What an operator sees of all uploads: those that are not over, and what was removed of those that are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fileserver.uploads import sweeps
from fileserver.uploads.sweeps import Sweep
from storage.database import Transaction
from storage.errors import StorageError
from storage.objects import ObjectStore
from storage.rows import flights
from storage.rows.flights import FlightRow, Since, TotalsRow

FRESH = timedelta(seconds=10)  # what a process said longer ago than this, it does not say any more
IDLE_AFTER = timedelta(hours=1)
DIRECT_IDLE_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """Everything at one moment."""

    at: datetime
    totals: TotalsRow
    items: list[FlightRow]
    sweeps: list[Sweep]


async def watch(tx: Transaction, now: datetime, *, before: tuple[datetime, UUID] | None, limit: int) -> Watched:
    """A page of what is not over, newest first, the sums over all of it, and the sweeps of the last day."""
    since = Since(said=now - FRESH, streamed=now - IDLE_AFTER, direct=now - DIRECT_IDLE_AFTER)
    return Watched(
        at=now,
        totals=await flights.totals(tx, since=since),
        items=await flights.list_flights(tx, since=since, before=before, limit=limit),
        sweeps=await sweeps.recent(tx, now),
    )


async def store_answers(objects: ObjectStore) -> bool:
    """Whether the object store is there now, which takes some seconds to be sure that it is not."""
    try:
        await objects.ping()
    except StorageError:
        return False
    return True
