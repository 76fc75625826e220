"""Sessions over HTTP: sign in, see who one is and where one is signed in, sign out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from compliance import ledger, sessions
from compliance.access import Role
from compliance.errors import (
    CodeNeeded,
    CodeRefused,
    InvalidValue,
    LocalSignInOff,
    NotFound,
    SignInRefused,
    TooManyAttempts,
)
from compliance.events import Act
from compliance.profiles import profiles_of
from compliance.second_factor import Factor
from fileserver.accounts import sign_in
from fileserver.accounts.schemas import (
    CurrentSession,
    Person,
    SessionList,
    SessionOut,
    SessionPath,
    SignedInOut,
    SignIn,
)
from fileserver.accounts.session_schemas import SteppedUpOut
from fileserver.devices import device_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.session_cookie import signed_in_response, signed_out_response
from fileserver.reentry import Proved, Reentry, confirm
from fileserver.session_limits import limits_of
from storage.rows.sessions import session_by_id

METHODS = {
    Proved.PASSWORD: (Factor.PASSWORD.value,),
    Proved.TOTP: (Factor.TOTP.value,),
    Proved.BOTH: (Factor.PASSWORD.value, Factor.TOTP.value),
    Proved.RECOVERY: (Factor.RECOVERY.value,),
}


async def create(call: Call[SignIn]) -> web.Response:
    """Sign an employee in. A session that this browser had ends; one that came as a bearer is another program's."""
    before = call.caller if call.caller is not None and call.caller.ambient else None
    done = await sign_in.sign_in(
        call.services,
        call.trail,
        login=call.body.login,
        password=call.body.password,
        address=call.client_ip,
        code=call.body.code,
        device=device_of(call.request.headers.get("User-Agent", "")),
        before=before,
    )
    answer = SignedInOut(
        id=done.session.id,
        token=done.session.token,
        person=Person(id=done.account.person_id, name=done.profile.name),
        role=Role(done.account.role),
        csrf_token=done.session.csrf_token,
        expires_at=done.session.expires_at,
        limited=done.limited,
    )
    return signed_in_response(call.services.config, answer, done.session.token)


async def current(call: Call) -> CurrentSession:
    """Who the caller is."""
    caller = call.signed_in
    async with call.services.database.transaction() as tx:
        profiles = await profiles_of(tx, call.services.keys.master, person_ids=[caller.person_id])
        row = await session_by_id(tx, caller.session_id) if caller.session_id else None
    if row is None:
        raise NotFound
    return CurrentSession(
        id=row.id,
        person=Person(id=caller.person_id, name=profiles[caller.person_id].name),
        role=caller.role,
        active=caller.active,
        clinic_id=caller.clinic_id,
        csrf_token=row.csrf_token,
        expires_at=row.expires_at,
        limited=row.limited,
        proved_at=row.proved_at,
        second_factor=caller.second_factor,
    )


async def listed(call: Call) -> SessionList:
    """Where the caller is signed in."""
    services, caller = call.services, call.signed_in
    limits = limits_of(services.config)(caller.role)
    async with services.database.transaction() as tx:
        found = await sessions.live_of(tx, caller.person_id, limits=limits, now=services.clock())
    items = [
        SessionOut(
            id=row.id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            current=row.id == caller.session_id,
            device=row.device,
            address=row.address,
            methods=list(row.methods),
        )
        for row in found
    ]
    return SessionList(items=items)


async def step_up(call: Call[Reentry]) -> web.Response:
    """Prove once more who one is: for ten minutes acts about rights, sign-in and keys are open."""
    services, caller = call.services, call.signed_in
    proof, act = call.body.proof, Act.EMPLOYEE_SESSION_CONFIRM
    proved = await confirm(services, call.trail, caller, proof, address=call.client_ip, act=act)
    if caller.session_id is None:
        raise NotFound
    now = services.clock()
    methods = tuple(dict.fromkeys((*caller.methods, *METHODS[proved])))
    async with services.database.transaction() as tx:
        token = await sessions.freshen(tx, caller.session_id, methods=methods, limited=caller.limited, now=now)
        await ledger.append(tx, call.trail.event(act, det={"by": proved.value}), now=now)
    answer = SteppedUpOut(token=token, by=proved, fresh_until=now + timedelta(seconds=sessions.FRESH_S))
    return signed_in_response(services.config, answer, token)


async def end_others(call: Call) -> None:
    """Sign out everywhere but here."""
    caller, services = call.signed_in, call.services
    if caller.session_id is None:
        raise NotFound
    async with services.database.transaction() as tx:
        await sessions.end_others(tx, call.trail, caller.person_id, caller.session_id, now=services.clock())


async def end_current(call: Call) -> web.Response:
    """Sign out here."""
    if call.signed_in.session_id is not None:
        await _end(call, call.signed_in.session_id)
    return signed_out_response(call.services.config)


async def end(call: Call[None, None, SessionPath]) -> None:
    """Sign out elsewhere."""
    if not await _end(call, call.params.session_id):
        raise NotFound


async def _end(call: Call[Any, Any, Any], session_id: UUID) -> bool:
    now = call.services.clock()
    async with call.services.database.transaction() as tx:
        return await sessions.end(tx, call.trail, call.signed_in.person_id, session_id, now=now)


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/sessions",
        name="sessions.create",
        summary="Sign in with login and password",
        handler=create,
        auth=Auth.PUBLIC,
        csrf=False,  # the check of the origin keeps other sites out; a token could only come from an older session
        body=SignIn,
        returns=SignedInOut,
        status=201,
        errors=(CodeNeeded, CodeRefused, LocalSignInOff, SignInRefused, TooManyAttempts),
    ),
    Route(
        method="GET",
        path="/api/v1/sessions",
        name="sessions.list",
        summary="List where the caller is signed in",
        handler=listed,
        auth=Auth.SIGNED_IN,
        own=True,
        returns=SessionList,
    ),
    Route(
        method="GET",
        path="/api/v1/sessions/current",
        name="sessions.current",
        summary="Tell who the caller is",
        handler=current,
        auth=Auth.SIGNED_IN,
        own=True,
        enrolling=True,
        returns=CurrentSession,
    ),
    Route(
        method="POST",
        path="/api/v1/sessions/current/step-up",
        name="sessions.step_up",
        summary="Prove once more who one is",
        handler=step_up,
        auth=Auth.EMPLOYEE,
        own=True,
        enrolling=True,  # whoever must set up a second factor proves first who they are; the limit stays
        body=Reentry,
        returns=SteppedUpOut,
        status=201,
        errors=(CodeRefused, InvalidValue, TooManyAttempts),
    ),
    Route(
        method="POST",
        path="/api/v1/sessions/end-others",
        name="sessions.end_others",
        summary="Sign out everywhere but here",
        handler=end_others,
        auth=Auth.SIGNED_IN,
        own=True,
        status=204,
    ),
    Route(
        method="DELETE",
        path="/api/v1/sessions/current",
        name="sessions.end_current",
        summary="Sign out",
        handler=end_current,
        auth=Auth.SIGNED_IN,
        own=True,
        enrolling=True,
        status=204,
    ),
    Route(
        method="DELETE",
        path="/api/v1/sessions/{session_id}",
        name="sessions.end",
        summary="Sign out elsewhere",
        handler=end,
        auth=Auth.SIGNED_IN,
        own=True,
        path_params=SessionPath,
        status=204,
        errors=(NotFound,),
    ),
)
