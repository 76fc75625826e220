"""What every run of `sealshare upload` has: a server, a person with a token, and the SHA-256 of the module's `file`."""

import hashlib
from pathlib import Path

import pytest

from compliance.access import Role
from fileserver.services import Services
from tests.api import Client, sign_in
from tests.people import add_employee
from tests.uploads import Tus


@pytest.fixture
def sha256(file: Path) -> str:
    """What the server must find out about it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
async def token(client: Client, services: Services) -> str:
    """A marketer's token."""
    return (await sign_in(client, await add_employee(services, Role.MARKETER))).token


@pytest.fixture
def url(client: Client) -> str:
    """The server's address."""
    return str(client.make_url("/")).rstrip("/")


@pytest.fixture
def tus(client: Client, services: Services, token: str) -> Tus:
    """Looks behind the server."""
    return Tus.at(client, services, token)
