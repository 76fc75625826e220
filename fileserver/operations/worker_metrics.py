"""The figures of a worker: a worker listens nowhere, unless it is given a port for them.

The same networks and the same token open them as a server's /metrics; there is nothing else at this address.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from fileserver.config import Config
from fileserver.http.client_ip import client_ip
from fileserver.operations.access import OperatorsOnly, check_operator

PATH = "/metrics"


def figures_app(config: Config, registry: CollectorRegistry) -> web.Application:
    """One address, for operators."""

    async def metrics(request: web.Request) -> web.Response:
        forwarded = request.headers.getall("X-Forwarded-For", ())
        try:
            check_operator(request, client_ip(request.remote, forwarded, config.trusted_proxies), config)
        except OperatorsOnly:
            raise web.HTTPForbidden from None
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get(PATH, metrics)
    return app


@asynccontextmanager
async def serving_figures(config: Config, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Listens as long as the block lasts, if there is a port. Raises OSError when the address is taken."""
    if config.worker_metrics_port is None:
        yield
        return
    runner = web.AppRunner(figures_app(config, registry), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, config.host, config.worker_metrics_port).start()
        yield
    finally:
        await runner.cleanup()
