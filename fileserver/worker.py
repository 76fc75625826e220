"""The worker: runs every feature's jobs until it is asked to stop. Any number may run; one that dies loses nothing.

SIGTERM and SIGINT let the jobs at hand finish within a grace time; what doesn't, and what a killed worker had at hand,
runs again elsewhere. Jobs are idempotent, each feature sees to that.
"""

import asyncio
import signal
from contextlib import AsyncExitStack, suppress

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector

from fileserver.accounts import jobs as accounts
from fileserver.audit.following import following
from fileserver.audit.siem.figures import Lags
from fileserver.audit.siem.pushing import pushing
from fileserver.callbacks import jobs as callbacks
from fileserver.certificates import jobs as certificates
from fileserver.config import Config, MalwareScan
from fileserver.declarations import jobs as declarations
from fileserver.digests import jobs as digests
from fileserver.glass import jobs as glass
from fileserver.materials import jobs as materials
from fileserver.operations.ledger_figures import LedgerCollector
from fileserver.operations.outside_figures import OutsideCollector
from fileserver.operations.worker_metrics import serving_figures
from fileserver.outside import telling
from fileserver.picture_checks import jobs as picture_checks
from fileserver.platforms.figures import PlatformCollector
from fileserver.privacy import jobs as privacy
from fileserver.recruiting import jobs as recruiting
from fileserver.reviews import jobs as reviews
from fileserver.rules import jobs as rules
from fileserver.services import Services, open_services
from fileserver.tasks import jobs as tasks
from fileserver.traces import jobs as traces
from fileserver.uploads import jobs as uploads
from fileserver.uploads.figures import SweepCollector
from fileserver.viewing import jobs as viewing
from fileserver.webhooks.sending import sending
from storage.jobs import STALLED_AFTER_S

RESTART_AFTER_S = 2.0  # how long to leave a lost database alone

log = structlog.get_logger(__name__)


async def run_worker(config: Config, *, stalled_after_s: float = STALLED_AFTER_S) -> None:
    """A worker process's life. Raises StorageError, KeyUnavailable or OSError when it can't even start."""
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(config))
        register_jobs(services)
        lags = Lags()
        await stack.enter_async_context(serving_figures(config, figures_of(services, lags)))
        await stack.enter_async_context(telling(services))  # before anything is signed on a log that is contradicted
        await stack.enter_async_context(services.sequencer.running())
        await stack.enter_async_context(pushing(services, lags))
        await stack.enter_async_context(following(services))
        await stack.enter_async_context(sending(services))
        working = asyncio.create_task(keep_working(services, stalled_after_s=stalled_after_s))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, working.cancel)
        tell_unscanned(config)
        log.info("worker started")
        with suppress(asyncio.CancelledError):
            await working
        log.info("worker stopped")


def tell_unscanned(config: Config) -> None:
    """Loudly, at the start: what an operator has set must not be forgotten."""
    if not config.clamd and config.malware_scan is MalwareScan.NOT_REQUIRED:
        log.warning("nothing is scanned for malware: SEALSHARE_CLAMD is not set, and a scan is not required")
    elif not config.clamd:
        log.warning("nothing can be submitted: SEALSHARE_CLAMD is not set, and a scan for malware is required")


def figures_of(services: Services, lags: Lags) -> CollectorRegistry:
    """What a worker counts: its process, what its jobs cleaned away, how the ledger and the push of the log do."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    registry.register(SweepCollector(services.counts))
    registry.register(LedgerCollector(lambda: services.watch))
    registry.register(OutsideCollector(lambda: services.outside))
    registry.register(PlatformCollector(lambda: services.platforms.figures))
    registry.register(lags)
    return registry


def register_jobs(services: Services) -> None:
    """Every job there is, and every periodic clean-up."""
    accounts.register(services.jobs, services)
    digests.register(services.jobs, services)
    glass.register(services.jobs, services)
    uploads.register(services.jobs, services)
    materials.register(services.jobs, services)
    recruiting.register(services.jobs, services)
    reviews.register(services.jobs, services)
    tasks.register(services.jobs, services)
    traces.register(services.jobs, services)
    privacy.register(services.jobs, services)
    certificates.register(services.jobs, services)
    declarations.register(services.jobs, services)
    rules.register(services.jobs, services)
    callbacks.register(services.jobs, services)
    picture_checks.register(services.jobs, services)
    viewing.register(services.jobs, services)


async def keep_working(services: Services, *, stalled_after_s: float = STALLED_AFTER_S) -> None:
    """Runs registered jobs until cancelled; starts anew when the database was lost."""
    while True:
        try:
            await services.jobs.run(stalled_after_s=stalled_after_s)
        except Exception:  # whatever it was, a worker that is gone helps nobody
            log.exception("worker broke off")
        log.warning("worker starts anew", after_s=RESTART_AFTER_S)
        await asyncio.sleep(RESTART_AFTER_S)
