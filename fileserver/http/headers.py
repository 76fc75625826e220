"""The headers of every answer, set at the last moment so that no handler, redirect or error page goes without.

A handler may set a stricter value first; what it set is kept.
"""

from functools import cache

from aiohttp import web

from fileserver.config import Config
from fileserver.http.cors import cross_origin_headers
from fileserver.http.keys import ANSWER_BEGUN, CONFIG, CONNECTION_SPENT, HANDLER_TIMEOUT, REQUEST_ID, ROUTE, ROUTES
from fileserver.http.routing import speaking_for

# `connect-src` ends with the store's public origin where browsers may send to it themselves, and with nothing else.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'{store}; "
    "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "microphone", "geolocation", "payment", "usb", "display-capture", "browsing-topics")
)
HSTS = "max-age=31536000"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for WebViews older than frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@cache
def content_security_policy(store: str | None) -> str:
    """What pages may load; and, when the store has a public origin, send to."""
    return CONTENT_SECURITY_POLICY.format(store=f" {store}" if store else "")


async def on_response_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """The signal just before the head of an answer is written."""
    config = request.config_dict[CONFIG]
    request[ANSWER_BEGUN] = response
    if timeout := request.get(HANDLER_TIMEOUT):
        timeout.reschedule(None)
    for name, value in headers_for(request, config).items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)
    if CONNECTION_SPENT in request:
        response.force_close()
        response.headers["Connection"] = "close"


def headers_for(request: web.Request, config: Config) -> dict[str, str]:
    """All headers that an answer to this request gets unless it has them already."""
    routes = request.config_dict[ROUTES]
    route = request.get(ROUTE) or speaking_for(routes, request.path)
    own = dict(route.headers) if route else {}
    if route and route.cross_origin:
        own |= cross_origin_headers(request, route.cross_origin, config.upload_origins)
    if REQUEST_ID in request:
        own["X-Request-ID"] = request[REQUEST_ID]
    if is_secure(config):
        own["Strict-Transport-Security"] = HSTS
    return {"Content-Security-Policy": content_security_policy(config.s3_public_url), **ALWAYS, **own}


def is_secure(config: Config) -> bool:
    """Whether people reach this server by HTTPS."""
    return config.public_url.startswith("https:")
