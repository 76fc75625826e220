"""How a material travels, in the console: its figures, and the tree of each share, to be walked."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from fileserver.analytics import reading as reading_api
from fileserver.analytics import routes as api
from fileserver.analytics.reading import PageReadOut, ReadingOut, ReadingQuery
from fileserver.analytics.schemas import CURSOR_CHARS_MAX, BranchQuery, CascadePath, DayOut, MaterialPath
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.figure_events import in_log_of
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.shares.service import may_cut

PEOPLE = 20
COHORTS_SHOWN = 12
DAYS_PLOTTED = 366


class WalkQuery(FormQuery):
    """Where in the tree."""

    person_id: UUID | None = Field(default=None)
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


@dataclass(frozen=True)
class Level:
    """People at one number of hands, and how long their bar is: the longest is 100."""

    depth: int
    people: int
    percent: int


class SpreadQuery(FormQuery):
    """Whose pages are shown."""

    version: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class Heat:
    """How one page was read, and how long its bar is: the longest is 100."""

    page: PageReadOut
    percent: int


@dataclass(frozen=True)
class Period:
    """A day or a month: openings, and new people."""

    name: str
    opens: int
    people: int


async def spread(call: Call[None, SpreadQuery, MaterialPath]) -> web.Response:
    """The figures of one material."""
    found = await api.spread(replace(cast("Call[None, None, MaterialPath]", call), query=None))
    query = ReadingQuery(version=call.query.version)
    asked = replace(cast("Call[None, ReadingQuery, MaterialPath]", call), query=query)
    reading = await reading_api.read(asked, tell=False)
    return page(
        call,
        "spread.html",
        spread=found,
        log=in_log_of(call, found),
        levels=levels_of(found.levels),
        periods=periods_of(found.days),
        generations=[each for each in found.generations if each.depth],
        cohorts=found.cohorts[-COHORTS_SHOWN:],
        reading=reading,
        pages_url=pages_url(reading),
        heat=heat_of(reading.pages),
    )


def heat_of(pages: list[PageReadOut]) -> list[Heat]:
    """Bars of how long each page was read."""
    most = max((each.seconds for each in pages), default=0.0)
    return [Heat(each, round(100 * each.seconds / most) if most else 0) for each in pages]


async def walk(call: Call[None, WalkQuery, CascadePath]) -> web.Response:
    """One person in a tree: the way to them, and whom they brought in."""
    query = BranchQuery(person_id=call.query.person_id, cursor=call.query.cursor, limit=PEOPLE)
    found = await api.people(replace(cast("Call[None, BranchQuery, CascadePath]", call), query=query))
    return page(
        call,
        "spread_tree.html",
        found=found,
        may_cut=await may_cut(call.services, call.actor, call.params.share_id),
        share_id=call.params.share_id,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


def levels_of(counts: list[int]) -> list[Level]:
    """Bars of how many people each number of hands reached; the makers have none."""
    most = max(counts[1:], default=0)
    return [Level(depth, people, round(100 * people / most)) for depth, people in enumerate(counts) if depth]


def pages_url(reading: ReadingOut, share_id: UUID | None = None) -> str:
    """The pages that were read, as a file."""
    query = {"version": reading.version or "", "share_id": str(share_id or "")}
    path = f"/api/v1/analytics/materials/{reading.material_id}/sheets/pages"
    return with_query(path, {name: value for name, value in query.items() if value})


def periods_of(days: list[DayOut]) -> list[Period]:
    """Days one after the other, those without anything too; of more than DAYS_PLOTTED whole months."""
    if not days:
        return []
    first, last = days[0].day, days[-1].day
    by_month = (last - first).days >= DAYS_PLOTTED
    counted: dict[str, Period] = {}
    for number in range((last - first).days + 1):
        name = _name(first + timedelta(days=number), by_month=by_month)
        counted.setdefault(name, Period(name, 0, 0))
    for each in days:
        name = _name(each.day, by_month=by_month)
        kept = counted[name]
        counted[name] = Period(name, kept.opens + each.opens, kept.people + each.people)
    return list(counted.values())


def _name(day: date, *, by_month: bool) -> str:
    return f"{day:%Y-%m}" if by_month else f"{day}"


ROUTES = (
    console_page(
        "/materials/{material_id}/spread",
        "spread",
        "How a material travels",
        spread,
        action=Action.ANALYTICS_READ,
        query=SpreadQuery,
        path_params=MaterialPath,
    ),
    console_page(
        "/materials/{material_id}/spread/{share_id}",
        "spread_tree",
        "The tree of a share",
        walk,
        action=Action.ANALYTICS_READ,
        query=WalkQuery,
        path_params=CascadePath,
    ),
)
