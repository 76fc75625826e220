"""A real application on the real engines, for tests that speak HTTP: each has a fresh, migrated database of its own.

The migrations run once per test process, into a template, and the first keys are made there too; a test's database is a
copy of it, which costs some 30 ms.
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from aiohttp import web, web_app
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web_runner import BaseRunner
from argon2.profiles import CHEAPEST
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from compliance.keys import KEY_BYTES, KeyRing, MasterKey
from compliance.passwords import Passwords
from compliance.reading.ocr import Ocr
from fileserver.app import create_app
from fileserver.config import Config, MalwareScan
from fileserver.http.serving import RUNNER_SETTINGS, SHUTDOWN_TIMEOUT_S
from fileserver.services import Services, open_services
from storage.database import Database
from storage.engines import Endpoints
from storage.migrations import migrate
from tests.engines import administer
from tests.inspecting import InThisProcess

TEMPLATE = "sealshare_template"
START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The time that it shows."""
        return self.now

    def advance(self, **duration: float) -> None:
        """Let time pass: `clock.advance(minutes=5)`."""
        self.now += timedelta(**duration)


class RealServer(TestServer):
    """A server that runs as the real one does; aiohttp's own test server also cancels handlers whose client left."""

    async def _make_runner(self, **settings: Any) -> BaseRunner:
        as_real = {**RUNNER_SETTINGS, "shutdown_timeout": SHUTDOWN_TIMEOUT_S, "handler_cancellation": False}
        return await super()._make_runner(**{**settings, **as_real})

    async def close(self) -> None:
        """Ends it, and lets go of its application: a cache in aiohttp keeps each for the life of the process.

        With it would stay all that it works with: threads, connections and caches, some megabytes for every test.
        """
        await super().close()
        web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def template_url(engines: Endpoints) -> str:
    """A migrated database that others are copied from."""
    administer(engines.database_url, f'CREATE DATABASE "{TEMPLATE}"')
    url = _named(engines.database_url, TEMPLATE)
    migrate(url)
    return url


@pytest.fixture(scope="session")
def master_key() -> str:
    """What wraps the keys of this test process's databases; in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


@pytest.fixture(scope="session")
def keyed_url(engines: Endpoints, template_url: str, master_key: str) -> Iterator[str]:
    """A copy of the template as the first process leaves it that starts on it: with its keys."""
    with copied_database(engines.database_url, template_url) as url:
        asyncio.run(_make_keys(url, master_key))
        yield url


@pytest.fixture
def database_url(engines: Endpoints, keyed_url: str) -> Iterator[str]:
    """A fresh database with every table and nothing in it but keys, which `master_key` opens."""
    with copied_database(engines.database_url, keyed_url) as url:
        yield url


@contextmanager
def copied_database(server_url: str, template_url: str) -> Iterator[str]:
    """A copy of a database that nobody is connected to, as long as the block lasts."""
    name, template = f"test_{secrets.token_hex(6)}", make_url(template_url).database
    administer(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        yield _named(server_url, name)
    finally:
        administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def clock() -> Clock:
    """The application's clock."""
    return Clock()


@pytest.fixture
def config(engines: Endpoints, database_url: str, master_key: str) -> Config:
    """A configuration on the test's own database."""
    return config_for(engines, database_url, master_key=master_key)


def config_for(engines: Endpoints, database_url: str, *, master_key: str) -> Config:
    """A configuration on these engines and this database."""
    return _config(engines, master_key).model_copy(update={"database_url": SecretStr(database_url)})


@cache
def _config(engines: Endpoints, master_key: str) -> Config:
    """Read and checked once: that takes as long as a request or two."""
    return Config(
        database_url=SecretStr(engines.database_url),
        s3_endpoint_url=engines.s3.endpoint_url,
        s3_access_key=SecretStr(engines.s3.access_key),
        s3_secret_key=SecretStr(engines.s3.secret_key),
        s3_region=engines.s3.region,
        s3_bucket=engines.s3.bucket,
        master_key=SecretStr(master_key),
        public_url="http://127.0.0.1",
        renderer_processes=1,
        sealing_processes=1,
        malware_scan=MalwareScan.NOT_REQUIRED,
        ocr=Ocr.OFF,
    )


@pytest.fixture
async def services(config: Config, clock: Clock) -> AsyncIterator[Services]:
    """Everything the application works with."""
    async with open_services(
        config, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess(), reading=False
    ) as opened:
        yield opened


@pytest.fixture
async def app(services: Services) -> web.Application:
    """The whole application."""
    return create_app(services.config, services)


@pytest.fixture
async def client(app: web.Application) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """An HTTP client of a running application; it keeps cookies like a browser."""
    async with TestClient(RealServer(app)) as running:
        yield running


async def _make_keys(database_url: str, master_key: str) -> None:
    database = Database(database_url)
    try:
        await KeyRing(MasterKey(base64.b64decode(master_key))).refresh(database)
    finally:
        await database.close()


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
