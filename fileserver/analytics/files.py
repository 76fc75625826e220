"""Each table on a page of figures as a file for spreadsheets: the same numbers, and as many lines as there are."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound
from fileserver.analytics import clinic as clinics
from fileserver.analytics import dashboard_routes as dashboards
from fileserver.analytics import reading as readings
from fileserver.analytics import routes as spreads
from fileserver.analytics import service
from fileserver.analytics.csv_answers import Cell, csv_answer, csv_stream
from fileserver.analytics.dashboard_schemas import DayCountsOut, OverviewOut, SpanQuery, StepOut, SubjectPath
from fileserver.analytics.reading import PageReadOut, ReadingQuery
from fileserver.analytics.schemas import (
    CascadeOut,
    CascadePath,
    CohortOut,
    GenerationOut,
    MaterialPath,
    MemberOut,
    PersonQuery,
    SpreadOut,
)
from fileserver.analytics.service import Part
from fileserver.analytics.tables import PAGED_MAX
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.http.scopes import Scope
from fileserver.i18n import translate

Asked = Call[Any, Any, Any]
Sheet = tuple[Sequence[str], Sequence[Sequence[Cell]]]  # keys of what stands above the columns, and the lines
Batches = AsyncGenerator[Sequence[Sequence[Cell]]]
CASCADES = (
    *("spread-maker", "figures-began", "spread-people", "spread-depth", "figures-broadcast"),
    *("figures-largest", "figures-virality", "figures-usual-virality", "figures-size-band"),
)
MEMBERS = (
    *("spread-person", "figures-kind-clinic", "spread-below", "spread-brought", "spread-passed-on"),
    *("spread-hands", "spread-visits", "spread-first", "spread-last", "spread-confidence"),
)
GROWN = ("spread-people", "spread-passed-on", "spread-brought")


class OverviewSheet(StrEnum):
    """Tables and lists of the overview."""

    DAYS = "days"
    FUNNEL = "funnel"
    HOT = "hot"
    FRESH = "fresh"
    STALE = "stale"
    SHARERS = "sharers"


class SubjectSheet(StrEnum):
    """Tables of one thing's page."""

    DAYS = "days"
    FUNNEL = "funnel"
    LEVELS = "levels"
    GROWTH = "growth"
    PARTS = "parts"


class MaterialSheet(StrEnum):
    """Tables of how a material travels."""

    DAYS = "days"
    LEVELS = "levels"
    PAGES = "pages"
    CASCADES = "cascades"
    SHARERS = "sharers"
    GROWTH = "growth"


class ClinicSheet(StrEnum):
    """Tables of a clinic's own page."""

    DAYS = "days"
    MATERIALS = "materials"


class OverviewSheetPath(Input):
    """Which table."""

    sheet: OverviewSheet


class SubjectSheetPath(SubjectPath):
    """Which table, of what."""

    sheet: SubjectSheet


class MaterialSheetPath(MaterialPath):
    """Which table, of which material."""

    sheet: MaterialSheet


class ClinicSheetPath(Input):
    """Which table."""

    sheet: ClinicSheet


async def overview(call: Call[None, SpanQuery, OverviewSheetPath]) -> web.Response:
    """A table of the overview."""
    found = await dashboards.overview(call)  # type: ignore[arg-type]  # it takes no path
    if call.params.sheet is OverviewSheet.SHARERS:
        return dashboards.lines_answer(call, "sharers", dashboards.SHARERS, found.sharers, "employee")
    return _answer(call, call.params.sheet, _of_overview(call, found))


def _of_overview(call: Call[None, SpanQuery, OverviewSheetPath], found: OverviewOut) -> Sheet:
    match call.params.sheet:
        case OverviewSheet.DAYS:
            return _days(found.days)
        case OverviewSheet.FUNNEL:
            return _funnel(call, found.funnel)
        case OverviewSheet.HOT:
            lines = [(each.title, each.heat, each.opens) for each in found.hot]
            return ("figures-kind-material", "figures-heat-name", "figures-opens"), lines
        case which:
            titled = found.fresh if which is OverviewSheet.FRESH else found.stale
            lived = [(each.title, _time(call, each.began_at), _time(call, each.opened_at)) for each in titled]
            return ("figures-kind-material", "figures-began", "figures-last-opened"), lived


async def subject(call: Call[None, SpanQuery, SubjectSheetPath]) -> web.Response:
    """A table of one thing's page."""
    found = await dashboards.whole_subject(call, PAGED_MAX)
    match call.params.sheet:
        case SubjectSheet.DAYS:
            return _answer(call, "days", _days(found.days))
        case SubjectSheet.FUNNEL:
            return _answer(call, "funnel", _funnel(call, found.funnel))
        case SubjectSheet.LEVELS:
            return _answer(call, "levels", _levels(found.levels))
        case SubjectSheet.GROWTH:
            return _answer(call, "growth", _growth(call, found.generations, found.cohorts))
        case SubjectSheet.PARTS:
            kind = (found.parts_kind or found.kind).value
            return dashboards.lines_answer(call, kind, found.parts_columns, found.parts, kind, cut=found.parts_cut)


async def material(call: Call[None, ReadingQuery, MaterialSheetPath]) -> web.StreamResponse:
    """A table of how a material travels; the query is about its pages."""
    match call.params.sheet:
        case MaterialSheet.PAGES:
            pages = (await readings.read(call)).pages  # type: ignore[arg-type]  # it takes no more of the path
            return _answer(call, "pages", _pages(pages))
        case MaterialSheet.CASCADES:
            return await _stream(call, "cascades", CASCADES, _trees(call))
        case MaterialSheet.SHARERS:
            return await _stream(call, "sharers", MEMBERS, _sharers(call))
        case which:
            return _answer(call, which, _of_material(call, await spreads.spread(call)))


def _of_material(call: Call[None, ReadingQuery, MaterialSheetPath], found: SpreadOut) -> Sheet:
    match call.params.sheet:
        case MaterialSheet.DAYS:
            days = [(f"{each.day}", each.opens, each.people) for each in found.days]
            return ("figures-day", "figures-opens", "spread-people"), days
        case MaterialSheet.LEVELS:
            return _levels(found.levels)
        case _:
            return _growth(call, [each for each in found.generations if each.depth], found.cohorts)


async def people(call: Call[None, PersonQuery, CascadePath]) -> web.StreamResponse:
    """Whom somebody in a tree brought in: all of them."""
    return await _stream(call, "people", MEMBERS, _brought(call))


async def _trees(call: Call[None, ReadingQuery, MaterialSheetPath]) -> Batches:
    every = service.every_tree(call.services, call.actor, call.trail, call.params.material_id)
    async with aclosing(every) as batches:
        async for trees, known in batches:
            yield [_cascade(call, spreads.cascade_out(known, each)) for each in trees]


async def _sharers(call: Call[None, ReadingQuery, MaterialSheetPath]) -> Batches:
    every = service.every_sharer(call.services, call.actor, call.trail, call.params.material_id)
    async with aclosing(every) as batches:
        async for rows, known in batches:
            yield [_member(call, spreads.member_out(known, each)) for each in rows]


async def _brought(call: Call[None, PersonQuery, CascadePath]) -> Batches:
    found = await spreads.branch_of(call, Part(limit=service.BATCH))
    yield [_member(call, each) for each in found.items]
    while found.next:
        more = Part(before=spreads.before_of(found.next), limit=service.BATCH, tell=False)
        found = await spreads.branch_of(call, more)
        yield [_member(call, each) for each in found.items]


async def clinic(call: Call[None, SpanQuery, ClinicSheetPath]) -> web.Response:
    """A table of the caller's own clinic."""
    found = await clinics.clinic(call)  # type: ignore[arg-type]  # it takes no path
    if call.params.sheet is ClinicSheet.DAYS:
        return _answer(call, call.params.sheet, _days(found.days))
    counts = ("people", "intents", "confirmed", "brought")
    above = ("figures-kind-material", *(f"clinic-figures-{name}-of" for name in counts))
    lines = [(each.title, *(getattr(each, name) for name in counts)) for each in found.materials]
    return _answer(call, call.params.sheet, (above, lines))


def _answer(call: Asked, name: str, sheet: Sheet) -> web.Response:
    above, lines = sheet
    return csv_answer(name, _head(call, above), lines)


async def _stream(call: Asked, name: str, above: Sequence[str], batches: Batches) -> web.StreamResponse:
    return await csv_stream(call, name, _head(call, above), batches)


def _head(call: Asked, above: Iterable[str]) -> Sequence[str]:
    return [translate(call.language, key) for key in above]


def _days(days: Iterable[DayCountsOut]) -> Sheet:
    return (
        ("figures-day", "figures-opens", "figures-viewers", "figures-newcomers"),
        [(f"{each.day}", each.opens, each.viewers, each.newcomers) for each in days],
    )


def _funnel(call: Asked, funnel: Iterable[StepOut]) -> Sheet:
    steps = [(translate(call.language, f"figures-step-{each.step}"), each.count) for each in funnel]
    return ("figures-step", "figures-count"), steps


def _levels(levels: Sequence[int]) -> Sheet:
    return ("spread-hands", "spread-people"), [(depth, people) for depth, people in enumerate(levels) if depth]


def _pages(pages: Iterable[PageReadOut]) -> Sheet:
    return (
        ("spread-reading-page", "spread-reading-seconds", "spread-reading-readers", "spread-reading-of-readers"),
        [(each.page, each.seconds, each.readers, each.completion) for each in pages],
    )


def _cascade(call: Asked, each: CascadeOut) -> Sequence[Cell]:
    """A line of CASCADES."""
    return (
        *(each.maker.name, _time(call, each.made_at), each.shape.size - 1, len(each.shape.levels) - 1),
        *(each.shape.broadcast_share, each.shape.largest_share),
        *(each.shape.structural_virality, each.usual_virality, each.shape.size_band),
    )


def _growth(call: Asked, generations: Iterable[GenerationOut], cohorts: Iterable[CohortOut]) -> Sheet:
    named = [
        *((translate(call.language, "spread-hands-of", depth=each.depth), each) for each in generations),
        *((translate(call.language, "spread-week", day=f"{each.week}"), each) for each in cohorts),
    ]
    return (
        ("spread-group", *GROWN, "figures-reproduction", "figures-k-factor"),
        [(name, each.people, each.intents, each.brought, each.reproduction, each.k_factor) for name, each in named],
    )


def _member(call: Asked, each: MemberOut) -> Sequence[Cell]:
    """A line of MEMBERS."""
    return (
        *(each.person.name, each.clinic, each.below, each.brought, each.passed_on, each.depth),
        *(each.visits, _time(call, each.first_at), _time(call, each.last_at)),
        translate(call.language, f"spread-confidence-{each.parent_confidence}"),
    )


def _time(call: Asked, moment: datetime | None) -> str | None:
    """In the brand's time zone, to the second."""
    zone = ZoneInfo(call.services.config.time_zone)
    return None if moment is None else moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")


_COMMON: dict[str, Any] = {
    "method": "GET",
    "auth": Auth.EMPLOYEE,
    "action": Action.ANALYTICS_READ,
    "scope": Scope.ANALYTICS_READ,
    "produces": "text/csv",
}

ROUTES = (
    Route(
        path="/api/v1/analytics/overview/{sheet}",
        name="analytics.overview_sheet",
        summary="A table of the overview as CSV",
        handler=overview,
        query=SpanQuery,
        path_params=OverviewSheetPath,
        errors=(AccessDenied,),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/subjects/{kind}/{key}/{sheet}",
        name="analytics.subject_sheet",
        summary="A table about one thing as CSV: days, funnel, levels, growth, or what it is made of",
        handler=subject,
        query=SpanQuery,
        path_params=SubjectSheetPath,
        errors=(AccessDenied, NotFound),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/materials/{material_id}/sheets/{sheet}",
        name="analytics.material_sheet",
        summary="A table of how a material travels as CSV: days, levels, pages, cascades, sharers or growth",
        handler=material,
        query=ReadingQuery,
        path_params=MaterialSheetPath,
        errors=(AccessDenied, NotFound),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/materials/{material_id}/shares/{share_id}/people.csv",
        name="analytics.people_sheet",
        summary="Whom somebody in the tree of a share brought in, as CSV",
        handler=people,
        query=PersonQuery,
        path_params=CascadePath,
        errors=(AccessDenied, NotFound, InvalidValue),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/clinic/{sheet}",
        name="analytics.clinic_sheet",
        summary="A table of the caller's clinic as CSV, without names",
        handler=clinic,
        query=SpanQuery,
        path_params=ClinicSheetPath,
        errors=(AccessDenied,),
        **_COMMON | {"auth": Auth.VIEWER, "action": Action.CLINIC_FIGURES, "scope": None},
    ),
)
