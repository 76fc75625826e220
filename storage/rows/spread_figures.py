"""What the rows of storage.rows.spreading say of one material: counts, cascades, who brought in whom, and how fast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, text

from storage.database import Transaction
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among, Span, weights

CASCADES_MAX = 50
PEOPLE_MAX = 50


@dataclass(frozen=True)
class Scope:
    """Which cascades are asked about: a material's, all or those of some makers' root shares, or of one share alone."""

    material_id: UUID
    makers: tuple[str, ...] | None = None  # pseudonyms
    root_id: UUID | None = None

    def covers(self, maker: str) -> bool:
        """Whether somebody's root shares are among them, as far as makers go."""
        return self.makers is None or maker in self.makers


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
    sent: int  # sendings that a platform confirmed
    read_ms: int  # attested reading
    began: datetime | None  # when the first share was made
    half_at: datetime | None  # the end of the hour in which half of its viewers had come
    most_at: datetime | None  # the same for 95 %


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


@dataclass(frozen=True)
class Middle:
    """How many cascades there are, and the three values in the middle: from the (trees // 2)th smallest on."""

    trees: int
    around: tuple[float, ...]


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
    native: str = ""  # why the card that they opened seems to have been passed on by hand


@dataclass(frozen=True, kw_only=True)
class GrowthRow:
    """People whose time is over: how many, how many links they passed on in it, and how many came in by them in it."""

    people: int
    intents: int
    brought: int


HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
SHORTEST = timedelta(microseconds=1)
FOREVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Grown:
    """Cascades of subjects together: people at each number of hands, the makers first, and what closed windows tell.

    `generations` by number of hands, `cohorts` by the Monday of the week in which viewers came.
    """

    levels: tuple[int, ...]
    generations: Mapping[int, GrowthRow]
    cohorts: Mapping[date, GrowthRow]


@dataclass(frozen=True)
class DayRow:
    """One day: new people and openings."""

    day: date
    people: int
    opens: int


_SUBJECTS = (
    "WITH subjects AS (SELECT * FROM unnest(CAST(:dims AS text[]), CAST(:keys AS text[]), CAST(:weights AS int[])) "
    "AS asked (dim, key, weight))"
)
_PERSON = (
    "SELECT p.root_id, p.who, p.parent, p.share_id, p.org, p.depth, p.children, p.below, p.first_at, p.native, "
    "(SELECT count(*) FROM spread_share f WHERE f.root_id = p.root_id AND f.maker = p.who "
    "AND f.parent_id IS NOT NULL) AS passed_on"
)


def _over_subjects(rest: str) -> TextClause:
    """A query that reads `subjects`."""
    return text(f"{_SUBJECTS}{rest}")


_TOTALS = _over_subjects(
    """, told AS (SELECT coalesce(sum(shares), 0) AS shares, coalesce(sum(intents), 0) AS intents,
      coalesce(sum(confirmed), 0) AS confirmed, coalesce(sum(reach), 0) AS reach, coalesce(sum(viewers), 0) AS viewers,
      coalesce(sum(opens), 0) AS opens, coalesce(sum(pages), 0) AS pages, coalesce(sum(downloads), 0) AS downloads,
      coalesce(sum(sent), 0) AS sent, CAST(coalesce(sum(read_ms), 0) AS bigint) AS read_ms
      FROM spread_month JOIN subjects USING (dim, key)),
    once AS (SELECT count(*) AS viewers, count(*) FILTER (WHERE reached) AS reach
      FROM (SELECT bool_or(reach_day IS NOT NULL) AS reached FROM spread_seen JOIN subjects USING (dim, key)
        WHERE :several GROUP BY who) people),
    weeks AS (SELECT week, sum(viewers) AS viewers, sum(sum(viewers)) OVER (ORDER BY week) AS so_far,
        sum(sum(viewers)) OVER () AS whole
      FROM spread_wave JOIN subjects USING (dim, key) WHERE viewers > 0 GROUP BY week),
    parts AS (SELECT part, found.*
      FROM (VALUES (50), (95)) AS asked (part) CROSS JOIN LATERAL (SELECT week, so_far - viewers AS before, whole
        FROM weeks WHERE 100 * so_far >= part * whole ORDER BY week LIMIT 1) found),
    arrivals AS (SELECT part, hour, whole, before + sum(sum(viewers)) OVER (PARTITION BY part ORDER BY hour) AS so_far
      FROM parts JOIN spread_pulse ON hour >= CAST(week AS timestamp) AT TIME ZONE :zone
        AND hour < CAST(week + 7 AS timestamp) AT TIME ZONE :zone
      JOIN subjects USING (dim, key) WHERE viewers > 0 GROUP BY part, hour, whole, before)
    SELECT told.shares, told.intents, told.confirmed, told.opens, told.pages, told.downloads, told.sent, told.read_ms,
      CASE WHEN :several THEN once.viewers ELSE told.viewers END AS viewers,
      CASE WHEN :several THEN once.reach ELSE told.reach END AS reach,
      (SELECT min(began_at) FROM spread_subject JOIN subjects USING (dim, key)) AS began,
      (SELECT min(hour) FROM arrivals WHERE part = 50 AND 100 * so_far >= part * whole) + interval '1 hour' AS half_at,
      (SELECT min(hour) FROM arrivals WHERE part = 95 AND 100 * so_far >= part * whole) + interval '1 hour' AS most_at
    FROM told, once"""
)
_ROOTS = text(
    "SELECT CAST(share_id AS text) FROM spread_share WHERE material_id = :material_id AND parent_id IS NULL "
    "AND maker = ANY(CAST(:makers AS text[])) ORDER BY share_id"
)
_MAKER = text(
    "SELECT maker FROM spread_share WHERE share_id = :root_id AND material_id = :material_id AND parent_id IS NULL"
)
_CASCADES = text(
    """SELECT r.root_id, r.maker, s.made_at, r.below, r.below_squared,
      (SELECT array_agg(people ORDER BY depth) FROM spread_level l WHERE l.root_id = r.root_id) AS levels,
      (SELECT max(children) FROM spread_person p WHERE p.root_id = r.root_id) AS most_children
    FROM spread_root r JOIN spread_share s ON s.share_id = r.root_id
    WHERE r.material_id = :material_id
      AND (CAST(:makers AS text[]) IS NULL OR r.maker = ANY(CAST(:makers AS text[])))
      AND (CAST(:root_id AS uuid) IS NULL OR r.root_id = :root_id)
      AND (CAST(:after_people AS int) IS NULL OR (r.people, s.made_at) < (:after_people, CAST(:after_at AS timestamptz))
        OR (r.people, s.made_at) = (:after_people, CAST(:after_at AS timestamptz)) AND r.root_id > :after_root)
    ORDER BY r.people DESC, s.made_at DESC, r.root_id LIMIT :limit"""
)
# As compliance.spreading.cascades.structural_virality tells.
_MIDDLE_OF_BAND = text(
    """WITH trees AS (SELECT
      2.0::float8 * (people * below - below_squared) / (CAST(people AS bigint) * (people - 1)) AS v
      FROM spread_root WHERE people >= :least AND (CAST(:end AS int) IS NULL OR people < :end)),
    sorted AS (SELECT v, row_number() OVER (ORDER BY v) AS place, count(*) OVER () AS trees FROM trees)
    SELECT trees, array_agg(v ORDER BY place) AS around FROM sorted
    WHERE place BETWEEN trees / 2 AND trees / 2 + 2 GROUP BY trees"""
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
_SHARERS = text(
    f"""{_PERSON} FROM spread_person p WHERE p.material_id = :material_id AND p.depth > 0 AND p.children > 0
      AND (CAST(:makers AS text[]) IS NULL OR EXISTS (SELECT FROM spread_root r
        WHERE r.root_id = p.root_id AND r.maker = ANY(CAST(:makers AS text[]))))
      AND (CAST(:after_below AS int) IS NULL
        OR (p.below, p.children) < (:after_below, CAST(:after_children AS int))
        OR (p.below, p.children) = (:after_below, CAST(:after_children AS int))
          AND (p.first_at, p.who, p.root_id) > (CAST(:after_at AS timestamptz), CAST(:after_who AS text), :after_root))
    ORDER BY p.below DESC, p.children DESC, p.first_at, p.who, p.root_id LIMIT :limit"""
)
_GROUPED = "sum(people) AS people, sum(done) AS done, sum(intents) AS intents, sum(brought) AS brought"
_SWELLS = "weight * people AS people, weight * intents AS intents, weight * brought AS brought"
_HOURS = (
    "SELECT CAST(date_trunc('week', hour AT TIME ZONE :zone) AS date) AS week, depth, {swells}, "
    "hour <= :closed AS closed FROM spread_pulse JOIN subjects USING (dim, key) WHERE people + intents + brought > 0 "
    "AND hour >= {start} AND hour < {end}"
)
# Whole weeks whose windows have all closed, and the hours before and after them; by depth, and viewers by week.
_GROWN = _over_subjects(
    f""", came AS (SELECT week, depth, {_SWELLS}, true AS closed FROM spread_wave JOIN subjects USING (dim, key)
        WHERE week >= :whole_from AND week < :open_from
      UNION ALL {_HOURS.format(swells=_SWELLS, start=":since", end=":whole_at")}
      UNION ALL {_HOURS.format(swells=_SWELLS, start=":open_at", end="'infinity'")}),
    found AS (SELECT week, depth, sum(people) AS people, coalesce(sum(people) FILTER (WHERE closed), 0) AS done,
        coalesce(sum(intents) FILTER (WHERE closed), 0) AS intents,
        coalesce(sum(brought) FILTER (WHERE closed), 0) AS brought
      FROM came GROUP BY 1, 2 HAVING sum(people) > 0)
    SELECT CAST(NULL AS date) AS week, depth, {_GROUPED} FROM found GROUP BY depth
    UNION ALL SELECT week, NULL, {_GROUPED} FROM found WHERE depth > 0 GROUP BY week ORDER BY 1, 2"""  # noqa: S608  # our own words
)
_COHORTS = text(
    """SELECT key, week >= :start AS now, sum(people) AS people, sum(intents) AS intents, sum(brought) AS brought
    FROM spread_wave WHERE dim = :dim AND (CAST(:keys AS text[]) IS NULL OR key = ANY(CAST(:keys AS text[])))
      AND week >= :first AND week < :end AND depth > 0 GROUP BY 1, 2 HAVING sum(people) > 0"""
)
_DAYS = _over_subjects(
    """ SELECT day, CAST(sum(viewers) AS bigint) AS people, CAST(sum(opens) AS bigint) AS opens
    FROM spread_day JOIN subjects USING (dim, key) GROUP BY day HAVING sum(viewers) + sum(opens) > 0 ORDER BY day"""
)
_CYCLE = _over_subjects(
    """, waits AS (SELECT hours, sum(sum(people)) OVER (ORDER BY hours) AS so_far, sum(sum(people)) OVER () AS whole
      FROM spread_wait JOIN subjects USING (dim, key) GROUP BY hours)
    SELECT min(hours) FROM waits WHERE 2 * so_far >= whole"""
)


def _asked(scope: Scope, **more: Any) -> Mapping[str, Any]:
    makers = None if scope.makers is None else list(scope.makers)
    return {"material_id": scope.material_id, "makers": makers, **more}


def _told(among: Among, **more: Any) -> dict[str, Any]:
    """For what reads subjects one by one. Raises ValueError for all of a dimension, which has no list."""
    return {**weights(Among(among.dim, among.keys)), **more}


async def subjects(tx: Transaction, scope: Scope) -> Among:
    """What of the counts is about these cascades: the material, or its shares by the makers, none perhaps."""
    if scope.makers is None:
        return Among(Dim.MATERIAL, (str(scope.material_id),))
    return Among(Dim.SHARE, tuple(await tx.scalars(_ROOTS, _asked(scope))))


async def totals(tx: Transaction, among: Among, *, zone: str) -> Totals:
    """The counts."""
    asked = _told(among, several=len(among.keys or ()) > 1, zone=zone)
    return Totals(**(await tx.execute(_TOTALS, asked)).one()._asdict())


async def maker_of(tx: Transaction, material_id: UUID, root_id: UUID) -> str | None:
    """Who made a root share of the material; None for any other."""
    found: str | None = await tx.scalar(_MAKER, {"material_id": material_id, "root_id": root_id})
    return found


async def cascades(
    tx: Transaction,
    scope: Scope,
    *,
    root_id: UUID | None = None,
    after: CascadeRow | None = None,
    limit: int = CASCADES_MAX,
) -> tuple[CascadeRow, ...]:
    """The largest cascades, or one of them; of equal ones the newest first. `after`: those that come after this one."""
    last = {
        "after_people": sum(after.levels) if after else None,
        "after_at": after and after.made_at,
        "after_root": after and after.root_id,
    }
    rows = await tx.execute(_CASCADES, _asked(scope, root_id=root_id, limit=limit, **last))
    return tuple(CascadeRow(**{**row._asdict(), "levels": tuple(row.levels)}) for row in rows)


async def middle_of_band(tx: Transaction, *, least: int, end: int | None) -> Middle:
    """Of the brand's cascades of `least` people to `end`, by structural virality."""
    found = (await tx.execute(_MIDDLE_OF_BAND, {"least": least, "end": end})).one_or_none()
    return Middle(0, ()) if found is None else Middle(found.trees, tuple(found.around))


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


async def sharers(
    tx: Transaction, scope: Scope, *, after: PersonRow | None = None, limit: int = PEOPLE_MAX
) -> tuple[PersonRow, ...]:
    """Viewers through whom most people came, each within one cascade. `after`: those that come after this one."""
    last = {
        "after_below": after and after.below,
        "after_children": after and after.children,
        "after_at": after and after.first_at,
        "after_who": after and after.who,
        "after_root": after and after.root_id,
    }
    rows = await tx.execute(_SHARERS, _asked(scope, limit=limit, **last))
    return tuple(PersonRow(**row._asdict()) for row in rows)


async def grown(
    tx: Transaction, among: Among, *, window: timedelta, now: datetime, zone: str, since: datetime = FOREVER
) -> Grown:
    """How many came, level by level and week by week, and what they did within their window once it has closed.

    A window closes with the hour in which the person came. `since`: only those who came then or later.
    """
    closed, local = now - window - HOUR, ZoneInfo(zone)
    open_from = _monday(closed, local)
    whole_from = min(_monday(since - SHORTEST, local) + WEEK, open_from)
    asked = {"zone": zone, "since": since, "closed": closed, "whole_from": whole_from, "open_from": open_from}
    asked |= weights(among) | {"whole_at": _start(whole_from, local), "open_at": max(since, _start(open_from, local))}
    levels: dict[int, int] = {}
    depths: dict[int, GrowthRow] = {}
    weeks: dict[date, GrowthRow] = {}
    for row in await tx.execute(_GROWN, asked):
        done = GrowthRow(people=int(row.done), intents=int(row.intents), brought=int(row.brought))
        if row.week is None:
            levels[row.depth] = int(row.people)
        if done.people and row.week is None:
            depths[row.depth] = done
        elif done.people:
            weeks[row.week] = done
    return Grown(
        levels=tuple(levels.get(depth, 0) for depth in range(max(levels, default=-1) + 1)),
        generations=depths,
        cohorts=weeks,
    )


async def cohorts(
    tx: Transaction, among: Among, weeks: Span
) -> tuple[Mapping[str, GrowthRow], Mapping[str, GrowthRow]]:
    """Viewers who came in these weeks, of each subject, and what they did within their window; of nobody none.

    And of those who came in as many weeks before.
    """
    keys = None if among.keys is None else list(among.keys)
    within = {"first": weeks.before.start, "start": weeks.start, "end": weeks.end}
    now: dict[str, GrowthRow] = {}
    before: dict[str, GrowthRow] = {}
    for row in await tx.execute(_COHORTS, {"dim": among.dim.value, "keys": keys, **within}):
        came = GrowthRow(people=int(row.people), intents=int(row.intents), brought=int(row.brought))
        (now if row.now else before)[row.key] = came
    return now, before


def closed_weeks(now: datetime, window: timedelta, zone: str, days: int) -> Span:
    """The last whole weeks in which everybody's window has closed: as many as it takes for so many days."""
    end = _monday(now - window - HOUR, ZoneInfo(zone))
    return Span(end - WEEK * -(-days // WEEK.days), end)


def _monday(moment: datetime, zone: ZoneInfo) -> date:
    """The first day of the week in which it lies."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


async def days(tx: Transaction, among: Among) -> Sequence[DayRow]:
    """By day of the brand, in the order of time; days without anything are left out."""
    return [DayRow(row.day, row.people, row.opens) for row in await tx.execute(_DAYS, _told(among))]


async def cycle_time(tx: Transaction, among: Among) -> timedelta | None:
    """Median time from a viewer's first opening to the first that they brought about, in whole hours begun."""
    found: int | None = await tx.scalar(_CYCLE, _told(among))
    return None if found is None else timedelta(hours=found + 1)
