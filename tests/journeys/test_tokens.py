"""API tokens: what a program can do with one, and everything that ends it."""

import pytest

from compliance.access import Role
from fileserver.http.scopes import Scope
from fileserver.services import Services
from storage.rows.tokens import token_by_hash
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.people import add_employee
from tests.services import Clock


async def _token(api: Api, *scopes: str, days: int = 1) -> Api:
    made = (await api.post("/tokens", {"label": "nightly", "scopes": list(scopes), "days": days})).ok
    return Api(api.client, made["token"])


async def test_token_opens_what_its_scopes_name(services: Services, client: Client) -> None:
    """A token for reading reads, and nothing else; its owner's session may do both."""
    session = await sign_in(client, await add_employee(services, Role.MARKETER))
    token = await _token(session, Scope.PEOPLE_READ)
    assert (await token.get("/people/clinics")).status == 200
    refused = await token.post("/people/clinics", {"name": "瑞丽诊所"})
    assert (403, "/problems/scope-missing", "people:write") == (
        refused.status,
        refused.body["type"],
        refused.body["scope"],
    )
    assert (await session.post("/people/clinics", {"name": "瑞丽诊所"})).status == 201


async def test_scope_never_widens_what_the_owner_may_do(services: Services, client: Client) -> None:
    """A marketer's token with every scope there is still can't see the accounts."""
    session = await sign_in(client, await add_employee(services, Role.MARKETER))
    token = await _token(session, *Scope)
    assert "/problems/access-denied" == (await token.get("/people/accounts")).body["type"]


async def test_token_makes_no_token_and_is_no_session(services: Services, client: Client) -> None:
    """What only a person should do takes no token at all."""
    token = await _token(await sign_in(client, await add_employee(services, Role.MARKETER)), *Scope)
    for method, path in (("GET", "/tokens"), ("POST", "/tokens"), ("GET", "/sessions/current")):
        body = {"label": "again", "scopes": ["people:read"]} if method == "POST" else None
        refused = await token.call(method, path, json=body)
        assert (403, "/problems/token-not-accepted") == (refused.status, refused.body["type"])


async def test_token_ends_with_its_days(services: Services, client: Client, clock: Clock) -> None:
    """Until its last second it works, and not after."""
    token = await _token(await sign_in(client, await add_employee(services, Role.MARKETER)), Scope.PEOPLE_READ, days=2)
    clock.advance(days=2, seconds=-1)
    assert (await token.get("/people/clinics")).status == 200
    clock.advance(seconds=1)
    assert (await token.get("/people/clinics")).status == 401


async def test_own_tokens_are_listed_with_their_last_use_and_revoked(
    services: Services, client: Client, clock: Clock
) -> None:
    """The list tells what is still in use; revoking works at once, and for one's own tokens only."""
    session = await sign_in(client, await add_employee(services, Role.MARKETER))
    token = await _token(session, Scope.PEOPLE_READ)
    clock.advance(minutes=5)
    await token.get("/people/clinics")
    (listed,) = (await session.get("/tokens")).ok["items"]
    assert ("nightly", ["people:read"], "2026-11-23T01:35:00Z") == (
        listed["label"],
        listed["scopes"],
        listed["used_at"],
    )
    assert "token" not in listed
    stranger = await sign_in(client, await add_employee(services, Role.MARKETER))
    assert (await stranger.call("DELETE", f"/tokens/{listed['id']}")).status == 404
    assert (await session.call("DELETE", f"/tokens/{listed['id']}")).status == 204
    assert (await token.get("/people/clinics")).status == 401
    assert [] == (await session.get("/tokens")).ok["items"]


async def test_bad_input_names_its_field(services: Services, client: Client, subtests: pytest.Subtests) -> None:
    """No token without a scope, with one that does not exist, or for ever."""
    session = await sign_in(client, await add_employee(services, Role.MARKETER))
    cases: list[tuple[dict[str, object], str]] = [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["people:own"]}, "/scopes/0"),
        ({"days": 0}, "/days"),
        ({"days": 367}, "/days"),
        ({"label": ""}, "/label"),
        ({"label": "a\u202eb"}, "/label"),
    ]
    for change, field in cases:
        with subtests.test(str((change, field))):
            refused = await session.post("/tokens", {"label": "nightly", "scopes": ["people:read"], **change})
            assert (422, {field}) == (refused.status, refused.fields)
            assert [] == (await session.get("/tokens")).ok["items"]


async def test_nonsense_is_a_stranger(client: Client, subtests: pytest.Subtests) -> None:
    """Whatever stands in the header, a bad token is no error of the server's."""
    for text in ["", "ss_", "ss_unknown", "sst_unknown", "ss_" + "x" * 500, "ss_\u00e9", "no"]:
        with subtests.test(str(text)):
            assert (await Api(client, text).get("/people/clinics")).status == 401


async def test_token_works_as_bearer_only(services: Services, client: Client) -> None:
    """A token in a cookie would be ambient, and need CSRF protection that it doesn't have."""
    token = await _token(await sign_in(client, await add_employee(services, Role.MARKETER)), Scope.PEOPLE_READ)
    cookie = {"Cookie": f"sealshare_session={token.token}"}
    async with client.get("/api/v1/people/clinics", headers=cookie) as response:
        assert response.status == 401


async def test_only_the_hash_is_kept_and_the_log_holds_no_token(services: Services, client: Client) -> None:
    """Neither a copy of the database nor the log lets anybody in."""
    token = await _token(await sign_in(client, await add_employee(services, Role.MARKETER)), Scope.PEOPLE_READ)
    assert token.token.startswith("ss_")
    async with services.database.driver() as driver:
        assert await token_by_hash(driver, token.token.encode()) is None
    (created,) = await events(services, "employee:token:create")
    assert {"scopes": "people:read", "days": 1} == created["det"]
    assert token.token not in str(created)
