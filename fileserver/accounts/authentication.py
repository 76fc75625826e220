"""Who a request comes from, by the session's cookie, a session's token as a bearer (RFC 6750), or an API token.

A bearer counts alone: with one in the header the cookie is not looked at. An employee who is disabled, erased or out of
their account's time is a stranger from the next request on. A viewer who is, and whose session has not been ended, is
known but inactive: every rule refuses them, and the log says whom.
"""

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import Any

from aiohttp import hdrs, web

from compliance import sessions
from compliance.access import Role
from compliance.visits import actor_of
from fileserver.accounts import tokens
from fileserver.http.caller import Caller, session_cookie
from fileserver.services import Services
from fileserver.session_limits import limits_of
from storage.rows.standing import Standing
from storage.rows.tokens import token_by_id

SCHEME = "bearer"
CREDENTIALS_CHARS_MAX = 128


async def authenticate(request: web.Request, services: Services) -> Caller | None:
    """The frame's Authenticate port: one query, and one more when the last use is to be noted.

    Requests that come at the same time share them.
    """
    bearer = bearer_of(request)
    sent = bearer if bearer is not None else request.cookies.get(session_cookie(services.config.public_url))
    if not sent or len(sent) > CREDENTIALS_CHARS_MAX or not sent.isascii():
        return None
    if sent.startswith(sessions.PREFIX):
        return await _by_session(services, sent, bearer=bearer is not None)
    if bearer is not None and sent.startswith(tokens.PREFIX):
        return await _shared(services, sent, lambda: _by_token(services, sent))
    return None


async def lasts(caller: Caller, services: Services) -> bool:
    """The frame's Lasts port. What goes on is use: a session's idle time is not looked at.

    By ids, since a session may have got another token meanwhile.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        if caller.session_id is not None:
            limits = limits_of(services.config)(caller.role.value)
            return await sessions.lasts(tx, caller.session_id, limits=limits, now=now)
        token = await token_by_id(tx, caller.token_id) if caller.token_id is not None else None
    return token is not None and token.works_at(now)


async def _shared(
    services: Services, credential: Hashable, look_up: Callable[[], Awaitable[Caller | None]]
) -> Caller | None:
    """One query for all requests that bring the same credential at the same time, made after each of them came."""
    caller: Caller | None = await services.callers.share(credential, look_up)
    return caller


def bearer_of(request: web.Request) -> str | None:
    """What the Authorization header bears; None without one of this scheme, an empty text for more than one."""
    headers = [header.partition(" ") for header in request.headers.getall(hdrs.AUTHORIZATION, ())]
    sent = [value.strip() for scheme, _, value in headers if scheme.lower() == SCHEME]
    if not sent:
        return None
    return sent[0] if len(headers) == 1 else ""


async def _by_session(services: Services, token: str, *, bearer: bool) -> Caller | None:
    live = await services.sessions.find(token, limits_of=limits_of(services.config), now=services.clock())
    if live is None:
        return None
    return _caller(
        live.standing,
        services.clock(),
        session_id=live.id,
        csrf_token=live.csrf_token,
        bearer=bearer,
        proved_at=live.proved_at,
        methods=tuple(live.methods),
        limited=live.limited,
        second_factor=live.second_factor,
    )


async def _by_token(services: Services, token: str) -> Caller | None:
    async with services.database.driver() as driver:
        live = await tokens.find(driver, token, now=services.clock())
    if live is None:
        return None
    return _caller(live.standing, services.clock(), token_id=live.id, scopes=live.scopes)


def _caller(standing: Standing, now: datetime, **credentials: Any) -> Caller | None:
    """None for an employee who is disabled, or whose account has ended or not begun."""
    actor = actor_of(standing, now)
    if actor.role is not Role.VIEWER and not (actor.active and actor.in_time):
        return None
    return Caller(
        person_id=standing.person_id,
        pseudonym=standing.pseudonym,
        role=actor.role,
        active=actor.active,
        verified=actor.verified,
        clinic_id=actor.clinic_id,
        job=actor.job,
        departments=actor.departments,
        region=actor.region,
        clearance=actor.clearance,
        glass=actor.glass,
        emergency_until=max((each.ends_at for each in standing.glass if now < each.ends_at), default=None),
        **credentials,
    )
