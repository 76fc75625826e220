"""Worker processes: a killed one loses nothing, a stopped one stops."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from compliance.access import Role
from compliance.events import Trail
from fileserver.config import Config, load_config
from fileserver.materials import service
from fileserver.materials.schemas import MaterialIn
from fileserver.services import Services
from fileserver.worker import run_worker
from storage.rows import events, renditions, versions
from storage.rows.events import EventFilter
from storage.rows.versions import VersionRow
from tests.forks import Fork, forked
from tests.materials import add_upload, pdf
from tests.people import add_employee
from tests.processes import environment_of

PAGES = 12
PICTURES = ("page", "thumb")
STALLED_AFTER_S = 1.0
PATIENCE_S = 60


def work() -> None:
    """A worker's life, with little patience for jobs of one that died."""
    asyncio.run(run_worker(load_config(), stalled_after_s=STALLED_AFTER_S))


@asynccontextmanager
async def worker(config: Config) -> AsyncIterator[Fork]:
    """A worker in a process of its own; killed at the end if it still lives."""
    async with forked(work, environment_of(config)) as process:
        yield process


async def until(services: Services, version_id: UUID, reached: Callable[[VersionRow], bool]) -> VersionRow:
    """The version once it is so far; processes have no clock that a test could move."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with services.database.transaction() as tx:
                row = await versions.version_by_id(tx, version_id)
            assert row is not None
            if reached(row):
                return row
            await asyncio.sleep(0.02)


@pytest.fixture
async def version_id(services: Services) -> UUID:
    """A version with several pages that waits for a worker."""
    owner = await add_employee(services, Role.MARKETER)
    upload_id = await add_upload(services, owner.person_id, pdf(PAGES))
    wanted = MaterialIn.model_validate({"upload_id": upload_id, "title": "手册", "class": "in_clinic"})
    return (await service.create(services, owner.actor, Trail(), wanted)).versions[0].id


async def test_a_worker_killed_at_work_loses_nothing(services: Services, version_id: UUID) -> None:
    """Killed in the middle of a document, its job is finished by another worker: every page once, one event.

    That one is asked to stop by Ctrl-C while it is at it: it finishes within the grace time and ends with status 0.
    """
    async with worker(services.config) as first:
        broken = await until(services, version_id, lambda row: row.pages_ready >= 2)
        first.kill()
        await first.wait()
    assert "pending" == broken.preparation
    async with worker(services.config) as second:
        await until(services, version_id, lambda row: row.pages_ready > broken.pages_ready)
        second.send_signal(signal.SIGINT)
        assert 0 == await second.wait()
    done = await until(services, version_id, lambda row: True)
    assert ("ready", PAGES, PAGES) == (done.preparation, done.pages_total, done.pages_ready)
    async with services.database.transaction() as tx:
        rows = await renditions.renditions_of(tx, version_id)
        told = await events.search_events(tx, EventFilter(acts=("system:version:prepare",)))
    made = [(row.kind, row.page) for row in rows if row.kind in PICTURES]
    assert [(kind, page) for kind in PICTURES for page in range(1, PAGES + 1)] == made
    assert 1 == len(told)


async def test_a_worker_that_is_asked_to_stop_finishes_and_ends_well(services: Services, version_id: UUID) -> None:
    """The document at hand is finished within the grace time, then the process ends with status 0."""
    async with worker(services.config) as process:
        await until(services, version_id, lambda row: row.pages_ready >= 1)
        process.send_signal(signal.SIGTERM)
        assert 0 == await process.wait()
    assert "ready" == (await until(services, version_id, lambda row: True)).preparation
