"""The typed route table: what a feature declares, and the checks that make a careless declaration stop the start.

One `Route` feeds the router (dispatch), the OpenAPI document (openapi) and the test that walks every route with every
role. A route says who may call it and which act it performs; a route that says neither does not start. What the caller
may do to one particular thing is decided later, by compliance.access.decide in the handler's transaction.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from string import Formatter
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from compliance.access import Action
from fileserver.http.call import Call
from fileserver.http.cors import CrossOrigin

BODY_MAX_BYTES = 1 << 20
HANDLER_TIMEOUT_S = 60.0
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Answer = BaseModel | web.StreamResponse | None
Handler = Callable[[Call[Any, Any, Any]], Awaitable[Answer]]


class Auth(StrEnum):
    """Who may knock at all."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"  # employee or viewer
    EMPLOYEE = "employee"
    VIEWER = "viewer"


@dataclass(frozen=True, kw_only=True, eq=False)
class Route:
    """One method of one path. Defaults are the strict choice. Equal to itself only: what is made of a table is kept."""

    method: str
    path: str  # aiohttp syntax: "/api/v1/shares/{share_id}"
    name: str  # the operationId: "shares.create"
    summary: str
    handler: Handler
    auth: Auth
    action: Action | None = None  # the act performed; None only for PUBLIC or `own`
    own: bool = False  # touches nothing but the caller's own session or profile
    body: type[BaseModel] | None = None  # JSON; on hidden routes an HTML form
    query: type[BaseModel] | None = None
    path_params: type[BaseModel] | None = None
    returns: type[BaseModel] | None = None  # None: not JSON (bytes, HTML, 204)
    status: int = 200
    more_statuses: tuple[int, ...] = ()  # other successes, for clients that speak another protocol
    errors: tuple[type[Exception], ...] = ()
    produces: str | None = None  # media types when not JSON, separated by ", "
    scope: str | None = None  # that an API token needs; None: tokens are not accepted
    fresh: bool = False  # a session's person must have proved who they are within sessions.FRESH_S
    enrolling: bool = False  # open to somebody who has yet to set up the second factor that is asked of them
    csrf: bool = True  # unsafe methods of a cookie session must bring its token
    hidden: bool = False  # a page: left out of OpenAPI, its problems are HTML
    body_max_bytes: int | None = BODY_MAX_BYTES  # None: the handler streams the body itself
    reads_session: bool = True  # False: never looks at credentials, so works without a database
    timeout_s: float | None = HANDLER_TIMEOUT_S  # until the answer begins; not used when the handler streams the body
    consumes: tuple[str, ...] = ()  # media types of a body that the handler streams; none: any
    headers: Mapping[str, str] = field(default_factory=dict)  # on every answer, problems included
    cross_origin: CrossOrigin | None = None  # what pages of SEALSHARE_UPLOAD_ORIGINS may do here

    @property
    def unsafe(self) -> bool:
        """Whether the method may change something (RFC 9110 §9.2.1)."""
        return self.method not in SAFE_METHODS

    @property
    def placeholders(self) -> frozenset[str]:
        """Names in the path: {"share_id"}."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.path) if name)


def bare_page(path: str, name: str, summary: str, handler: Handler, produces: str) -> Route:
    """What anybody may GET, even while the database is away: no credentials are looked at, and no API promises it."""
    return Route(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.PUBLIC,
        produces=produces,
        hidden=True,
        reads_session=False,
    )


def speaking_for(routes: Sequence[Route], path: str) -> Route | None:
    """The route whose headers a refusal gets where nothing is served: of a collection, which ends with a slash."""
    collections = (route for route in routes if route.path.endswith("/") and route.path != "/")
    return next((route for route in collections if path.startswith(route.path)), None)


class RouteTableError(Exception):
    """A declaration that must not go into service; the message names the route and the fault."""


def check_routes(routes: Sequence[Route]) -> None:
    """Refuse a table with an undeclared, contradictory or ambiguous route. Raises RouteTableError naming all faults."""
    faults = [f"{route.name}: {fault}" for route in routes for fault in _faults(route)]
    faults += [f"name used twice: {name}" for name, n in Counter(r.name for r in routes).items() if n > 1]
    faults += [f"served twice: {at}" for at, n in Counter((r.method, r.path) for r in routes).items() if n > 1]
    if faults:
        raise RouteTableError("; ".join(faults))


def _faults(route: Route) -> list[str]:
    models = {"body": route.body, "query": route.query, "path_params": route.path_params}
    declared = frozenset(route.path_params.model_fields) if route.path_params else route.placeholders
    checks = (
        (route.method != route.method.upper(), "method must be upper case"),
        (
            route.auth is not Auth.PUBLIC and route.action is None and not route.own,
            "declares neither an action nor own=True, and is not public",
        ),
        (route.action is not None and route.own, "has an action and own=True; choose one"),
        (route.auth is Auth.PUBLIC and route.action is not None, "is public, yet an action needs a known actor"),
        (route.auth is not Auth.PUBLIC and not route.reads_session, "must read the session to know its caller"),
        (route.returns is not None and route.produces is not None, "answers JSON and something else"),
        (
            not route.hidden and _answers_content(route) and route.returns is None and route.produces is None,
            "answers 200 but says neither `returns` nor `produces`",
        ),
        (route.body is not None and not route.unsafe, "takes a body with a safe method"),
        (route.fresh and route.auth is Auth.PUBLIC, "is public, yet asks who it is again"),
        (route.body is not None and route.body_max_bytes is None, "has a body model but streams its body"),
        (declared != route.placeholders, "path_params do not match the path's placeholders"),
        *((_lenient(model), f"{name} model must set extra='forbid'") for name, model in models.items()),
    )
    return [fault for broken, fault in checks if broken]


def _answers_content(route: Route) -> bool:
    return route.status == HTTPStatus.OK and route.method != "HEAD"


def _lenient(model: type[BaseModel] | None) -> bool:
    return model is not None and model.model_config.get("extra") != "forbid"
