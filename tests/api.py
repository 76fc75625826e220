"""The API as one signed-in person calls it: bearer of a session, JSON in and out."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from tests.people import Employee

Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def ok(self) -> Any:
        """The body of an answer that must be a success."""
        assert self.status < 400, self.body
        return self.body

    @property
    def fields(self) -> set[str]:
        """The fields that a problem names."""
        return {error["field"] for error in self.body.get("errors", ())}


@dataclass(frozen=True)
class Api:
    """One person at the API."""

    client: Client
    token: str
    password: str = field(default="", repr=False)  # to sign with

    async def get(self, path: str, **query: str | int) -> Answer:
        """GET below /api/v1."""
        return await self.call("GET", path, params={name: str(value) for name, value in query.items()})

    async def post(self, path: str, body: Any = None) -> Answer:
        """POST JSON below /api/v1."""
        return await self.call("POST", path, json={} if body is None else body)

    async def call(self, method: str, path: str, **arguments: Any) -> Answer:
        """Any method below /api/v1."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        async with self.client.request(method, f"/api/v1{path}", headers=headers, **arguments) as response:
            body = await response.json(content_type=None) if response.content_type.endswith("json") else None
            return Answer(response.status, body, dict(response.headers))


async def sign_in(client: Client, who: Employee) -> Api:
    """Signs in with login and password; no cookie is kept, so one client serves several people."""
    credentials = {"login": who.login, "password": who.password}
    async with client.post("/api/v1/sessions", json=credentials) as response:
        token = (await response.json())["token"]
    client.session.cookie_jar.clear()
    return Api(client, token, who.password)
