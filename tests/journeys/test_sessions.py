"""A session's life over HTTP: how it begins, what it needs, and everything that ends it."""

import asyncio
from dataclasses import replace
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from compliance.access import Role
from compliance.sessions import hash_of
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.services import Services
from storage.rows.sessions import sessions_by_hash
from storage.schema import person
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.people import Employee, add_employee
from tests.services import Clock

COOKIE = "sealshare_session"
CURRENT = "/api/v1/sessions/current"


async def _by_cookie(client: Client, who: Employee) -> dict[str, Any]:
    """Signs in and keeps the cookie, as a browser does."""
    async with client.post("/api/v1/sessions", json={"login": who.login, "password": who.password}) as response:
        assert response.status == 201
        answer: dict[str, Any] = await response.json()
        return answer


async def _status(client: Client, method: str = "GET", path: str = CURRENT, **headers: str) -> int:
    async with client.request(method, path, headers=headers) as response:
        return response.status


async def test_sign_in_answers_token_person_and_role(services: Services, client: Client) -> None:
    """Whoever signs in learns who they are to the server and until when."""
    who = await add_employee(services, Role.REVIEWER, name="陈静")
    answer = await _by_cookie(client, who)
    assert {"id", "token", "person", "role", "csrf_token", "expires_at", "limited"} == set(answer)
    assert {"id": str(who.person_id), "name": "陈静"} == answer["person"]
    assert ("reviewer", "2026-11-30T01:30:00Z") == (answer["role"], answer["expires_at"])


async def test_login_is_the_same_in_any_case(services: Services, client: Client) -> None:
    """Upper case, spaces around and full-width letters are how people type, not other logins."""
    who = await add_employee(services, Role.ADMIN, login="chen.jing")
    await sign_in(client, replace(who, login=" Ｃhen.JING "))


async def test_cookie_is_out_of_reach_of_scripts_and_other_sites(services: Services, client: Client) -> None:
    """Over plain HTTP the cookie is HttpOnly and SameSite; it can't be more."""
    who = await add_employee(services, Role.MARKETER)
    async with client.post("/api/v1/sessions", json={"login": who.login, "password": who.password}) as response:
        cookie = response.cookies[COOKIE]
    assert cookie["httponly"]
    assert ("Lax", "/", "") == (cookie["samesite"], cookie["path"], cookie["secure"])


async def test_cookie_is_bound_to_the_host_under_https(config: Config, services: Services) -> None:
    """Behind HTTPS the cookie is Secure and carries the prefix that browsers enforce."""
    secure = replace(services, config=config.model_copy(update={"public_url": "https://share.example.com"}))
    who = await add_employee(services, Role.MARKETER)
    async with TestClient(TestServer(create_app(secure.config, secure))) as client:
        credentials = {"login": who.login, "password": who.password}
        async with client.post("/api/v1/sessions", json=credentials) as response:
            cookie = response.cookies[f"__Host-{COOKIE}"]
            token = (await response.json())["token"]
        assert cookie["secure"]
        assert ("/", "") == (cookie["path"], cookie["domain"])
        assert await _status(client, Cookie=f"__Host-{COOKIE}={token}") == 200
        assert await _status(client, Cookie=f"{COOKIE}={token}") == 401


async def test_cookie_session_needs_its_csrf_token_and_a_bearer_does_not(services: Services, client: Client) -> None:
    """What a browser sends by itself must be meant; what a program puts into a header always is."""
    who = await add_employee(services, Role.MARKETER)
    answer = await _by_cookie(client, who)
    assert await _status(client, "DELETE") == 403
    assert await _status(client, "DELETE", **{"X-CSRF-Token": "guessed"}) == 403
    assert await _status(client, "DELETE", **{"X-CSRF-Token": answer["csrf_token"]}) == 204
    bearer = await sign_in(client, who)
    assert (await bearer.call("DELETE", "/sessions/current")).status == 204


async def test_bearer_counts_alone(services: Services, client: Client) -> None:
    """A bad bearer is not rescued by a good cookie, so a program never acts as somebody it didn't name."""
    await _by_cookie(client, await add_employee(services, Role.MARKETER))
    assert await _status(client) == 200
    assert await _status(client, Authorization="Bearer sst_wrong") == 401
    assert await _status(client, Authorization="bearer") == 401
    assert await _status(client, Authorization="Basic eDp5") == 200  # another scheme is a proxy's business


async def test_every_sign_in_makes_a_fresh_token(services: Services, client: Client) -> None:
    """A token that was planted before the sign-in is worth nothing after it, and the old session is over."""
    who = await add_employee(services, Role.MARKETER)
    first = await _by_cookie(client, who)
    second = await _by_cookie(client, who)
    assert first["token"] != second["token"]
    assert (await Api(client, first["token"]).get("/sessions/current")).status == 401
    client.session.cookie_jar.clear()
    planted = {"Cookie": f"{COOKIE}=sst_planted"}
    credentials = {"login": who.login, "password": who.password}
    async with client.post("/api/v1/sessions", json=credentials, headers=planted) as response:
        assert "sst_planted" not in response.cookies[COOKIE].value


async def test_idle_session_ends(services: Services, client: Client, clock: Clock) -> None:
    """A session lives while it is used, and ends once nobody used it for the idle limit."""
    api = await sign_in(client, await add_employee(services, Role.MARKETER))
    for _ in range(3):
        clock.advance(seconds=services.config.session_idle_s - 61)
        assert (await api.get("/sessions/current")).status == 200
    clock.advance(seconds=services.config.session_idle_s)
    assert (await api.get("/sessions/current")).status == 401


async def test_session_ends_at_its_absolute_limit_however_busy(
    services: Services, client: Client, clock: Clock
) -> None:
    """No amount of use keeps a session beyond its end."""
    api = await sign_in(client, await add_employee(services, Role.MARKETER))
    step_s = services.config.session_idle_s - 120
    for _ in range((services.config.session_absolute_s - 1) // step_s):
        clock.advance(seconds=step_s)
        assert (await api.get("/sessions/current")).status == 200
    clock.advance(seconds=step_s)
    assert (await api.get("/sessions/current")).status == 401


async def test_use_is_noted_at_most_once_a_minute(services: Services, client: Client, clock: Clock) -> None:
    """A busy page does not write a row for every request."""
    api = await sign_in(client, await add_employee(services, Role.MARKETER))
    clock.advance(seconds=59)
    assert "2026-11-23T01:30:00Z" == (await api.get("/sessions")).ok["items"][0]["seen_at"]
    clock.advance(seconds=1)
    assert "2026-11-23T01:31:00Z" == (await api.get("/sessions")).ok["items"][0]["seen_at"]


async def test_own_sessions_are_listed_and_ended_one_by_one(services: Services, client: Client) -> None:
    """Somebody who lost a phone signs it out from the desk; nobody ends another person's session."""
    who = await add_employee(services, Role.MARKETER)
    desk, phone = await sign_in(client, who), await sign_in(client, who)
    stranger = await sign_in(client, await add_employee(services, Role.MARKETER))
    listed = {each["current"]: each["id"] for each in (await desk.get("/sessions")).ok["items"]}
    assert {True, False} == set(listed)
    assert (await stranger.call("DELETE", f"/sessions/{listed[False]}")).status == 404
    assert (await phone.get("/sessions/current")).status == 200
    assert (await desk.call("DELETE", f"/sessions/{listed[False]}")).status == 204
    assert (await phone.get("/sessions/current")).status == 401
    assert (await desk.get("/sessions/current")).status == 200
    assert (await desk.call("DELETE", f"/sessions/{listed[False]}")).status == 404


async def test_sign_out_forgets_the_cookie_and_ends_the_session(services: Services, client: Client) -> None:
    """The token is dead on the server too, not only gone from the browser."""
    answer = await _by_cookie(client, await add_employee(services, Role.MARKETER))
    async with client.delete(CURRENT, headers={"X-CSRF-Token": answer["csrf_token"]}) as response:
        assert response.status == 204
        assert "0" == response.cookies[COOKIE]["max-age"]
    assert (await Api(client, answer["token"]).get("/sessions/current")).status == 401


async def test_erased_employee_is_a_stranger(services: Services, client: Client) -> None:
    """Whoever was erased is nobody, whatever sessions they left."""
    who = await add_employee(services, Role.MARKETER)
    api = await sign_in(client, who)
    async with services.database.transaction() as tx:
        await tx.execute(update(person).where(person.c.id == who.person_id).values(erased_at=services.clock()))
    assert (await api.get("/sessions/current")).status == 401


async def test_only_the_hash_of_a_token_is_kept(services: Services, client: Client) -> None:
    """A copy of the database signs nobody in."""
    answer = await _by_cookie(client, await add_employee(services, Role.MARKETER))
    async with services.database.driver() as driver:
        kept = hash_of(answer["token"])
        assert [kept] == list(await sessions_by_hash(driver, [answer["token"].encode(), kept]))


async def test_sessions_are_logged_without_name_or_token(services: Services, client: Client) -> None:
    """The log tells sessions apart and holds nothing that signs in or names anybody."""
    who = await add_employee(services, Role.MARKETER, name="王芳")
    api = await sign_in(client, who)
    await api.call("DELETE", "/sessions/current")
    started, ended = await events(services, "employee:session:")
    assert ("employee:session:start", "employee:session:end") == (started["act"], ended["act"])
    assert who.pseudonym == started["who"] == ended["who"]
    assert started["sess"] == ended["sess"] == ended["det"]["session"]
    assert "127.0.0.0/24" == started["ip"]
    leaves = str([started, ended])
    assert not any(secret in leaves for secret in (api.token, who.password, who.login, "王芳"))


async def test_racing_sign_ins_each_get_a_session(services: Services, client: Client) -> None:
    """Ten devices at once are ten sessions of one person."""
    who = await add_employee(services, Role.MARKETER)
    apis = await asyncio.gather(*(sign_in(client, who) for _ in range(10)))
    assert len({api.token for api in apis}) == 10
    assert len((await apis[0].get("/sessions")).ok["items"]) == 10
