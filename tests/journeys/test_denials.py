"""Refusals by the access rules are events too, and a refusal stands even when its event can't be written."""

from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient, TestServer

from compliance.access import Action, Role, require
from compliance.errors import AccessDenied
from compliance.ledger import Alone
from fileserver.app import create_app
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.routes import ROUTES
from fileserver.services import Services
from storage.rows.viewers import put_blocked
from tests.api import Client, sign_in
from tests.log import events
from tests.people import add_employee
from tests.viewers import as_viewer


async def test_refusal_at_the_door_is_an_event(services: Services, client: Client) -> None:
    """What a role could never do is refused before the handler, and the log tells who tried what."""
    who = await add_employee(services, Role.REVIEWER)
    api = await sign_in(client, who)
    assert (await api.post("/people/clinics", {"name": "x"})).status == 403
    (event,) = await events(services, "employee:request:deny")
    assert ("deny", "default-deny", who.pseudonym, "reviewer") == (
        event["res"],
        event["why"],
        event["who"],
        event["role"],
    )
    assert {"action": "clinic.create", "route": "clinics.create"} == event["det"]


async def _refusing(call: Call) -> None:
    async with call.services.database.transaction():
        require(call.actor, Action.VISIT_READ, obj="material:7", link="share-9")


REFUSING = Route(
    method="GET",
    path="/refusing",
    name="test.refusing",
    summary="Refuses",
    handler=_refusing,
    auth=Auth.VIEWER,
    action=Action.VISIT_READ,
    status=204,
    errors=(AccessDenied,),
)


async def test_refusal_in_a_handler_is_an_event_with_its_object(services: Services) -> None:
    """The handler's own transaction is undone; the event has one of its own, and names the material and the share."""
    app = create_app(services.config, services, routes=(*ROUTES, REFUSING))
    async with TestClient(TestServer(app)) as client:
        api, answer = await as_viewer(client)
        headers = {"Authorization": f"Bearer {api.token}"}
        async with client.get("/refusing", headers=headers) as response:
            assert response.status == 403
    (event,) = await events(services, "viewer:request:deny")
    assert ("not-your-visit", "material:7", "share-9") == (event["why"], event["obj"], event["link"])
    assert {"action": "visit.read", "route": "test.refusing"} == event["det"]
    assert answer["clinic"]["id"] == event["org"]


async def test_viewer_blocked_behind_the_sessions_back_is_refused_by_name(services: Services) -> None:
    """Should a blocked viewer's session outlive the block, every rule refuses it and the log says whom."""
    app = create_app(services.config, services, routes=(*ROUTES, REFUSING))
    async with TestClient(TestServer(app)) as client:
        api, answer = await as_viewer(client)
        async with services.database.transaction() as tx:
            await put_blocked(tx, UUID(answer["person"]["id"]), services.clock(), "x")
        async with client.get("/refusing", headers={"Authorization": f"Bearer {api.token}"}) as response:
            assert response.status == 403
    (event,) = await events(services, "viewer:request:deny")
    assert "actor-inactive" == event["why"]


async def test_request_stays_refused_when_the_event_cannot_be_written(
    services: Services, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk opens no door."""

    async def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Alone, "append", broken)
    api = await sign_in(client, await add_employee(services, Role.REVIEWER))
    refused = await api.post("/people/clinics", {"name": "x"})
    assert (403, "/problems/access-denied") == (refused.status, refused.body["type"])
    assert [] == await events(services, "employee:request:deny")


async def test_strangers_and_missing_scopes_are_no_access_decisions(services: Services, client: Client) -> None:
    """Whoever is not signed in is nobody the log could name: no event, however often they knock."""
    async with client.get("/api/v1/people/clinics") as response:
        assert response.status == 401
    assert [] == await events(services, "employee:request:deny", "viewer:request:deny")
