"""A client for an application with a route table of its own."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from fileserver.app import create_app
from fileserver.http.caller import Authenticate, Lasts, nobody
from fileserver.http.keys import ProblemPage
from fileserver.http.problem_pages import render_problem_page
from fileserver.http.routing import Route
from fileserver.services import Services
from tests.services import RealServer
from tests.unit.fileserver.frame import Client, OpenClient, as_long_as_asked, make_config


@pytest.fixture
def open_client(aiohttp_client: AiohttpClient) -> OpenClient:
    """Serve a table of routes and return a client for it. No engine is started: the routes under test touch none."""

    async def opened(
        *routes: Route,
        authenticate: Authenticate = nobody,
        lasts: Lasts = as_long_as_asked,
        problem_page: ProblemPage = render_problem_page,
        **changes: Any,
    ) -> Client:
        config = make_config(**changes)
        services = services_without_engines(config)
        app = create_app(
            config, services, routes=routes, authenticate=authenticate, lasts=lasts, problem_page=problem_page
        )
        return cast("Client", await aiohttp_client(RealServer(app)))

    return opened


def services_without_engines(config: Any) -> Services:
    """Services whose engines are absent, so that a route which reached for one would fail."""
    absent = cast("Any", None)
    return Services(
        config=config,
        database=absent,
        objects=absent,
        jobs=absent,
        renderer=absent,
        sealer=absent,
        inspector=absent,
        reader=absent,
        extractor=absent,
        keys=absent,
        outgoing=absent,
        mark="00000000",
        clock=lambda: datetime.now(UTC),
    )
