"""The queue of jobs, without the clock on the wall."""

import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from storage.database import Database
from storage.jobs import Jobs

ROUNDS_MAX = 20
DUE = text("""SELECT EXISTS (
    SELECT FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp())
)""")


class Queue(Jobs):
    """Does what was enqueued. Periodic work isn't: whether it is due would depend on the minute a test runs in."""

    def register_periodic(self, name: str, cron: str, handler: Callable[[], Awaitable[None]]) -> None:
        """Nothing has its tick; tests call what they want done."""

    async def empty(self, database: Database) -> None:
        """Runs until nothing is due: a job of the same key as one under way comes in the next round.

        What waits for a job that a dead worker has is left after ROUNDS_MAX rounds.
        """
        logging.getLogger("procrastinate.worker").setLevel(logging.INFO)  # a failed test's report has what failed
        for _ in range(ROUNDS_MAX):
            await self.run(wait=False)
            if not await due(database):
                return


async def due(database: Database) -> bool:
    """Whether there are jobs to be done now; those that failed wait for a later moment."""
    async with database.transaction() as tx:
        return bool(await tx.scalar(DUE))
