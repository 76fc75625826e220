"""Counts of events, kept beside the log: by hour and day, by month of one person, clinic or material, since ever.

`add_counts` writes what one batch adds. The rest reads: each question is answered by a few thousand small rows,
whatever the size of the log.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from storage.database import Transaction

KINDS = ("who", "org", "material")  # whose counts are kept one by one
TOP = 12


@dataclass(kw_only=True)
class Counts:
    """What a batch adds, by the keys of the tables; `ids` holds the first and last id of each hour."""

    hour: Counter[datetime] = field(default_factory=Counter)
    ids: dict[datetime, tuple[int, int]] = field(default_factory=dict)
    day: Counter[tuple[date, int, int, int]] = field(default_factory=Counter)
    month: Counter[tuple[str, int, date, int, int, int]] = field(default_factory=Counter)
    total: Counter[tuple[str, int, int, int, int]] = field(default_factory=Counter)
    block: Counter[tuple[int, int, int]] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Which events to count: of these acts, this result, this role, on days from `since` and before `until`."""

    acts: Collection[int] | None = None
    res: int | None = None
    role: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Cell:
    """So many events of one act, result and role on a day or in a month (its first day)."""

    day: date
    act: int
    res: int
    role: int
    n: int


_HOUR = text(
    "INSERT INTO event_hour AS kept (hour, n, first_id, last_id) SELECT * FROM unnest(CAST(:hour AS timestamptz[]), "
    "CAST(:n AS bigint[]), CAST(:first_id AS bigint[]), CAST(:last_id AS bigint[])) ON CONFLICT (hour) "
    "DO UPDATE SET n = kept.n + excluded.n, first_id = least(kept.first_id, excluded.first_id), "
    "last_id = greatest(kept.last_id, excluded.last_id)"
)
_DAY = text(
    "INSERT INTO event_day AS kept (day, act, res, role, n) "
    "SELECT * FROM unnest(CAST(:day AS date[]), CAST(:act AS int[]), CAST(:res AS smallint[]), CAST(:role AS int[]), "
    "CAST(:n AS bigint[])) ON CONFLICT (day, act, res, role) DO UPDATE SET n = kept.n + excluded.n"
)
_MONTH = text(
    "INSERT INTO event_month AS kept (kind, code, month, act, res, role, n) "
    "SELECT * FROM unnest(CAST(:kind AS text[]), CAST(:code AS int[]), CAST(:month AS date[]), CAST(:act AS int[]), "
    "CAST(:res AS smallint[]), CAST(:role AS int[]), CAST(:n AS bigint[])) "
    "ON CONFLICT (kind, code, month, act, res, role) DO UPDATE SET n = kept.n + excluded.n"
)
_TOTAL = text(
    "INSERT INTO event_total AS kept (kind, code, act, res, role, n) "
    "SELECT * FROM unnest(CAST(:kind AS text[]), CAST(:code AS int[]), CAST(:act AS int[]), CAST(:res AS smallint[]), "
    "CAST(:role AS int[]), CAST(:n AS bigint[])) "
    "ON CONFLICT (kind, code, act, res, role) DO UPDATE SET n = kept.n + excluded.n"
)
_BLOCK = text(
    "INSERT INTO event_block AS kept (block, act, res, n) SELECT * FROM unnest(CAST(:block AS bigint[]), "
    "CAST(:act AS int[]), CAST(:res AS smallint[]), CAST(:n AS bigint[])) "
    "ON CONFLICT (block, act, res) DO UPDATE SET n = kept.n + excluded.n"
)


async def add_counts(tx: Transaction, counts: Counts) -> None:
    """Adds a batch to all tables, in the order of their keys, so that two writers could never wait in a ring."""
    hours = sorted(counts.hour)
    bounds = [counts.ids[hour] for hour in hours]
    ids: dict[str, list[object]] = {"first_id": [low for low, _ in bounds], "last_id": [high for _, high in bounds]}
    await tx.execute(_HOUR, {"hour": hours, "n": [counts.hour[hour] for hour in hours], **ids})
    await tx.execute(_DAY, _columns(sorted(counts.day), ("day", "act", "res", "role"), counts.day))
    months, totals, blocks = sorted(counts.month), sorted(counts.total), sorted(counts.block)
    if months:
        await tx.execute(_MONTH, _columns(months, ("kind", "code", "month", "act", "res", "role"), counts.month))
        await tx.execute(_TOTAL, _columns(totals, ("kind", "code", "act", "res", "role"), counts.total))
    await tx.execute(_BLOCK, _columns(blocks, ("block", "act", "res"), counts.block))


def _columns(
    keys: Sequence[tuple[object, ...]], names: Sequence[str], counted: Mapping[Any, int]
) -> dict[str, list[object]]:
    by_column = zip(*keys, strict=True)
    return {name: list(column) for name, column in zip(names, by_column, strict=True)} | {
        "n": [counted[key] for key in keys]
    }


async def days(tx: Transaction, kind: Kind) -> tuple[Cell, ...]:
    """Counts by day, act, result and role."""
    where, values = _where(kind, "day")
    query = text(f"SELECT day, act, res, role, n FROM event_day WHERE {where}")  # noqa: S608  # a closed set of columns
    return tuple(Cell(row.day, row.act, row.res, row.role, row.n) for row in await tx.execute(query, values))


async def months(tx: Transaction, of: str, code: int, kind: Kind) -> tuple[Cell, ...]:
    """Counts of one person, clinic or material, by month, act, result and role."""
    where, values = _where(kind, "month")
    query = text(f"SELECT month, act, res, role, n FROM event_month WHERE kind = :of AND code = :code AND {where}")  # noqa: S608  # a closed set of columns
    rows = await tx.execute(query, {**values, "of": of, "code": code})
    return tuple(Cell(row.month, row.act, row.res, row.role, row.n) for row in rows)


async def top(tx: Transaction, of: str, kind: Kind, limit: int = TOP) -> tuple[tuple[int, int], ...]:
    """The people, clinics or materials with the most events since ever, as (code, count)."""
    if kind.acts is None and kind.res is None and kind.role is None:
        query = "SELECT code, n FROM event_word WHERE field = :of ORDER BY n DESC, code LIMIT :limit"
        rows = await tx.execute(text(query), {"of": of, "limit": limit})
        return tuple((row.code, row.n) for row in rows)
    where, values = _where(kind, None)
    summed = text(
        f"SELECT code, CAST(sum(n) AS bigint) AS n FROM event_total WHERE kind = :of AND {where} "  # noqa: S608  # a closed set of columns
        "GROUP BY code ORDER BY 2 DESC, 1 LIMIT :limit"
    )
    rows = await tx.execute(summed, {**values, "of": of, "limit": limit})
    return tuple((row.code, row.n) for row in rows)


@dataclass(frozen=True)
class Stretch:
    """The events of some hours: their first and last id, and how many they are. `of` is how many there are in all."""

    low: int
    high: int
    n: int
    of: int


async def stretch(tx: Transaction, since: datetime | None, until: datetime | None) -> Stretch | None:
    """Where the events of the hours between two times stand; None when there are none."""
    query = text(
        "SELECT min(first_id) FILTER (WHERE within) AS low, max(last_id) FILTER (WHERE within) AS high, "
        "CAST(sum(n) FILTER (WHERE within) AS bigint) AS n, CAST(sum(n) AS bigint) AS of FROM (SELECT *, "
        "(CAST(:since AS timestamptz) IS NULL OR hour > CAST(:since AS timestamptz) - interval '1 hour') "
        "AND (CAST(:until AS timestamptz) IS NULL OR hour < CAST(:until AS timestamptz)) AS within FROM event_hour)"
    )
    row = (await tx.execute(query, {"since": since, "until": until})).one()
    return None if row.low is None else Stretch(row.low, row.high, row.n, row.of)


def _where(kind: Kind, day: str | None) -> tuple[str, dict[str, object]]:
    parts, values = ["true"], dict[str, object]()
    if kind.acts is not None:
        parts.append("act = ANY(:acts)")
        values["acts"] = list(kind.acts)
    for name, value in (("res", kind.res), ("role", kind.role)):
        if value is not None:
            parts.append(f"{name} = :{name}")
            values[name] = value
    for name, end, sign in (("since", kind.since, ">="), ("until", kind.until, "<")):
        if day and end is not None:
            parts.append(f"{day} {sign} :{name}")
            values[name] = end
    return " AND ".join(parts), values
