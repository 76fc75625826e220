"""Building blocks for tests of the HTTP frame: configurations, callers and one-route tables."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestClient

from compliance.access import Role
from fileserver.config import Config
from fileserver.http.call import Call
from fileserver.http.caller import Authenticate, Caller
from fileserver.http.routing import Auth, Route
from fileserver.services import Services

Client = TestClient[web.Request, web.Application]
OpenClient = Callable[..., Awaitable[Client]]

SESSION = UUID(int=1)
TOKEN = UUID(int=2)
PERSON = UUID(int=3)
CSRF_TOKEN = "token-of-the-session"


def make_config(**changes: Any) -> Config:
    """A complete configuration whose engines nobody reaches."""
    settings = {
        "database_url": "postgresql://nobody:database-password@127.0.0.1:1/none",
        "s3_endpoint_url": "http://127.0.0.1:1",
        "s3_access_key": "access",
        "s3_secret_key": "s3-password",
        "master_key": base64.b64encode(bytes(32)).decode(),
        "public_url": "http://share.example",
    }
    return Config(**{**settings, **changes})


def by_session(role: Role = Role.MARKETER) -> Caller:
    """Somebody at a browser."""
    return Caller(person_id=PERSON, pseudonym="p-3", role=role, session_id=SESSION, csrf_token=CSRF_TOKEN)


def by_token(*scopes: str, role: Role = Role.MARKETER) -> Caller:
    """A program with an API token."""
    return Caller(person_id=PERSON, pseudonym="p-3", role=role, token_id=TOKEN, scopes=frozenset(scopes))


def as_caller(caller: Caller | None) -> Authenticate:
    """An authenticator that finds this caller in every request."""

    async def authenticate(_request: web.Request, _services: Services) -> Caller | None:
        return caller

    return authenticate


async def as_long_as_asked(_caller: Caller, _services: Services) -> bool:
    """Of sessions and tokens that don't end."""
    return True


async def done(_call: Call[Any, Any, Any]) -> None:
    """A handler that is reached and does nothing."""


def make_route(**changes: Any) -> Route:
    """A public route that answers 204, unless told otherwise."""
    declared: dict[str, Any] = {
        "method": "GET",
        "path": "/thing",
        "name": "things.read",
        "summary": "A thing",
        "handler": done,
        "auth": Auth.PUBLIC,
        "status": 204,
    }
    return Route(**{**declared, **changes})
