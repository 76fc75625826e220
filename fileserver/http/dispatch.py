"""From the route table to aiohttp's router: every check that needs no row, in one order, before a handler runs.

Order: who is it, may this kind of caller come here, is the API token good for it, did a foreign site send it, could
this role ever do it; only then is a body read and parsed. So a stranger learns nothing about a route's body and costs
no parsing. Who it is gets asked again once a body is there that was still on its way.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from compliance.access import DEFAULT_DENY, may_ever
from compliance.errors import AccessDenied, InvalidValue
from compliance.sessions import FRESH_S
from fileserver.http import csrf
from fileserver.http.call import Call
from fileserver.http.caller import Caller, CallerKind
from fileserver.http.denials import record_denial
from fileserver.http.errors import (
    NotSignedIn,
    ScopeMissing,
    SecondFactorNeeded,
    StepUpNeeded,
    TimedOut,
    TokenNotAccepted,
    WrongKind,
)
from fileserver.http.keys import (
    AUTHENTICATE,
    CALLER,
    CLIENT_IP,
    CONFIG,
    HANDLER_TIMEOUT,
    LANGUAGE,
    REQUEST_ID,
    SERVICES,
)
from fileserver.http.language import LANGUAGE_PARAMETER
from fileserver.http.parsing import (
    JSON_TYPE,
    check_encoding,
    check_texts,
    grouped,
    parse_form,
    parse_json_body,
    read_body,
    validate_text,
)
from fileserver.http.routing import Answer, Auth, Route, check_routes
from fileserver.services import Services

KINDS = {Auth.EMPLOYEE: CallerKind.EMPLOYEE, Auth.VIEWER: CallerKind.VIEWER}


class Endpoint:
    """One route in service. aiohttp gets its `handle`; the middleware finds the route again through it."""

    def __init__(self, route: Route) -> None:
        self.route = route

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Run the checks, then the handler, and give its answer the declared shape."""
        route, scope = self.route, request.config_dict
        trickles = waits_for_body(request, route)
        caller = await authenticate(request, route)
        try:
            check_caller(route, caller)
            check_session(route, caller, scope[SERVICES].clock)
            if route.unsafe and (caller is None or caller.ambient):
                csrf.check_origin(request, scope[CONFIG].public_url)
            call = await self._parse(request, caller, scope[SERVICES])
            if caller is not None and trickles:
                caller = await authenticate(request, route)  # a body may trickle for long; a right may end meanwhile
                check_caller(route, caller)
                call = replace(call, caller=caller)
            return as_response(route, await run_handler(request, route, call))
        except (AccessDenied, InvalidValue) as refusal:
            denied = refusal if isinstance(refusal, AccessDenied) else refusal.__cause__
            if isinstance(denied, AccessDenied):
                await record_denial(request, route, caller, denied)
            raise

    async def _parse(self, request: web.Request, caller: Caller | None, services: Services) -> Call[Any, Any, Any]:
        route = self.route
        params = parse_params(request, route)
        query = parse_query(request, route)
        body = await parse_body(request, route, caller)
        return Call(
            request=request,
            services=services,
            caller=caller,
            body=body,
            query=query,
            params=params,
            language=request[LANGUAGE],
            request_id=request[REQUEST_ID],
            client_ip=request[CLIENT_IP],
        )


def waits_for_body(request: web.Request, route: Route) -> bool:
    """Whether the frame itself reads a body before the handler runs, at the caller's pace: it isn't all there yet."""
    expected = route.unsafe and route.body_max_bytes is not None and request.body_exists
    return expected and not request.content.is_eof()


def endpoint_of(request: web.Request) -> Endpoint | None:
    """The endpoint that a matched request will reach."""
    owner = getattr(request.match_info.handler, "__self__", None)
    return owner if isinstance(owner, Endpoint) else None


async def authenticate(request: web.Request, route: Route) -> Caller | None:
    """Ask the accounts feature who this is, unless the route never wants to know."""
    if not route.reads_session:
        return None
    scope = request.config_dict
    caller = await scope[AUTHENTICATE](request, scope[SERVICES])
    if caller is not None:
        request[CALLER] = caller
    return caller


def check_caller(route: Route, caller: Caller | None) -> None:
    """Kind of caller, token scope, and whether the role could ever do the act. Raises the matching refusal."""
    if route.auth is Auth.PUBLIC:
        return
    if caller is None:
        raise NotSignedIn
    if KINDS.get(route.auth, caller.kind) is not caller.kind:
        raise WrongKind(needed=KINDS[route.auth].value)
    if caller.token_id is not None:
        _check_scope(route, caller)
    if route.action is not None and not may_ever(caller.role, route.action, caller.glass):
        raise AccessDenied(DEFAULT_DENY, action=route.action.value)


def check_session(route: Route, caller: Caller | None, clock: Callable[[], datetime]) -> None:
    """What the caller's session is good for at this moment. Raises SecondFactorNeeded, StepUpNeeded.

    An API token was made for its scopes by somebody who had just proved who they are, and is not asked again.
    """
    if route.auth is Auth.PUBLIC or caller is None or caller.session_id is None:
        return
    if caller.limited and not route.enrolling:
        raise SecondFactorNeeded
    if route.fresh and not is_fresh(caller, clock()):
        raise StepUpNeeded(fresh_s=FRESH_S, by="code" if caller.second_factor else "password")


def is_fresh(caller: Caller, now: datetime) -> bool:
    """Whether the session's person proved who they are a short while ago."""
    return caller.proved_at is not None and now - caller.proved_at < timedelta(seconds=FRESH_S)


def _check_scope(route: Route, caller: Caller) -> None:
    if route.scope is None:
        raise TokenNotAccepted
    if route.scope not in caller.scopes:
        raise ScopeMissing(scope=route.scope)


def parse_params(request: web.Request, route: Route) -> BaseModel | None:
    """Path parameters as their model."""
    fields = {name: [value] for name, value in request.match_info.items()}
    if route.path_params is None:
        check_texts(fields)
        return None
    return validate_text(fields, route.path_params)


def parse_query(request: web.Request, route: Route) -> BaseModel | None:
    """The query as its model. `?lang=` belongs to the frame, on every route."""
    fields = grouped(request.query)
    if route.query is None:
        check_texts(fields)
        return None
    if LANGUAGE_PARAMETER not in route.query.model_fields:
        fields.pop(LANGUAGE_PARAMETER, None)
    return validate_text(fields, route.query)


async def parse_body(request: web.Request, route: Route, caller: Caller | None) -> BaseModel | None:
    """The body as its model, after the CSRF token, which a form carries inside."""
    if not route.unsafe:
        return None
    guarded = route.csrf and caller is not None and caller.ambient
    expected = caller.csrf_token if caller else None
    sent = request.headers.get(csrf.CSRF_HEADER)
    form = route.hidden and request.content_type != JSON_TYPE
    if guarded and (sent is not None or not form or route.body_max_bytes is None):
        csrf.check_csrf_token(expected, sent)
    check_encoding(request)
    if route.body_max_bytes is None:
        return None
    raw = await read_body(request, route.body_max_bytes)
    if not form:
        return parse_json_body(request, raw, route.body) if route.body else None
    fields = parse_form(request, raw) if raw or route.body else {}
    tokens = fields.pop(csrf.CSRF_FIELD, [])
    if guarded and sent is None:
        csrf.check_csrf_token(expected, tokens[0] if len(tokens) == 1 else None)
    return validate_text(fields, route.body) if route.body else None


async def run_handler(request: web.Request, route: Route, call: Call[Any, Any, Any]) -> Answer:
    """The handler under its time limit, which ends when the answer begins: a long download is not a slow handler."""
    limit_s = None if route.body_max_bytes is None else route.timeout_s
    timeout = asyncio.timeout(limit_s)
    try:
        request[HANDLER_TIMEOUT] = timeout
        async with timeout:
            return await route.handler(call)
    except TimeoutError:
        if not timeout.expired():
            raise
        raise TimedOut(timeout_s=int(limit_s or 0)) from None
    finally:
        del request[HANDLER_TIMEOUT]


def as_response(route: Route, answer: Answer) -> web.StreamResponse:
    """Give the handler's answer its declared shape; a different shape is a defect and becomes a 500."""
    if isinstance(answer, web.StreamResponse):
        return answer
    if answer is None:
        return web.Response(status=HTTPStatus.NO_CONTENT if route.status == HTTPStatus.OK else route.status)
    if route.returns is None or not isinstance(answer, route.returns):
        raise TypeError(f"{route.name} answered {type(answer).__name__}, which it does not declare")
    body = answer.model_dump_json(by_alias=True).encode()
    return web.Response(body=body, status=route.status, content_type="application/json")


@lru_cache(maxsize=4)
def resources(routes: tuple[Route, ...]) -> tuple[web.AbstractResource, ...]:
    """The table as what aiohttp's router looks through, literal paths before patterns: `/shares/new` is not a share.

    Made once for all applications of a process that serve the table: it holds nothing of any of them. Raises
    RouteTableError for a careless declaration.
    """
    check_routes(routes)
    ordered = sorted(routes, key=lambda route: ("{" in route.path, route.path))
    own_head = {route.path for route in routes if route.method == "HEAD"}
    table = web.UrlDispatcher()
    table.add_routes([_definition(route, own_head) for route in ordered])
    return tuple(table.resources())


def _definition(route: Route, own_head: set[str]) -> web.RouteDef:
    """HEAD comes with GET (RFC 9110 §9.3.2) where the answer is made in one piece: JSON and pages.

    Content is streamed by its handler, which would write its body into the answer to HEAD as well.
    """
    handle = Endpoint(route).handle
    if route.method != "GET":
        streams = route.body_max_bytes is None
        return web.route(route.method, route.path, handle, expect_handler=_leave_to_handler if streams else None)
    whole = route.hidden or route.returns is not None
    return web.get(route.path, handle, allow_head=whole and route.path not in own_head)


async def _leave_to_handler(_request: web.Request) -> None:
    """`Expect: 100-continue` where the handler streams the body: it asks for bytes once it is sure to want them."""
