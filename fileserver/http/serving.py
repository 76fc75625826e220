"""How an application goes on a socket: our access log, and limits on what a connection may idle away."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from fileserver.http.access_log import AccessLog

KEEPALIVE_TIMEOUT_S = 75.0  # also how long a fresh connection may take to send its first headers
SHUTDOWN_TIMEOUT_S = 30.0  # what requests in flight get to finish
HEADER_MAX_BYTES = 8190


RUNNER_SETTINGS: Mapping[str, Any] = {
    "access_log_class": AccessLog,
    "auto_decompress": False,  # a small body could unpack to a huge one; parsing refuses encoded bodies
    "keepalive_timeout": KEEPALIVE_TIMEOUT_S,
    "max_field_size": HEADER_MAX_BYTES,
    "max_line_size": HEADER_MAX_BYTES,
}


def make_runner(app: web.Application) -> web.AppRunner:
    """A runner with our settings; the caller adds sites and owns the signals."""
    return web.AppRunner(app, shutdown_timeout=SHUTDOWN_TIMEOUT_S, **RUNNER_SETTINGS)
