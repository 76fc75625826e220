"""The application: the route table, the frame around it, and the services that live as long as it does."""

from collections.abc import AsyncIterator, Callable, Sequence

from aiohttp import web

from compliance.batches import Batches
from fileserver.config import Config
from fileserver.http.api_docs import prepare_document
from fileserver.http.caller import Authenticate, Lasts
from fileserver.http.dispatch import resources
from fileserver.http.headers import on_response_prepare
from fileserver.http.keys import AUTHENTICATE, CONFIG, LASTS, METRICS, PROBLEM_PAGE, ROUTES, SERVICES, ProblemPage
from fileserver.http.metrics import Metrics
from fileserver.http.middleware import problems, request_context
from fileserver.http.routing import Route
from fileserver.i18n import load_catalogues
from fileserver.ledger.reading import READERS, Readers
from fileserver.operations.ledger_figures import LedgerCollector
from fileserver.operations.outside_figures import OutsideCollector
from fileserver.operations.readiness import PROBE, ReadinessProbe
from fileserver.outside import telling
from fileserver.platforms.figures import PlatformCollector
from fileserver.routes import AUTHENTICATE as ACCOUNTS
from fileserver.routes import LASTS as ACCOUNTS_LAST
from fileserver.routes import PROBLEM_PAGE as OUR_PROBLEM_PAGE
from fileserver.routes import ROUTES as ALL_ROUTES
from fileserver.services import Services, open_services
from fileserver.uploads.figures import REFUSALS, FlightCollector, Refusals
from fileserver.uploads.handover import HANDOVER, handing_over
from fileserver.uploads.publishing import publishing
from fileserver.uploads.receptions import RECEPTIONS, Receptions
from fileserver.uploads.unused import Unused
from fileserver.uploads.whole import WHOLES, record
from fileserver.viewing.figures import BeaconCollector


def create_app(
    config: Config,
    services: Services | None = None,
    *,
    routes: Sequence[Route] = ALL_ROUTES,
    authenticate: Authenticate = ACCOUNTS,
    lasts: Lasts = ACCOUNTS_LAST,
    problem_page: ProblemPage = OUR_PROBLEM_PAGE,
) -> web.Application:
    """The application, ready for a runner (fileserver.http.serving).

    Services that are given are used and left open, and don't take part in building the ledger's tree. Raises
    RouteTableError for a careless declaration.
    """
    table = tuple(routes)
    served = resources(table)
    load_catalogues()
    # Bodies are read and limited per route; aiohttp's own limit would only be a second, hidden one.
    app = web.Application(middlewares=[request_context, problems], client_max_size=0)
    app[CONFIG] = config
    app[AUTHENTICATE] = authenticate
    app[LASTS] = lasts
    app[PROBLEM_PAGE] = problem_page
    app[METRICS] = Metrics()
    app[ROUTES] = table
    app[PROBE] = ReadinessProbe()
    app[READERS] = Readers()
    app[RECEPTIONS] = Receptions()
    unused = Unused()
    app[WHOLES] = Batches(lambda batch: record(app[SERVICES], unused, batch))
    app[REFUSALS] = Refusals(app[METRICS].registry)
    app[METRICS].registry.register(FlightCollector(app[RECEPTIONS].flights))
    app[METRICS].registry.register(LedgerCollector(lambda: app[SERVICES].watch))
    app[METRICS].registry.register(OutsideCollector(lambda: app[SERVICES].outside))
    app[METRICS].registry.register(PlatformCollector(lambda: app[SERVICES].platforms.figures))
    app[METRICS].registry.register(BeaconCollector(lambda: app[SERVICES].beacons))
    prepare_document(app)
    app.on_response_prepare.append(on_response_prepare)
    app.cleanup_ctx.append(_services_context(config, services))
    app.cleanup_ctx.append(_hand_over)
    app.cleanup_ctx.append(_publish_flights)
    app.on_shutdown.append(_end_uploads)
    for resource in served:
        app.router.register_resource(resource)
    return app


def _services_context(config: Config, given: Services | None) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        if given is not None:
            app[SERVICES] = given
            yield
            await given.settle()
            return
        async with open_services(config) as services, telling(services), services.sequencer.running():
            app[SERVICES] = services
            yield
            await services.settle()

    return context


async def _hand_over(app: web.Application) -> AsyncIterator[None]:
    async with handing_over(app[SERVICES], app[RECEPTIONS]) as handover:
        app[HANDOVER] = handover
        yield


async def _publish_flights(app: web.Application) -> AsyncIterator[None]:
    async with publishing(app[SERVICES], app[RECEPTIONS].flights):
        yield


async def _end_uploads(app: web.Application) -> None:
    """Uploads under way keep what arrived and end now, instead of when the time for the shutdown is over."""
    app[RECEPTIONS].stop()
