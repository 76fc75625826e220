"""What figures over a span of days are read from: sums, rankings and people counted once, never the events themselves.

Days are the brand's; `end` is the first day that no longer counts. `keys` None stands for every subject of a dimension.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from storage.database import Transaction
from storage.rows.arrays import arrays
from storage.rows.spread_counts import COUNTS, WITHIN, Dim

ROWS_MAX = 200
MONTH_DAYS_MAX = 31
HOT_FOR_HALF_LIVES = 7  # what is older weighs below 1 %


@dataclass(frozen=True)
class Span:
    """Days from `start` on, before `end`."""

    start: date
    end: date

    @property
    def before(self) -> "Span":
        """As many days just before it."""
        return Span(self.start - (self.end - self.start), self.start)


@dataclass(frozen=True)
class Among:
    """Subjects of one dimension; `keys` None: all of them. `one`: the keys are names of one subject, by which it went.

    People of one subject are counted once, whichever of its names they came under. `others`: where the keys are
    employees, all the other ones, if they are known.
    """

    dim: Dim
    keys: Collection[str] | None = None
    one: bool = False
    others: Collection[str] | None = None

    @property
    def weighed(self) -> Sequence[tuple[str, str, int]]:
        """What adds up to them, as (dim, key, 1), and what is taken from it (-1): the shorter way.

        What most employees did is what the brand did without all the others: every act on an employee's share counts
        for both. Only for what may be added up: acts, people first within the brand, and people in cascades.
        Raises ValueError for all of a dimension, which has no list.
        """
        if self.keys is None:
            raise ValueError("which subjects?")
        if self.dim is Dim.EMPLOYEE and self.others is not None and len(self.others) < len(self.keys):
            return [(Dim.BRAND.value, "", 1), *((self.dim.value, key, -1) for key in self.others)]
        return [(self.dim.value, key, 1) for key in self.keys]

    @property
    def everybody(self) -> bool:
        """Whether these are all the employees that there are."""
        return self.others is not None and not self.others

    @property
    def several(self) -> bool:
        """Whether people who count once within each would count more than once."""
        return not self.one and (self.keys is None or len(self.keys) > 1)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What subjects did in a span; see storage.schema.spread_counts.spread_day for what each is."""

    opens: int = 0
    pages: int = 0
    downloads: int = 0
    shares: int = 0
    intents: int = 0
    confirmed: int = 0
    reach: int = 0
    viewers: int = 0
    direct: int = 0
    newcomers: int = 0
    readers: int = 0
    forwarders: int = 0
    invited: int = 0
    verified: int = 0
    sent: int = 0
    read_ms: int = 0
    new_readers: int = 0
    new_forwarders: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Of both together. People who are counted once within each may then be counted twice."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in COUNTS})


NOTHING = Counts()


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A subject with what it did in a span and in the one before it."""

    key: str
    now: Counts
    before: Counts


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day."""

    day: date
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class Hot:
    """A material by its openings, each weighing half as much after every half-life."""

    material_id: UUID
    heat: float
    opens: int


@dataclass(frozen=True, kw_only=True)
class Root:
    """An employee's share."""

    share_id: UUID
    material_id: UUID
    maker: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lived:
    """When a material was first shared and last opened."""

    material_id: UUID
    began_at: datetime
    opened_at: datetime | None


DAILY = ("opens", "viewers", "newcomers")  # shown day by day
_ASKED = (
    "WITH asked AS (SELECT dim, key, weight FROM unnest(CAST(:dims AS text[]), CAST(:keys AS text[]), "
    "CAST(:weights AS int[])) AS asked (dim, key, weight))"
)
_NOW_AND_BEFORE = ", ".join(
    f"coalesce(sum({name}) FILTER (WHERE day >= :start), 0) AS now_{name}, "
    f"coalesce(sum({name}) FILTER (WHERE day < :start), 0) AS before_{name}"
    for name in COUNTS
)
# The same counts with whole months where there are some, of the span before and of the span: a year has a dozen rows.
_BETWEEN = "SELECT {shown}, {day}, {counts} FROM {table} WHERE {which}{day} >= :{start} AND {day} < :{end}"


def _sums(names: Collection[str]) -> str:
    return ", ".join(f"coalesce(sum(weight * {name}), 0) AS {name}" for name in names)


def _sums_beside(names: Collection[str]) -> str:
    """In the span and in the one before, of rows that may weigh less than nothing."""
    return ", ".join(
        f"coalesce(sum(weight * {name}) FILTER (WHERE day {sign} :start), 0) AS {when}_{name}"
        for when, sign in (("now", ">="), ("before", "<"))
        for name in names
    )


def _told(shown: str, which: str = "", asked: str = "") -> str:
    """Rows of days and months of the span before and of the span; of subjects that stand in `asked`, or `which`."""
    arms = (
        ("spread_day", "first", "before_months"),
        ("spread_month", "before_months", "before_rest"),
        ("spread_day", "before_rest", "months"),
        ("spread_month", "months", "rest"),
        ("spread_day", "rest", "end"),
    )
    days = {"spread_day": "day", "spread_month": "month"}
    selected = (
        _BETWEEN.format(
            shown=shown,
            day=days[table],
            counts=", ".join(COUNTS),
            table=table + asked,
            which=which,
            start=start,
            end=end,
        )
        for table, start, end in arms
    )
    return f"({' UNION ALL '.join(selected)}) d"


_TOLD = _told("dim, key", "dim = :dim AND ")
_SUMS_OF = text(
    f"{_ASKED} SELECT {_sums_beside(COUNTS)} FROM {_told('weight', asked=' JOIN asked USING (dim, key)')}"  # noqa: S608  # our own words
)
# Which come first is known by one sum each; all the others are added up for those that are shown only.
_FIRST = "coalesce(sum({order}) FILTER (WHERE day >= :start), 0)"
_OF_MAKERS = (
    "WITH roots AS (SELECT CAST(share_id AS text) AS key, material_id FROM spread_share "
    "WHERE parent_id IS NULL AND maker = ANY(:makers))"
)


_NAMES = "WITH names AS (SELECT * FROM unnest(:merged, :kept) AS n (merged, kept))"
# Subject by subject: joined, all of the days might be gone through again for each of them.
_EACH_OF_SHOWN = (
    f"SELECT key, c.* FROM shown CROSS JOIN LATERAL (SELECT {_NOW_AND_BEFORE} FROM {_TOLD} WHERE d.key = shown.key) c "  # noqa: S608  # our own words
    "ORDER BY first DESC, key"
)
_EACH_OF_NAMED = _EACH_OF_SHOWN.replace(
    "d.key = shown.key", "d.key = ANY(array_append(ARRAY(SELECT merged FROM names WHERE kept = shown.key), shown.key))"
)


# The days on which somebody first did a thing under one of several names of a subject, but for the first of all.
_AGAIN = text(
    """SELECT day, count(*) FILTER (WHERE what = 'viewers') AS viewers,
      count(*) FILTER (WHERE what = 'readers') AS readers,
      count(*) FILTER (WHERE what = 'forwarders') AS forwarders, count(*) FILTER (WHERE what = 'reach') AS reach
    FROM (SELECT what, day, row_number() OVER (PARTITION BY who, what ORDER BY day, key) AS n FROM spread_seen
      CROSS JOIN LATERAL (VALUES ('viewers', first_day), ('readers', read_day), ('forwarders', forward_day),
        ('reach', reach_day)) AS did (what, day)
      WHERE dim = :dim AND key = ANY(:keys) AND day IS NOT NULL) AS first
    WHERE n > 1 AND day >= :start AND day < :end GROUP BY day"""
)


def _some(keys: Collection[str] | None) -> str:
    return "" if keys is None else " AND key = ANY(:keys)"


def _text(query: str, **lists: Collection[str] | None) -> Any:
    """A query whose parameters of these names are lists of texts."""
    return text(query).bindparams(
        *(bindparam(name, type_=ARRAY(Text)) for name, kept in lists.items() if kept is not None)
    )


async def sums(tx: Transaction, among: Among, span: Span) -> tuple[Counts, Counts]:
    """Of all subjects together: in the span, and in the one before it.

    Of several no counts of people who are distinct within each. Of one that went by several names they are the whole
    subject's, but for `direct`, which stays each name's.
    """
    asked = {"first": span.before.start, "start": span.start, "end": span.end}
    asked |= _months(span.before.start, span.start, span.end)
    row = (await tx.execute(_SUMS_OF, weights(among) | asked)).one()._asdict()
    now, before = (_added(among, {name: row[f"{when}_{name}"] for name in COUNTS}) for when in ("now", "before"))
    again, earlier = await _again(tx, among, span, COUNTS), await _again(tx, among, span.before, COUNTS)
    return sum(again.values(), now), sum(earlier.values(), before)


async def by_day(tx: Transaction, among: Among, span: Span, names: Collection[str] = DAILY) -> Sequence[Day]:
    """Day by day, in the order of time; days without anything are left out. People as in `sums`.

    `names`: which of COUNTS. Raises ValueError for others.
    """
    some = [_known(name) for name in names]
    query = text(
        f"{_ASKED} SELECT day, {_sums(some)} FROM asked JOIN spread_day USING (dim, key) "  # noqa: S608  # our own words
        "WHERE day >= :first AND day < :end GROUP BY day ORDER BY day"
    )
    rows = await tx.execute(query, weights(among) | {"first": span.start, "end": span.end})
    again = await _again(tx, among, span, some)
    counts = {row.day: _added(among, {name: getattr(row, name) for name in some}) for row in rows}
    days = [Day(day=day, counts=each + again.get(day, NOTHING)) for day, each in counts.items()]
    return [each for each in days if each.counts != NOTHING]


async def _again(tx: Transaction, among: Among, span: Span, names: Collection[str]) -> dict[date, Counts]:
    """By day, below zero: who did a thing first under one of a subject's names, having done it under another before."""
    if not among.one or among.keys is None or len(among.keys) == 1:
        return {}
    rows = (await tx.execute(_AGAIN, {"dim": among.dim.value, "keys": list(among.keys), **vars(span)})).mappings()
    return {row["day"]: Counts(**{name: -row[name] for name in row if name in names}) for row in rows}


async def ranked(
    tx: Transaction, among: Among, span: Span, order: str = "opens", *, limit: int = ROWS_MAX, skip: int = 0
) -> Sequence[Ranked]:
    """Subjects by one of COUNTS in the span, most first; equal ones by key. Those without anything are left out.

    `skip` passes the first ones over, as in the other rankings.
    """
    first = _FIRST.format(order=_known(order))
    wanted = Among(among.dim) if among.everybody else among  # a list of all of them would be gone through for each row
    query = _text(
        f"WITH shown AS MATERIALIZED (SELECT key, {first} AS first FROM {_TOLD} WHERE true{_some(wanted.keys)} "  # noqa: S608  # our own words
        "GROUP BY key ORDER BY first DESC, key LIMIT :limit OFFSET :skip) "
        f"{_EACH_OF_SHOWN}",
        keys=wanted.keys,
    )
    more = _months(span.before.start, span.start, span.end)
    asked = _asked(wanted, span.before.start, span.end, start=span.start, limit=limit, skip=skip, **more)
    return [_ranked(row._asdict()) for row in await tx.execute(query, asked)]


async def ranked_by_name(  # as `ranked`
    tx: Transaction,
    among: Among,
    names: Mapping[str, str],
    span: Span,
    order: str = "opens",
    *,
    limit: int = ROWS_MAX,
    skip: int = 0,
) -> Sequence[Ranked]:
    """The same where some keys are but another name (`names`) of a subject. Its people are counted by name."""
    keys = _under_every_name(among, names)
    first = _FIRST.format(order=_known(order))
    query = _text(
        f"{_NAMES}, shown AS MATERIALIZED (SELECT coalesce(names.kept, d.key) AS key, {first} AS first FROM {_TOLD} "  # noqa: S608  # our own words
        f"LEFT JOIN names ON names.merged = d.key WHERE true{_some(keys)} "
        "GROUP BY 1 ORDER BY first DESC, 1 LIMIT :limit OFFSET :skip) "
        f"{_EACH_OF_NAMED}",
        keys=keys,
        merged=names.keys(),
        kept=names.values(),
    )
    more = _months(span.before.start, span.start, span.end)
    of_names = {"merged": list(names), "kept": list(names.values())}
    asked = _asked(
        Among(among.dim, keys), span.before.start, span.end, start=span.start, limit=limit, skip=skip, **more
    )
    rows = await tx.execute(query, asked | of_names)
    return [_ranked(row._asdict()) for row in rows]


async def materials_of(  # as `ranked`
    tx: Transaction,
    makers: Collection[str],
    span: Span,
    order: str = "opens",
    *,
    only: Collection[str] | None = None,
    limit: int = ROWS_MAX,
    skip: int = 0,
) -> Sequence[Ranked]:
    """Materials by what shares of these makers did. People are counted once within each share, not each material.

    `only`: of these materials; None: of all.
    """
    some = "" if only is None else "WHERE material_id = ANY(CAST(:only AS uuid[])) "
    query = _text(
        f"{_OF_MAKERS} SELECT CAST(material_id AS text) AS key, {_NOW_AND_BEFORE} "  # noqa: S608  # our own words
        f"FROM roots CROSS JOIN LATERAL (SELECT * FROM {_TOLD} WHERE d.key = roots.key) c {some}GROUP BY material_id "
        f"ORDER BY now_{_known(order)} DESC, material_id LIMIT :limit OFFSET :skip",
        makers=makers,
        only=only,
    )
    asked = _made(makers, span, limit=limit, skip=skip) | ({} if only is None else {"only": list(only)})
    return [_ranked(row._asdict()) for row in await tx.execute(query, asked)]


async def shares_of(
    tx: Transaction, makers: Collection[str], span: Span, order: str = "opens", *, limit: int = ROWS_MAX, skip: int = 0
) -> Sequence[Ranked]:
    """Shares of these makers."""
    first = _FIRST.format(order=_known(order))
    query = _text(
        f"{_OF_MAKERS}, shown AS MATERIALIZED (SELECT key, first FROM roots CROSS JOIN LATERAL "  # noqa: S608  # our own words
        f"(SELECT {first} AS first, count(*) AS days FROM {_TOLD} WHERE d.key = roots.key) c "
        "WHERE days > 0 ORDER BY first DESC, key LIMIT :limit OFFSET :skip) "
        f"{_EACH_OF_SHOWN}",
        makers=makers,
    )
    asked = _made(makers, span, limit=limit, skip=skip)
    return [_ranked(row._asdict()) for row in await tx.execute(query, asked)]


async def order_of(  # which, of whom, by what
    tx: Transaction,
    among: Among,
    span: Span,
    order: str,
    *,
    makers: Collection[str] | None = None,
    names: Mapping[str, str] | None = None,
    size: int,
    limit: int,
) -> Sequence[str]:
    """Every key in the order in which the rankings have them, in stretches of `size` keys with blanks between them.

    `makers`: only shares that these made, and materials by these shares. `names`: as in `ranked_by_name`. Read as it
    comes, and kept as a few long texts, which weigh a third of as many short ones.
    """
    if makers is None:
        query, asked = _order_among(among, span, order, names or {})
    else:
        query, asked = _order_by_makers(among.dim, makers, span, order)
    found = await tx.stream_scalars(query, asked | {"limit": limit})
    return [" ".join(stretch) async for stretch in found.partitions(size)]


_IN_ORDER = f"GROUP BY 1 ORDER BY {_FIRST} DESC, 1 LIMIT :limit"


def _order_among(among: Among, span: Span, order: str, names: Mapping[str, str]) -> tuple[TextClause, dict[str, Any]]:
    keys = _under_every_name(among, names)
    query = _text(
        f"{_NAMES} SELECT coalesce(names.kept, d.key) AS key FROM {_TOLD} LEFT JOIN names ON names.merged = d.key "  # noqa: S608  # our own words
        f"WHERE true{_some(keys)} {_IN_ORDER.format(order=_known(order))}",
        keys=keys,
        merged=names.keys(),
        kept=names.values(),
    )
    more = _months(span.before.start, span.start, span.end) | {"merged": list(names), "kept": list(names.values())}
    return query, _asked(Among(among.dim, keys), span.before.start, span.end, start=span.start, **more)


def _order_by_makers(dim: Dim, makers: Collection[str], span: Span, order: str) -> tuple[TextClause, dict[str, Any]]:
    key = "CAST(material_id AS text)" if dim is Dim.MATERIAL else "roots.key"
    query = _text(
        f"{_OF_MAKERS} SELECT {key} AS key FROM roots CROSS JOIN LATERAL (SELECT * FROM {_TOLD} "  # noqa: S608  # our own words
        f"WHERE d.key = roots.key) c {_IN_ORDER.format(order=_known(order))}",
        makers=makers,
    )
    return query, _made(makers, span)


async def viewers_within(tx: Transaction, dim: Dim, keys: Collection[str], span: Span) -> int:
    """Distinct people who opened anything of one subject within the span, whatever they did before it.

    A person's first day in the span is the one whose gap leads out of it. For spans of up to 400 days. `keys` are the
    names of the subject: of somebody who opened under several, from before the span until after it, it is taken that
    they did within it too.
    """
    query = text(
        "SELECT greatest(0, (SELECT coalesce(sum(people), 0) FROM spread_gap WHERE dim = :dim AND key = ANY(:keys) "
        "AND day >= :start AND day < :end AND (gap = 0 OR gap > day - :start)) "
        "- (SELECT coalesce(sum(names - 1), 0) FROM (SELECT count(*) AS names FROM spread_seen WHERE :several "
        "AND dim = :dim AND key = ANY(:keys) AND first_day < :end AND last_day >= :start GROUP BY who) AS seen))"
    )
    asked = {"dim": dim.value, "keys": list(keys), "several": len(keys) > 1, **vars(span)}
    return int(await tx.scalar(query, asked) or 0)


async def roots_of(tx: Transaction, makers: Collection[str], material_ids: Collection[UUID]) -> tuple[str, ...]:
    """The shares of these materials that these employees made, as keys."""
    query = text(
        "SELECT CAST(share_id AS text) FROM spread_share WHERE parent_id IS NULL "
        "AND maker = ANY(CAST(:makers AS text[])) AND material_id = ANY(CAST(:material_ids AS uuid[])) "
        "ORDER BY share_id"
    )
    return tuple(await tx.scalars(query, {"makers": list(makers), "material_ids": list(material_ids)}))


async def share_of(tx: Transaction, root_ids: Collection[UUID]) -> dict[UUID, Root]:
    """Employees' shares among these."""
    query = text(
        "SELECT share_id, material_id, maker, made_at FROM spread_share "
        "WHERE parent_id IS NULL AND share_id = ANY(CAST(:root_ids AS uuid[]))"
    )
    return {row.share_id: Root(**row._asdict()) for row in await tx.execute(query, {"root_ids": list(root_ids)})}


async def all_employees(tx: Transaction) -> frozenset[str]:
    """Everybody who ever counted as an employee, by pseudonym."""
    query = text("SELECT DISTINCT key FROM spread_month WHERE dim = :dim")
    return frozenset(await tx.scalars(query, {"dim": Dim.EMPLOYEE.value}))


async def among_employees(tx: Transaction, makers: Collection[str]) -> Among:
    """These employees, and who all the others are."""
    return Among(Dim.EMPLOYEE, tuple(makers), others=tuple(sorted(await all_employees(tx) - set(makers))))


async def keys_of(tx: Transaction, dim: Dim) -> tuple[str, ...]:
    """Every subject of a dimension that was ever shared."""
    query = text("SELECT key FROM spread_subject WHERE dim = :dim ORDER BY key")
    return tuple(await tx.scalars(query, {"dim": dim.value}))


async def hot(
    tx: Transaction, makers: Collection[str] | None, now: datetime, half_life: timedelta, *, limit: int
) -> Sequence[Hot]:
    """Materials by recent openings, of shares of these makers or of all."""
    weight = "power(2, extract(epoch FROM hour - :now) / :half_s)"
    where = "p.hour > :since AND p.opens > 0"
    if makers is None:
        query = _text(
            "SELECT key, heat, opens FROM spread_subject s CROSS JOIN LATERAL "  # noqa: S608  # our own words
            f"(SELECT sum(opens * {weight}) AS heat, sum(opens) AS opens FROM spread_pulse p "
            f"WHERE p.dim = s.dim AND p.key = s.key AND {where}) p "
            "WHERE s.dim = 'material' AND s.opened_at > :since AND opens > 0 ORDER BY heat DESC, key LIMIT :limit"
        )
    else:
        query = _text(
            f"{_OF_MAKERS} SELECT CAST(material_id AS text) AS key, sum(opens * {weight}) AS heat, sum(opens) AS opens "  # noqa: S608  # our own words
            "FROM roots JOIN spread_pulse p ON p.dim = 'share' AND p.key = roots.key "
            f"WHERE {where} GROUP BY material_id ORDER BY heat DESC, material_id LIMIT :limit",
            makers=makers,
        )
    asked = {"now": now, "half_s": half_life.total_seconds(), "since": now - HOT_FOR_HALF_LIVES * half_life}
    rows = await tx.execute(query, asked | {"limit": limit} | ({"makers": list(makers)} if makers is not None else {}))
    return [Hot(material_id=UUID(row.key), heat=float(row.heat), opens=int(row.opens)) for row in rows]


async def lives(
    tx: Transaction,
    makers: Collection[str] | None,
    *,
    begun_since: datetime | None = None,
    unopened_since: datetime | None = None,
    limit: int,
) -> Sequence[Lived]:
    """Materials first shared since a moment, newest first; or not opened since one, the longest unopened first."""
    head, found = "", "SELECT key, began_at, opened_at FROM spread_subject WHERE dim = 'material'"
    if makers is not None:
        head = _OF_MAKERS
        found = (
            "SELECT CAST(roots.material_id AS text) AS key, min(s.began_at) AS began_at, max(s.opened_at) AS opened_at "
            "FROM spread_subject s JOIN roots USING (key) WHERE s.dim = 'share' GROUP BY roots.material_id"
        )
    fresh = "began_at >= :moment ORDER BY began_at DESC, key"
    stale = "began_at < :moment AND (opened_at IS NULL OR opened_at < :moment) ORDER BY opened_at NULLS FIRST, key"
    query = _text(
        f"{head} SELECT * FROM ({found}) AS found WHERE {fresh if begun_since else stale} LIMIT :limit",  # noqa: S608  # our own words
        makers=makers,
    )
    asked: dict[str, Any] = {"moment": begun_since or unopened_since, "limit": limit}
    rows = await tx.execute(query, asked | ({"makers": list(makers)} if makers is not None else {}))
    return [Lived(material_id=UUID(row.key), began_at=row.began_at, opened_at=row.opened_at) for row in rows]


def weights(among: Among) -> dict[str, str]:
    """The parameters of a query over `asked`."""
    return arrays(("dims", "keys", "weights"), among.weighed)


def _under_every_name(among: Among, names: Mapping[str, str]) -> Collection[str] | None:
    """The keys, and those that are but another name of one."""
    return None if among.keys is None else {*among.keys, *(key for key, kept in names.items() if kept in among.keys)}


def _added(among: Among, sums: dict[str, Any]) -> Counts:
    """Sums as counts."""
    left_out = WITHIN if among.several else ()
    return Counts(**{name: int(count) for name, count in sums.items() if name not in left_out})


def _asked(among: Among, first: date, end: date, **more: Any) -> dict[str, Any]:
    keys = {} if among.keys is None else {"keys": list(among.keys)}
    return {"dim": among.dim.value, "first": first, "end": end, **keys, **more}


def _made(makers: Collection[str], span: Span, **more: Any) -> dict[str, Any]:
    asked = {"dim": Dim.SHARE.value, "makers": list(makers), "first": span.before.start, "start": span.start}
    return {**asked, "end": span.end, **_months(span.before.start, span.start, span.end), **more}


def _months(first: date, start: date, end: date) -> dict[str, date]:
    """Where whole months begin and end in the span before and in the span; without any, nothing is between."""
    before, now = whole_months(first, start), whole_months(start, end)
    return {"before_months": before[0], "before_rest": before[1], "months": now[0], "rest": now[1]}


def whole_months(start: date, end: date) -> tuple[date, date]:
    """Where the whole months of a span begin and end; without any, at its end."""
    first = start if start.day == 1 else (start.replace(day=1) + timedelta(days=MONTH_DAYS_MAX)).replace(day=1)
    last = end.replace(day=1)
    return (first, last) if first < last else (end, end)


def _known(order: str) -> str:
    """One of COUNTS. Raises ValueError for anything else, which must not become part of a query."""
    if order not in COUNTS:
        raise ValueError(f"nothing is counted as {order!r}")
    return order


def _ranked(row: dict[str, Any]) -> Ranked:
    return Ranked(key=row["key"], now=_counts(row, "now_"), before=_counts(row, "before_"))


def _counts(row: dict[str, Any], prefix: str) -> Counts:
    return Counts(**{name: int(row[f"{prefix}{name}"]) for name in COUNTS})
