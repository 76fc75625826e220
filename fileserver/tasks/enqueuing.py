"""A worker's jobs for tasks, by name, each enqueued in the transaction that makes it necessary."""

from uuid import UUID

from storage.database import Transaction
from storage.jobs import Jobs

TELL, LAY, REMIND, CANCEL = "tasks.tell", "tasks.lay", "tasks.remind", "tasks.cancel"


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
    """Messages that nobody has confirmed are taken back once `tx` commits.

    The key is its own: a card or a reminder that waits for another try would hold it up for as long.
    """
    await jobs.enqueue(tx, CANCEL, key=f"task-cancel:{task_id}", task_id=str(task_id))
