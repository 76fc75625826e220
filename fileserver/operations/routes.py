"""/healthz, /readyz and /metrics. None of them looks at a session, so they answer while the database does not."""

from http import HTTPStatus

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from fileserver.http.call import Call
from fileserver.http.keys import METRICS
from fileserver.http.routing import Auth, Handler, Route
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


def _route(path: str, name: str, summary: str, handler: Handler, produces: str = "application/json") -> Route:
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


ROUTES: tuple[Route, ...] = (
    _route("/healthz", "operations.healthz", "Is this process alive", healthz),
    _route("/readyz", "operations.readyz", "Can this process serve, and if not why", readyz),
    _route("/metrics", "operations.metrics", "What this process counted", metrics, produces="text/plain"),
)
