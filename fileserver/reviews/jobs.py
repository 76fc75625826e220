"""What a worker does for reviews: absences that are over, and what an earlier release left without approvals."""

import structlog

from compliance import ledger
from compliance.events import Act, Event
from compliance.reviewing import repairing
from compliance.reviewing.capacities import today
from compliance.reviewing.standing import seal_start
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import people, review_absences, reviews

HAND_BACK = "reviews.hand_back"
HAND_BACK_CRON = "*/15 * * * *"
REPAIR = "reviews.repair"
REPAIR_CRON = "3/10 * * * *"
BATCH = 200

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run it."""

    async def hand_back() -> None:
        if count := await hand_back_due(services):
            log.info("absences over, reviews handed back", count=count)

    async def repair() -> None:
        if count := await repair_left_behind(services):
            log.warning("reviews of an earlier release wait for approvals", count=count)

    jobs.register_periodic(HAND_BACK, HAND_BACK_CRON, hand_back)
    jobs.register_periodic(REPAIR, REPAIR_CRON, repair)


async def repair_left_behind(services: Services) -> int:
    """Gives reviews that an earlier release left without steps what they need, and opens what it approved; how many.

    Begins by sealing since when approvals are signed.
    """
    async with services.database.transaction() as tx:
        await seal_start(tx, services.keys.master)
    count, after = 0, None
    while True:
        async with services.database.transaction() as tx:
            found = await reviews.without_steps(tx, after, BATCH)
        for review_id in found:
            async with services.database.transaction() as tx:
                count += await repairing.repair(tx, services.keys.master, review_id, services.clock())
        if len(found) < BATCH:
            return count
        after = found[-1]


async def hand_back_due(services: Services) -> int:
    """Ends absences whose last day is over; how many. Who may sign follows from the days, not from this."""
    now = services.clock()
    async with services.database.transaction() as tx:
        over = await review_absences.over(tx, today(now), BATCH)
        for row in over:
            await review_absences.end(tx, row.id, by=None, now=now)
            pseudonym = await people.pseudonym_of(tx, row.person_id) or ""
            det = {"absence": str(row.id), "to": row.ends_on.isoformat()}
            event = Event(act=Act.SYSTEM_ABSENCE_END, role="system", obj=f"person:{pseudonym}", det=det)
            await ledger.append(tx, event, now=now)
    return len(over)
