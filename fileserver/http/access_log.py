"""One log line and one count per finished request: after the last byte, so with the true duration and size.

The line has the route's template instead of the path, and the pseudonym that events use instead of a name.
"""

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from fileserver.http.keys import CALLER, CLIENT_IP, METRICS, PROBLEM, REQUEST_ID, ROUTE
from fileserver.http.metrics import UNMATCHED

log = structlog.get_logger("fileserver.access")


class AccessLog(AbstractAccessLogger):
    """Hand this to aiohttp's runner as `access_log_class`; fileserver.http.serving does."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Called by aiohttp when the answer is complete; `time` is seconds since the request's headers."""
        route, caller = request.get(ROUTE), request.get(CALLER)
        template = route.path if route else UNMATCHED
        bytes_out = request.writer.output_size
        log.info(
            "request",
            method=request.method,
            route=template,
            status=response.status,
            duration_ms=round(time * 1000, 1),
            bytes_out=bytes_out,
            client_ip=request.get(CLIENT_IP),
            request_id=request.get(REQUEST_ID),
            who=caller.pseudonym if caller else None,
            problem=request.get(PROBLEM),
        )
        if isinstance(request, web.Request) and REQUEST_ID in request:  # else aiohttp refused it before the application
            request.config_dict[METRICS].record(
                method=request.method, route=template, status=response.status, seconds=time, bytes_out=bytes_out
            )
