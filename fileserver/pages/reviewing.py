"""How the brand reviews, in the console: the approvals of each class, who answers for what, who is away."""

import json
from collections.abc import Sequence
from itertools import permutations

from aiohttp import web

from compliance.access import Action, MaterialClass, Role, may_ever
from compliance.reviewing.procedures import DUE_DAYS_MAX, Discipline
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page
from fileserver.pages.words import In
from fileserver.reviews import governing_routes as api

ORDER = list(Discipline)
Stages = tuple[tuple[Discipline, ...], ...]


async def read(call: Call) -> web.Response:
    """Everything on one page; forms only for who may use them."""
    procedures, reviewers = await api.procedures(call), await api.reviewers(call)
    role = call.actor.role
    return page(
        call,
        "reviewing.html",
        procedures=procedures,
        reviewers=reviewers,
        classes=list(MaterialClass),
        disciplines=list(Discipline),
        arrangements=[(json.dumps(each), In(call.language).stages(each)) for each in arrangements()],
        stored=lambda stages: json.dumps([sorted(stage, key=ORDER.index) for stage in stages]),
        due_days_max=DUE_DAYS_MAX,
        may_set=may_ever(role, Action.PROCEDURE_SET),
        may_absent=may_ever(role, Action.ABSENCE_SET),
        own=role is Role.REVIEWER,
        me=call.actor.person_id,
    )


def arrangements() -> list[list[list[str]]]:
    """Every way to ask for some of the disciplines, one after the other or side by side; the simplest first."""
    found = {_plain(stages) for size in range(1, len(Discipline) + 1) for stages in _orders(size)}
    return [[list(stage) for stage in each] for each in sorted(found, key=lambda each: (sum(map(len, each)), each))]


def _orders(size: int) -> list[Stages]:
    return [stages for chosen in permutations(Discipline, size) for stages in _cuts(chosen)]


def _cuts(chosen: Sequence[Discipline]) -> list[Stages]:
    """Every way to cut a row into stages."""
    if not chosen:
        return [()]
    return [(tuple(chosen[:first]), *rest) for first in range(1, len(chosen) + 1) for rest in _cuts(chosen[first:])]


def _plain(stages: Stages) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each.value for each in sorted(stage, key=ORDER.index)) for stage in stages)


ROUTES = (console_page("/reviewing", "reviewing", "How the brand reviews", read, action=Action.PROCEDURE_READ),)
