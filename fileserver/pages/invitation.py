"""The page behind an invitation's link: which clinic it is for, and the way in."""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance import recruiting
from compliance.access import Job
from compliance.errors import InvitationOver, LinkInvalid
from compliance.invitations import InvitationToken, open_token
from fileserver.entering import inviting
from fileserver.entering.state import state_of
from fileserver.http.call import Call
from fileserver.http.caller import CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.pages.came_for import INVITATION, SHARE, forget, remember, token_of
from fileserver.pages.entry_trouble import ENTER
from fileserver.pages.entry_ways import sign_in_page
from fileserver.pages.rendering import page
from storage.rows import clinics

SEE_OTHER = 303


class InvitationTokenPath(Input):
    """The token in an invitation's link."""

    token: str = Field(max_length=64)


async def invitation(call: Call[None, None, InvitationTokenPath]) -> web.Response:
    """Who is not known yet says who they are; whoever is signed in has come by it with this."""
    services, token, caller = call.services, call.params.token, call.caller
    try:
        genuine = await open_token(services.keys, services.database, token)
        if caller is not None and caller.active and caller.kind is CallerKind.VIEWER:
            return await _came(call, caller.person_id, genuine)
        async with services.database.transaction() as tx:
            arrival = await recruiting.leads_to(tx, genuine, services.clock())
            clinic = await clinics.clinic_by_id(tx, arrival.clinic_id)
    except LinkInvalid:
        return _over(call, 404, "unknown")
    except InvitationOver as over:
        return _over(call, 410, str(over.params["reason"]))
    if caller is not None and caller.kind is CallerKind.EMPLOYEE:
        return page(call, "share_employee.html")
    invited = {"clinic": clinic.name if clinic else "", "job": arrival.job.value if arrival.job else None}
    return _remembered(call, sign_in_page(call, share="", invitation=token, invited=invited))


async def _came(call: Call[None, None, InvitationTokenPath], person_id: UUID, genuine: InvitationToken) -> web.Response:
    """On to the step that is left; whoever is in and works elsewhere is asked whether they work there now."""
    services = call.services
    async with services.database.transaction() as tx:
        arrival = await inviting.arrive(tx, services, call.trail, genuine, person_id, services.clock())
        state = await state_of(tx, services, person_id)
        clinic = await clinics.clinic_by_id(tx, arrival.clinic_id)
    if state.needs:
        return _remembered(call, web.Response(status=SEE_OTHER, headers={"Location": ENTER}))
    proposal = state.proposal
    proposed = proposal is not None and proposal.clinic.id == arrival.clinic_id
    works_at = state.viewer.clinic_name if proposed and state.viewer else ""
    response = page(call, "invitation.html", clinic=clinic, job=arrival.job, works_at=works_at, jobs=list(Job))
    return _let_go(call, response)


def _remembered(call: Call[None, None, InvitationTokenPath], response: web.Response) -> web.Response:
    remember(call.services.config, response, INVITATION, call.params.token)
    forget(call.services.config, response, SHARE)
    return response


def _over(call: Call[None, None, InvitationTokenPath], status: int, reason: str) -> web.Response:
    return _let_go(call, page(call, "invitation_over.html", status=status, reason=reason))


def _let_go(call: Call[None, None, InvitationTokenPath], response: web.Response) -> web.Response:
    """The browser keeps this invitation no more: it counted, or never will, and leads nobody here again."""
    if token_of(call.services.config, call.request, INVITATION) == call.params.token:
        forget(call.services.config, response, INVITATION)
    return response


ROUTES = (
    Route(
        method="GET",
        path="/i/{token}",
        name="pages.invitation",
        summary="The page behind an invitation's link",
        handler=invitation,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        path_params=InvitationTokenPath,
    ),
)
