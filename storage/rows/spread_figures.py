"""What the rows of storage.rows.spreading say of one material: counts, cascades, who brought in whom, and how fast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from storage.database import Transaction

CASCADES_MAX = 50
PEOPLE_MAX = 50


@dataclass(frozen=True)
class Scope:
    """Which cascades are asked about: a material's, all or those of one maker's root shares."""

    material_id: UUID
    maker: str | None = None  # pseudonym


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts of all cascades of a scope. People are distinct within the scope."""

    shares: int  # by employees
    intents: int  # links passed on by viewers
    confirmed: int  # of these, opened by somebody else
    reach: int  # people who came in through a link that was passed on
    viewers: int  # people who opened anything
    opens: int
    pages: int
    downloads: int
    began: datetime | None  # when the first share was made
    half_at: datetime | None  # when half of its viewers had come
    most_at: datetime | None  # when 95 % had


@dataclass(frozen=True, kw_only=True)
class CascadeRow:
    """One root share and what its shape is made of; see compliance.spreading.cascades.Sums."""

    root_id: UUID
    maker: str
    made_at: datetime
    levels: tuple[int, ...]
    most_children: int
    below: int
    below_squared: int


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """Somebody in a cascade, with how often they opened and passed on."""

    root_id: UUID
    who: str
    parent: str | None
    share_id: UUID
    org: str
    depth: int
    children: int
    below: int
    first_at: datetime
    passed_on: int


@dataclass(frozen=True, kw_only=True)
class GrowthRow:
    """People whose time is over: how many, how many links they passed on in it, and how many came in by them in it."""

    people: int
    intents: int
    brought: int


@dataclass(frozen=True)
class DayRow:
    """One day: new people and openings."""

    day: date
    people: int
    opens: int


_ROOTS = (
    "WITH roots AS (SELECT share_id AS root_id, made_at FROM spread_share WHERE material_id = :material_id "
    "AND parent_id IS NULL AND (CAST(:maker AS text) IS NULL OR maker = :maker))"
)
_PERSON = (
    "SELECT p.root_id, p.who, p.parent, p.share_id, p.org, p.depth, p.children, p.below, p.first_at, "
    "(SELECT count(*) FROM spread_share f WHERE f.root_id = p.root_id AND f.maker = p.who "
    "AND f.parent_id IS NOT NULL) AS passed_on"
)


def _over_roots(rest: str) -> TextClause:
    """A query that reads `roots`, the root shares of a scope."""
    return text(f"{_ROOTS}{rest}")


_TOTALS = _over_roots(
    """, inside AS (SELECT s.* FROM spread_share s JOIN roots USING (root_id)),
    passed AS (SELECT i.share_id, EXISTS (SELECT 1 FROM spread_opener o WHERE o.share_id = i.share_id
      AND o.who <> i.maker) AS opened FROM inside i WHERE i.parent_id IS NOT NULL),
    reached AS (SELECT who, bool_or(depth > 1) AS passed_to, min(first_at) AS first_at
      FROM spread_person JOIN roots USING (root_id) WHERE depth > 0 GROUP BY who),
    told AS (SELECT coalesce(sum(opens), 0) AS opens, coalesce(sum(pages), 0) AS pages,
      coalesce(sum(downloads), 0) AS downloads FROM spread_hour JOIN inside USING (share_id)),
    times AS (SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY first_at) AS at FROM reached)
    SELECT (SELECT count(*) FROM roots) AS shares,
      (SELECT count(*) FROM passed) AS intents,
      (SELECT count(*) FROM passed WHERE opened) AS confirmed,
      (SELECT count(*) FROM reached WHERE passed_to) AS reach,
      (SELECT count(*) FROM reached) AS viewers,
      told.*, (SELECT min(made_at) FROM roots) AS began, times.at[1] AS half_at, times.at[2] AS most_at
    FROM told, times"""
)
_ANY = _over_roots(" SELECT 1 FROM roots LIMIT 1")
_MAKER = _over_roots(
    " SELECT s.maker FROM spread_share s JOIN roots USING (root_id) WHERE s.share_id = :root_id AND s.parent_id IS NULL"
)
_LEVELS = _over_roots(
    " SELECT depth, CAST(sum(people) AS bigint) AS people FROM spread_level JOIN roots USING (root_id) "
    "GROUP BY depth ORDER BY depth"
)
_CASCADES = _over_roots(
    """ SELECT r.root_id, s.maker, s.made_at, r.below, r.below_squared,
      (SELECT array_agg(people ORDER BY depth) FROM spread_level l WHERE l.root_id = r.root_id) AS levels,
      (SELECT max(children) FROM spread_person p WHERE p.root_id = r.root_id) AS most_children
    FROM roots JOIN spread_root r USING (root_id) JOIN spread_share s ON s.share_id = r.root_id
    ORDER BY (SELECT below FROM spread_person p WHERE p.root_id = r.root_id AND p.parent IS NULL) DESC, s.made_at DESC
    LIMIT :limit"""
)
_CHILDREN = text(
    f"""{_PERSON} FROM spread_person p WHERE p.root_id = :root_id AND p.parent = :parent
      AND (CAST(:below AS int) IS NULL OR (p.below, p.who) < (:below, CAST(:who AS text)))
    ORDER BY p.below DESC, p.who DESC LIMIT :limit"""
)
_CHAIN = text(
    f"""WITH RECURSIVE chain AS (SELECT * FROM spread_person WHERE root_id = :root_id AND who = :who
      UNION ALL SELECT above.* FROM spread_person above JOIN chain ON above.root_id = chain.root_id
      AND above.who = chain.parent)
    {_PERSON} FROM chain p ORDER BY p.depth"""  # noqa: S608  # our own words
)
_SHARERS = _over_roots(
    f""" {_PERSON} FROM spread_person p JOIN roots USING (root_id) WHERE p.depth > 0 AND p.children > 0
    ORDER BY p.below DESC, p.children DESC, p.first_at LIMIT :limit"""
)


def _growth_by(key: str, only: str = "") -> TextClause:
    """Grouped by an expression of ours over `p`, a person whose window has closed."""
    return _over_roots(
        f""" SELECT {key} AS key, count(*) AS people, coalesce(sum(passed.n), 0) AS intents,
          coalesce(sum(brought.n), 0) AS brought
        FROM spread_person p JOIN roots USING (root_id)
        LEFT JOIN LATERAL (SELECT count(*) AS n FROM spread_person c WHERE p.children > 0 AND c.root_id = p.root_id
          AND c.parent = p.who AND c.first_at < p.first_at + :window) brought ON true
        LEFT JOIN LATERAL (SELECT count(*) AS n FROM spread_share f WHERE f.root_id = p.root_id AND f.maker = p.who
          AND f.parent_id IS NOT NULL AND f.made_at < p.first_at + :window) passed ON true
        WHERE p.first_at + :window <= :now {only} GROUP BY 1 ORDER BY 1"""  # noqa: S608  # our own words
    )


_GENERATIONS = _growth_by("p.depth")
_COHORTS = _growth_by("CAST(date_trunc('week', p.first_at AT TIME ZONE :zone) AS date)", "AND p.depth > 0")
_DAYS = _over_roots(
    """ SELECT day, CAST(sum(people) AS bigint) AS people, CAST(sum(opens) AS bigint) AS opens FROM (
      SELECT CAST(first_at AT TIME ZONE :zone AS date) AS day, 1 AS people, 0 AS opens
        FROM spread_person JOIN roots USING (root_id) WHERE depth > 0
      UNION ALL SELECT CAST(h.hour AT TIME ZONE :zone AS date), 0, h.opens
        FROM spread_hour h JOIN spread_share s USING (share_id) JOIN roots ON roots.root_id = s.root_id
    ) counted GROUP BY day HAVING sum(people) + sum(opens) > 0 ORDER BY day"""
)
_CYCLE = _over_roots(
    """ SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY first.at - p.first_at)
    FROM spread_person p JOIN roots USING (root_id) JOIN LATERAL (SELECT min(c.first_at) AS at FROM spread_person c
      WHERE c.root_id = p.root_id AND c.parent = p.who) first ON true WHERE p.depth > 0 AND p.children > 0"""
)


def _asked(scope: Scope, **more: Any) -> Mapping[str, Any]:
    return {"material_id": scope.material_id, "maker": scope.maker, **more}


async def has_shares(tx: Transaction, scope: Scope) -> bool:
    """Whether there is any root share in the scope."""
    return await tx.scalar(_ANY, _asked(scope)) is not None


async def totals(tx: Transaction, scope: Scope) -> Totals:
    """The counts."""
    return Totals(**(await tx.execute(_TOTALS, _asked(scope))).one()._asdict())


async def levels(tx: Transaction, scope: Scope) -> tuple[int, ...]:
    """People at each number of hands, over all cascades; the makers first. Nobody is at none: empty."""
    return tuple(row.people for row in await tx.execute(_LEVELS, _asked(scope)))


async def maker_of(tx: Transaction, scope: Scope, root_id: UUID) -> str | None:
    """Who made a root share of the scope; None for any other."""
    found: str | None = await tx.scalar(_MAKER, _asked(scope, root_id=root_id))
    return found


async def cascades(tx: Transaction, scope: Scope, *, limit: int = CASCADES_MAX) -> tuple[CascadeRow, ...]:
    """The largest cascades."""
    rows = await tx.execute(_CASCADES, _asked(scope, limit=limit))
    return tuple(CascadeRow(**{**row._asdict(), "levels": tuple(row.levels)}) for row in rows)


async def brought_in_by(
    tx: Transaction, root_id: UUID, parent: str, *, before: tuple[int, str] | None = None, limit: int = PEOPLE_MAX
) -> tuple[PersonRow, ...]:
    """Whom somebody brought in themselves, those with the most below them first; `before` the last (below, who)."""
    below, who = before or (None, None)
    asked = {"root_id": root_id, "parent": parent, "below": below, "who": who, "limit": limit}
    return tuple(PersonRow(**row._asdict()) for row in await tx.execute(_CHILDREN, asked))


async def chain_to(tx: Transaction, root_id: UUID, who: str) -> tuple[PersonRow, ...]:
    """From the root down to somebody, both included; empty for who is not in the cascade."""
    return tuple(PersonRow(**row._asdict()) for row in await tx.execute(_CHAIN, {"root_id": root_id, "who": who}))


async def sharers(tx: Transaction, scope: Scope, *, limit: int = PEOPLE_MAX) -> tuple[PersonRow, ...]:
    """Viewers through whom most people came, each within one cascade."""
    return tuple(PersonRow(**row._asdict()) for row in await tx.execute(_SHARERS, _asked(scope, limit=limit)))


async def generations(tx: Transaction, scope: Scope, *, window: timedelta, now: datetime) -> dict[int, GrowthRow]:
    """By number of hands from the root; only people whose window has closed, and what they did within it."""
    return await _growth(tx, _GENERATIONS, _asked(scope, window=window, now=now))


async def cohorts(
    tx: Transaction, scope: Scope, *, window: timedelta, now: datetime, zone: str
) -> dict[date, GrowthRow]:
    """By the week in which viewers came, named by its Monday; otherwise as `generations`."""
    return await _growth(tx, _COHORTS, _asked(scope, window=window, now=now, zone=zone))


async def _growth(tx: Transaction, query: Any, asked: Mapping[str, Any]) -> dict[Any, GrowthRow]:
    rows = await tx.execute(query, asked)
    return {row.key: GrowthRow(people=row.people, intents=int(row.intents), brought=int(row.brought)) for row in rows}


async def days(tx: Transaction, scope: Scope, zone: str) -> Sequence[DayRow]:
    """By day in this time zone, in the order of time; days without anything are left out."""
    return [DayRow(row.day, row.people, row.opens) for row in await tx.execute(_DAYS, _asked(scope, zone=zone))]


async def cycle_time(tx: Transaction, scope: Scope) -> timedelta | None:
    """Median time from a viewer's first opening to the first that they brought about. None for nobody."""
    found: timedelta | None = await tx.scalar(_CYCLE, _asked(scope))
    return found
