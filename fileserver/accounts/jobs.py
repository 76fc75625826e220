"""Periodic work: accounts whose end has passed are shut out; what limits nothing any more is removed."""

import structlog

from compliance import asking, employment, gating, limits, one_time_codes, sessions
from compliance.events import Trail
from fileserver.accounts.directory import jobs as directory
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import accounts
from storage.rows.sign_in_providers import delete_attempts_over

CLEAN_UP = "accounts.clean_up"
EVERY_HOUR = "17 * * * *"
ENDED, EVERY_MINUTE = "accounts.shut_out_ended", "* * * * *"

SYSTEM = Trail(role="system")
COUNTED = (*one_time_codes.CODE_LIMITS, *gating.GATE_LIMITS, *asking.ASKING_LIMITS)

log = structlog.get_logger(__name__)


async def clean_up(services: Services) -> None:
    """Forgets what is no longer of use. Doing it twice changes nothing."""
    now = services.clock()
    async with services.database.transaction() as tx:
        counters = await limits.forget_old(
            tx, now, others=(*one_time_codes.CODE_LIMITS, *gating.GATE_LIMITS, *asking.ASKING_LIMITS)
        )
        codes = await one_time_codes.forget_old(tx, now)
        over = await sessions.forget_old(tx, now)
        await delete_attempts_over(tx, now)
    log.info("accounts cleaned up", counters=counters, codes=codes, sessions=over)


async def shut_out_ended(services: Services) -> int:
    """Disables accounts whose end has passed, their clinics going onto the handover list; how many.

    They opened nothing since their end; each one is a transaction of its own.
    """
    now, count = services.clock(), 0
    async with services.database.transaction() as tx:
        found = await accounts.ended(tx, now)
    for person_id in found:
        async with services.database.transaction() as tx:
            count += await employment.shut_out_ended(tx, SYSTEM, person_id, now)
    if count:
        log.info("accounts have ended", count=count)
    return count


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run this feature's jobs."""

    async def tick() -> None:
        await clean_up(services)

    async def watching() -> None:
        await shut_out_ended(services)

    jobs.register_periodic(CLEAN_UP, EVERY_HOUR, tick)
    jobs.register_periodic(ENDED, EVERY_MINUTE, watching)
    directory.register(jobs, services)
