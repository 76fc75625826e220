"""Answers that take long: they end with the session or token that they were asked for by."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from compliance.access import Role
from fileserver.app import create_app
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.http.streaming import stream
from fileserver.services import Services
from tests.api import Api, Client, sign_in
from tests.people import Employee, add_employee
from tests.services import Clock

PIECES = (b"first", b"second", b"third")
DAYS = 1
Way = Callable[[Client, Employee], Awaitable[Api]]
End = Callable[[Api, Employee], Awaitable[None]]


class Slow:
    """An answer in pieces; all but the first wait."""

    def __init__(self) -> None:
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    async def handle(self, call: Call) -> web.StreamResponse:
        """Writes them."""
        return await stream(call, web.StreamResponse(), self._pieces())

    async def _pieces(self) -> AsyncGenerator[bytes]:
        yield PIECES[0]
        self.begun.set()
        await self.goes_on.wait()
        for piece in PIECES[1:]:
            yield piece


async def by_token(client: Client, who: Employee) -> Api:
    """Asks by an API token."""
    desk = await sign_in(client, who)
    made = (await desk.post("/tokens", {"label": "nightly", "scopes": [Scope.PEOPLE_READ], "days": DAYS})).ok
    return Api(client, made["token"])


async def sign_out(api: Api, _who: Employee) -> None:
    """Ends the session."""
    assert 204 == (await api.call("DELETE", "/sessions/current")).status


async def revoke(api: Api, who: Employee) -> None:
    """Ends the token."""
    desk = await sign_in(api.client, who)
    (token,) = (await desk.get("/tokens")).ok["items"]
    assert 204 == (await desk.call("DELETE", f"/tokens/{token['id']}")).status


async def nothing(_api: Api, _who: Employee) -> None:
    """Time passes."""


@pytest.mark.parametrize(
    ("asks", "end", "hours", "whole"),
    [
        pytest.param(sign_in, nothing, 9, True, id="idle"),
        pytest.param(sign_in, sign_out, 0, False, id="signed out"),
        pytest.param(sign_in, nothing, 24 * 7, False, id="old session"),
        pytest.param(by_token, nothing, 9, True, id="token"),
        pytest.param(by_token, revoke, 0, False, id="revoked token"),
        pytest.param(by_token, nothing, 24 * DAYS, False, id="old token"),
    ],
)
async def test_what_goes_on_ends_with_what_it_was_asked_for_by(
    services: Services, client: Client, clock: Clock, asks: Way, end: End, hours: int, *, whole: bool
) -> None:
    """Signed out, revoked or over: the piece on its way is the last. An answer that is being read doesn't idle."""
    slow, who = Slow(), await add_employee(services, Role.MARKETER)
    route = Route(
        method="GET",
        path="/slow",
        name="slow",
        summary="A long answer",
        handler=slow.handle,
        auth=Auth.EMPLOYEE,
        own=True,
        scope=Scope.PEOPLE_READ,
        produces="text/plain",
    )
    api = await asks(client, who)
    app = create_app(services.config, services, routes=(route,))
    async with (
        TestClient(TestServer(app)) as reader,
        reader.get("/slow", headers={"Authorization": f"Bearer {api.token}"}) as answer,
    ):
        await slow.begun.wait()
        await end(api, who)
        clock.advance(hours=hours)
        slow.goes_on.set()
        if whole:
            assert b"".join(PIECES) == await answer.read()
            return
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
