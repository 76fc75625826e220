"""Makes years of figures in stages, each bounded: what was done stays done, and the next call goes on from there.

Either the rows that pages read are made of the numbers (`filling`), in minutes; or the log is written and the follower
reads all of it, by the same steps as `sealshare analytics rebuild` takes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from benchmarks.dashboards import filling, log, people
from benchmarks.dashboards.histories import History, Size
from compliance.keys import MasterKey
from compliance.spreading import following
from storage.database import Database, Transaction
from storage.rows import reading, spread_counts, spreading

STRETCHES = 60
LANES = 2
ONE_DAY = timedelta(days=1)
SETTLED = (
    *(table.name for table in (*spreading.TABLES, *spread_counts.TABLES, *reading.TABLES)),
    *("event", "ledger_leaf", "person", "clinic", "material", "material_declaration", "account"),
)
Note = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Works:
    """Where a log is made, how much of it, until when (`time.monotonic`), and who hears of it."""

    database: Database
    master: MasterKey
    size: Size
    history: Callable[[], History]
    ends_s: float
    note: Note
    followed: bool = False  # by the follower, from a log

    @property
    def over(self) -> bool:
        """Whether nothing new may begin."""
        return time.monotonic() > self.ends_s


async def make(works: Works) -> bool:
    """Goes on until everything is there or the time is over; whether everything is."""
    followed = (("log", _log), ("followed", _followed))
    stages: tuple[tuple[str, Callable[[Works], Awaitable[bool]]], ...] = (
        ("history", _history),
        ("people", _people),
        *(followed if works.followed else (("filled", _filled),)),
        ("settled", _settled),
    )
    for name, stage in stages:
        if await done(works.database, name):
            continue
        if works.over:
            return False
        works.note(f"{name}: begins")
        started = time.monotonic()
        if not await stage(works):
            return False
        took_s = int(time.monotonic() - started)
        works.note(f"{name}: done, {took_s} s")
    return True


async def done(database: Database, name: str) -> int:
    """What is known of a stage: 0 until it is done, then a number of its own."""
    async with database.transaction() as tx:
        if await tx.scalar(text("SELECT to_regclass('made.stage')")) is None:
            return 0
        return await tx.scalar(text("SELECT done FROM made.stage WHERE name = :name"), {"name": name}) or 0


async def begin(tx: Transaction) -> None:
    """Where what is done is remembered."""
    await tx.execute(text("CREATE SCHEMA made"))
    await tx.execute(text("CREATE TABLE made.stage (name text PRIMARY KEY, done bigint NOT NULL)"))


async def mark(tx: Transaction, name: str, number: int = 1) -> None:
    """Remembers it with what it did."""
    query = "INSERT INTO made.stage VALUES (:name, :done) ON CONFLICT (name) DO UPDATE SET done = excluded.done"
    await tx.execute(text(query), {"name": name, "done": number})


async def _history(works: Works) -> bool:
    told = works.history()
    works.note(f"{len(told.visits):,} visits, {told.events:,} entries")
    async with works.database.transaction() as tx:
        await log.prepare(tx)
        await log.hand_over(tx, told)
        if not works.followed:
            await filling.plant(tx, told)
        await mark(tx, "visits", len(told.visits))
        await mark(tx, "events", told.events)
        await mark(tx, "history")
    return True


async def _people(works: Works) -> bool:
    async with works.database.transaction() as tx:
        await people.bring_in(tx, works.master, works.size)
        await mark(tx, "people")
    return True


async def _filled(works: Works) -> bool:
    """Statement by statement, two at once: PostgreSQL writes into a table from one process only."""
    busy, ended = asyncio.Semaphore(LANES), [asyncio.Event() for _ in filling.STATEMENTS]

    async def one(number: int) -> bool:
        for needed in filling.NEEDS[number]:
            await ended[needed].wait()
        async with busy:
            try:
                return await _fill(works, number)
            finally:
                ended[number].set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(len(filling.STATEMENTS))]
    whole = all(task.result() for task in tasks)
    async with works.database.transaction() as tx:
        await mark(tx, "filled", int(whole))
    return whole


async def _fill(works: Works, number: int) -> bool:
    """One statement, unless it was there or the time is over; whether it is there."""
    name = f"statement {number + 1}"
    if await done(works.database, name):
        return True
    if works.over:
        return False
    started = time.monotonic()
    async with works.database.transaction() as tx:
        await filling.fill(tx, works.size, number)
        await mark(tx, name)
    took_s = int(time.monotonic() - started)
    works.note(f"filled: {name} of {len(filling.STATEMENTS)}, {took_s} s")
    return True


async def _log(works: Works) -> bool:
    """Stretch by stretch, all equally long."""
    length = timedelta(days=works.size.days) / STRETCHES
    for number in range(await done(works.database, "stretches"), STRETCHES):
        if works.over:
            return False
        start = _at(works.size, length, number)
        async with works.database.transaction() as tx:
            await log.write_stretch(tx, works.size, start, _at(works.size, length, number + 1))
            await mark(tx, "stretches", number + 1)
        works.note(f"log: {number + 1} of {STRETCHES} stretches")
    async with works.database.transaction() as tx:
        await log.finish(tx)
        await mark(tx, "log")
    return True


def _at(size: Size, length: timedelta, number: int) -> datetime:
    """Where a stretch begins; the first and the last one reach a day further, so that nothing is left over."""
    return size.began + number * length + ONE_DAY * ((number == STRETCHES) - (number == 0))


async def _followed(works: Works) -> bool:
    """As the rebuild does it; seconds and entries are remembered for the rate."""
    with following.reading_anew():
        return await _follow(works, await done(works.database, "events"))


async def _follow(works: Works, events: int) -> bool:
    while not works.over:
        started = time.monotonic()
        taken = await following.spread_step(works.database, works.size.began, batch=following.BATCH_ANEW)
        took_ms = int((time.monotonic() - started) * 1000)
        whole_ms = await done(works.database, "followed_ms") + took_ms
        async with works.database.transaction() as tx:
            await mark(tx, "followed_ms", whole_ms)
            if not taken:
                await mark(tx, "followed")
        if not taken:
            return True
        at = await following.done(works.database)
        works.note(f"followed: {at:,} of {events:,}, {taken * 1000 / max(took_ms, 1):,.0f}/s now")
    return False


async def _settled(works: Works) -> bool:
    """What autovacuum does in time. No server goes on with places that no tree stands on: the follower had them.

    Each commit is waited for: rows are known as visible to all only once theirs, and some after it, are on the disk.
    """
    async with works.database.transaction() as tx:
        await tx.execute(text("ALTER TABLE ledger_leaf DISABLE TRIGGER USER"))
        await tx.execute(text("TRUNCATE ledger_leaf"))
        await tx.execute(text("ALTER TABLE ledger_leaf ENABLE TRIGGER USER"))
    async with works.database.statements() as tx:
        await tx.execute(text("SET statement_timeout = 0"))
        await tx.execute(text("SET synchronous_commit = on"))
        for table in SETTLED:
            await tx.execute(text(f"VACUUM ANALYZE {table}"))
        await tx.execute(text("RESET statement_timeout"))
        await tx.execute(text("RESET synchronous_commit"))
    async with works.database.transaction() as tx:
        await mark(tx, "settled")
    return True
