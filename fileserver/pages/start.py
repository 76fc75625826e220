"""The start page: what this person came for, by role, and nothing else."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from compliance.access import Action, Role, require
from compliance.profiles import profiles_of
from fileserver.audit import review_routes
from fileserver.http.call import Call
from fileserver.materials import routes as materials_api
from fileserver.materials.schemas import MaterialQuery
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.dossiers import unread
from fileserver.pages.materials import STATES
from fileserver.pages.rendering import page
from fileserver.recruiting import deciding_routes, invitation_routes
from fileserver.recruiting.schemas import FunnelQuery
from fileserver.reviews import routes as reviews_api
from fileserver.reviews.schemas import ReviewQuery
from fileserver.shares import routes as shares_api
from fileserver.shares.schemas import ShareQuery
from fileserver.uploads import quota_routes as quotas_api
from storage.rows import figures

MATERIALS_SHOWN = 8
SHARES_SHOWN = 5
REVIEWS_SHOWN = 10
VISITS_SHOWN = 10
NOTICES_SHOWN = 5
WEEK = timedelta(days=7)

Parts = Mapping[str, Any]


async def start(call: Call) -> web.Response:
    """The page of the caller's role, addressed by name."""
    caller = call.signed_in
    async with call.services.database.transaction() as tx:
        own = await profiles_of(tx, call.services.keys.master, person_ids=[caller.person_id])
    parts = await PARTS[caller.role](call) if caller.role in PARTS else {}
    told = await unread(call, NOTICES_SHOWN)
    return page(call, f"start_{caller.role.value}.html", name=own[caller.person_id].name, notices=told, **parts)


async def _marketer(call: Call) -> Parts:
    """Their materials and shares."""
    found = await materials_api.listed(asking(call, MaterialQuery(mine=True, limit=MATERIALS_SHOWN)))
    shares = await shares_api.listed(asking(call, ShareQuery(limit=SHARES_SHOWN)))
    usage = await quotas_api.usage(call)
    stuck = await _stuck(call)
    return {"materials": found.items, "shares": shares.items, "may_preview": True, "usage": usage, "stuck": stuck}


async def _stuck(call: Call) -> int:
    """How many clinics on their way in stand still."""
    return len((await invitation_routes.show_funnel(asking(call, FunnelQuery(stuck=True)))).items)


async def _manager(call: Call) -> Parts:
    """How things stand."""
    require(call.actor, Action.ANALYTICS_READ)
    services, now = call.services, call.services.clock()
    stuck = await _stuck(call)
    disputes = sum(each.state == "open" for each in (await deciding_routes.list_disputes(call)).items)
    async with services.database.transaction() as tx:
        by_state = await figures.materials_by_state(tx)
        visits = await figures.recent_visits(tx, VISITS_SHOWN)
        return {
            "by_state": {state: by_state.get(state, 0) for state in STATES},
            "open_shares": await figures.open_shares(tx, now),
            "stuck": stuck,
            "disputes": disputes,
            "visits_week": await figures.visits_since(tx, now - WEEK),
            "visits": visits,
            "names": await profiles_of(tx, services.keys.master, person_ids={each.person_id for each in visits}),
        }


async def _reviewer(call: Call) -> Parts:
    """What waits."""
    waiting = await reviews_api.listed(asking(call, ReviewQuery(limit=REVIEWS_SHOWN)))
    return {"waiting": waiting.items}


async def _auditor(call: Call) -> Parts:
    """Whether the trail waits for a signature."""
    return {"standing": await review_routes.standing(call)}


PARTS: Mapping[Role, Callable[[Call], Awaitable[Parts]]] = {
    Role.MARKETER: _marketer,
    Role.MANAGER: _manager,
    Role.REVIEWER: _reviewer,
    Role.AUDITOR: _auditor,
}

ROUTES = (console_page("/", "start", "The console's start page", start),)
