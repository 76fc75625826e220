"""What a worker does for tasks.

It tells people in WeCom, lays messages before them and asks what became of those, has open tasks follow the
organisation, and stops what can't be shared any more.
"""

from uuid import UUID

import structlog

from compliance import tasking
from compliance.messages import Message, MessageKind
from fileserver.services import Services
from fileserver.tasks import cards, laying
from fileserver.tasks.enqueuing import (
    CANCEL,
    LAY,
    REMIND,
    TELL,
    enqueue_cancelling,
    enqueue_laying,
    enqueue_telling,
)
from storage.jobs import Jobs
from storage.rows import tasks
from storage.rows.tasks import TaskRow

WATCH, WATCH_CRON = "tasks.watch", "3-58/5 * * * *"  # not at the full hour, when everybody asks WeCom

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def telling(task_id: str) -> None:
        await cards.tell(services, UUID(task_id))

    async def lay(task_id: str, person_id: str) -> None:
        await laying.lay(services, UUID(task_id), UUID(person_id))

    async def reminding(task_id: str, number: int) -> None:
        await cards.remind(services, UUID(task_id), number)

    async def cancelling(task_id: str) -> None:
        await laying.cancel(services, UUID(task_id))

    async def watching() -> None:
        await watch(services)

    jobs.register(TELL, telling)
    jobs.register(LAY, lay)
    jobs.register(REMIND, reminding)
    jobs.register(CANCEL, cancelling)
    jobs.register_periodic(WATCH, WATCH_CRON, watching)


async def watch(services: Services) -> None:
    """What WeCom was too busy for is asked again, and what outlived its task taken back.

    Open tasks follow the organisation; messages are asked about.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        rows = await tasks.open_tasks(tx, now)
        asked = await tasks.asked(tx)
        for part in asked:
            if not await services.jobs.is_due(tx, LAY, task_id=str(part.task_id), person_id=str(part.person_id)):
                await enqueue_laying(services.jobs, tx, part.task_id, part.person_id)
    for row in rows:
        await _follow(services, row)
    async with services.database.transaction() as tx:
        for task_id in await tasks.outlived(tx, now, since=now - laying.POLLED_FOR):
            if not await services.jobs.is_due(tx, CANCEL, task_id=str(task_id)):
                await enqueue_cancelling(services.jobs, tx, task_id)
    confirmed = await laying.poll(services)
    if confirmed:
        log.info("messages of tasks confirmed", copies=confirmed)


async def _follow(services: Services, row: TaskRow) -> None:
    now = services.clock()
    async with services.database.transaction() as tx:
        locked = await tasks.task_by_id(tx, row.id, lock=True)
        if locked is None or locked.ended_at is not None:
            return
        state = await tasking.state_of(tx, services.keys, locked, now)
        if state != "open":
            if locked.stopped_at is None:
                await tasking.stop(tx, locked, state, now)
                await enqueue_cancelling(services.jobs, tx, row.id)
            return
        if locked.stopped_at is not None:
            await tasks.put_task(tx, row.id, stopped_at=None)  # a certificate was renewed
        given = await tasking.follow(tx, locked, now)
        message = Message(
            kind=MessageKind.TASK_GIVEN, key=f"{MessageKind.TASK_GIVEN}:{row.id}", material_id=row.material_id
        )
        await services.messages.tell(tx, given.added, message, now)
        if given.added or await tasks.any_waiting(tx, row.id):
            await enqueue_telling(services.jobs, tx, row.id)
