"""Beginning a session: with a code of the mini-program's, or a code by e-mail."""

from dataclasses import replace
from typing import Any

from aiohttp import hdrs, web

from compliance.errors import (
    AccessDenied,
    CodeRefused,
    InvalidValue,
    InvitationOver,
    LinkInvalid,
    SignInRefused,
    SignInUnavailable,
    TooManyAttempts,
)
from fileserver.devices import device_of
from fileserver.entering import beginning, inviting, service
from fileserver.entering.beginning import Began, Visitor
from fileserver.entering.schemas import CodeSent, EmailCodeIn, EmailIn, EntrySession, MiniProgramIn
from fileserver.entering.state import state_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.session_cookie import signed_in_response
from fileserver.mailing import MailFailed


async def visitor_of(call: Call[Any, Any, Any], invitation: str) -> Visitor:
    """Who asks, and by which invitation. Raises LinkInvalid."""
    before = call.caller if call.caller is not None and call.caller.ambient else None
    token = await inviting.token_of(call.services, invitation)
    device = device_of(call.request.headers.get(hdrs.USER_AGENT, ""))
    return Visitor(trail=call.trail, address=call.client_ip, device=device, before=before, invitation=token)


async def by_mini_program(call: Call[MiniProgramIn]) -> web.Response:
    """Sign in with the code of wx.login."""
    visitor = await visitor_of(call, call.body.invitation)
    return await _answer(call, await beginning.by_mini_program(call.services, visitor, call.body.code))


async def send_code(call: Call[EmailIn]) -> CodeSent:
    """Mail a one-time code."""
    issued = await service.send_code(call.services, call.body, address=call.client_ip, language=call.language)
    return CodeSent(id=issued.id, expires_at=issued.expires_at)


async def by_email(call: Call[EmailCodeIn]) -> web.Response:
    """Sign in with the code that came by mail; an invitation that is over keeps nobody out."""
    body = call.body
    try:
        visitor = await visitor_of(call, body.invitation)
    except LinkInvalid:
        visitor = await visitor_of(call, "")
    address = await service.check_code(call.services, body, body.id, body.code, address=call.client_ip)
    try:
        began = await beginning.by_email(call.services, visitor, address)
    except InvitationOver:  # the code is spent, and the browser may keep the invitation for hours
        began = await beginning.by_email(call.services, replace(visitor, invitation=None), address)
    return await _answer(call, began)


async def _answer(call: Call[Any, Any, Any], began: Began) -> web.Response:
    services = call.services
    async with services.database.transaction() as tx:
        state = await state_of(tx, services, began.person_id)
    answer = EntrySession(
        **service.told(services, state, call.language).model_dump(),
        token=began.session.token,
        csrf_token=began.session.csrf_token,
        expires_at=began.session.expires_at,
    )
    return signed_in_response(services.config, answer, began.session.token)


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/entry/mini-program",
        name="entry.mini_program",
        summary="Sign in from the mini-program",
        handler=by_mini_program,
        auth=Auth.PUBLIC,
        csrf=False,  # the check of the origin keeps other sites out; a token could only come from an older session
        body=MiniProgramIn,
        returns=EntrySession,
        status=201,
        errors=(SignInUnavailable, SignInRefused, TooManyAttempts, AccessDenied, LinkInvalid, InvitationOver),
    ),
    Route(
        method="POST",
        path="/api/v1/entry/email",
        name="entry.send_code",
        summary="Mail a one-time code to a clinic user",
        handler=send_code,
        auth=Auth.PUBLIC,
        csrf=False,  # as above
        body=EmailIn,
        returns=CodeSent,
        errors=(SignInUnavailable, InvalidValue, TooManyAttempts, MailFailed),
    ),
    Route(
        method="POST",
        path="/api/v1/entry/email/session",
        name="entry.email",
        summary="Sign in with a code by e-mail",
        handler=by_email,
        auth=Auth.PUBLIC,
        csrf=False,  # as above
        body=EmailCodeIn,
        returns=EntrySession,
        status=201,
        errors=(CodeRefused, InvalidValue, TooManyAttempts, AccessDenied),
    ),
)
