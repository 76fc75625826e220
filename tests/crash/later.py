"""What happens when time passes: the worker's jobs and every periodic clean-up, on a clock of its own.

Nothing is moved by hand but the time. Jobs that wait for their time come due, periodic work has its tick, and what
clients left unfinished expires.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fileserver.config import Config
from fileserver.services import open_services
from fileserver.worker import register_jobs
from storage.jobs import Jobs
from tests.crash.rows import Rows

ROUNDS_MAX = 60
STALLED_AFTER_S = 1.0  # a worker that was killed a second ago is dead
OPEN = "('todo', 'doing')"


class HeardJobs(Jobs):
    """A queue that tells which periodic work there is."""

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url)
        self.ticks: list[Callable[[], Awaitable[None]]] = []

    def register_periodic(self, name: str, cron: str, handler: Callable[[], Awaitable[None]]) -> None:
        """Remembers the handler, and registers it as ever."""
        self.ticks.append(handler)
        super().register_periodic(name, cron, handler)


@dataclass
class Ahead:
    """A clock that is ahead of the real one."""

    by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """The time that it shows."""
        return datetime.now(UTC) + self.by


@dataclass(frozen=True)
class Later:
    """The time after the run."""

    clock: Ahead
    jobs: HeardJobs
    rows: Rows

    async def pass_by(self, duration: timedelta) -> None:
        """Time passes; then everything due is done, until nothing is left to do."""
        self.clock.by += duration
        for _ in range(ROUNDS_MAX):
            for tick in self.jobs.ticks:
                await tick()
            await self.rows.query(
                f"UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status IN {OPEN} AND scheduled_at > now()"  # noqa: S608  # a constant
            )
            await self.jobs.run(wait=False, stalled_after_s=STALLED_AFTER_S)
            if not await self.rows.query(f"SELECT 1 FROM procrastinate_jobs WHERE status IN {OPEN} LIMIT 1"):  # noqa: S608  # likewise
                return
        raise AssertionError("there is no end of jobs")


@asynccontextmanager
async def later(config: Config, rows: Rows) -> AsyncIterator[Later]:
    """While it lasts, time may pass; no other process may work meanwhile."""
    jobs = HeardJobs(config.database_url.get_secret_value())
    clock = Ahead()
    async with open_services(config, clock=clock) as services:
        register_jobs(replace(services, jobs=jobs))
        yield Later(clock, jobs, rows)
