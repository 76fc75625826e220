"""The headers of every answer, set at the last moment so that no handler, redirect or error page goes without.

A handler may set a stricter value first; what it set is kept.
"""

from aiohttp import web

from fileserver.config import Config
from fileserver.http.keys import ANSWER_BEGUN, CONFIG, HANDLER_TIMEOUT, REQUEST_ID, ROUTE

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "microphone", "geolocation", "payment", "usb", "display-capture", "browsing-topics")
)
HSTS = "max-age=31536000"
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for WebViews older than frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


async def on_response_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """The signal just before the head of an answer is written."""
    config = request.config_dict[CONFIG]
    request[ANSWER_BEGUN] = True
    if timeout := request.get(HANDLER_TIMEOUT):
        timeout.reschedule(None)
    for name, value in headers_for(request, config).items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)


def headers_for(request: web.Request, config: Config) -> dict[str, str]:
    """All headers that an answer to this request gets unless it has them already."""
    route = request.get(ROUTE)
    own = dict(route.headers) if route else {}
    if REQUEST_ID in request:
        own["X-Request-ID"] = request[REQUEST_ID]
    if is_secure(config):
        own["Strict-Transport-Security"] = HSTS
    return {**ALWAYS, **own}


def is_secure(config: Config) -> bool:
    """Whether people reach this server by HTTPS."""
    return config.public_url.startswith("https:")
