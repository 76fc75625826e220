"""What a worker does for pictures that WeChat was asked about: hears verdicts, gives up on those that don't come."""

import structlog

from compliance.reviewing.reopening import reopen_outdated
from compliance.scanning import PictureVerdicts
from fileserver.platforms.events import EventKind, MediaChecked
from fileserver.platforms.wechat.pictures import answer_of
from fileserver.services import Services
from storage.database import Transaction
from storage.jobs import Jobs

GIVE_UP = "picture_checks.give_up"
GIVE_UP_CRON = "*/5 * * * *"

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""
    verdicts = PictureVerdicts(services.database, services.clock, reopen_outdated)

    async def hear(tx: Transaction, event: MediaChecked) -> None:
        if event.app != services.config.wechat_app_id:
            return
        answer, cause = answer_of(event)
        await verdicts.heard(tx, event.trace_id, answer, label=event.label, cause=cause)

    async def give_up() -> None:
        if count := await verdicts.give_up():
            log.warning("no verdict came on pictures", count=count)

    services.platforms.callbacks.on(EventKind.MEDIA_CHECKED, hear)
    jobs.register_periodic(GIVE_UP, GIVE_UP_CRON, give_up)
