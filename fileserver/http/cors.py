"""Answers that pages of other origins may read (Fetch Standard, CORS).

Only of routes that say so, only for origins that an operator has named, and never with the credentials that a browser
sends by itself: such a page brings an API token.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import hdrs, web

PREFLIGHT_S = 7200  # browsers keep it no longer


@dataclass(frozen=True)
class CrossOrigin:
    """What pages of the named origins may send to a route, and read of its answers."""

    methods: tuple[str, ...]
    sent: tuple[str, ...]
    exposed: tuple[str, ...]


def cross_origin_headers(request: web.BaseRequest, allowed: CrossOrigin, origins: tuple[str, ...]) -> Mapping[str, str]:
    """The headers for this request; an origin that is not named gets none of them."""
    if not origins:
        return {}
    vary: dict[str, str] = {hdrs.VARY: hdrs.ORIGIN}
    origin = request.headers.get(hdrs.ORIGIN)
    if origin not in origins:
        return vary
    named = {**vary, hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin}
    if is_preflight(request):
        return {
            **named,
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: ", ".join(allowed.methods),
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: ", ".join(allowed.sent),
            hdrs.ACCESS_CONTROL_MAX_AGE: str(PREFLIGHT_S),
        }
    return {**named, hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: ", ".join(allowed.exposed)}


def is_preflight(request: web.BaseRequest) -> bool:
    """Whether a browser asks what it may send, instead of sending it."""
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
