"""What a worker does for platforms: hands what they pushed to who waits for it, once, and forgets it after a week."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from fileserver.platforms.messages import event_of
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import platform_callbacks as rows

HANDLE = "callbacks.handle"
FORGET = "callbacks.forget"
FORGET_CRON = "17 4 * * *"
KEPT = timedelta(days=7)  # platforms repeat within seconds, and a signature is good for minutes

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def handling(callback_id: str) -> None:
        await handle(services, UUID(callback_id))

    async def forgetting() -> None:
        async with services.database.transaction() as tx:
            await rows.forget_before(tx, services.clock() - KEPT)

    jobs.register(HANDLE, handling)
    jobs.register_periodic(FORGET, FORGET_CRON, forgetting)


async def handle(services: Services, callback_id: UUID) -> None:
    """One message, to every handler of its kind, in one transaction with the note that it was handled."""
    async with services.database.transaction() as tx:
        row = await rows.lock_unhandled(tx, callback_id)
        if row is None or row.sealed is None:
            return
        kept = json.loads(services.keys.master.unwrap(row.sealed, sealing_context(callback_id)))
        event = event_of(row.platform, kept["app"], kept["fields"])
        event = replace(event, superseded=await rows.is_superseded(tx, row))
        heard = await services.platforms.callbacks.handle(tx, event)
        await rows.end_callback(tx, callback_id, services.clock())
    log.info("platform event handled", platform=row.platform, kind=row.kind, heard=heard, superseded=event.superseded)


def sealing_context(callback_id: UUID) -> str:
    """What a kept message is sealed for."""
    return f"platform-callback/{callback_id}"
