"""Figures made anew out of a log by `sealshare analytics rebuild`, and whether they are what they were."""

import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import text

from benchmarks.dashboards import log
from benchmarks.dashboards.histories import BEGAN, Size, history
from benchmarks.dashboards.running import SIZE
from benchmarks.node import environment_of
from benchmarks.processes import HERE
from benchmarks.stage import Figure, stage
from compliance.spreading.following import done, spread_step
from fileserver.services import Services
from storage.database import Database
from storage.rows import reading, spread_counts, spreading

TENTH = replace(SIZE, shares=2_000, visits=108_000, people=15_000)  # a million events
SMALL = replace(TENTH, shares=20, visits=300, people=100)
WHOLE = 10_000_000
TABLES = (*spreading.TABLES, *spread_counts.TABLES, *reading.TABLES)
Digests = Mapping[str, tuple[int, int]]


async def run(services: Services) -> list[Figure]:  # noqa: ARG001  # a log of its own
    """Writes a log, has it followed as workers follow it, and makes all of it anew."""
    return await measured(TENTH)


async def measured(size: Size) -> list[Figure]:
    """Both rates, and how many rows of which tables are not the same."""
    told = history(size)
    async with stage() as own:
        async with own.database.transaction() as tx:
            await log.write_whole(tx, told)
        note = f"{told.events:,} events"
        follow_s = await _follow(own.database)
        before = await _digests(own.database)
        rebuild_s = await _rebuild(own)
        after = await _digests(own.database)
        read = await done(own.database)
    changed = sorted(name for name, each in before.items() if after[name] != each)
    same = not changed and read == told.events and all(rows for rows, _ in after.values())
    rows = sum(rows for rows, _ in after.values())
    said = f"{rows:,} rows in {len(TABLES)} tables; " + (f"differ: {', '.join(changed)}" if changed else "none differs")
    rate = told.events / rebuild_s
    return [
        Figure("log followed as it grows", told.events / follow_s, "events/s", note),
        Figure("log read anew", rate, "events/s", f"{note}; {WHOLE:,} take {WHOLE / rate / 60:.0f} min"),
        Figure("tables made anew that differ", len(changed), "tables", said, same),
    ]


async def _follow(database: Database) -> float:
    """Seconds, in the steps of a worker."""
    started = time.perf_counter()
    while await spread_step(database, BEGAN):
        pass
    return time.perf_counter() - started


async def _rebuild(services: Services) -> float:
    """Seconds that the command takes, from its start to its end."""
    started = time.perf_counter()
    command = (sys.executable, "-m", "fileserver", "analytics", "rebuild")
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment_of(services.config), **HERE}
    child = await asyncio.create_subprocess_exec(*command, env=environment)
    if await child.wait():
        raise RuntimeError("the log was not read anew")
    return time.perf_counter() - started


async def _digests(database: Database) -> Digests:
    """Rows of each table, and a sum over all of them that no change of one leaves as it is."""
    digest = "SELECT count(*) AS rows, coalesce(sum(hashtextextended(CAST(t AS text), 0)), 0) AS digest FROM {} t"
    async with database.transaction() as tx:
        await tx.execute(text("SET LOCAL statement_timeout = 0"))
        found = {table.name: (await tx.execute(text(digest.format(table.name)))).one() for table in TABLES}
    return {name: (row.rows, int(row.digest)) for name, row in found.items()}
