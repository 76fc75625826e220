"""What a worker does for materials: scans and prepares versions, and looks after those whose job got lost."""

from datetime import timedelta
from uuid import UUID

import structlog

from compliance.office import OfficeConverter, find_program
from compliance.preparation import Preparer
from compliance.scanning import JOB, ask_for_scan
from compliance.scanning.malware import NOT_SCANNED, PASSING
from fileserver.materials.scanning import malware_of, scanner_of
from fileserver.services import Services
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows import scans, versions
from storage.rows.versions import VersionRow

PREPARE = JOB
PREPARE_OVERDUE = "versions.prepare_overdue"
CONVERT_REFUSED = "versions.convert_refused"
SCAN_UNSCANNED = "versions.scan_unscanned"
OVERDUE_AFTER = timedelta(minutes=15)
OVERDUE_CRON = "*/10 * * * *"
REFUSED_CRON = "*/10 * * * *"
UNSCANNED_CRON = "5/10 * * * *"
OVERDUE_BATCH = 100
SCANS_MAX = 20  # of one version, for want of a virus scanner

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""
    office = OfficeConverter(find_program(services.config.office_converter))
    if office.missing:
        log.warning("office files can't be converted here", missing=office.missing)
    preparer = Preparer(services.database, services.objects, services.renderer, services.clock, office)

    scanner = scanner_of(services)

    async def prepare(version_id: str) -> None:
        version = UUID(version_id)
        await scanner.scan(version, lambda: preparer.prepare(version), lambda: preparer.keep_shut(version))

    async def prepare_overdue() -> None:
        await enqueue_overdue(services)

    async def again(tx: Transaction, version_id: UUID) -> None:
        if version := await versions.version_by_id(tx, version_id):
            await enqueue_scan(services, tx, version)

    async def convert_refused() -> None:
        if count := await preparer.convert_refused(again):
            log.info("office files that were refused converted", count=count)

    async def scan_unscanned() -> None:
        await enqueue_unscanned(services)

    jobs.register(PREPARE, prepare)
    jobs.register_periodic(SCAN_UNSCANNED, UNSCANNED_CRON, scan_unscanned)
    jobs.register_periodic(CONVERT_REFUSED, REFUSED_CRON, convert_refused)
    jobs.register_periodic(PREPARE_OVERDUE, OVERDUE_CRON, prepare_overdue)


async def enqueue_scan(services: Services, tx: Transaction, version: VersionRow) -> None:
    """A new scan of a version, and its job, which prepares it too where that is not done; in `tx`."""
    await ask_for_scan(tx, services.jobs, version, services.clock())


async def enqueue_unscanned(services: Services) -> int:
    """Asks for a scan of what an earlier release made, and of what no virus scanner had looked at; how many.

    At most OVERDUE_BATCH in all, and of one version at most SCANS_MAX: a file that keeps the scanner too long keeps it
    so each time, and waits for somebody to ask.
    """
    async with services.database.transaction() as tx:
        wanted = list(await scans.unscanned(tx, OVERDUE_BATCH))
    if len(wanted) < OVERDUE_BATCH and await malware_of(services).ready():
        left = OVERDUE_BATCH - len(wanted)
        async with services.database.transaction() as tx:
            wanted += await scans.held_up_by(tx, NOT_SCANNED, PASSING, left, scans_max=SCANS_MAX)
    for version_id in wanted:
        async with services.database.transaction() as tx:
            if version := await versions.version_by_id(tx, version_id, lock=True):
                await enqueue_scan(services, tx, version)
    if wanted:
        log.info("versions are scanned that were not", count=len(wanted))
    return len(wanted)


async def enqueue_overdue(services: Services) -> int:
    """Asks again for versions that have waited for long; how many.

    A job gives up after some tries, so an engine that was away for minutes would otherwise leave a version pending for
    ever. Asking too often costs nothing: jobs of one version wait for each other, and a prepared one is left alone.
    """
    async with services.database.transaction() as tx:
        before = services.clock() - OVERDUE_AFTER
        unprepared = await versions.overdue_preparations(tx, before, OVERDUE_BATCH)
        overdue = dict.fromkeys([*unprepared, *await scans.overdue_scans(tx, before, OVERDUE_BATCH)])
        for version_id in overdue:
            await services.jobs.enqueue(tx, PREPARE, key=f"{PREPARE}:{version_id}", version_id=str(version_id))
    if overdue:
        log.warning("versions not prepared or scanned in time", count=len(overdue))
    return len(overdue)
