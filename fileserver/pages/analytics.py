"""Figures in the console: the overview, tables of things, and everything about one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from fileserver.analytics import dashboard_routes as api
from fileserver.analytics import reading as readings
from fileserver.analytics import tables
from fileserver.analytics.dashboard_routes import shown_count
from fileserver.analytics.dashboard_schemas import (
    DAYS_DEFAULT,
    SKIP_MAX,
    CountsOut,
    DayCountsOut,
    KindPath,
    LineOut,
    OverviewOut,
    SpanQuery,
    StepOut,
    SubjectOut,
    SubjectPath,
    TableQuery,
)
from fileserver.analytics.kinds import ORDERS, Kind
from fileserver.analytics.reading import ReadingQuery
from fileserver.analytics.schemas import MaterialPath
from fileserver.http.call import Call
from fileserver.i18n import Language, translate
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.figure_events import InLog, in_log, whole_url
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.pages.spreading import heat_of, pages_url
from fileserver.pages.words import In

SPANS = (7, 30, 90, 365)
COHORTS_SHOWN = 12
CARDS = ("opens", "opened", "viewers", "newcomers", "read_ms", "downloads", "shares")
FORWARDS = ("intents", "confirmed", "sent", "reach")
BELOW_ZERO = "−"  # a minus sign, which is as wide as the plus


class SpanPageQuery(FormQuery):
    """Of which days."""

    days: int = Field(default=DAYS_DEFAULT, ge=1, le=SPANS[-1])


class TablePageQuery(SpanPageQuery):
    """In which order, after how many lines."""

    order: str | None = Field(default=None, max_length=20)
    skip: int = Field(default=0, ge=0, le=SKIP_MAX)


@dataclass(frozen=True)
class Figure:
    """One count beside that of the span before; `change` as people write it, empty where nothing compares.

    `events`: where the events that it counts are looked at; None for who may not, and where they can't be asked for.
    """

    name: str
    value: int | float | None
    before: int | float | None
    change: str
    events: str | None = None


class Cell(NamedTuple):
    """One figure in a table of hundreds: what its column is called, the figure and its change as people write them."""

    label: str
    said: str
    change: str


@dataclass(frozen=True)
class Step:
    """One step of the funnel, how long its bar is (the longest is 100), and its part of the step before."""

    step: str
    within: str | None  # what people are distinct within
    count: int
    percent: int
    of_last: int | None
    events: str | None  # as of a figure


async def overview(call: Call[None, SpanPageQuery]) -> web.Response:
    """How things stand."""
    found = await api.overview(asking(call, SpanQuery(days=call.query.days)))
    log = await in_log(call, found)
    return page(
        call,
        "figures.html",
        **_frame(call),
        found=found,
        cards=_with_events(call.language, found, CARDS, log),
        forwards=_with_events(call.language, found, FORWARDS, log),
        steps=_steps(found.funnel, log),
        sharer_columns=api.SHARERS,
        sharers=_lines(call, found.sharers, api.SHARERS),
        sheet_url=lambda name: f"/api/v1/analytics/overview/{name}?days={call.query.days}",
        days=_days(found.days, found.first, found.last) if found.days else [],
    )


async def table(call: Call[None, TablePageQuery, KindPath]) -> web.Response:
    """One table."""
    order, end = call.query.order if call.query.order in ORDERS else None, call.query.skip + tables.LINES_MAX
    found = await api.table(asking(call, TableQuery(days=call.query.days, order=order, skip=call.query.skip)))  # type: ignore[arg-type]  # asking keeps the path's parameters
    return page(
        call,
        "figures_table.html",
        **_frame(call),
        found=found,
        kind=found.kind,
        orders=[name for name in found.columns if name in ORDERS],
        lines=_lines(call, found.items, found.columns),
        skipped=call.query.skip,
        next_url=with_query(call.request.path, call.request.query, skip=end) if found.cut and end <= SKIP_MAX else None,
        csv_url=f"/api/v1/analytics/exports/{found.kind.value}?days={call.query.days}&order={found.order}",
    )


async def subject(call: Call[None, SpanPageQuery, SubjectPath]) -> web.Response:
    """Everything about one thing."""
    found = await api.subject(asking(call, SpanQuery(days=call.query.days)))  # type: ignore[arg-type]  # asking keeps the path's parameters
    log = await in_log(call, found)
    return page(
        call,
        "figures_subject.html",
        **await _reading(call, found),
        **_frame(call),
        found=found,
        kind=found.kind,
        cards=_with_events(call.language, found, CARDS, log),
        forwards=_with_events(call.language, found, FORWARDS, log),
        days=_days(found.days, found.first, found.last) if found.days else [],
        steps=_steps(found.funnel, log),
        levels=_levels(found.levels),
        cohorts=found.cohorts[-COHORTS_SHOWN:],
        part_lines=_lines(call, found.parts, found.parts_columns),
        sheet_url=lambda name: (
            f"/api/v1/analytics/subjects/{found.kind.value}/{quote(found.key, safe='')}/{name}?days={call.query.days}"
        ),
        events_url=await whole_url(call, found),
        log=log,
    )


async def _reading(call: Call[Any, Any, Any], found: SubjectOut) -> dict[str, Any]:
    """How a share was read, page by page; nothing of other things, and where only its maker may know."""
    if found.kind is not Kind.SHARE or found.material_id is None:
        return {"reading": None}
    asked = asking(
        replace(call, params=MaterialPath(material_id=found.material_id)), ReadingQuery(share_id=found.share_id)
    )
    read = await readings.read(asked, tell=False)  # type: ignore[arg-type]  # asking keeps the path's parameters
    heat = heat_of(read.pages)
    return {"reading": read, "heat": heat, "share_read": True, "pages_url": pages_url(read, found.share_id)}


def figure(language: Language, now: CountsOut, before: CountsOut, name: str) -> Figure:
    """One count by the name of its column."""
    value, was = shown_count(now, name), shown_count(before, name)
    return Figure(name.replace("_", "-"), value, was, change(language, value, was))


def change(language: Language, value: float | None, before: float | None) -> str:
    """How much more or less than before, in whole percent: "+12 %", in Chinese "+12%"."""
    if value is None or not before:
        return ""
    percent = round(100 * (value - before) / before)
    sign = "+" if percent >= 0 else BELOW_ZERO
    return sign + translate(language, "spread-part", percent=abs(percent))


def subject_url(kind: str, key: str, days: int) -> str:
    """The page of one thing."""
    return f"/analytics/{kind}/{quote(key, safe='')}?days={days}"


def _lines(
    call: Call[Any, Any, Any], lines: Sequence[LineOut], columns: Sequence[str]
) -> list[tuple[LineOut, list[Cell]]]:
    """Lines of a table with what stands in each column."""
    said, named = In(call.language), [name.replace("_", "-") for name in columns]
    labels = [
        (column, name, translate(call.language, f"figures-{name}")) for column, name in zip(columns, named, strict=True)
    ]

    def cell(line: LineOut, column: str, name: str, label: str) -> Cell:
        value = shown_count(line.now, column)
        return Cell(label, said.count(name, value), change(call.language, value, shown_count(line.before, column)))

    return [(line, [cell(line, *each) for each in labels]) for line in lines]


def _frame(call: Call[Any, Any, Any]) -> dict[str, Any]:
    return {"spans": SPANS, "days_asked": call.query.days, "kinds": tuple(Kind), "subject_url": subject_url}


def _with_events(
    language: Language, found: OverviewOut | SubjectOut, names: Sequence[str], log: InLog | None
) -> list[Figure]:
    """Figures of the span, each with the way to its events in the log."""
    figures = [figure(language, found.now, found.before, name) for name in names]
    return [replace(each, events=log.events(each.name)) for each in figures] if log else figures


def _steps(funnel: Sequence[StepOut], log: InLog | None) -> list[Step]:
    most = max((each.count for each in funnel), default=0)
    steps, last = [], 0
    for each in funnel:
        of_last = round(100 * each.count / last) if last else None
        percent = round(100 * each.count / most) if most else 0
        events = log.events(f"step-{each.step}") if log else None
        steps.append(Step(each.step, each.within, each.count, percent, of_last, events))
        last = each.count
    return steps


def _days(days: list[DayCountsOut], first: date, last: date) -> list[DayCountsOut]:
    """Every day of the span, those without anything too, so that a plot shows gaps as such."""
    known = {each.day: each for each in days}
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    nobody = None if days[0].viewers is None else 0
    return [known.get(day) or DayCountsOut(day=day, opens=0, viewers=nobody, newcomers=0) for day in every]


def _levels(counts: list[int]) -> list[tuple[int, int, int]]:
    """(hands, people, percent of the most) for each level below the makers."""
    most = max(counts[1:], default=0)
    return [(depth, people, round(100 * people / most)) for depth, people in enumerate(counts) if depth]


READ = Action.ANALYTICS_READ
ROUTES = (
    console_page("/analytics", "figures", "Figures", overview, action=READ, query=SpanPageQuery),
    console_page(
        "/analytics/{kind}",
        "figures_table",
        "A table of figures",
        table,
        action=READ,
        query=TablePageQuery,
        path_params=KindPath,
    ),
    console_page(
        "/analytics/{kind}/{key}",
        "figures_subject",
        "Figures of one thing",
        subject,
        action=READ,
        query=SpanPageQuery,
        path_params=SubjectPath,
    ),
)
