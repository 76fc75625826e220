"""Rows of the append-only log: they are added and read, and nothing else (the database refuses the rest)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from typing import cast as typed

from psycopg import AsyncConnection, sql
from sqlalchemy import Select, cast, func, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from storage.database import Transaction
from storage.explain import Explain
from storage.schema import event, ledger_leaf

PAGE_MAX = 500
BATCH_MAX = 1_000  # of an export, which shows them to nobody at once
COUNTED_COST_MAX = 30_000.0  # of a plan, in the units of PostgreSQL: some tenths of a second
COLUMNS = ("leaf", "t", "act", "res", "why", "who", "org", "role", "obj", "ver", "link")
COPY = sql.SQL("COPY event ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))


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
    role: str | None = None
    why: str | None = None
    ver: str | None = None
    members: Mapping[str, str] = field(default_factory=dict)  # of the leaf, beside the columns: sess, ip, ua
    details: Mapping[str, str] = field(default_factory=dict)  # of its `det`
    since: datetime | None = None
    until: datetime | None = None


async def add_event(tx: Transaction, *, leaf: bytes, t: datetime, **columns: str) -> int:
    """Appends one leaf with its search columns; returns its id."""
    added: int = (await tx.execute(insert(event).values(leaf=leaf, t=t, **columns).returning(event.c.id))).scalar_one()
    return added


async def add_events(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Appends several leaves, each with its search columns, in this order.

    By COPY, which takes a third of the time that an INSERT of as many does, here and in PostgreSQL.
    """
    connection = typed("AsyncConnection[Any]", (await tx.get_raw_connection()).driver_connection)
    async with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            await copy.write_row([row[name] for name in COLUMNS])


async def search_events(
    tx: Transaction, where: EventFilter, *, before_id: int | None = None, limit: int = PAGE_MAX
) -> tuple[EventRow, ...]:
    """The newest matching events first; `before_id` continues after the last one seen."""
    query = _matching(where).order_by(event.c.id.desc()).limit(min(limit, PAGE_MAX))
    if before_id is not None:
        query = query.where(event.c.id < before_id)
    return tuple(EventRow(row.id, row.leaf) for row in await tx.execute(query))


async def events_after(
    tx: Transaction, where: EventFilter, *, after_id: int, through_id: int, limit: int = BATCH_MAX
) -> tuple[EventRow, ...]:
    """The oldest matching events behind `after_id`, none behind `through_id`."""
    query = _matching(where).where(event.c.id > after_id, event.c.id <= through_id).order_by(event.c.id)
    placed = query.add_columns(ledger_leaf.c.index).outerjoin(ledger_leaf, ledger_leaf.c.event_id == event.c.id)
    return tuple(EventRow(*row) for row in await tx.execute(placed.limit(min(limit, BATCH_MAX))))


async def count_about(tx: Transaction, where: EventFilter, *, after_id: int, through_id: int) -> int:
    """How many match behind `after_id` and through `through_id`: counted where that is quick, else estimated."""
    query = _matching(where).where(event.c.id > after_id, event.c.id <= through_id)
    plan = (await tx.execute(Explain(query))).scalar_one()
    if plan[0]["Plan"]["Total Cost"] > COUNTED_COST_MAX:
        return int(plan[0]["Plan"]["Plan Rows"])
    counted: int = (await tx.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    return counted


def _matching(where: EventFilter) -> Select[tuple[int, bytes]]:
    query = select(event.c.id, event.c.leaf)
    for column, value in (
        (event.c.org, where.org),
        (event.c.obj, where.obj),
        (event.c.link, where.link),
        (event.c.res, where.res),
        (event.c.role, where.role),
        (event.c.why, where.why),
        (event.c.ver, where.ver),
    ):
        if value is not None:
            query = query.where(column == value)
    if where.who is not None:
        query = query.where(event.c.who.in_(where.who))
    if where.acts is not None:
        exact = [act for act in where.acts if not act.endswith(":")]
        prefixes = [event.c.act.startswith(act, autoescape=True) for act in where.acts if act.endswith(":")]
        query = query.where(or_(event.c.act.in_(exact), *prefixes))
    document = cast(func.convert_from(event.c.leaf, "UTF8"), JSONB)
    for name, value in where.members.items():
        query = query.where(document[name].astext == value)
    for name, value in where.details.items():
        query = query.where(document["det"][name].astext == value)
    if where.since is not None:
        query = query.where(event.c.t >= where.since)
    if where.until is not None:
        query = query.where(event.c.t < where.until)
    return query
