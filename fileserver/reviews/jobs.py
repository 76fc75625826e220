"""What a worker does for reviews: tells the log when an absence is over and reviews are back with whom they belong."""

import structlog

from compliance import ledger
from compliance.events import Act, Event
from compliance.reviewing.capacities import today
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import people, review_absences

HAND_BACK = "reviews.hand_back"
HAND_BACK_CRON = "*/15 * * * *"
BATCH = 200

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run it."""

    async def hand_back() -> None:
        if count := await hand_back_due(services):
            log.info("absences over, reviews handed back", count=count)

    jobs.register_periodic(HAND_BACK, HAND_BACK_CRON, hand_back)


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
