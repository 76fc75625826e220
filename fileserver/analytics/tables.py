"""Tables of figures: materials, shares, employees, clinics, departments, regions or campaigns, most first."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.events import Act, Trail
from compliance.spreading.growth import WINDOW, Growth, pooled
from fileserver.analytics.kinds import GROUPS, RATED_PEOPLE_MIN, RATES, RECRUITING_KINDS, Kind, columns_of
from fileserver.analytics.naming import groups_of, names_of
from fileserver.analytics.once import opened_in
from fileserver.analytics.sight import Sight, sight_of
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics, declarations, spread_crowds
from storage.rows import spread_dashboard as rows
from storage.rows import spread_figures as figures
from storage.rows.aliases import clinics_merged
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among, Counts, Ranked, Span
from storage.rows.spread_figures import GrowthRow

LINES_MAX = 100  # of a page
PAGED_MAX = 10_000  # lines of a table that pages go on to, and of what one thing is made of
SLICE_MAX = 1_000  # lines that are named at once
LOOKED_AT_MAX = 100_000  # among them those that somebody may not see
GROWTH_DAYS_MAX = 13 * 7  # growth of a year ago tells little of today
GROUPED_MAX = 20_000  # employees or materials that groups are added up from
Ranking = Callable[[int, int], Awaitable[Sequence[Ranked]]]  # so many, after so many


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing with what it did in the span and in the one before.

    `among`: which counts these are. `opened`: different people who opened; None where they can't be counted once.
    """

    key: str
    name: str
    note: str
    among: Among
    now: Counts
    before: Counts
    opened: int | None = None
    opened_before: int | None = None
    growth: Growth | None = None  # of viewers who came in closed weeks; None where it is not asked for
    growth_before: Growth | None = None


@dataclass(frozen=True)
class Lines:
    """The first lines of what somebody may see; `cut`: there is more than was wanted, or than can be looked at."""

    shown: Sequence[Line]
    cut: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """Lines, most first. `narrowed`: some of the brand is left out. `columns`: what of the counts may be said."""

    kind: Kind
    span: Span
    order: str
    narrowed: bool
    columns: tuple[str, ...]
    lines: Lines


def span_of(now: datetime, zone: str, days: int) -> Span:
    """The last days of the brand, today included."""
    end = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return Span(end - timedelta(days=days), end)


def began_of(span: Span, zone: str) -> datetime:
    """The moment at which a span of the brand begins."""
    return datetime.combine(span.start, time.min, ZoneInfo(zone))


async def table(  # who asks what, and how much of it
    services: Services, actor: Actor, trail: Trail, kind: Kind, *, days: int, order: str | None = None,
    skip: int = 0, limit: int,
) -> Table:  # fmt: skip
    """So many lines of one table after so many, told to the log. Raises AccessDenied."""
    rule = require(actor, Action.ANALYTICS_READ, obj=f"figures:{kind.value}")
    async with services.database.transaction() as tx:
        await tell(tx, services, trail, rule, f"figures:{kind.value}")
        sight = await sight_of(tx, actor)
        columns = columns_of(kind, narrowed=not sight.whole)
        chosen = order if order in columns else columns[0]
        span = span_of(services.clock(), services.config.time_zone, days)
        lines = await lines_of(tx, services, actor, sight, kind, span, chosen, range(skip, skip + limit))
    return Table(kind=kind, span=span, order=chosen, narrowed=not sight.whole, columns=columns, lines=lines)


async def tell(tx: Transaction, services: Services, trail: Trail, rule: str, obj: str) -> None:
    """Writes down that somebody looked, before anything is shown."""
    await ledger.append(tx, trail.event(Act.EMPLOYEE_SPREAD_READ, why=rule, obj=obj), now=services.clock())


async def lines_of(  # who asks what of which part
    tx: Transaction, services: Services, actor: Actor, sight: Sight, kind: Kind, span: Span, order: str,
    wanted: range,
) -> Lines:  # fmt: skip
    """Those lines of a table of what the actor may see, the first being number 0."""
    if kind in GROUPS:
        every = await groups(tx, services, actor, sight, kind, span, order)
        return await with_people(tx, _from(wanted.start, _up_to(wanted.stop, every)), span)

    async def ranked(count: int, skip: int) -> Sequence[Ranked]:
        if order in RATES:
            keys = await rated(tx, services, sight, span, order)
            return await counted(tx, sight, kind, keys[skip : skip + count], span)
        return await _ranked(tx, sight, kind, span, order, count, skip)

    first = await first_lines(tx, services, actor, kind, ranked, wanted.stop, makers=sight.makers)
    found = await with_growth(tx, services, kind, _from(wanted.start, first), span)
    return await with_people(tx, found, span)


async def groups(  # who asks what
    tx: Transaction, services: Services, actor: Actor, sight: Sight, kind: Kind, span: Span, order: str
) -> Lines:
    """All departments, regions or campaigns, most first. `cut`: not everything was added up."""
    if kind is Kind.CAMPAIGN:
        found = await _campaigns(tx, actor, services, sight, span)
    else:
        found = await _grouped_employees(tx, services, sight, actor, kind, span)
    return Lines(sorted(found.shown, key=lambda line: (-_most_of(line, order), line.name, line.key)), cut=found.cut)


async def with_growth(tx: Transaction, services: Services, kind: Kind, lines: Lines, span: Span) -> Lines:
    """The same lines with the growth of whoever came in closed weeks, where the kind has it; and of those before."""
    if kind not in RECRUITING_KINDS:
        return lines
    weeks = _weeks(services, span)
    among = Among(Dim.EMPLOYEE, {key for line in lines.shown for key in line.among.keys or ()})
    now, before = await figures.cohorts(tx, among, weeks)
    shown = [
        replace(line, growth=_growth(line.among, now), growth_before=_growth(line.among, before))
        for line in lines.shown
    ]
    return Lines(shown, cut=lines.cut)


def _weeks(services: Services, span: Span) -> Span:
    days = min((span.end - span.start).days, GROWTH_DAYS_MAX)
    return figures.closed_weeks(services.clock(), WINDOW, services.config.time_zone, days)


def _growth(among: Among, cohorts: Mapping[str, GrowthRow]) -> Growth:
    return pooled(Growth(**vars(cohorts[key])) for key in among.keys or () if key in cohorts)


def rate(growth: Growth | None, name: str) -> float | None:
    """R or K of so many people that it says something."""
    if growth is None or growth.people < RATED_PEOPLE_MIN:
        return None
    return growth.reproduction if name == "reproduction" else growth.k_factor


async def with_people(tx: Transaction, lines: Lines, span: Span) -> Lines:
    """The same lines with how many different people opened, in the span and in the one before."""
    groups = {str(number): line.among for number, line in enumerate(lines.shown)}
    found = await opened_in(tx, groups, span)
    shown = [
        replace(line, opened=now, opened_before=before)
        for line, (now, before) in zip(lines.shown, (found[name] for name in groups), strict=True)
    ]
    return Lines(shown, cut=lines.cut)


async def first_lines(  # of whom, for whom, from where
    tx: Transaction, services: Services, actor: Actor, kind: Kind, ranked: Ranking, limit: int,
    makers: Collection[str] | None = None,
) -> Lines:  # fmt: skip
    """Takes as many slices of a ranking as it needs until there are so many lines that the actor may see.

    `makers`: materials are ranked by shares of theirs; None: by all.
    """
    lines: list[Line] = []
    size = min(limit + 1, SLICE_MAX)
    for skip in range(0, LOOKED_AT_MAX, size):
        found = await ranked(size, skip)
        lines += await named(tx, services, actor, kind, found, makers)
        if len(lines) > limit or len(found) < size:
            return Lines(lines[:limit], cut=len(lines) > limit)
    return Lines(lines, cut=True)


async def named(  # of whom, for whom
    tx: Transaction, services: Services, actor: Actor, kind: Kind, found: Sequence[Ranked],
    makers: Collection[str] | None,
) -> Sequence[Line]:  # fmt: skip
    """Rows with their names; what may not be seen is left out."""
    keys = [each.key for each in found]
    names = await names_of(tx, services, actor, kind, keys)
    among = await _among(tx, kind, keys, makers)
    return [
        Line(key=name.key, name=name.name, note=name.note, among=among[each.key], now=each.now, before=each.before)
        for each in found
        if (name := names.get(each.key)) is not None
    ]


async def _among(
    tx: Transaction, kind: Kind, keys: Sequence[str], makers: Collection[str] | None
) -> Mapping[str, Among]:
    """Which counts each of these is: its own, or those of the shares that some employees made of a material."""
    if kind is Kind.MATERIAL and makers is not None:
        roots = await spread_crowds.roots_by_material(tx, makers, [UUID(key) for key in keys])
        return {key: Among(Dim.SHARE, roots.get(key, ())) for key in keys}
    names: dict[str, list[str]] = {key: [key] for key in keys}
    if kind is Kind.CLINIC:
        for each, behind in (await clinics_merged(tx)).items():
            names.get(str(behind), []).append(str(each))
    return {key: Among(Dim(kind.value), tuple(each), one=True) for key, each in names.items()}


async def clinics_seen(tx: Transaction, sight: Sight) -> Collection[str] | None:
    """Keys of the clinics that the employees of a sight hold; None: all."""
    return None if sight.people is None else [str(each) for each in await clinics.clinics_owned_by(tx, sight.people)]


async def rated(tx: Transaction, services: Services, sight: Sight, span: Span, order: str) -> Sequence[str]:
    """Employees by the growth of whoever came by them; those of whom too few came are left out."""
    cohorts, _ = await figures.cohorts(tx, Among(Dim.EMPLOYEE, sight.makers), _weeks(services, span))
    rates = {key: rate(Growth(**vars(row)), order) for key, row in cohorts.items()}
    return [key for _, key in sorted((-found, key) for key, found in rates.items() if found is not None)]


async def counted(tx: Transaction, sight: Sight, kind: Kind, keys: Sequence[str], span: Span) -> Sequence[Ranked]:
    """These things of what a sight shows, in this order; what did nothing has nothing."""
    among = Among(Dim(kind.value), keys)
    match kind:
        case Kind.MATERIAL if sight.makers is not None:
            found = await rows.materials_of(tx, sight.makers, span, only=keys, limit=len(keys))
        case Kind.CLINIC if names := await _merged(tx):
            found = await rows.ranked_by_name(tx, among, names, span, limit=len(keys))
        case _:
            found = await rows.ranked(tx, among, span, limit=len(keys))
    by_key = {each.key: each for each in found}
    return [by_key.get(key) or Ranked(key=key, now=Counts(), before=Counts()) for key in keys]


async def in_order(  # who asks what
    tx: Transaction, services: Services, sight: Sight, kind: Kind, span: Span, order: str, *, size: int, limit: int
) -> Sequence[str]:
    """The keys of a whole table but those of groups, as stretches: see `rows.order_of`."""
    if order in RATES:
        keys = await rated(tx, services, sight, span, order)
        return [" ".join(keys[skip : skip + size]) for skip in range(0, len(keys), size)]
    among, makers = Among(Dim(kind.value)), None
    match kind:
        case Kind.MATERIAL | Kind.SHARE:
            makers = sight.makers
        case Kind.EMPLOYEE:
            among = Among(Dim.EMPLOYEE, sight.makers)
        case Kind.CLINIC:
            among = Among(Dim.CLINIC, await clinics_seen(tx, sight))
    names = await _merged(tx) if kind is Kind.CLINIC else {}
    return await rows.order_of(tx, among, span, order, makers=makers, names=names, size=size, limit=limit)


async def _merged(tx: Transaction) -> Mapping[str, str]:
    """Names of clinics that are but another name of one."""
    return {str(each): str(behind) for each, behind in (await clinics_merged(tx)).items()}


async def _ranked(  # what, in which order, and which part of it
    tx: Transaction, sight: Sight, kind: Kind, span: Span, order: str, limit: int, skip: int = 0
) -> Sequence[Ranked]:
    match kind:
        case Kind.MATERIAL if sight.makers is not None:
            return await rows.materials_of(tx, sight.makers, span, order, limit=limit, skip=skip)
        case Kind.SHARE if sight.makers is not None:
            return await rows.shares_of(tx, sight.makers, span, order, limit=limit, skip=skip)
        case Kind.EMPLOYEE:
            return await rows.ranked(tx, Among(Dim.EMPLOYEE, sight.makers), span, order, limit=limit, skip=skip)
        case Kind.CLINIC:
            among = Among(Dim.CLINIC, await clinics_seen(tx, sight))
            if names := await _merged(tx):
                return await rows.ranked_by_name(tx, among, names, span, order, limit=limit, skip=skip)
            return await rows.ranked(tx, among, span, order, limit=limit, skip=skip)
        case _:
            return await rows.ranked(tx, Among(Dim(kind.value)), span, order, limit=limit, skip=skip)


async def _grouped_employees(  # of whom, for whom
    tx: Transaction, services: Services, sight: Sight, actor: Actor, kind: Kind, span: Span
) -> Lines:
    found = await _ranked(tx, sight, Kind.EMPLOYEE, span, "opens", GROUPED_MAX + 1)
    by_key = {each.key: each for each in found[:GROUPED_MAX]}
    groups = await groups_of(tx, sight, actor, kind, by_key)
    lines = [
        _sum(each.key, each.name, Among(Dim.EMPLOYEE, each.members), [by_key[who] for who in each.members])
        for each in groups
    ]
    return await with_growth(tx, services, kind, Lines(lines, cut=len(found) > GROUPED_MAX), span)


async def _campaigns(tx: Transaction, actor: Actor, services: Services, sight: Sight, span: Span) -> Lines:
    looked_at = await _ranked(tx, sight, Kind.MATERIAL, span, "opens", GROUPED_MAX + 1)
    found = looked_at[:GROUPED_MAX]
    names = await names_of(tx, services, actor, Kind.MATERIAL, [each.key for each in found])
    campaigns: Mapping[UUID, str] = await declarations.campaigns_of(tx, [UUID(each.key) for each in found])
    parts: dict[str, list[Ranked]] = defaultdict(list)
    for each in found:
        if each.key in names and (campaign := campaigns.get(UUID(each.key))):
            parts[campaign].append(each)
    among = await _among(tx, Kind.MATERIAL, [each.key for part in parts.values() for each in part], sight.makers)
    lines = [
        _sum(campaign, campaign, _all([among[each.key] for each in part]), part) for campaign, part in parts.items()
    ]
    return Lines(lines, cut=len(looked_at) > GROUPED_MAX)


def _all(parts: Sequence[Among]) -> Among:
    """All of these, which are of one dimension."""
    return Among(parts[0].dim, tuple(key for each in parts for key in each.keys or ()))


def _sum(key: str, name: str, among: Among, parts: Sequence[Ranked]) -> Line:
    now, before = (sum((getattr(each, when) for each in parts), Counts()) for when in ("now", "before"))
    return Line(key=key, name=name, note="", among=among, now=now, before=before)


def _up_to(stop: int, lines: Lines) -> Lines:
    return Lines(lines.shown[:stop], cut=lines.cut or len(lines.shown) > stop)


def _from(start: int, lines: Lines) -> Lines:
    return Lines(lines.shown[start:], cut=lines.cut)


def _most_of(line: Line, order: str) -> float:
    """What a line is sorted by; where too few came for a rate, it comes last."""
    if order in RATES:
        found = rate(line.growth, order)
        return -1.0 if found is None else found
    counted: int = getattr(line.now, order)
    return counted
