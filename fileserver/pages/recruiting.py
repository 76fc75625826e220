"""Recruiting in the console: the funnel, invitations, the pool, who holds which clinic, and what managers decide."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from compliance.access import Action, Role, Target, decide, may_ever
from compliance.profiles import profiles_of
from fileserver.entering import request_routes
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.reaching import reach
from fileserver.recruiting import deciding_routes, invitation_routes, ownership_routes, progress_routes
from fileserver.recruiting.schemas import (
    ClinicPath,
    DayCount,
    FunnelQuery,
    Grouping,
    InvitationQuery,
    ProgressQuery,
    Step,
)
from storage.rows import accounts

INVITATIONS_SHOWN = 50
SPANS = (7, 30, 90, 365)
STEPS = (Step.INVITED, Step.FOLLOWED, Step.ENTERED, Step.VERIFIED, Step.CONTENT)


class FunnelPageQuery(FormQuery):
    """Which clinics."""

    step: Step | None = None
    stuck: bool = False


class ProgressPageQuery(FormQuery):
    """Of which time, by what."""

    days: int = 30
    by: Grouping = Grouping.EMPLOYEE
    dedupe: bool = True


async def funnel(call: Call[None, FunnelPageQuery]) -> web.Response:
    """Who is where on the way in, who stands still, and what to do next."""
    query = call.query
    shown = await invitation_routes.show_funnel(asking(call, FunnelQuery(step=query.step, stuck=query.stuck)))
    free = [line.clinic for line in shown.items if _may_invite(call, line.owner.id if line.owner else None)]
    return page(call, "recruiting.html", **_tabs(call), funnel=shown, query=query, steps=STEPS, invitable=free)


async def invitations(call: Call) -> web.Response:
    """The caller's invitations."""
    listed = await invitation_routes.listed(asking(call, InvitationQuery(limit=INVITATIONS_SHOWN)))
    platforms = call.services.platforms
    return page(
        call,
        "recruiting_invitations.html",
        **_tabs(call),
        invitations=listed.items,
        with_code=platforms.wechat is not None,
        with_contact=platforms.wecom is not None,
    )


async def clinic(call: Call[None, None, ClinicPath]) -> web.Response:
    """One clinic: what it is registered as, and everybody who held it."""
    shown = await ownership_routes.detail(call)
    holder = shown.history[0].owner.id if shown.history[0].owner else None
    me = call.actor.person_id
    return page(
        call,
        "recruiting_clinic.html",
        **_tabs(call),
        clinic=shown,
        may_change=call.actor.role is Role.MANAGER or (call.actor.role is Role.MARKETER and holder in (None, me)),
        may_transfer=may_ever(call.actor.role, Action.CLINIC_TRANSFER),
        may_contest=may_ever(call.actor.role, Action.CLINIC_CONTEST) and holder not in (None, me),
        owners=await _owners(call) if may_ever(call.actor.role, Action.CLINIC_TRANSFER) else {},
    )


async def show_pool(call: Call) -> web.Response:
    """Clinics that nobody holds."""
    return page(call, "recruiting_pool.html", **_tabs(call), pool=await ownership_routes.show_pool(call))


async def transfers(call: Call) -> web.Response:
    """What passed on, what will, and what waits because somebody left."""
    return page(
        call,
        "recruiting_transfers.html",
        **_tabs(call),
        transfers=(await ownership_routes.list_transfers(call)).items,
        handovers=(await ownership_routes.list_handovers(call)).items,
        owners=await _owners(call),
    )


async def requests(call: Call) -> web.Response:
    """Clinics that viewers named themselves, and that wait for somebody who knows them."""
    found = await request_routes.listed(call)
    return page(call, "recruiting_requests.html", **_tabs(call), requests=found.items)


async def disputes(call: Call) -> web.Response:
    """Two who claim one clinic, side by side."""
    found = await deciding_routes.list_disputes(call)
    return page(call, "recruiting_disputes.html", **_tabs(call), disputes=found.items, me=call.actor.person_id)


async def duplicates(call: Call) -> web.Response:
    """What may be there twice, and what was merged."""
    found = await deciding_routes.list_duplicates(call)
    return page(call, "recruiting_duplicates.html", **_tabs(call), found=found)


async def progress(call: Call[None, ProgressPageQuery]) -> web.Response:
    """What the manager's people brought in."""
    query = call.query
    wanted = ProgressQuery(days=min(max(query.days, 1), SPANS[-1]), by=query.by, dedupe=query.dedupe)
    shown = await progress_routes.show(asking(call, wanted))
    return page(
        call,
        "recruiting_progress.html",
        **_tabs(call),
        progress=shown,
        query=wanted,
        spans=SPANS,
        groupings=tuple(Grouping),
        days=_days(shown.by_day),
        csv_url=with_query("/api/v1/recruiting/progress.csv", {}, **wanted.model_dump(mode="json")),
    )


def _days(counted: Sequence[DayCount]) -> list[tuple[date, int]]:
    """Every day from the first that has any to the last, so that a plot shows gaps as such."""
    if not counted:
        return []
    counts = {each.day: each.count for each in counted}
    days = (min(counts) + timedelta(days=number) for number in range((max(counts) - min(counts)).days + 1))
    return [(day, counts.get(day, 0)) for day in days]


def _tabs(call: Call[Any, Any, Any]) -> dict[str, bool]:
    """Which tabs the caller has."""
    role = call.actor.role
    return {"manages": may_ever(role, Action.PROGRESS_READ), "recruits": may_ever(role, Action.INVITATION_LIST)}


def _may_invite(call: Call[Any, Any, Any], owner_id: UUID | None) -> bool:
    target = Target(owner_id=owner_id, unowned=owner_id is None)
    return decide(call.actor, Action.INVITATION_CREATE, target).allowed


async def _owners(call: Call[Any, Any, Any]) -> dict[UUID, str]:
    """Who of the manager's people may hold a clinic, by name."""
    async with call.services.database.transaction() as tx:
        under = set(await reach(tx, call.actor))
        rows = await accounts.list_accounts(tx)
        able = [row.person_id for row in rows if row.person_id in under and row.disabled_at is None]
        profiles = await profiles_of(tx, call.services.keys.master, person_ids=able)
    return dict(sorted(((each, profiles[each].name) for each in able), key=lambda one: one[1]))


ROUTES = (
    console_page(
        "/recruiting", "recruiting", "Recruiting", funnel, action=Action.INVITATION_LIST, query=FunnelPageQuery
    ),
    console_page("/recruiting/invitations", "invitations", "Invitations", invitations, action=Action.INVITATION_LIST),
    console_page(
        "/recruiting/clinics/{clinic_id}",
        "recruiting_clinic",
        "One clinic",
        clinic,
        action=Action.CLINIC_HISTORY,
        path_params=ClinicPath,
    ),
    console_page("/recruiting/pool", "recruiting_pool", "The pool", show_pool, action=Action.CLINIC_CLAIM),
    console_page(
        "/recruiting/requests", "clinic_requests", "Requests for clinics", requests, action=Action.CLINIC_CREATE
    ),
    console_page(
        "/recruiting/transfers", "transfers", "Transfers and handovers", transfers, action=Action.TRANSFER_LIST
    ),
    console_page("/recruiting/disputes", "disputes", "Disputes", disputes, action=Action.DISPUTE_LIST),
    console_page("/recruiting/duplicates", "duplicates", "Duplicates", duplicates, action=Action.DUPLICATE_LIST),
    console_page(
        "/recruiting/progress",
        "recruiting_progress",
        "Recruiting progress",
        progress,
        action=Action.PROGRESS_READ,
        query=ProgressPageQuery,
    ),
)
