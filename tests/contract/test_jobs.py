"""The job queue on the real PostgreSQL."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest

from fileserver.services import Services
from storage.jobs import Jobs

NAME = "tests.note"


class Undone(Exception):
    """Rolls a transaction back."""


@pytest.fixture
def jobs(services: Services) -> Jobs:
    """A queue of its own for each test, as a worker would open it."""
    return Jobs(services.config.database_url.get_secret_value())


async def test_a_job_of_a_committed_transaction_runs_once(services: Services, jobs: Jobs) -> None:
    """What was enqueued is executed with its arguments, and is gone then."""
    seen: list[str] = []

    async def note(word: str) -> None:
        seen.append(word)

    jobs.register(NAME, note)
    async with services.database.transaction() as tx:
        await jobs.enqueue(tx, NAME, word="资料")
    await jobs.run(wait=False)
    await jobs.run(wait=False)
    assert ["资料"] == seen


async def test_a_job_of_a_rolled_back_transaction_never_was(services: Services, jobs: Jobs) -> None:
    """No commit, no job."""
    seen: list[str] = []

    async def note() -> None:
        seen.append("ran")

    async def undone() -> None:
        async with services.database.transaction() as tx:
            await jobs.enqueue(tx, NAME)
            raise Undone

    jobs.register(NAME, note)
    with pytest.raises(Undone):
        await undone()
    await jobs.run(wait=False)
    assert [] == seen


async def test_jobs_of_one_key_never_overlap(services: Services, jobs: Jobs) -> None:
    """Two jobs about the same thing run one after the other, even with workers to spare."""
    running = 0
    most = 0

    async def note() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)  # lets another begin, if it may
        running -= 1

    jobs.register(NAME, note)
    async with services.database.transaction() as tx:
        for _ in range(4):
            await jobs.enqueue(tx, NAME, key="one")
    await jobs.run(wait=False, concurrency=4)
    assert 1 == most


async def test_a_failing_job_waits_for_its_next_try(services: Services, jobs: Jobs) -> None:
    """A handler that raises is not forgotten: the job stands in the queue for later."""

    async def note() -> None:
        raise RuntimeError("not today")

    jobs.register(NAME, note)
    async with services.database.transaction() as tx:
        await jobs.enqueue(tx, NAME)
    await jobs.run(wait=False)
    assert [("todo", 1)] == await _queue(services)


async def test_a_stopping_worker_hands_its_job_back(
    services: Services, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that does not finish within the grace time stands in the queue again, to run at once elsewhere."""
    monkeypatch.setattr("storage.jobs.SHUTDOWN_GRACE_S", 0.01)
    begun = asyncio.Event()

    async def note() -> None:
        begun.set()
        await asyncio.Event().wait()

    jobs.register(NAME, note)
    async with services.database.transaction() as tx:
        await jobs.enqueue(tx, NAME)
    working = asyncio.create_task(jobs.run())
    await begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert [("todo", 1)] == await _queue(services)


async def test_a_dead_workers_job_runs_again(services: Services, jobs: Jobs) -> None:
    """A job whose worker has no heartbeat any more is taken over by the next worker that starts."""
    seen: list[str] = []

    async def note(word: str) -> None:
        seen.append(word)

    jobs.register(NAME, note)
    async with services.database.transaction() as tx:
        await jobs.enqueue(tx, NAME, word=str(uuid4()))
        await tx.exec_driver_sql(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
            " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
        )
    await jobs.run(wait=False)
    assert 1 == len(seen)
    assert [] == await _queue(services)


async def test_a_living_workers_job_is_left_to_it(services: Services, jobs: Jobs) -> None:
    """A heartbeat of a moment ago keeps the job where it is."""

    async def note() -> None:
        raise AssertionError("somebody else has this job")

    jobs.register(NAME, note)
    async with services.database.transaction() as tx:
        await jobs.enqueue(tx, NAME)
        await tx.exec_driver_sql(
            "WITH alive AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM alive)"
        )
    await jobs.run(wait=False)
    assert [("doing", 0)] == await _queue(services)


async def _queue(services: Services) -> list[tuple[str, int]]:
    """State and number of tries of every job of ours that is not done."""
    async with services.database.transaction() as tx:
        found = await tx.exec_driver_sql(
            "SELECT status::text AS status, attempts FROM procrastinate_jobs WHERE task_name = %s", (NAME,)
        )
        return [(row.status, row.attempts) for row in found]


class DeafJobs(Jobs):
    """A queue in which a cancellation gets lost, as in psycopg's pool when a connection comes at the same moment."""

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url)
        self.calls, self.waits = 0, asyncio.Event()

    async def _rescue(self, stalled_after_s: float) -> None:
        self.calls += 1
        if self.calls == 2:
            self.waits.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()


async def test_a_worker_ends_although_a_cancellation_was_lost(services: Services) -> None:
    """One that lost its database comes back to its owner, who starts it anew."""
    jobs = DeafJobs(services.config.database_url.get_secret_value())

    async def work() -> None:
        await jobs.waits.wait()

    jobs.register(NAME, work)
    async with services.database.transaction() as tx:
        await jobs.enqueue(tx, NAME)
    async with asyncio.timeout(10):
        await jobs.run(wait=False, stalled_after_s=0.1)
    assert 2 == jobs.calls
