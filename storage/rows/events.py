"""Rows of the append-only log: they are added and read, and nothing else (the database refuses the rest)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast as typed

from psycopg import sql
from sqlalchemy import Select, or_, select

from storage.database import Transaction, driver_of
from storage.direct import Driver
from storage.schema import event

PAGE_MAX = 500
COLUMNS = ("leaf", "t", "act", "res", "why", "who", "org", "role", "obj", "ver", "link")
# In bytes: put together anew for each event they cost as much as the rest of it.
_NAMES = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
COPY = sql.SQL("COPY event ({}) FROM STDIN").format(_NAMES).as_bytes()
INSERT = (
    sql.SQL("INSERT INTO event ({}) VALUES ({}) RETURNING id")
    .format(_NAMES, sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS)))
    .as_bytes()
)


@dataclass(frozen=True)
class EventRow:
    """One event: `leaf` is the exact bytes that count, `id` its place in order of arrival.

    `index` is its place in the tree, where it was asked for and is known.
    """

    id: int
    leaf: bytes
    index: int | None = None


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """What to search by; None means anything. `acts` matches prefixes (`viewer:` finds every act of viewers)."""

    who: tuple[str, ...] | None = None
    org: str | None = None
    obj: str | None = None
    link: str | None = None
    acts: tuple[str, ...] | None = None
    res: str | None = None


async def add_event(tx: Transaction, *, leaf: bytes, t: datetime, **columns: str) -> int:
    """Appends one leaf with its search columns; returns its id."""
    row = {"leaf": leaf, "t": t, **columns}
    cursor = await (await driver_of(tx)).execute(INSERT, [row[name] for name in COLUMNS])
    (added,) = typed("tuple[int]", await cursor.fetchone())
    return added


async def add_events(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Appends several leaves, each with its search columns, in this order; all of them or none."""
    await put_events(await driver_of(tx), rows)


async def put_events(driver: Driver, rows: Sequence[Mapping[str, object]]) -> None:
    """The same on a connection of the driver.

    By COPY, which takes a third of the time that an INSERT of as many does, here and in PostgreSQL; a single one by
    INSERT, which takes one round trip less.
    """
    if len(rows) == 1:
        await driver.execute(INSERT, [rows[0][name] for name in COLUMNS], prepare=True)
        return
    async with driver.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            await copy.write_row([row[name] for name in COLUMNS])


async def search_events(
    tx: Transaction, where: EventFilter, *, before_id: int | None = None, limit: int = PAGE_MAX
) -> tuple[EventRow, ...]:
    """The newest matching events first; `before_id` continues after the last one seen.

    Reads the log itself, which no index helps with: for a short one. Others ask `compliance.trail`.
    """
    query = _matching(where).order_by(event.c.id.desc()).limit(min(limit, PAGE_MAX))
    if before_id is not None:
        query = query.where(event.c.id < before_id)
    return tuple(EventRow(row.id, row.leaf) for row in await tx.execute(query))


def _matching(where: EventFilter) -> Select[tuple[int, bytes]]:
    query = select(event.c.id, event.c.leaf)
    equal = ((event.c.org, where.org), (event.c.obj, where.obj), (event.c.link, where.link), (event.c.res, where.res))
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    if where.who is not None:
        query = query.where(event.c.who.in_(where.who))
    if where.acts is not None:
        exact = [act for act in where.acts if not act.endswith(":")]
        prefixes = [event.c.act.startswith(act, autoescape=True) for act in where.acts if act.endswith(":")]
        query = query.where(or_(event.c.act.in_(exact), *prefixes))
    return query
