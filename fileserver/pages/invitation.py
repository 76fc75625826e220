"""The page behind an invitation's link: which clinic it is for, and the way in."""

from aiohttp import web
from pydantic import Field

from compliance import recruiting
from compliance.errors import InvitationOver, LinkInvalid
from compliance.invitations import open_token
from fileserver.http.call import Call
from fileserver.http.caller import CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.pages.came_for import INVITATION, SHARE, forget, remember
from fileserver.pages.entry_ways import sign_in_page
from fileserver.pages.rendering import page
from storage.rows import clinics


class InvitationTokenPath(Input):
    """The token in an invitation's link."""

    token: str = Field(max_length=64)


async def invitation(call: Call[None, None, InvitationTokenPath]) -> web.Response:
    """Who is not known yet says who they are; whoever is in is told so."""
    services, token = call.services, call.params.token
    try:
        genuine = await open_token(services.keys, services.database, token)
        async with services.database.transaction() as tx:
            arrival = await recruiting.leads_to(tx, genuine, services.clock())
            clinic = await clinics.clinic_by_id(tx, arrival.clinic_id)
    except LinkInvalid:
        return page(call, "invitation_over.html", status=404, reason="unknown")
    except InvitationOver as over:
        return page(call, "invitation_over.html", status=410, reason=over.params["reason"])
    caller = call.caller
    if caller is not None and caller.kind is CallerKind.EMPLOYEE:
        return page(call, "share_employee.html")
    if caller is not None and caller.active:
        return page(call, "invitation.html", clinic=clinic, job=arrival.job)
    invited = {"clinic": clinic.name if clinic else "", "job": arrival.job.value if arrival.job else None}
    response = sign_in_page(call, share="", invitation=token, invited=invited)
    remember(services.config, response, INVITATION, token)
    forget(services.config, response, SHARE)
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
