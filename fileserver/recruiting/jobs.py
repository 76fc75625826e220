"""What a worker does for recruiting: transfers whose day has come, the pool, WeCom's part, and likely duplicates."""

import structlog

from compliance.ownership import duplicates, pool, transfers
from compliance.ownership.pool import Protection
from fileserver.platforms.events import ContactChanged, EventKind
from fileserver.recruiting import wecom
from fileserver.services import Services
from storage.database import Transaction
from storage.jobs import Jobs

ASK = "recruiting.ask_wecom"
WATCH, WATCH_CRON = "recruiting.watch", "*/5 * * * *"
NIGHTLY, NIGHTLY_CRON = "recruiting.nightly", "40 18 * * *"  # 02:40 at the clinics

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them, and hear of WeCom's callbacks."""

    async def asking() -> None:
        await wecom.ask(services)

    async def watching() -> None:
        await watch(services)

    async def nightly() -> None:
        await tidy(services)

    async def hearing(tx: Transaction, event: ContactChanged) -> None:
        await wecom.heard(tx, event, services.clock())

    jobs.register(ASK, asking)
    jobs.register_periodic(WATCH, WATCH_CRON, watching)
    jobs.register_periodic(NIGHTLY, NIGHTLY_CRON, nightly)
    services.platforms.callbacks.on(EventKind.CONTACT_CHANGED, hearing)


async def enqueue_asking(jobs: Jobs, tx: Transaction) -> None:
    """WeCom is asked once `tx` commits."""
    await jobs.enqueue(tx, ASK, key=ASK)


async def watch(services: Services) -> None:
    """Passes on what is due, and takes WeCom's part further."""
    async with services.database.transaction() as tx:
        done = await transfers.apply_due(tx, services.clock())
        await transfers.tell_takers(tx, services.messages, done, services.clock())
    asked, settled = await wecom.ask(services), await wecom.poll(services)
    if done or asked or settled:
        log.info("transfers taken further", passed=len(done), asked=asked, settled=settled)


async def tidy(services: Services) -> None:
    """Puts back into the pool what nobody looks after, and looks for what is there twice."""
    config, now = services.config, services.clock()
    protection = Protection(config.clinic_protection_days, config.clinic_claims_max)
    async with services.database.transaction() as tx:
        returned = await pool.return_inactive(tx, services.messages, protection, now)
    async with services.database.transaction() as tx:
        found = await duplicates.find(tx, services.keys.master, now)
    log.info("clinics tidied", returned=returned, duplicates=found)
