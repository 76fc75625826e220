"""A served application whose public address is its real one, and people who upload to it."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient

from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import tokens
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.http.scopes import Scope
from fileserver.services import Services
from fileserver.uploads import layout
from tests.api import Client
from tests.people import Employee, add_employee
from tests.services import RealServer
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
async def client(services: Services) -> AsyncIterator[Client]:
    """An HTTP client of the running application, which keeps the settings of the real server."""
    async with TestClient(RealServer(create_app(services.config, services), port=services.config.port)) as running:
        yield running


@pytest.fixture
async def marketer(services: Services) -> Employee:
    """Somebody who uploads."""
    return await add_employee(services, Role.MARKETER)


@pytest.fixture
async def tus(services: Services, client: Client, marketer: Employee) -> Tus:
    """The marketer at /uploads/, by an API token, which outlives the days that some tests let pass."""
    async with services.database.transaction() as tx:
        scopes = [Scope.UPLOADS_WRITE]
        token = await tokens.create(tx, Trail(), marketer.person_id, label="tests", scopes=scopes, now=services.clock())
    return Tus.at(client, services, token.text)


@pytest.fixture
async def other(services: Services, tus: Tus) -> AsyncIterator[Tus]:
    """The same person at a second server on the same database and store."""
    async with TestClient(RealServer(create_app(services.config, services))) as running:
        yield Tus.at(running, services, tus.token)
