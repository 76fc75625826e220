"""The log under load: durable events per second, how long a writer waits, and how old the signed checkpoint gets.

All in one process with its sequencer, as in a server. What a flush costs is measured beside, in the same folder: the
disk's speed is most of what a lone writer sees.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import text

from benchmarks.stage import Figure
from compliance import ledger
from compliance.events import Act, Trail
from fileserver.services import Services

TRAIL = Trail(who="p-bench", org="clinic-bench", role="viewer", sess="s" * 16, ip="203.0.113.0/24", ua="u" * 16)
EVENT = TRAIL.event(Act.VIEWER_COPY_VIEW, obj="material:bench", ver="a" * 64, bytes=1, det={"page": 1})
OWN_EVENTS = 2_000
ALONE_S = 8.0
LONE_EVENTS = 500
FLUSHES = 500
BLOCK_BYTES = 8_192  # a page of PostgreSQL's log
PER_S_MIN, ACK_P99_MAX_S, AGE_MAX_S, LONE_MAX = 10_000, 0.050, 1.0, 2.0
LOOK_S = 0.05
WAITS = text("SELECT extract(epoch FROM clock_timestamp() - min(added_at)) FROM ledger_pending")
Append = Callable[[], Awaitable[None]]


async def run(services: Services) -> list[Figure]:
    """Commits with synchronous_commit on."""

    async def own() -> None:
        async with services.database.transaction() as tx:
            await ledger.append(tx, EVENT, now=services.clock())

    async def alone() -> None:
        await services.alone.append(EVENT)

    async with services.sequencer.running():
        flush_s = median(await asyncio.to_thread(flushes_s))
        lone = await _lone(alone)
        flush_s = (flush_s + median(await asyncio.to_thread(flushes_s))) / 2
        figures = [
            Figure("ledger, one flush of the disk", flush_s * 1000, "ms", f"{BLOCK_BYTES} bytes, median"),
            Figure(
                "ledger, lone writer",
                lone / flush_s,
                "flushes",
                f"{lone * 1000:.2f} ms, median; bar {LONE_MAX:g}",
                passed=lone / flush_s <= LONE_MAX,
            ),
        ]
        for writers in (1, 16, 128):
            per_s = await _own(own, writers)
            figures.append(Figure(f"ledger, own transactions, {writers} writers", per_s, "events/s", "one commit each"))
        return figures + await _alone(services, alone, 128)


async def _lone(append: Append) -> float:
    waits = []
    for _ in range(LONE_EVENTS):
        started = time.perf_counter()
        await append()
        waits.append(time.perf_counter() - started)
    return median(waits)


async def _own(append: Append, writers: int) -> float:
    async def write() -> None:
        for _ in range(OWN_EVENTS // writers):
            await append()

    started = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(writers)))
    return OWN_EVENTS // writers * writers / (time.perf_counter() - started)


async def _alone(services: Services, append: Append, writers: int) -> list[Figure]:
    """A stretch of time, and then until the last of its events is under a signed checkpoint."""
    waits: list[float] = []
    ages: list[float] = []
    await _until_signed(services)
    before = await _size(services)
    started = time.perf_counter()

    async def write() -> None:
        while (now := time.perf_counter()) - started < ALONE_S:
            await append()
            waits.append(time.perf_counter() - now)

    looking = asyncio.create_task(_look(services, ages))
    await asyncio.gather(*(write() for _ in range(writers)))
    acknowledged = time.perf_counter() - started
    await _until_signed(services)
    signed = time.perf_counter() - started
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    assert await _size(services) - before == len(waits)  # noqa: S101  # every one, once
    p99 = quantiles(waits, n=100)[98]
    return [
        Figure(
            f"ledger, {writers} writers, signed",
            len(waits) / signed,
            "events/s",
            f"{len(waits) / acknowledged:,.0f}/s acknowledged; bar {PER_S_MIN:,}",
            passed=len(waits) / signed >= PER_S_MIN,
        ),
        Figure(
            f"ledger, {writers} writers, acknowledged after, p99",
            p99 * 1000,
            "ms",
            f"median {median(waits) * 1000:.1f}; bar {ACK_P99_MAX_S * 1000:g}",
            passed=p99 <= ACK_P99_MAX_S,
        ),
        Figure(
            f"ledger, {writers} writers, oldest event without checkpoint",
            max(ages) * 1000,
            "ms",
            f"bar {AGE_MAX_S * 1000:g}",
            passed=max(ages) <= AGE_MAX_S,
        ),
    ]


async def _look(services: Services, ages: list[float]) -> None:
    while True:
        async with services.database.statements() as tx:
            ages.append(float(await tx.scalar(WAITS) or 0.0))
        await asyncio.sleep(LOOK_S)


async def _until_signed(services: Services) -> None:
    while True:
        found = await services.watch.look(services.database)
        if found is not None and found.waits_s is None:
            return
        await asyncio.sleep(LOOK_S / 5)


async def _size(services: Services) -> int:
    return (await services.watch.look(services.database) or services.watch.last).size or 0


def flushes_s() -> list[float]:
    """What flushes cost in this folder, beside the database's."""
    path = Path("flush.probe")
    waits = []
    with path.open("wb", buffering=0) as file:
        for _ in range(FLUSHES):
            started = time.perf_counter()
            file.write(bytes(BLOCK_BYTES))
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - started)
    path.unlink()
    return waits
