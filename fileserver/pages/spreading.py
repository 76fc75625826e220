"""How a material travels, in the console: its figures, and the tree of each share, to be walked."""

from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from fileserver.analytics import routes as api
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


async def spread(call: Call[None, None, MaterialPath]) -> web.Response:
    """The figures of one material."""
    found = await api.spread(call)
    return page(
        call,
        "spread.html",
        spread=found,
        levels=levels_of(found.levels),
        plot_shown=plot([_bar(each) for each in found.days if each.people], by_month=False),
        generations=[each for each in found.generations if each.depth],
        cohorts=found.cohorts[-COHORTS_SHOWN:],
    )


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
