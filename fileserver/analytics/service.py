"""How one material travels. Names are opened for those who see it, so each look is an event."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from compliance import ledger
from compliance.access import DEFAULT_DENY, Action, Actor
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act, Trail
from compliance.materials import obj_of
from compliance.profiles import profiles_of
from compliance.spreading.cascades import Shape, Sums, shape_of
from compliance.spreading.growth import WINDOW, Growth, elapsed
from compliance.visits import actor_of, person_now
from fileserver.analytics.sight import Seen, seen_of, sight_of
from fileserver.analytics.usual import usual_viralities
from fileserver.answers import Names
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics, materials, people
from storage.rows import spread_figures as figures
from storage.rows.materials import MaterialRow
from storage.rows.spread_figures import CascadeRow, DayRow, GrowthRow, PersonRow, Totals
from storage.rows.visits import Visited, visits_in_trees

Before = tuple[int, str]
BATCH = 1_000  # lines that are named at once


@dataclass(frozen=True, kw_only=True)
class Known:
    """Who stands behind pseudonyms, what clinics are called, and what people opened of each tree, by its root."""

    ids: Mapping[str, UUID]
    names: Names
    clinics: Mapping[str, str]
    visits: Mapping[tuple[UUID, UUID], Visited]


@dataclass(frozen=True)
class Tree:
    """One cascade, its shape, and what its structural virality may be compared with."""

    row: CascadeRow
    shape: Shape
    usual_virality: float | None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Everything about one material's travels."""

    material: MaterialRow
    narrowed: bool  # only shares of the caller's own people, and what was passed on from them
    totals: Totals
    levels: tuple[int, ...]
    cascades: Sequence[Tree]
    sharers: Sequence[PersonRow]
    generations: Mapping[int, Growth]
    cohorts: Mapping[date, Growth]
    days: Sequence[DayRow]
    half_time: timedelta | None
    most_time: timedelta | None
    cycle_time: timedelta | None
    known: Known


@dataclass(frozen=True, kw_only=True)
class Part:
    """So many of a list, after those `before`; `tell`: it is a look of its own, and not a part of one."""

    limit: int
    before: Before | None = None
    tell: bool = True


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One person in a cascade: the way from the root to them, and whom they brought in."""

    material: MaterialRow
    chain: Sequence[PersonRow]
    children: Sequence[PersonRow]
    known: Known


async def spread(services: Services, actor: Actor, trail: Trail, material_id: UUID, *, limit: int) -> Spread:
    """The figures with so many cascades and sharers, told to the log. Raises AccessDenied, NotFound."""
    now = services.clock()
    async with services.database.transaction() as tx:
        material, seen = await allowed(tx, actor, trail, services, material_id)
        scope, among = seen.scope, seen.among
        totals = await figures.totals(tx, among, zone=services.config.time_zone)
        cascades = await _trees(tx, await figures.cascades(tx, scope, limit=limit))
        sharers = await figures.sharers(tx, scope, limit=limit)
        grown = await figures.grown(tx, among, window=WINDOW, now=now, zone=services.config.time_zone)
        return Spread(
            material=material,
            narrowed=seen.narrowed,
            totals=totals,
            levels=grown.levels,
            cascades=cascades,
            sharers=sharers,
            generations={depth: _growth(row) for depth, row in grown.generations.items()},
            cohorts={week: _growth(row) for week, row in grown.cohorts.items()},
            days=await figures.days(tx, among),
            half_time=elapsed(totals.began, totals.half_at),
            most_time=elapsed(totals.began, totals.most_at),
            cycle_time=await figures.cycle_time(tx, among),
            known=await _known(tx, services, [each.row.maker for each in cascades], sharers),
        )


async def branch(
    services: Services,
    actor: Actor,
    trail: Trail,
    material_id: UUID,
    share_id: UUID,
    *,
    person_id: UUID | None,
    part: Part,
) -> Branch:
    """One person below a root share, whoever made it if nobody is named. Raises AccessDenied, NotFound."""
    async with services.database.transaction() as tx:
        material, seen = await allowed(tx, actor, trail, services, material_id, tell=part.tell)
        maker = await figures.maker_of(tx, material_id, share_id)
        if maker is None:
            raise NotFound(field="share_id")
        if not seen.scope.covers(maker):
            raise AccessDenied(DEFAULT_DENY, action=Action.ANALYTICS_READ.value)
        who = maker if person_id is None else await people.pseudonym_of(tx, person_id)
        chain = await figures.chain_to(tx, share_id, who or "")
        if not chain:
            raise NotFound(field="person_id")
        children = await figures.brought_in_by(tx, share_id, chain[-1].who, before=part.before, limit=part.limit)
        return Branch(
            material=material,
            chain=chain,
            children=children,
            known=await _known(tx, services, [], [*chain, *children]),
        )


async def every_tree(
    services: Services, actor: Actor, trail: Trail, material_id: UUID
) -> AsyncGenerator[tuple[Sequence[Tree], Known]]:
    """All cascades of a material, the largest first, batch by batch: told once, and allowed before each.

    Raises AccessDenied, NotFound.
    """
    after: CascadeRow | None = None
    while True:
        async with services.database.transaction() as tx:
            _, seen = await allowed(tx, actor, trail, services, material_id, tell=after is None)
            trees = await _trees(tx, await figures.cascades(tx, seen.scope, after=after, limit=BATCH))
            known = await _known(tx, services, [each.row.maker for each in trees], [])
        yield trees, known
        if len(trees) < BATCH:
            return
        after = trees[-1].row


async def every_sharer(
    services: Services, actor: Actor, trail: Trail, material_id: UUID
) -> AsyncGenerator[tuple[Sequence[PersonRow], Known]]:
    """Everybody who brought somebody in, those with the most below them first; as `every_tree`."""
    after: PersonRow | None = None
    while True:
        async with services.database.transaction() as tx:
            _, seen = await allowed(tx, actor, trail, services, material_id, tell=after is None)
            rows = await figures.sharers(tx, seen.scope, after=after, limit=BATCH)
            known = await _known(tx, services, [], rows)
        yield rows, known
        if len(rows) < BATCH:
            return
        after = rows[-1]


async def allowed(
    tx: Transaction, actor: Actor, trail: Trail, services: Services, material_id: UUID, *, tell: bool = True
) -> tuple[MaterialRow, Seen]:
    """The material and which of its trees are shown.

    The look is told to the log, unless it is a part of one that was (`tell`): then the caller's standing is asked for
    anew, which may have changed since the look began. Raises AccessDenied, NotFound.
    """
    if not tell:
        actor = actor_of(await person_now(tx, actor.person_id), services.clock())
    material = await materials.material_by_id(tx, material_id)
    if material is None:
        raise NotFound(field="material_id")
    seen = await seen_of(tx, actor, await sight_of(tx, actor), material)
    if tell:
        event = trail.event(Act.EMPLOYEE_SPREAD_READ, why=seen.rule, obj=obj_of(material_id))
        await ledger.append(tx, event, now=services.clock())
    return material, seen


async def _known(tx: Transaction, services: Services, makers: Sequence[str], rows: Sequence[PersonRow]) -> Known:
    whos = {*makers, *(row.who for row in rows)}
    ids = await people.ids_of(tx, whos)
    return Known(
        ids=ids,
        names=await profiles_of(tx, services.keys.master, person_ids=set(ids.values())),
        clinics=await clinics.clinic_names(tx, {UUID(row.org) for row in rows if row.org}),
        visits=await visits_in_trees(tx, {row.root_id for row in rows}, set(ids.values())),
    )


async def _trees(tx: Transaction, rows: Sequence[CascadeRow]) -> Sequence[Tree]:
    shapes = [shape_of(_sums(row)) for row in rows]
    return [Tree(*each) for each in zip(rows, shapes, await usual_viralities(tx, shapes), strict=True)]


def _sums(row: CascadeRow) -> Sums:
    return Sums(levels=row.levels, most_children=row.most_children, below=row.below, below_squared=row.below_squared)


def _growth(row: GrowthRow) -> Growth:
    return Growth(people=row.people, intents=row.intents, brought=row.brought)
