"""How a material travels, in the console: its figures, and the tree of each share, to be walked."""

from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from fileserver.analytics import reading as reading_api
from fileserver.analytics import routes as api
from fileserver.analytics.reading import PageReadOut, ReadingQuery
from fileserver.analytics.schemas import CURSOR_CHARS_MAX, BranchQuery, CascadePath, DayOut, MaterialPath
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.plots import Bar, plot
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.shares.service import may_cut

PEOPLE = 20
COHORTS_SHOWN = 12


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
        levels=levels_of(found.levels),
        plot_shown=plot([_bar(each) for each in found.days if each.people], by_month=False),
        generations=[each for each in found.generations if each.depth],
        cohorts=found.cohorts[-COHORTS_SHOWN:],
        reading=reading,
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


def _bar(day: DayOut) -> Bar:
    return Bar(name=_short(day.day), start=day.day, count=day.people, url="")


def _short(day: date) -> str:
    return f"{day:%Y-%m-%d}"


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
