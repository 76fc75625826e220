"""The API of figures."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, TypeVar

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.natives import Native
from compliance.profiles import ERASED
from compliance.spreading.growth import Growth
from fileserver.analytics import clinic, dashboard_routes, reading, service
from fileserver.analytics.schemas import (
    BranchOut,
    BranchQuery,
    CascadeOut,
    CascadePath,
    CohortOut,
    DayOut,
    ForwardsOut,
    GenerationOut,
    MaterialPath,
    MemberOut,
    PersonQuery,
    ShapeOut,
    SpreadOut,
)
from fileserver.analytics.service import Before, Known, Part, Tree
from fileserver.answers import PersonOut
from fileserver.http.call import Call
from fileserver.http.cursors import read_text_cursor, write_text_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from storage.rows.spread_figures import PersonRow, Totals

HOUR = timedelta(hours=1)
BELOW_DIGITS_MAX = 9
SHOWN_MAX = 50  # cascades and sharers of an answer
MaterialPathT = TypeVar("MaterialPathT", bound=MaterialPath)
PersonQueryT = TypeVar("PersonQueryT", bound=PersonQuery)


async def spread(call: Call[Any, Any, MaterialPathT]) -> SpreadOut:
    """How one material travels."""
    found = await service.spread(call.services, call.actor, call.trail, call.params.material_id, limit=SHOWN_MAX)
    totals = found.totals
    return SpreadOut(
        material_id=found.material.id,
        title=found.material.title,
        narrowed=found.narrowed,
        shares=totals.shares,
        viewers=totals.viewers,
        opens=totals.opens,
        pages=totals.pages,
        downloads=totals.downloads,
        forwards=_forwards(totals),
        levels=list(found.levels),
        generations=[GenerationOut(depth=depth, **_growth(each)) for depth, each in found.generations.items()],
        cohorts=[CohortOut(week=week, **_growth(each)) for week, each in found.cohorts.items()],
        half_time_h=_hours(found.half_time),
        most_time_h=_hours(found.most_time),
        cycle_time_h=round(found.cycle_time / HOUR, 1) if found.cycle_time is not None else None,
        days=[DayOut(day=each.day, people=each.people, opens=each.opens) for each in found.days],
        cascades=[cascade_out(found.known, each) for each in found.cascades],
        sharers=[member_out(found.known, row) for row in found.sharers],
    )


async def people(call: Call[None, BranchQuery, CascadePath]) -> BranchOut:
    """One person in a cascade, and whom they brought in."""
    return await branch_of(call, Part(before=before_of(call.query.cursor), limit=call.query.limit))


async def branch_of(call: Call[None, PersonQueryT, CascadePath], part: Part) -> BranchOut:
    """The same with that part of them."""
    params = call.params
    found = await service.branch(
        call.services,
        call.actor,
        call.trail,
        params.material_id,
        params.share_id,
        person_id=call.query.person_id,
        part=part,
    )
    last = found.children[-1] if len(found.children) == part.limit else None
    return BranchOut(
        material_id=found.material.id,
        title=found.material.title,
        chain=[member_out(found.known, row) for row in found.chain],
        items=[member_out(found.known, row) for row in found.children],
        next=write_text_cursor(f"{last.below}|{last.who}") if last else None,
    )


def before_of(cursor: str | None) -> Before | None:
    """The last person of the page before. Raises InvalidValue naming the field for what is no cursor."""
    if cursor is None:
        return None
    below, _, who = read_text_cursor(cursor).partition("|")
    if not who or not below.isascii() or not below.isdecimal() or len(below) > BELOW_DIGITS_MAX:
        raise InvalidValue(field="cursor")
    return int(below), who


def _forwards(totals: Totals) -> ForwardsOut:
    return ForwardsOut(
        intents=totals.intents, confirmed=totals.confirmed, platform_confirmed=totals.sent, reach=totals.reach
    )


def _growth(growth: Growth) -> dict[str, Any]:
    return {**asdict(growth), "reproduction": growth.reproduction, "k_factor": growth.k_factor}


def _hours(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration / HOUR)


def cascade_out(known: Known, tree: Tree) -> CascadeOut:
    """One cascade for an answer."""
    return CascadeOut(
        share_id=tree.row.root_id,
        maker=_person(known, tree.row.maker),
        made_at=tree.row.made_at,
        shape=ShapeOut(**{**asdict(tree.shape), "levels": list(tree.shape.levels)}),
        usual_virality=tree.usual_virality,
    )


def member_out(known: Known, row: PersonRow) -> MemberOut:
    """Somebody in a cascade, for an answer."""
    visited = known.visits.get((row.root_id, known.ids[row.who]))
    return MemberOut(
        share_id=row.root_id,
        person=_person(known, row.who),
        clinic=known.clinics.get(row.org, ""),
        depth=row.depth,
        first_at=row.first_at,
        visits=visited.visits if visited else 0,
        last_at=visited.last_at if visited else None,
        passed_on=row.passed_on,
        parent_confidence="low" if row.native else "high",
        native=Native(row.native).value if row.native else "",
        brought=row.children,
        below=row.below,
    )


def _person(known: Known, who: str) -> PersonOut:
    person_id = known.ids[who]
    return PersonOut(id=person_id, name=known.names.get(person_id, ERASED).name)


ROUTES = (
    *reading.ROUTES,
    *dashboard_routes.ROUTES,
    *clinic.ROUTES,
    Route(
        method="GET",
        path="/api/v1/analytics/materials/{material_id}",
        name="analytics.material",
        summary="How a material travels: viewers, forwards, cascades and growth",
        handler=spread,
        auth=Auth.EMPLOYEE,
        action=Action.ANALYTICS_READ,
        scope=Scope.ANALYTICS_READ,
        path_params=MaterialPath,
        returns=SpreadOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/analytics/materials/{material_id}/shares/{share_id}/people",
        name="analytics.people",
        summary="Walk the tree of a share: one person, the way to them, and whom they brought in",
        handler=people,
        auth=Auth.EMPLOYEE,
        action=Action.ANALYTICS_READ,
        scope=Scope.ANALYTICS_READ,
        query=BranchQuery,
        path_params=CascadePath,
        returns=BranchOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
)
