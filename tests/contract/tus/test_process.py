"""A real server process: killed in the middle of an upload, and watched for what it holds in memory."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession
from yarl import URL

from fileserver.uploads.layout import MIB
from tests.contract.tus.test_patch import assert_complete
from tests.forks import Fork, running
from tests.processes import environment_of, logged
from tests.services import Clock
from tests.uploads import Tus

GROWTH_MAX_MIB = 24  # what allocators may round up; holding a tenth of the difference would be more
BLOCK = os.urandom(MIB)


@pytest.fixture
def clock() -> Clock:
    """The time of the other process."""
    return Clock(datetime.now(UTC))


@asynccontextmanager
async def serving(tus: Tus) -> AsyncIterator[tuple[Fork, Tus]]:
    """A server process on the same engines, and the same person at it."""
    environment = environment_of(tus.services.config, port="0", renderer_processes="1")
    async with running("serve", environment=environment) as process, ClientSession() as session:
        address = URL((await logged(process, "serving"))["addresses"][0])
        yield process, replace(tus, session=session, address=address)


async def test_a_killed_server_loses_nothing_that_it_acknowledged(tus: Tus) -> None:
    """After kill -9 another process goes on at the last recorded part; bytes and SHA-256 are right in the end."""
    body = os.urandom(40 * MIB)
    path = await tus.create(len(body))
    async with serving(tus) as (process, first), first.open_patch(path, 0, len(body)) as patch:
        await patch.send(body[: 25 * MIB])
        await tus.until_recorded(path, 5 * MIB)
        process.kill()
        await process.wait()
    async with serving(tus) as (_, second):
        offset = await second.offset(path)
        assert (await tus.row(path)).offset_bytes == offset
        assert 204 == (await second.patch(path, offset, body[offset:])).status
    assert "verifying" == (await tus.row(path)).state
    await tus.work()
    await assert_complete(tus, path, body)


async def test_a_stopped_server_keeps_what_arrived(tus: Tus) -> None:
    """SIGTERM ends a PATCH under way at once; its bytes stay, and the process is gone in seconds."""
    body = os.urandom(1 * MIB)
    path = await tus.create(10 * MIB)
    async with serving(tus) as (process, first), first.open_patch(path, 0, 10 * MIB) as patch:
        await patch.send(body)
        await tus.until_row(path, lambda row: row.fence > 0)
        process.terminate()
        assert 503 == await patch.status()
        async with asyncio.timeout(10):
            assert 0 == await process.wait()
    async with serving(tus) as (_, second):
        offset = await second.offset(path)
        assert 0 <= offset <= len(body)


async def blocks(size_bytes: int) -> AsyncIterator[bytes]:
    """A body that is never whole in memory."""
    for _ in range(size_bytes // MIB):
        yield BLOCK


def peak_mib(process: Fork) -> int:
    """The most memory that the process ever had resident (proc_pid_status(5), VmHWM)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


async def test_memory_does_not_grow_with_the_file(tus: Tus) -> None:
    """300 MiB need no more than 60 MiB."""
    async with serving(tus) as (process, served):
        peaks = []
        for size_bytes in (60 * MIB, 300 * MIB):
            path = await served.create(size_bytes)
            announced = {"Content-Length": str(size_bytes)}
            assert 204 == (await served.patch(path, 0, blocks(size_bytes), announced)).status
            peaks.append(peak_mib(process))
    assert peaks[1] <= peaks[0] + GROWTH_MAX_MIB, peaks
