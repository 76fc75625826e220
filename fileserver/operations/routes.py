"""/healthz, /readyz and /metrics. None of them looks at a session, so they answer while the database does not."""

from http import HTTPStatus

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from fileserver.http.call import Call
from fileserver.http.keys import METRICS
from fileserver.http.routing import Route, bare_page
from fileserver.operations.access import check_operator
from fileserver.operations.readiness import PROBE


async def healthz(_call: Call) -> web.Response:
    """Alive: the event loop turns. An outage elsewhere must not restart this process, so nothing else counts."""
    return web.json_response({"alive": True})


async def readyz(call: Call) -> web.Response:
    """200 when every part serves, else 503; the reasons either way."""
    readiness = await call.request.config_dict[PROBE](call.services)
    return web.Response(
        body=readiness.model_dump_json().encode(),
        status=HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE,
        content_type="application/json",
    )


async def metrics(call: Call) -> web.Response:
    """The Prometheus text format, for operators."""
    check_operator(call.request, call.client_ip, call.services.config)
    registry = call.request.config_dict[METRICS].registry
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


ROUTES: tuple[Route, ...] = (
    bare_page("/healthz", "operations.healthz", "Is this process alive", healthz, "application/json"),
    bare_page("/readyz", "operations.readyz", "Can this process serve, and if not why", readyz, "application/json"),
    bare_page("/metrics", "operations.metrics", "What this process counted", metrics, "text/plain"),
)
