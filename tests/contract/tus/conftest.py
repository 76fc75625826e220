"""A served application whose public address is its real one, and people who upload to it."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from compliance.access import Role
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.http.serving import RUNNER_SETTINGS
from fileserver.services import Services
from fileserver.uploads import layout
from tests.api import sign_in
from tests.people import Employee, add_employee
from tests.uploads import Tus

PART_BYTES = 5 << 20  # the least that S3 allows: several parts without many bytes


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "PART_SIZE_MIN_BYTES", PART_BYTES)


@pytest.fixture
def config(config: Config) -> Config:
    """As always, but with an address that clients can follow."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return config.model_copy(update={"public_url": f"http://127.0.0.1:{port}", "port": port})


@pytest.fixture
async def client(services: Services) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """An HTTP client of the running application, which keeps the settings of the real server."""
    server = TestServer(create_app(services.config, services), port=services.config.port)
    await server.start_server(**RUNNER_SETTINGS)
    async with TestClient(server) as running:
        yield running


@pytest.fixture
async def marketer(services: Services) -> Employee:
    """Somebody who uploads."""
    return await add_employee(services, Role.MARKETER)


@pytest.fixture
async def tus(services: Services, client: TestClient[web.Request, web.Application], marketer: Employee) -> Tus:
    """The marketer at /uploads/."""
    return Tus(client, services, (await sign_in(client, marketer)).token)
