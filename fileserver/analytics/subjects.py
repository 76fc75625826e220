"""Everything about one material, share, employee, clinic, department, region or campaign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from compliance.access import DEFAULT_DENY, Action, Actor, decide, require
from compliance.errors import AccessDenied, NotFound
from compliance.events import Trail
from compliance.materials import obj_of, target_of_material
from compliance.spreading.cascades import Shape, Sums, shape_of
from compliance.spreading.growth import WINDOW, Growth, elapsed
from fileserver.analytics.kinds import GROUPS, Kind, columns_of
from fileserver.analytics.naming import groups_of, names_of
from fileserver.analytics.once import opened
from fileserver.analytics.sight import Sight, seen_of, sight_of
from fileserver.analytics.tables import (
    LINES_MAX,
    Lines,
    clinics_seen,
    first_lines,
    span_of,
    tell,
    with_growth,
    with_people,
)
from fileserver.analytics.usual import usual_viralities
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics, declarations, materials, people
from storage.rows import spread_dashboard as rows
from storage.rows import spread_figures as figures
from storage.rows.aliases import clinic_behind, clinic_ids_of
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among, Counts, Day, Ranked, Span
from storage.rows.spread_figures import Scope, Totals


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is asked about: which counts, what it is called, what it is made of, and how the log calls it."""

    name: str
    note: str
    among: Among
    obj: str
    narrowed: bool = False
    material_id: UUID | None = None
    share_id: UUID | None = None
    maker: str | None = None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The figures. `viewers`: distinct people who opened in the span; None where they can't be counted once.

    `added_up`: of several things, whose other counts of people overlap. Growth is of all time; of a group, of those who
    came within the span and the window before it.
    """

    kind: Kind
    key: str
    found: Found
    span: Span
    columns: tuple[str, ...]
    added_up: bool
    now: Counts
    before: Counts
    viewers: int | None
    viewers_before: int | None
    ever: Totals | None  # None for a group, whose people would have to be counted anew at each look
    days: Sequence[Day]
    levels: tuple[int, ...]
    generations: Mapping[int, Growth]
    cohorts: Mapping[date, Growth]
    half_time: timedelta | None
    most_time: timedelta | None
    cycle_time: timedelta | None
    shape: Shape | None  # of a share
    usual_virality: float | None  # the median of the brand's other trees in the same size band
    parts_kind: Kind | None
    parts: Lines


async def subject(  # who asks what, and how much of it
    services: Services, actor: Actor, trail: Trail, kind: Kind, key: str, *, days: int, parts_max: int = LINES_MAX
) -> Subject:
    """The figures of one thing, told to the log. Raises AccessDenied, NotFound."""
    now, zone = services.clock(), services.config.time_zone
    span = span_of(now, zone, days)
    async with services.database.transaction() as tx:
        sight = await sight_of(tx, actor)
        rule = require(actor, Action.ANALYTICS_READ, obj=f"figures:{kind.value}")
        found = await FINDERS[kind](tx, services, actor, sight, key)
        await tell(tx, services, trail, rule, found.obj)
        among = found.among
        group = kind in GROUPS
        ever = None if group else await figures.totals(tx, among, zone=zone)
        since = now - timedelta(days=days) - WINDOW if group else figures.FOREVER
        grown = await figures.grown(tx, among, window=WINDOW, now=now, zone=zone, since=since)
        shape = await _shape(tx, found)
        parts_kind, parts = await _parts(tx, services, actor, kind, found, span, parts_max)
        counts, earlier = await rows.sums(tx, among, span)
        viewers, viewers_before = await opened(tx, among, span)
        return Subject(
            kind=kind,
            key=key,
            found=found,
            span=span,
            columns=columns_of(kind, narrowed=found.narrowed),
            added_up=among.several,
            now=counts,
            before=earlier,
            viewers=viewers,
            viewers_before=viewers_before,
            ever=ever,
            days=await rows.by_day(tx, among, span),
            levels=grown.levels,
            generations={depth: Growth(**vars(row)) for depth, row in grown.generations.items()},
            cohorts={week: Growth(**vars(row)) for week, row in grown.cohorts.items()},
            half_time=elapsed(ever.began, ever.half_at) if ever else None,
            most_time=elapsed(ever.began, ever.most_at) if ever else None,
            cycle_time=None if group else await figures.cycle_time(tx, among),
            shape=shape,
            usual_virality=(await usual_viralities(tx, [shape]))[0] if shape else None,
            parts_kind=parts_kind,
            parts=parts,
        )


async def _material(tx: Transaction, _services: Services, actor: Actor, sight: Sight, key: str) -> Found:
    row = await materials.material_by_id(tx, _id(key))
    if row is None:
        raise NotFound(field="key")
    seen = await seen_of(tx, actor, sight, row)
    return Found(
        name=row.title, note="", among=seen.among, obj=obj_of(row.id), narrowed=seen.narrowed, material_id=row.id
    )


async def _share(tx: Transaction, services: Services, actor: Actor, sight: Sight, key: str) -> Found:
    root = (await rows.share_of(tx, [_id(key)])).get(_id(key))
    row = None if root is None else await materials.material_by_id(tx, root.material_id)
    if root is None or row is None:
        raise NotFound(field="key")
    target = target_of_material(row)
    require(actor, Action.ANALYTICS_READ, target, obj=f"share:{key}")
    if not (sight.covers(root.maker) or decide(actor, Action.MATERIAL_RECALL, target).allowed):
        raise _denied(f"share:{key}")
    called = await names_of(tx, services, actor, Kind.SHARE, [str(root.share_id)])
    return Found(
        name=row.title,
        note=called[str(root.share_id)].note,
        among=Among(Dim.SHARE, (str(root.share_id),)),
        obj=f"share:{root.share_id}",
        material_id=row.id,
        share_id=root.share_id,
    )


async def _employee(tx: Transaction, services: Services, actor: Actor, sight: Sight, key: str) -> Found:
    who = await people.pseudonym_of(tx, _id(key))
    if who is None:
        raise NotFound(field="key")
    if not sight.covers(who):
        raise _denied(f"person:{who}")
    called = await names_of(tx, services, actor, Kind.EMPLOYEE, [who])
    return Found(name=called[who].name, note="", among=Among(Dim.EMPLOYEE, (who,)), obj=f"person:{who}", maker=who)


async def _clinic(tx: Transaction, _services: Services, _actor: Actor, sight: Sight, key: str) -> Found:
    row = await clinics.clinic_by_id(tx, await clinic_behind(tx, _id(key)))
    if row is None:
        raise NotFound(field="key")
    theirs = await clinics_seen(tx, sight)
    if theirs is not None and str(row.id) not in theirs:
        raise _denied(f"clinic:{row.id}")
    names = tuple(map(str, await clinic_ids_of(tx, row.id)))
    among = Among(Dim.CLINIC, names, one=True)
    return Found(name=row.name, note=row.region, among=among, obj=f"clinic:{row.id}")


async def _group(tx: Transaction, actor: Actor, sight: Sight, kind: Kind, key: str) -> Found:
    makers = sight.makers if sight.makers is not None else await rows.keys_of(tx, Dim.EMPLOYEE)
    group = next((each for each in await groups_of(tx, sight, actor, kind, makers) if each.key == key), None)
    if group is None:
        raise NotFound(field="key")
    among = await rows.among_employees(tx, group.members)
    return Found(name=group.name, note="", among=among, obj=f"figures:{kind.value}", narrowed=not sight.whole)


async def _department(tx: Transaction, _services: Services, actor: Actor, sight: Sight, key: str) -> Found:
    return await _group(tx, actor, sight, Kind.DEPARTMENT, key)


async def _region(tx: Transaction, _services: Services, actor: Actor, sight: Sight, key: str) -> Found:
    return await _group(tx, actor, sight, Kind.REGION, key)


async def _campaign(tx: Transaction, services: Services, actor: Actor, sight: Sight, key: str) -> Found:
    declared = [str(each) for each, campaign in (await declarations.campaigns_of(tx)).items() if campaign == key]
    seen = tuple(sorted(await names_of(tx, services, actor, Kind.MATERIAL, declared)))
    among = Among(Dim.MATERIAL, seen)
    if sight.makers is not None:
        among = Among(Dim.SHARE, await rows.roots_of(tx, sight.makers, [UUID(each) for each in seen]))
    if not among.keys:  # whoever shared nothing of a campaign is not told that there is one
        raise NotFound(field="key")
    return Found(name=key, note="", among=among, obj="figures:campaign", narrowed=not sight.whole)


FINDERS = {
    Kind.MATERIAL: _material,
    Kind.SHARE: _share,
    Kind.EMPLOYEE: _employee,
    Kind.CLINIC: _clinic,
    Kind.DEPARTMENT: _department,
    Kind.REGION: _region,
    Kind.CAMPAIGN: _campaign,
}


async def _parts(  # of what, for whom
    tx: Transaction, services: Services, actor: Actor, kind: Kind, found: Found, span: Span, limit: int
) -> tuple[Kind | None, Lines]:
    """What a thing is made of: an employee's materials, a department's employees, a campaign's materials or shares."""
    among = found.among
    if kind is Kind.EMPLOYEE:
        parts = Kind.MATERIAL
    elif kind in {Kind.DEPARTMENT, Kind.REGION, Kind.CAMPAIGN}:
        parts = Kind(among.dim.value)
    elif kind is Kind.MATERIAL and found.narrowed:
        parts = Kind.SHARE
    else:
        return None, Lines((), cut=False)

    async def ranked(count: int, skip: int) -> Sequence[Ranked]:
        if kind is Kind.EMPLOYEE:
            return await rows.materials_of(tx, among.keys or (), span, limit=count, skip=skip)
        return await rows.ranked(tx, among, span, limit=count, skip=skip)

    makers = found.among.keys if kind is Kind.EMPLOYEE else None
    found_parts = await first_lines(tx, services, actor, parts, ranked, limit, makers=makers)
    return parts, await with_people(tx, await with_growth(tx, services, parts, found_parts, span), span)


async def _shape(tx: Transaction, found: Found) -> Shape | None:
    if found.share_id is None or found.material_id is None:
        return None
    cascades = await figures.cascades(tx, Scope(found.material_id), root_id=found.share_id)
    return next((shape_of(_sums(row)) for row in cascades), None)


def _sums(row: figures.CascadeRow) -> Sums:
    return Sums(levels=row.levels, most_children=row.most_children, below=row.below, below_squared=row.below_squared)


def _id(key: str) -> UUID:
    """Raises NotFound for what is no id."""
    try:
        return UUID(key)
    except ValueError:
        raise NotFound(field="key") from None


def _denied(obj: str) -> AccessDenied:
    return AccessDenied(DEFAULT_DENY, action=Action.ANALYTICS_READ.value, obj=obj)
