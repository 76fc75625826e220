"""What a worker does for the rules: scans again what circulates, once other rules are in force.

From time to time it looks whether anything was left over: a release may bring other rules, and a scan that was being
made when the rules changed ends under the old ones.
"""

import structlog

from fileserver.rules.service import RESCAN_JOB, rescan
from fileserver.services import Services
from storage.jobs import Jobs

RESCAN_REST = "rules.rescan_rest"
REST_CRON = "7/15 * * * *"

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run it."""

    async def scan_again() -> None:
        if count := await rescan(services):
            log.info("versions are scanned under other rules", count=count)

    jobs.register(RESCAN_JOB, scan_again)
    jobs.register_periodic(RESCAN_REST, REST_CRON, scan_again)
