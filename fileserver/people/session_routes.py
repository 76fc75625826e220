"""Viewers' signing in over HTTP, and the clinics that its form offers."""

from aiohttp import web

from compliance.access import Role
from compliance.errors import (
    AccessDenied,
    InvitationOver,
    LinkInvalid,
    SignInRefused,
    SignInUnavailable,
    TooManyAttempts,
)
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.session_cookie import signed_in_response
from fileserver.people import viewer_sign_in
from fileserver.people.schemas import Named, PublicClinics, ViewerSignedIn, ViewerSignIn
from fileserver.people.stand_in import DEMO
from fileserver.people.viewer_sign_in import SignedIn
from storage.rows import clinics

PUBLIC_CLINICS_MAX = 200


async def create(call: Call[ViewerSignIn]) -> web.Response:
    """Sign a viewer in. A session that this browser had ends."""
    before = call.caller if call.caller is not None and call.caller.ambient else None
    done = await viewer_sign_in.sign_in(
        call.services,
        call.trail,
        provider=call.body.provider,
        credential=call.body.credential,
        address=call.client_ip,
        before=before,
    )
    return signed_in_response(call.services.config, _out(done), done.session.token)


async def public_clinics(call: Call) -> PublicClinics:
    """The clinics to choose from, while the stand-in is on: with real providers the list is nobody's business."""
    if DEMO not in viewer_sign_in.offered(call.services):
        raise SignInUnavailable(provider=DEMO)
    async with call.services.database.transaction() as tx:
        found = await clinics.list_clinics(tx, limit=PUBLIC_CLINICS_MAX + 1)
    items = [Named(id=row.id, name=row.name) for row in found[:PUBLIC_CLINICS_MAX]]
    return PublicClinics(items=items, complete=len(found) <= PUBLIC_CLINICS_MAX)


def _out(done: SignedIn) -> ViewerSignedIn:
    entry, session = done.entry, done.session
    return ViewerSignedIn(
        id=session.id,
        token=session.token,
        person=Named(id=entry.person_id, name=entry.identity.name),
        role=Role.VIEWER,
        clinic=Named(id=entry.clinic.id, name=entry.clinic.name),
        job=entry.job,
        verified_by=entry.identity.provider,
        csrf_token=session.csrf_token,
        expires_at=session.expires_at,
    )


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/sessions/viewer",
        name="sessions.create_viewer",
        summary="Sign in as a viewer",
        handler=create,
        auth=Auth.PUBLIC,
        csrf=False,  # the check of the origin keeps other sites out; a token could only come from an older session
        body=ViewerSignIn,
        returns=ViewerSignedIn,
        status=201,
        errors=(SignInUnavailable, SignInRefused, TooManyAttempts, AccessDenied, LinkInvalid, InvitationOver),
    ),
    Route(
        method="GET",
        path="/api/v1/people/clinics/public",
        name="clinics.public",
        summary="List the clinics that the stand-in sign-in offers",
        handler=public_clinics,
        auth=Auth.PUBLIC,
        returns=PublicClinics,
        errors=(SignInUnavailable,),
    ),
)
