"""What a worker does for the rules: scans again what circulates, once other rules are in force."""

import structlog

from fileserver.rules.service import RESCAN_JOB, rescan
from fileserver.services import Services
from storage.jobs import Jobs

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run it."""

    async def scan_again() -> None:
        if count := await rescan(services):
            log.info("versions are scanned under other rules", count=count)

    jobs.register(RESCAN_JOB, scan_again)
