"""Finding indexed events: by one index at a time, newest first, and never more rows than asked for.

A scan is driven by one condition (the driver), whose index yields ids in order; the other conditions are tried on what
it yields. So the work is bounded by `scan_max`, whatever the conditions, and the answer says how far the scan looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from storage.database import Transaction
from storage.rows.event_index import CODES
from storage.rows.spread_trees import Trees, roots_in

TERMS = "terms"
RES = "res"
DAY_ZERO = date(2000, 1, 1)
# What a scan keeps stays in memory; compiling costs more than it takes; and how often a code occurs is not known when a
# plan is made for any code, so the planner would fetch and sort all rows of a frequent one instead of reading its index
# from the end.
_SETTINGS = text(
    "SELECT set_config('work_mem', '32MB', true), set_config('jit', 'off', true), "
    "set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', :bitmaps, true)"
)


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """All must hold. `codes` by column, each an alternative; `terms` are hashed details; ids and times bound the scan.

    `trees`: what went through a link that is in one of them.
    `low` and `high` are ids, inclusive; `since` is inclusive, `until` is not.
    """

    codes: Mapping[str, tuple[int, ...]]
    low: int
    high: int
    res: int | None = None
    terms: tuple[int, ...] = ()
    trees: Trees | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Scan:
    """How to look: by which column's index (`terms`: by the details, None: by id alone), and at how many rows."""

    driver: str | None
    scan_max: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """Ids that match, newest first. `floor` is the id down to which everything was looked at; None: to the end."""

    ids: tuple[int, ...]
    floor: int | None


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a scan counted: in all, and by the values of each facet, most frequent first (days in their order)."""

    total: int
    floor: int | None
    floor_t: datetime | None
    by: Mapping[str, tuple[tuple[int, int], ...]]
    days: tuple[tuple[date, int], ...]


async def find_words(tx: Transaction, field: str, values: list[str]) -> dict[str, tuple[int, int]]:
    """(code, how many indexed events) of those values that occur at all."""
    query = text("SELECT value, code, n FROM event_word WHERE field = :field AND value = ANY(:values)")
    rows = await tx.execute(query, {"field": field, "values": values})
    return {row.value: (row.code, row.n) for row in rows}


async def words_of(tx: Transaction, field: str) -> dict[str, tuple[int, int]]:
    """Every value of a field that has few: acts, roles."""
    query = text("SELECT value, code, n FROM event_word WHERE field = :field")
    return {row.value: (row.code, row.n) for row in await tx.execute(query, {"field": field})}


async def values_of(tx: Transaction, codes: list[int]) -> dict[int, str]:
    """What codes stand for."""
    query = text("SELECT code, value FROM event_word WHERE code = ANY(:codes)")
    return {row.code: row.value for row in await tx.execute(query, {"codes": codes})}


async def count_terms(tx: Transaction, terms: tuple[int, ...], stop_at: int) -> int:
    """How many events have all these details; counting stops at `stop_at`."""
    some = "SELECT 1 FROM event_index WHERE terms @> CAST(:terms AS bigint[]) LIMIT :n"
    query = text(f"SELECT count(*) FROM ({some}) AS counted")  # noqa: S608  # our own words
    return int((await tx.execute(query, {"terms": list(terms), "n": stop_at})).scalar_one())


async def find(tx: Transaction, wanted: Conditions, scan: Scan, limit: int) -> Found:
    """The newest `limit` ids that match within what the scan looks at."""
    await tx.execute(_SETTINGS, {"bitmaps": "on" if scan.driver == TERMS else "off"})
    seen, values = _seen(wanted, scan)
    rest = _rest(wanted, scan, values)
    query = text(
        f"WITH seen AS MATERIALIZED ({seen}), {_CUT}, hits AS (SELECT seen.id FROM seen, cut WHERE {rest} "  # noqa: S608  # a closed set of columns
        "ORDER BY seen.id DESC LIMIT :limit) "
        "SELECT (SELECT floor FROM cut) AS floor, array(SELECT id FROM hits ORDER BY id DESC) AS ids"
    )
    row = (await tx.execute(query, {**values, "limit": limit})).one()
    return Found(ids=tuple(row.ids), floor=row.floor)


async def count(tx: Transaction, wanted: Conditions, scan: Scan, top: int) -> Counted:
    """Counts what matches within what the scan looks at, by every facet: at most `top` values of each but days."""
    await tx.execute(_SETTINGS, {"bitmaps": "on" if scan.driver == TERMS else "off"})
    seen, values = _seen(wanted, scan)
    query = text(
        f"WITH seen AS MATERIALIZED ({seen}), {_CUT}, hits AS MATERIALIZED "  # noqa: S608  # a closed set of columns
        f"(SELECT seen.* FROM seen, cut WHERE {_rest(wanted, scan, values)}) {_FACETS}"
    )
    return _counted([(row[0], row[1], row[2]) for row in await tx.execute(query, {**values, "top": top})])


# The lowest id above which every lane of the scan was looked at whole; null when none had more than it was allowed.
_CUT = (
    "cut AS (SELECT max(low) AS floor FROM "
    "(SELECT min(id) AS low, count(*) AS n FROM seen GROUP BY lane) AS lanes WHERE n >= :each)"
)
_MATERIALS = (
    "(SELECT 'material', m.obj, m.n FROM (SELECT obj, count(*) AS n FROM hits WHERE obj > 0 GROUP BY 1) AS m "
    "JOIN event_word w ON w.code = m.obj WHERE w.field = 'material' ORDER BY 3 DESC, 2 LIMIT :top)"
)
_FACETS = " UNION ALL ".join(
    (
        *(
            f"(SELECT '{name}', {name}, count(*) FROM hits WHERE {name} > 0 GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :top)"  # noqa: S608  # a closed set of columns
            for name in ("act", "role", "org", "who")
        ),
        "(SELECT 'res', res, count(*) FROM hits GROUP BY 2 ORDER BY 3 DESC)",
        _MATERIALS,
        f"(SELECT 'day', day - DATE '{DAY_ZERO}', count(*) FROM hits GROUP BY 2 ORDER BY 2)",  # noqa: S608  # a constant
        "(SELECT 'all', 0, count(*) FROM hits)",
        "(SELECT 'floor', 0, floor FROM cut)",
        "(SELECT 'floor_t', 0, CAST(extract(epoch FROM min(t)) * 1000000 AS bigint) FROM seen, cut WHERE id >= floor)",
    )
)


def _seen(wanted: Conditions, scan: Scan) -> tuple[str, dict[str, Any]]:
    """What the driver's index yields. `lane` is the code that a row was found by."""
    of_trees = ("link",) if wanted.trees else ()
    names = dict.fromkeys(("id", "t", "day", "res", "act", "role", "org", "who", "obj", *of_trees, *wanted.codes))
    columns = ", ".join([*names, TERMS] if wanted.terms else names)
    values: dict[str, Any] = {"low": wanted.low, "high": wanted.high, "each": scan.scan_max}
    within = "id BETWEEN :low AND :high"
    if scan.driver is None:
        return f"SELECT {columns}, 0 AS lane FROM event_index WHERE {within} ORDER BY id DESC LIMIT :each", values  # noqa: S608  # a closed set of columns
    if scan.driver == TERMS:
        values["terms"] = list(wanted.terms)
        holding = f"{TERMS} @> CAST(:terms AS bigint[])"
        return f"SELECT {columns}, 0 AS lane FROM event_index WHERE {holding} AND {within} LIMIT :each", values  # noqa: S608  # a closed set of columns
    driver = _known(scan.driver)
    values["lanes"] = codes = [wanted.res] if driver == RES else list(wanted.codes[driver])
    values["each"] = max(1, scan.scan_max // max(1, len(codes)))
    one = (
        f"SELECT {columns} FROM event_index WHERE {driver} = lanes.lane AND {driver} > 0 AND {within} "  # noqa: S608  # a closed set of columns
        "ORDER BY id DESC LIMIT :each"
    )
    lanes = "unnest(CAST(:lanes AS int[])) AS lanes (lane)"
    return f"SELECT one.*, lanes.lane FROM {lanes} CROSS JOIN LATERAL ({one}) AS one", values  # noqa: S608  # a closed set of columns


def _rest(wanted: Conditions, scan: Scan, values: dict[str, Any]) -> str:
    """The conditions that the driver doesn't see to; their values join `values`."""
    return f"seen.id >= coalesce(cut.floor, 0) AND {holding(wanted, 'seen', values, but=scan.driver)}"


def holding(wanted: Conditions, rows: str, values: dict[str, Any], *, but: str | None = None) -> str:
    """The conditions on what `rows` names in a statement, all but one; their values join `values`. Ids are left out."""
    parts = ["true"]
    for name, codes in wanted.codes.items():
        if name != but:
            column = f"{rows}.{_known(name)}"
            parts.append(f"{column} = ANY(CAST(:of_{name} AS int[])) AND {column} > 0")  # as the partial indexes say
            values[f"of_{name}"] = list(codes)
    if wanted.res is not None and but != RES:
        parts.append(f"{rows}.res = :res")
        values["res"] = wanted.res
    if wanted.terms and but != TERMS:
        parts.append(f"{rows}.{TERMS} @> CAST(:terms AS bigint[])")
        values["terms"] = list(wanted.terms)
    if wanted.trees is not None:
        parts.append(
            "EXISTS (SELECT FROM event_word w JOIN spread_share s ON s.share_id = CAST(w.value AS uuid) "
            f"JOIN spread_share r ON r.share_id = s.root_id WHERE w.code = {rows}.link AND w.field = 'link' "
            f"AND {roots_in(wanted.trees, values)})"
        )
    for name, end, sign in (("since", wanted.since, ">="), ("until", wanted.until, "<")):
        if end is not None:
            parts.append(f"{rows}.t {sign} :{name}")
            values[name] = end
    return " AND ".join(parts)


def _known(column: str) -> str:
    """The name itself, which becomes a part of a statement: so it is one of ours. Raises ValueError."""
    if column not in (*CODES, RES):
        raise ValueError(f"no column of the index: {column}")
    return column


def _counted(rows: list[tuple[str, int, int | None]]) -> Counted:
    by: dict[str, list[tuple[int, int]]] = {}
    for name, code, n in rows:
        if n is not None:
            by.setdefault(name, []).append((code, n))
    single = {name: by.pop(name)[0][1] for name in ("all", "floor", "floor_t") if name in by}
    at = single.get("floor_t")
    return Counted(
        total=single["all"],
        floor=single.get("floor"),
        floor_t=None if at is None else datetime.fromtimestamp(at / 1_000_000, UTC),
        days=tuple((DAY_ZERO + timedelta(days=number), n) for number, n in by.pop("day", [])),
        by={name: tuple(counted) for name, counted in by.items()},
    )
