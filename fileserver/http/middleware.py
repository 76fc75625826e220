"""What surrounds every request: its id, address and language before; a problem instead of any exception after."""

import json
import re
import secrets
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from fileserver.config import Config
from fileserver.http.client_ip import client_ip, is_within, parse_address
from fileserver.http.dispatch import endpoint_of
from fileserver.http.errors import BodyTooLarge, HttpError, InternalError, MethodNotAllowed, PathUnknown
from fileserver.http.headers import is_secure
from fileserver.http.keys import (
    ANSWER_BEGUN,
    CLIENT_IP,
    CONFIG,
    LANGUAGE,
    METRICS,
    PROBLEM,
    PROBLEM_PAGE,
    REQUEST_ID,
    ROUTE,
)
from fileserver.http.language import choose_language, remember_language
from fileserver.http.metrics import UNMATCHED
from fileserver.http.problems import PROBLEM_TYPE, STATUSES, Problem, problem_of, slug_of

REQUEST_ID_SHAPE = re.compile(r"[A-Za-z0-9._-]{8,64}")
REQUEST_ID_BYTES = 12

log = structlog.get_logger(__name__)


@web.middleware
async def request_context(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: what every later line of log and every answer refers to."""
    scope = request.config_dict
    config = scope[CONFIG]
    request[REQUEST_ID] = request_id(request, config)
    request[CLIENT_IP] = client_ip(
        request.remote, request.headers.getall("X-Forwarded-For", ()), config.trusted_proxies
    )
    request[LANGUAGE] = choose_language(request, config.default_language)
    if endpoint := endpoint_of(request):
        request[ROUTE] = endpoint.route
    structlog.contextvars.clear_contextvars()  # a kept-alive connection reuses its task
    structlog.contextvars.bind_contextvars(request_id=request[REQUEST_ID])
    with scope[METRICS].in_flight.track_inprogress():
        response = await handler(request)
    if not response.prepared:
        remember_language(request, response, secure=is_secure(config))
    return response


def request_id(request: web.Request, config: Config) -> str:
    """A proxy of ours may have named the request already; nobody else may, or logs could be confused on purpose."""
    sent = request.headers.get("X-Request-ID")
    if sent is None or not is_within(parse_address(request.remote or ""), config.trusted_proxies):
        return secrets.token_hex(REQUEST_ID_BYTES)
    if REQUEST_ID_SHAPE.fullmatch(sent):
        return sent
    return secrets.token_hex(REQUEST_ID_BYTES)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every exception into a problem, unless the answer has already begun: then the connection breaks off."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return answer(request, from_aiohttp(error), status=error.status, headers=allow_header(error))
    except Exception as error:
        slug = slug_of(error)
        if is_gone(request, error):
            log.info("client gone", route=route_of(request), problem=slug, bytes_out=request.writer.output_size)
            if isinstance(error, ConnectionError) and (begun := request.get(ANSWER_BEGUN)):
                return broken_off(request, begun)  # whoever went on to another page did nothing wrong
            if slug is None or STATUSES[slug] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
        elif slug is None or STATUSES[slug] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.exception("request failed", error=type(error).__name__, problem=slug, route=route_of(request))
        if begun := request.get(ANSWER_BEGUN):
            log.warning("answer broken off", problem=slug, route=route_of(request))
            return broken_off(request, begun)
        return answer(request, error)


def is_gone(request: web.Request, error: Exception) -> bool:
    """Whether the client is: as the transport says, or as the handler noticed, which may have read past it."""
    noticed = isinstance(error, HttpError) and error.client_gone
    return noticed or request.transport is None or request.transport.is_closing()


def broken_off(request: web.Request, begun: web.StreamResponse) -> web.StreamResponse:
    """The answer with its connection cut, so that what left of it can't pass for the whole.

    Returned and not raised: aiohttp would call it an unhandled error, with a traceback for what may be a mere no.
    """
    begun.force_close()
    if request.transport is not None:
        request.transport.abort()
    return begun


def route_of(request: web.BaseRequest) -> str:
    """The template of the route that was reached, for logs and figures."""
    route = request.get(ROUTE)
    return route.path if route else UNMATCHED


def from_aiohttp(error: web.HTTPException) -> HttpError:
    """Refusals by aiohttp itself, in our words."""
    match error:
        case web.HTTPNotFound():
            return PathUnknown()
        case web.HTTPMethodNotAllowed():
            return MethodNotAllowed()
        case web.HTTPRequestEntityTooLarge():
            return BodyTooLarge(size_max_bytes=0)
        case web.HTTPServerError():
            return InternalError()
        case _:
            return HttpError()


def allow_header(error: web.HTTPException) -> dict[str, str]:
    """Allow, which RFC 9110 §15.5.6 demands beside 405."""
    allow = error.headers.get(hdrs.ALLOW)
    return {hdrs.ALLOW: allow} if allow is not None else {}


def answer(
    request: web.Request, error: Exception, *, status: int | None = None, headers: dict[str, str] | None = None
) -> web.Response:
    """The problem as a page for people and as JSON for programs."""
    problem = problem_of(error, request[LANGUAGE], request[REQUEST_ID], status)
    request[PROBLEM] = problem.slug
    response = request.config_dict[PROBLEM_PAGE](request, problem) if wants_page(request) else as_json(problem)
    response.headers.update({**problem.headers, **(headers or {})})
    return response


def as_json(problem: Problem) -> web.Response:
    """application/problem+json."""
    body = json.dumps(problem.document(), ensure_ascii=False).encode()
    return web.Response(body=body, status=problem.status, content_type=PROBLEM_TYPE)


def wants_page(request: web.Request) -> bool:
    """Page routes get pages; so does a browser that asks for a path which is not there, outside the API."""
    route = request.get(ROUTE)
    accepted = request.headers.get("Accept", "")
    if route is not None:
        return route.hidden and "json" not in accepted
    return "text/html" in accepted and not request.path.startswith("/api/")
