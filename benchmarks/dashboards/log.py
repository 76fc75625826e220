"""Writes a history down as a log, inside PostgreSQL: numbers go there, and statements make entries of them.

The entries are those of `histories.leaves_of`, in the same order, with other nonces; a test compares them. They get
their places at once, without a tree of hashes, and the columns beside the leaf, by which the log is searched, stay
empty: no figure needs either.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from benchmarks.dashboards.histories import PAGES_OF_A_VERSION, History, Size, Visit
from storage.database import Transaction
from storage.rows.arrays import array

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CHUNK = 50_000
HERE = Path(__file__).parent
STRETCH = text((HERE / "stretch.sql").read_text(encoding="utf-8"))
UNHINDERED = "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'"
AFTER = (
    "SELECT (SELECT coalesce(max(id), 0) FROM event) AS last_id, "
    "(SELECT coalesce(max(index) + 1, 0) FROM ledger_leaf) AS next_index"
)
INDEXES = (
    "CREATE INDEX ON made.visit (us); CREATE INDEX ON made.forward (us); ANALYZE made.share, made.forward, made.visit"
)


async def run_all(tx: Transaction, statements: str) -> None:
    """Statements one after the other; those of ours have no semicolon inside."""
    for statement in statements.split(";"):
        if statement.strip():
            await tx.exec_driver_sql(statement)


async def prepare(tx: Transaction) -> None:
    """Tables and functions. Nobody is told of entries that have their places already."""
    await tx.execute(text("CREATE SCHEMA IF NOT EXISTS made"))
    await run_all(tx, (HERE / "log.sql").read_text(encoding="utf-8"))
    await tx.execute(text("ALTER TABLE event DISABLE TRIGGER event_awaits_sequencing"))


async def hand_over(tx: Transaction, told: History) -> None:
    """The history as numbers, which travel fast."""
    await run_all(tx, UNHINDERED)
    await insert(tx, "made.share", ((each.id, each.material, each.employee, us_of(each.at)) for each in told.shares))
    await insert(
        tx, "made.forward", ((each.id, each.parent, each.root, each.who, us_of(each.at)) for each in told.forwards)
    )
    visits = (
        (
            number,
            v.root,
            v.link,
            v.owner,
            v.who,
            us_of(v.at),
            v.depth,
            v.came,
            v.pages,
            v.downloads,
            v.reads,
            _ms(v),
        )
        for number, v in enumerate(told.visits)
    )
    await insert(tx, "made.visit", visits)
    await run_all(tx, INDEXES)


async def write_stretch(tx: Transaction, size: Size, start: datetime, end: datetime) -> None:
    """The entries of what happened from `start` on and before `end`, after all that are there."""
    await run_all(tx, UNHINDERED)
    (after,) = await tx.execute(text(AFTER))
    asked = {"start_us": us_of(start), "end_us": us_of(end), "clinics": size.clinics}
    asked |= {"last_id": after.last_id, "next_index": after.next_index, "version_pages": PAGES_OF_A_VERSION}
    await tx.execute(STRETCH, asked)


async def write_whole(tx: Transaction, told: History) -> None:
    """A short one, all of it."""
    await prepare(tx)
    await hand_over(tx, told)
    day = timedelta(days=1)
    await write_stretch(tx, told.size, told.size.began - day, told.size.began + timedelta(days=told.size.days) + day)
    await finish(tx)


async def finish(tx: Transaction) -> None:
    """The log goes on after what was written."""
    await tx.execute(text("SELECT setval(pg_get_serial_sequence('event', 'id'), (SELECT max(id) FROM event))"))
    await tx.execute(text("ALTER TABLE event ENABLE TRIGGER event_awaits_sequencing"))


def us_of(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICROSECOND


def _ms(visit: Visit) -> int:
    """Milliseconds of reading, as many for each page that was read."""
    return visit.ms // visit.reads * visit.reads if visit.reads else 0


async def insert(tx: Transaction, table: str, rows: Iterable[tuple[int, ...]], chosen: str = "*") -> None:
    """Rows of numbers; `chosen` says what of them goes into the table, as c0, c1… of `told`."""
    every = iter(rows)
    while chunk := list(islice(every, CHUNK)):
        columns = list(zip(*chunk, strict=True))
        names = [f"c{at}" for at in range(len(columns))]
        told = f"unnest({', '.join(f'CAST(:{name} AS bigint[])' for name in names)}) AS told ({', '.join(names)})"
        query = text(f"INSERT INTO {table} SELECT {chosen.format(told=told) if chosen != '*' else f'* FROM {told}'}")  # noqa: S608  # our own names
        await tx.execute(query, {name: array(map(int, column)) for name, column in zip(names, columns, strict=True)})
