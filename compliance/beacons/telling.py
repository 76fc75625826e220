"""Telling the log how long pages were read: sums, for each page of a visit once a minute at most.

Promises that every millisecond that was acknowledged is told once: what is told is marked in the transaction of the
event. Any number of processes may do it.
"""

from datetime import datetime, timedelta

from compliance import ledger
from compliance.events import Act, Event
from storage.database import Database
from storage.rows import beacons
from storage.rows.beacons import Untold

EVERY = timedelta(seconds=60)
BATCH = 500
KEPT_FOR = timedelta(days=1)  # after the visit: then nothing is added any more


async def tell_step(database: Database, now: datetime, *, batch: int = BATCH) -> int:
    """Tells of so many pages whose time has come; how many."""
    async with database.transaction() as tx:
        untold = await beacons.untold(tx, now - EVERY, batch)
        if untold:
            await ledger.append_all(tx, [_event(each) for each in untold], now=now)
            await beacons.mark_told(tx, untold, now)
    return len(untold)


async def tell_all(database: Database, now: datetime) -> int:
    """Tells of every page whose time has come; how many."""
    done = 0
    while step := await tell_step(database, now):
        done += step
    return done


async def forget_told(database: Database, now: datetime) -> None:
    """Drops what the log was told of visits that are long over."""
    async with database.transaction() as tx:
        await beacons.forget(tx, now - KEPT_FOR)


def _event(row: Untold) -> Event:
    return Event(
        act=Act.VIEWER_PAGE_READ,
        who=row.who,
        org=str(row.clinic_id or ""),
        role="viewer",
        obj=f"material:{row.material_id}",
        ver=row.ver,
        link=str(row.share_id),
        det={"visit": str(row.visit_id), "page": row.page, "pages": row.pages, "ms": row.ms - row.told_ms},
    )
