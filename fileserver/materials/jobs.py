"""What a worker does for materials: prepares versions, and looks after those whose job got lost on the way."""

from datetime import timedelta
from uuid import UUID

import structlog

from compliance.office import OfficeConverter, find_program
from compliance.preparation import Preparer
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import versions

PREPARE = "versions.prepare"
PREPARE_OVERDUE = "versions.prepare_overdue"
CONVERT_REFUSED = "versions.convert_refused"
OVERDUE_AFTER = timedelta(minutes=15)
OVERDUE_CRON = "*/10 * * * *"
REFUSED_CRON = "*/10 * * * *"
OVERDUE_BATCH = 100

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""
    office = OfficeConverter(find_program(services.config.office_converter))
    if office.missing:
        log.warning("office files can't be converted here", missing=office.missing)
    preparer = Preparer(services.database, services.objects, services.renderer, services.clock, office)

    async def prepare(version_id: str) -> None:
        await preparer.prepare(UUID(version_id))

    async def prepare_overdue() -> None:
        await enqueue_overdue(services)

    async def convert_refused() -> None:
        if count := await preparer.convert_refused():
            log.info("office files that were refused converted", count=count)

    jobs.register(PREPARE, prepare)
    jobs.register_periodic(CONVERT_REFUSED, REFUSED_CRON, convert_refused)
    jobs.register_periodic(PREPARE_OVERDUE, OVERDUE_CRON, prepare_overdue)


async def enqueue_overdue(services: Services) -> int:
    """Asks again for versions that have waited for long; how many.

    A job gives up after some tries, so an engine that was away for minutes would otherwise leave a version pending for
    ever. Asking too often costs nothing: jobs of one version wait for each other, and a prepared one is left alone.
    """
    async with services.database.transaction() as tx:
        overdue = await versions.overdue_preparations(tx, services.clock() - OVERDUE_AFTER, OVERDUE_BATCH)
        for version_id in overdue:
            await services.jobs.enqueue(tx, PREPARE, key=f"{PREPARE}:{version_id}", version_id=str(version_id))
    if overdue:
        log.warning("versions not prepared in time", count=len(overdue))
    return len(overdue)
