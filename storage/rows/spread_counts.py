"""Rows of what subjects did by day and hour. Only a follower of the tree writes them, in the order of the leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from storage.database import Transaction
from storage.rows.arrays import array, arrays
from storage.rows.emptying import empty, take_long
from storage.schema import (
    spread_crowd,
    spread_day,
    spread_gap,
    spread_month,
    spread_pulse,
    spread_seen,
    spread_subject,
    spread_viewer,
    spread_wait,
    spread_wave,
)

TABLES = (
    *(spread_day, spread_month, spread_gap, spread_crowd, spread_pulse, spread_wave, spread_wait),
    *(spread_seen, spread_viewer, spread_subject),
)
LACKING = "figures-lacking"  # a reader that is there while rows of an older release lack what this one counts
UTC_MIDNIGHT = " 00:00+00"
PARTITIONED = {
    "spread_day": "",
    "spread_gap": "",
    "spread_crowd": "",
    "spread_pulse": UTC_MIDNIGHT,
    "spread_hour": UTC_MIDNIGHT,
}


class Dim(StrEnum):
    """What is counted for itself."""

    BRAND = "brand"
    MATERIAL = "material"
    SHARE = "share"
    EMPLOYEE = "employee"
    CLINIC = "clinic"


Subject = tuple[Dim, str]  # of the brand: (Dim.BRAND, "")
Place = tuple[Dim, str, str]  # (dimension, key, pseudonym)
COUNTS = (
    "opens",
    "pages",
    "downloads",
    "shares",
    "intents",
    "confirmed",
    "reach",
    "viewers",
    "direct",
    "newcomers",
    "readers",
    "forwarders",
    "invited",
    "verified",
    "sent",
    "read_ms",
    "new_readers",
    "new_forwarders",
)
WITHIN = ("viewers", "direct", "reach", "readers", "forwarders")  # people, each once within a subject: not to be added
BEATS = ("opens", "people", "viewers", "intents", "brought")
SWELLS = ("people", "viewers", "intents", "brought")


@dataclass(kw_only=True)
class Seen:
    """Days on which somebody first did each thing, within one subject."""

    first_day: date
    last_day: date
    read_day: date | None = None
    forward_day: date | None = None
    reach_day: date | None = None


@dataclass(kw_only=True)
class Life:
    """When a subject was first shared and last opened; None: not in this batch."""

    began_at: datetime | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Added:
    """What a batch adds."""

    days: Mapping[tuple[Subject, date], Sequence[int]]  # in the order of COUNTS
    gaps: Mapping[tuple[Subject, date, int], int]
    crowds: Mapping[tuple[Subject, date], bytes | bytearray]  # entries by month
    numbers: Mapping[str, int]  # of people who are new to the brand
    pulses: Mapping[tuple[Subject, datetime, int], Sequence[int]]  # in the order of BEATS
    waves: Mapping[tuple[Subject, date, int], Sequence[int]]  # in the order of SWELLS
    waits: Mapping[tuple[Subject, int], int]
    seen: Mapping[Place, Seen]
    lives: Mapping[Subject, Life]
    years: frozenset[int]  # in which all this falls, by UTC and by the brand's days


_DAYS = ("first_day", "last_day", "read_day", "forward_day", "reach_day")
_KINDS = {"dim": "text", "key": "text", "who": "text", "hour": "timestamptz", "began_at": "timestamptz"}
_KINDS |= {
    "entries": "bytea",
    "month": "date",
    "week": "date",
    "opened_at": "timestamptz",
    "day": "date",
    "read_ms": "bigint",
} | dict.fromkeys(_DAYS, "date")


def _put(table: str, keys: tuple[str, ...], values: tuple[str, ...], change: str) -> Any:
    """An insert of arrays; `change` says of a column what becomes of it where the row is there already."""
    names = (*keys, *values)
    arrays = ", ".join(f"CAST(:{name} AS {_KINDS.get(name, 'int')}[])" for name in names)
    changes = ", ".join(f"{name} = {change.format(name=name)}" for name in values)
    return text(
        f"INSERT INTO {table} AS kept ({', '.join(names)}) SELECT * FROM unnest({arrays}) "  # noqa: S608  # our own names
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


_SUM = "kept.{name} + excluded.{name}"
_PUT_DAYS = _put("spread_day", ("dim", "key", "day"), COUNTS, _SUM)
_PUT_MONTHS = _put("spread_month", ("dim", "key", "month"), COUNTS, _SUM)
_PUT_GAPS = _put("spread_gap", ("dim", "key", "day", "gap"), ("people",), _SUM)
_PUT_CROWDS = _put("spread_crowd", ("dim", "key", "month"), ("entries",), "kept.{name} || excluded.{name}")
_PUT_NUMBERS = text(
    "INSERT INTO spread_viewer (who, number) SELECT * FROM unnest(CAST(:who AS text[]), CAST(:number AS int[]))"
)
_PUT_PULSES = _put("spread_pulse", ("dim", "key", "hour", "depth"), BEATS, _SUM)
_PUT_WAVES = _put("spread_wave", ("dim", "key", "week", "depth"), SWELLS, _SUM)
_PUT_WAITS = _put("spread_wait", ("dim", "key", "hours"), ("people",), _SUM)
_PUT_SEEN = _put("spread_seen", ("dim", "key", "who"), _DAYS, "excluded.{name}")
_PUT_BEGAN = _put("spread_subject", ("dim", "key"), ("began_at",), "least(kept.{name}, excluded.{name})")
_PUT_OPENED = _put("spread_subject", ("dim", "key"), ("opened_at",), "greatest(kept.{name}, excluded.{name})")
_WAVES_OF_PULSES = text(
    "INSERT INTO spread_wave SELECT dim, key, CAST(date_trunc('week', hour AT TIME ZONE :zone) AS date), depth, "
    "sum(people), sum(viewers), sum(intents), sum(brought) FROM spread_pulse "
    "WHERE people + viewers + intents + brought > 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
)
_SEEN = text(
    f"SELECT dim, key, who, {', '.join(_DAYS)} FROM spread_seen "  # noqa: S608  # our own names
    "JOIN unnest(CAST(:dim AS text[]), CAST(:key AS text[]), CAST(:who AS text[])) AS wanted (dim, key, who) "
    "USING (dim, key, who)"
)


async def seen_at(tx: Transaction, places: Collection[Place]) -> dict[Place, Seen]:
    """Those of these people whom the follower has met within these subjects."""
    rows = await tx.execute(_SEEN, arrays(("dim", "key", "who"), places))
    return {(Dim(row.dim), row.key, row.who): Seen(**{name: getattr(row, name) for name in _DAYS}) for row in rows}


async def numbers_of(tx: Transaction, people: Collection[str]) -> tuple[dict[str, int], int]:
    """The numbers of those of these people who have one, and how many have one at all."""
    query = text("SELECT who, number FROM spread_viewer WHERE who = ANY(CAST(:people AS text[]))")
    known = {row.who: row.number for row in await tx.execute(query, {"people": array(sorted(people))})}
    return known, await tx.scalar(text("SELECT coalesce(max(number), 0) FROM spread_viewer")) or 0


async def lacks(tx: Transaction) -> bool:
    """Whether rows of an older release are among these, without crowds: until they are made anew."""
    return bool(await tx.scalar(text("SELECT EXISTS (SELECT FROM log_reader WHERE name = :name)"), {"name": LACKING}))


async def add(tx: Transaction, added: Added) -> None:
    """Adds what a batch brought, in the order of the keys."""
    days = [(*subject, day, *counts) for (subject, day), counts in _in_order(added.days)]
    await _write(tx, _PUT_DAYS, ("dim", "key", "day", *COUNTS), days)
    months = [(*subject, month, *counts) for (subject, month), counts in _in_order(_by_month(added))]
    await _write(tx, _PUT_MONTHS, ("dim", "key", "month", *COUNTS), months)
    gaps = [(*subject, day, gap, people) for (subject, day, gap), people in _in_order(added.gaps)]
    await _write(tx, _PUT_GAPS, ("dim", "key", "day", "gap", "people"), gaps)
    await _write(tx, _PUT_NUMBERS, ("who", "number"), sorted(added.numbers.items(), key=lambda each: each[1]))
    crowds = [(*subject, month, f"\\x{entries.hex()}") for (subject, month), entries in _in_order(added.crowds)]
    await _write(tx, _PUT_CROWDS, ("dim", "key", "month", "entries"), crowds)
    pulses = [(*subject, hour, depth, *beats) for (subject, hour, depth), beats in _in_order(added.pulses)]
    await _write(tx, _PUT_PULSES, ("dim", "key", "hour", "depth", *BEATS), pulses)
    waves = [(*subject, week, depth, *swells) for (subject, week, depth), swells in _in_order(added.waves)]
    await _write(tx, _PUT_WAVES, ("dim", "key", "week", "depth", *SWELLS), waves)
    waits = [(*subject, hours, people) for (subject, hours), people in _in_order(added.waits)]
    await _write(tx, _PUT_WAITS, ("dim", "key", "hours", "people"), waits)
    seen = [(*place, *(getattr(each, name) for name in _DAYS)) for place, each in _in_order(added.seen)]
    await _write(tx, _PUT_SEEN, ("dim", "key", "who", *_DAYS), seen)
    lives = _in_order(added.lives)
    began = [(*subject, life.began_at) for subject, life in lives if life.began_at]
    await _write(tx, _PUT_BEGAN, ("dim", "key", "began_at"), began)
    opened = [(*subject, life.opened_at) for subject, life in lives if life.opened_at]
    await _write(tx, _PUT_OPENED, ("dim", "key", "opened_at"), opened)


async def add_missing_waves(tx: Transaction, zone: str) -> None:
    """Makes the weeks of all pulses where there are none yet: rows of an earlier release have hours only."""
    if not await tx.scalar(text("SELECT EXISTS (SELECT FROM spread_wave)")):
        await take_long(tx)
        await tx.execute(_WAVES_OF_PULSES, {"zone": zone})


async def forget_all(tx: Transaction) -> None:
    """Empties every table of this module."""
    await empty(tx, TABLES)
    await tx.execute(text("DELETE FROM log_reader WHERE name = :name"), {"name": LACKING})


async def make_years(tx: Transaction, years: Collection[int]) -> None:
    """Partitions for these years, where they are missing: before anything is added that falls into them."""
    for year in sorted(years):
        for table, zone in PARTITIONED.items():
            name, first, end = f"{table}_{year:04d}", f"{year:04d}-01-01{zone}", f"{year + 1:04d}-01-01{zone}"
            if await tx.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
                await tx.execute(
                    text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{end}')")
                )


async def _write(tx: Transaction, query: Any, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        await tx.execute(query, arrays(names, rows))


def _by_month(added: Added) -> dict[tuple[Subject, date], list[int]]:
    """The days' counts, added up by month."""
    months: dict[tuple[Subject, date], list[int]] = {}
    for (subject, day), counts in added.days.items():
        key = (subject, day.replace(day=1))
        kept = months.get(key)
        months[key] = list(counts) if kept is None else [one + more for one, more in zip(kept, counts, strict=True)]
    return months


def _in_order(rows: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """By key, so that neighbours in an index are written together."""
    return sorted(rows.items(), key=lambda each: each[0])
