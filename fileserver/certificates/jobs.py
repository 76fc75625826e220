"""What a worker does for the register: tells of what ends, ahead and when it has come."""

import structlog

from compliance.lapsing import watch
from fileserver.services import Services
from storage.jobs import Jobs

WATCH = "certificates.watch"
WATCH_CRON = "*/10 * * * *"  # days turn at the clinics' midnight: told within ten minutes of it

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def watching() -> None:
        await tell_ends(services)

    jobs.register_periodic(WATCH, WATCH_CRON, watching)


async def tell_ends(services: Services) -> int:
    """Tells of every end that is due; how many warnings and ends were told."""
    async with services.database.transaction() as tx:
        told = await watch(tx, services.messages, services.clock())
    if told:
        log.info("ends of certificates told", count=told)
    return told
