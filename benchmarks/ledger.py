"""Durable events per second, each in a transaction of its own, as acts write them; by number of writers."""

import asyncio
import time

from benchmarks.stage import Figure
from compliance import ledger
from compliance.events import Act, Trail
from fileserver.services import Services

WRITERS = (1, 16, 128)
EVENTS = 2_000
TRAIL = Trail(who="p-bench", role="viewer", ip="203.0.113.0/24")


async def run(services: Services) -> list[Figure]:
    """Commits with synchronous_commit on; the disk's flush is part of the figure."""
    return [
        Figure(
            f"ledger, {writers} writers",
            await _per_second(services, writers),
            "events/s",
            "one commit each; bar 10,000",
        )
        for writers in WRITERS
    ]


async def _per_second(services: Services, writers: int) -> float:
    started = time.perf_counter()
    await asyncio.gather(*(_write(services, EVENTS // writers) for _ in range(writers)))
    return EVENTS // writers * writers / (time.perf_counter() - started)


async def _write(services: Services, count: int) -> None:
    for _ in range(count):
        async with services.database.transaction() as tx:
            event = TRAIL.event(Act.VIEWER_COPY_VIEW, obj="material:bench", bytes=1, det={"page": 1})
            await ledger.append(tx, event, now=services.clock())
