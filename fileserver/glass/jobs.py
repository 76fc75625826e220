"""What a worker does about broken glass: writes down the end of what has run out, within a minute of it."""

import structlog

from compliance import glass
from fileserver.services import Services
from storage.jobs import Jobs

WATCH, WATCH_CRON = "glass.watch", "* * * * *"

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run it."""

    async def watching() -> None:
        await tell_ends(services)

    jobs.register_periodic(WATCH, WATCH_CRON, watching)


async def tell_ends(services: Services) -> int:
    """Tells of every end that has come; how many."""
    async with services.database.transaction() as tx:
        told = await glass.tell_ends(tx, services.clock())
    if told:
        log.info("emergency access ran out", count=told)
    return told
