"""The API of dashboards."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied, NotFound
from compliance.spreading.growth import Growth
from fileserver.analytics import overview as overviews
from fileserver.analytics import subjects, tables, whole_tables
from fileserver.analytics.csv_answers import Cell, csv_answer, csv_stream, one_more_file
from fileserver.analytics.dashboard_schemas import (
    CountsOut,
    DayCountsOut,
    EverOut,
    KindPath,
    LineOut,
    OverviewOut,
    SpanQuery,
    StepOut,
    SubjectOut,
    SubjectPath,
    TableOut,
    TableQuery,
    TitledOut,
    Within,
)
from fileserver.analytics.errors import TooManyFiles
from fileserver.analytics.kinds import PEOPLE_WITHIN, RECRUITING_KINDS, Kind, columns_of
from fileserver.analytics.overview import Titled
from fileserver.analytics.schemas import CohortOut, ForwardsOut, GenerationOut, ShapeOut
from fileserver.analytics.subjects import Subject
from fileserver.analytics.tables import Line
from fileserver.analytics.whole_tables import WholeTable
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.i18n import translate
from storage.rows.spread_dashboard import Counts, Day

Asked = Call[Any, Any, Any]
HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)
EVERY = tuple(PEOPLE_WITHIN)
NONE: tuple[str, ...] = ()  # of several things added up
SubjectPathT = TypeVar("SubjectPathT", bound=SubjectPath)
SHARERS = (
    "opened",
    "viewers",
    "direct",
    "newcomers",
    "confirmed",
    "joined",
    "reproduction",
    "k_factor",
)  # columns of the overview's ranking


async def overview(call: Call[None, SpanQuery]) -> OverviewOut:
    """How things stand."""
    found = await overviews.overview(call.services, call.actor, call.trail, days=call.query.days)
    return OverviewOut(
        first=found.span.start,
        last=found.span.end - ONE_DAY,
        narrowed=found.narrowed,
        viewers=found.viewers,
        viewers_before=found.viewers_before,
        now=counts_out(found.now, NONE if found.added_up else EVERY, found.viewers),
        before=counts_out(found.before, NONE if found.added_up else EVERY, found.viewers_before),
        funnel=_funnel(found.now, recruiting=True, within="brand"),
        days=days_out(found.days, added_up=found.added_up),
        hot=[_titled(each) for each in found.hot],
        fresh=[_titled(each) for each in found.fresh],
        stale=[_titled(each) for each in found.stale],
        sharers=_lines(found.sharers, EVERY),
    )


async def table(call: Call[None, TableQuery, KindPath]) -> TableOut:
    """One table."""
    query = call.query
    found = await tables.table(
        call.services,
        call.actor,
        call.trail,
        call.params.kind,
        days=query.days,
        order=query.order,
        skip=query.skip,
        limit=tables.LINES_MAX,
    )
    return TableOut(
        kind=found.kind,
        first=found.span.start,
        last=found.span.end - ONE_DAY,
        order=found.order,
        narrowed=found.narrowed,
        columns=list(found.columns),
        items=_lines(found.lines.shown, found.columns),
        cut=found.lines.cut,
    )


async def export(call: Call[None, TableQuery, KindPath]) -> web.StreamResponse:
    """The same for a spreadsheet, to its end. Breaks off if a right ends."""
    query, kind = call.query, call.params.kind
    with one_more_file(call):
        file = await whole_tables.whole_table(
            call.services, call.actor, call.trail, kind, days=query.days, order=query.order, skip=query.skip
        )
        name = f"{kind.value}-{file.span.start}-{file.span.end - ONE_DAY}"
        return await csv_stream(call, name, _head(call, file.columns, kind.value), _batches(call, file))


async def _batches(call: Asked, file: WholeTable) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
    count = 0
    async with aclosing(file.slices) as slices:
        async for lines in slices:
            count += len(lines.shown)
            rest = [_rest(call, count)] if lines.cut else []
            yield [*(_cells(file.columns, line) for line in _lines(lines.shown, file.columns)), *rest]


def lines_answer(  # which lines, and of whom
    call: Asked, name: str, shown: Sequence[str], items: Sequence[LineOut], kind: str, *, cut: bool = False
) -> web.Response:
    """Lines with the span before beside each count; a last one says so where they are cut."""
    lines = [_cells(shown, line) for line in items]
    return csv_answer(name, _head(call, shown, kind), [*lines, *([_rest(call, len(lines))] if cut else [])])


def _head(call: Asked, shown: Sequence[str], kind: str) -> Sequence[str]:
    """What stands above the columns: each count has the one of the span before beside it."""
    head = [translate(call.language, f"figures-kind-{kind}"), translate(call.language, "figures-note")]
    for each in shown:
        said = translate(call.language, f"figures-{each.replace('_', '-')}")
        head += [said, translate(call.language, "figures-before-of", name=said)]
    return head


def _cells(shown: Sequence[str], line: LineOut) -> Sequence[Cell]:
    counts = (shown_count(counted, each) for each in shown for counted in (line.now, line.before))
    return (line.name, line.note, *counts)


def _rest(call: Asked, lines: int) -> Sequence[Cell]:
    return [translate(call.language, "figures-cut-rest", lines=lines)]


async def subject(call: Call[None, SpanQuery, SubjectPath]) -> SubjectOut:
    """Everything about one thing."""
    return await whole_subject(call, tables.LINES_MAX)


async def whole_subject(call: Call[None, SpanQuery, SubjectPathT], parts_max: int) -> SubjectOut:
    """The same with so many of its parts."""
    params = call.params
    found = await subjects.subject(
        call.services, call.actor, call.trail, params.kind, params.key, days=call.query.days, parts_max=parts_max
    )
    what = found.found
    return SubjectOut(
        kind=found.kind,
        key=found.key,
        name=what.name,
        note=what.note,
        narrowed=what.narrowed,
        first=found.span.start,
        last=found.span.end - ONE_DAY,
        columns=list(found.columns),
        viewers=found.viewers,
        viewers_before=found.viewers_before,
        now=counts_out(found.now, NONE if found.added_up else EVERY, found.viewers),
        before=counts_out(found.before, NONE if found.added_up else EVERY, found.viewers_before),
        funnel=_funnel(
            found.now, recruiting=found.kind in RECRUITING_KINDS, within="brand" if found.added_up else "thing"
        ),
        ever=_ever(found),
        days=days_out(found.days, added_up=found.added_up),
        levels=list(found.levels),
        amplification=_amplification(found.levels),
        generations=[GenerationOut(depth=depth, **_growth(each)) for depth, each in found.generations.items() if depth],
        cohorts=[CohortOut(week=week, **_growth(each)) for week, each in found.cohorts.items()],
        half_time_h=_hours(found.half_time),
        most_time_h=_hours(found.most_time),
        cycle_time_h=_hours(found.cycle_time),
        shape=ShapeOut(**{**asdict(found.shape), "levels": list(found.shape.levels)}) if found.shape else None,
        usual_virality=found.usual_virality,
        material_id=what.material_id,
        share_id=what.share_id,
        parts_kind=found.parts_kind,
        parts_columns=list(_parts_columns(found)),
        parts=_lines(found.parts.shown, _parts_columns(found)),
        parts_cut=found.parts.cut,
    )


def counts_out(counts: Counts, columns: Sequence[str], opened: int | None, growth: Growth | None = None) -> CountsOut:
    """Counts for an answer; those of people are left out where they are no column."""
    people = {name: getattr(counts, name) if name in columns else None for name in PEOPLE_WITHIN - {"reach"}}
    return CountsOut(
        opens=counts.opens,
        opened=opened,
        newcomers=counts.newcomers,
        read_s=counts.read_ms // 1000,
        pages=counts.pages,
        downloads=counts.downloads,
        forwards=ForwardsOut(
            intents=counts.intents,
            confirmed=counts.confirmed,
            platform_confirmed=counts.sent,
            reach=counts.reach if "reach" in columns else None,
        ),
        shares=counts.shares,
        invited=counts.invited,
        verified=counts.verified,
        joined=growth.people if growth else None,
        reproduction=tables.rate(growth, "reproduction"),
        k_factor=tables.rate(growth, "k_factor"),
        **people,
    )


def days_out(days: Sequence[Day], *, added_up: bool) -> list[DayCountsOut]:
    """Days for an answer."""
    return [
        DayCountsOut(
            day=each.day,
            opens=each.counts.opens,
            viewers=None if added_up else each.counts.viewers,
            newcomers=each.counts.newcomers,
        )
        for each in days
    ]


def shown_count(counts: CountsOut, name: str) -> int | float | None:
    """One count by the name of its column; reading in whole seconds."""
    if name in {"intents", "confirmed", "reach"}:
        found: int | None = getattr(counts.forwards, name)
        return found
    renamed = {"read_ms": "read_s"}.get(name, name)
    return counts.forwards.platform_confirmed if name == "sent" else getattr(counts, renamed)


def _funnel(counts: Counts, *, recruiting: bool, within: Within) -> list[StepOut]:
    """The steps; invitations only of what they count for, and people once within the brand or the thing itself."""
    of_brand = within == "brand"
    invitations = [
        StepOut(step="invited", count=counts.invited, within=None),
        StepOut(step="verified", count=counts.verified, within=None),
    ]
    return [
        *(invitations if recruiting else ()),
        StepOut(step="opened", count=counts.newcomers if of_brand else counts.viewers, within=within),
        StepOut(step="read", count=counts.new_readers if of_brand else counts.readers, within=within),
        StepOut(step="forwarded", count=counts.new_forwarders if of_brand else counts.forwarders, within=within),
    ]


def _parts_columns(found: Subject) -> Sequence[str]:
    """An employee's materials are added up from their shares: people would count twice."""
    kind = found.parts_kind
    return columns_of(kind, narrowed=found.kind is Kind.EMPLOYEE) if kind else ()


def _ever(found: Subject) -> EverOut | None:
    ever = found.ever
    if ever is None:
        return None
    return EverOut(
        viewers=ever.viewers,
        opens=ever.opens,
        downloads=ever.downloads,
        forwards=ForwardsOut(
            intents=ever.intents, confirmed=ever.confirmed, platform_confirmed=ever.sent, reach=ever.reach
        ),
    )


def _amplification(levels: Sequence[int]) -> float | None:
    return sum(levels[1:]) / levels[1] if len(levels) > 1 and levels[1] else None


def _growth(growth: Growth) -> dict[str, Any]:
    return {**asdict(growth), "reproduction": growth.reproduction, "k_factor": growth.k_factor}


def _hours(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration / HOUR)


def _titled(each: Titled) -> TitledOut:
    return TitledOut(**{**asdict(each), "heat": round(each.heat, 1)})


def _lines(lines: Sequence[Line], columns: Sequence[str]) -> list[LineOut]:
    return [
        LineOut(
            key=line.key,
            name=line.name,
            note=line.note,
            now=counts_out(line.now, columns, line.opened, line.growth),
            before=counts_out(line.before, columns, line.opened_before, line.growth_before),
        )
        for line in lines
    ]


_COMMON: dict[str, Any] = {
    "method": "GET",
    "auth": Auth.EMPLOYEE,
    "action": Action.ANALYTICS_READ,
    "scope": Scope.ANALYTICS_READ,
}

ROUTES = (
    Route(
        path="/api/v1/analytics/overview",
        name="analytics.overview",
        summary="How things stand: counts beside the span before, the funnel, hot, fresh and stale materials, sharers",
        handler=overview,
        query=SpanQuery,
        returns=OverviewOut,
        errors=(AccessDenied,),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/tables/{kind}",
        name="analytics.table",
        summary="Materials, shares, employees, clinics, departments, regions or campaigns, most first",
        handler=table,
        query=TableQuery,
        path_params=KindPath,
        returns=TableOut,
        errors=(AccessDenied,),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/exports/{kind}",
        name="analytics.export",
        summary="The whole table as a CSV file",
        handler=export,
        query=TableQuery,
        path_params=KindPath,
        produces="text/csv",
        errors=(AccessDenied, TooManyFiles),
        **_COMMON,
    ),
    Route(
        path="/api/v1/analytics/subjects/{kind}/{key}",
        name="analytics.subject",
        summary="Everything about one material, share, employee, clinic, department, region or campaign",
        handler=subject,
        query=SpanQuery,
        path_params=SubjectPath,
        returns=SubjectOut,
        errors=(AccessDenied, NotFound),
        **_COMMON,
    ),
)
