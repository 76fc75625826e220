"""Periodic work: counters that limit nothing any more and sessions that are long over are removed."""

import structlog

from compliance import limits, one_time_codes, sessions
from fileserver.accounts.directory import jobs as directory
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows.sign_in_providers import delete_attempts_over

CLEAN_UP = "accounts.clean_up"
EVERY_HOUR = "17 * * * *"

log = structlog.get_logger(__name__)


async def clean_up(services: Services) -> None:
    """Forgets what is no longer of use. Doing it twice changes nothing."""
    now = services.clock()
    async with services.database.transaction() as tx:
        counters = await limits.forget_old(tx, now, others=one_time_codes.CODE_LIMITS)
        codes = await one_time_codes.forget_old(tx, now)
        over = await sessions.forget_old(tx, now)
        await delete_attempts_over(tx, now)
    log.info("accounts cleaned up", counters=counters, codes=codes, sessions=over)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run this feature's jobs."""

    async def tick() -> None:
        await clean_up(services)

    jobs.register_periodic(CLEAN_UP, EVERY_HOUR, tick)
    directory.register(jobs, services)
