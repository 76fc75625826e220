"""What a worker does for tasks.

It tells people in WeCom, lays messages before them and asks what became of those, has open tasks follow the
organisation, and stops what can't be shared any more.
"""

from uuid import UUID

import structlog

from compliance import tasking
from compliance.messages import Message, MessageKind
from fileserver.services import Services
from fileserver.tasks import wecom
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows import tasks
from storage.rows.tasks import TaskRow

TELL, LAY, REMIND, CANCEL = "tasks.tell", "tasks.lay", "tasks.remind", "tasks.cancel"
WATCH, WATCH_CRON = "tasks.watch", "3-58/5 * * * *"  # not at the full hour, when everybody asks WeCom

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def telling(task_id: str) -> None:
        await wecom.tell(services, UUID(task_id))

    async def laying(task_id: str, person_id: str) -> None:
        await wecom.lay(services, UUID(task_id), UUID(person_id))

    async def reminding(task_id: str, number: int) -> None:
        await wecom.remind(services, UUID(task_id), number)

    async def cancelling(task_id: str) -> None:
        await wecom.cancel(services, UUID(task_id))

    async def watching() -> None:
        await watch(services)

    jobs.register(TELL, telling)
    jobs.register(LAY, laying)
    jobs.register(REMIND, reminding)
    jobs.register(CANCEL, cancelling)
    jobs.register_periodic(WATCH, WATCH_CRON, watching)


async def enqueue_telling(jobs: Jobs, tx: Transaction, task_id: UUID) -> None:
    """Who has a task is told in WeCom once `tx` commits."""
    await jobs.enqueue(tx, TELL, key=f"task:{task_id}", task_id=str(task_id))


async def enqueue_laying(jobs: Jobs, tx: Transaction, task_id: UUID, person_id: UUID) -> None:
    """A message is laid before this employee once `tx` commits."""
    await jobs.enqueue(tx, LAY, key=f"task:{task_id}:{person_id}", task_id=str(task_id), person_id=str(person_id))


async def enqueue_reminding(jobs: Jobs, tx: Transaction, task_id: UUID, number: int) -> None:
    """Who has not done it is reminded in WeCom once `tx` commits."""
    await jobs.enqueue(tx, REMIND, key=f"task:{task_id}", task_id=str(task_id), number=number)


async def enqueue_cancelling(jobs: Jobs, tx: Transaction, task_id: UUID) -> None:
    """Messages that nobody has confirmed are taken back once `tx` commits."""
    await jobs.enqueue(tx, CANCEL, key=f"task:{task_id}", task_id=str(task_id))


async def watch(services: Services) -> None:
    """What WeCom was too busy for is asked again; open tasks follow the organisation; messages are asked about."""
    async with services.database.transaction() as tx:
        rows = await tasks.open_tasks(tx, services.clock())
        asked = await tasks.asked(tx)
        for part in asked:
            if not await services.jobs.is_due(tx, LAY, task_id=str(part.task_id), person_id=str(part.person_id)):
                await enqueue_laying(services.jobs, tx, part.task_id, part.person_id)
    for row in rows:
        await _follow(services, row)
    confirmed = await wecom.poll(services)
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
