"""Accounts: an administrator adds, disables and enables them, and never locks everybody out."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from argon2.profiles import CHEAPEST

from compliance.access import Role
from compliance.passwords import Passwords
from fileserver.app import create_app
from fileserver.http.scopes import Scope
from fileserver.services import Services
from storage.rows.accounts import account_by_login
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.people import Employee, add_employee

NEW = {"login": "Wang.Fang", "name": "王芳", "role": "marketer"}


@pytest.fixture
async def boss(services: Services) -> Employee:
    """An administrator."""
    return await add_employee(services, Role.ADMIN, name="管理员")


@pytest.fixture
async def admin(client: Client, boss: Employee) -> Api:
    """The administrator, signed in."""
    return await sign_in(client, boss)


def _as(made: dict[str, str], password: str | None = None) -> Employee:
    """The account that an answer describes."""
    return Employee(
        person_id=made["person_id"],  # type: ignore[arg-type]  # the text of the id serves here
        pseudonym="",
        login=made["login"],
        password=password or made["password"],
        role=Role(made["role"]),
    )


async def test_new_account_gets_a_password_that_is_shown_once(client: Client, admin: Api) -> None:
    """The server makes a password, the administrator hands it over, and the employee signs in."""
    made = (await admin.post("/people/accounts", NEW)).ok
    assert ("wang.fang", "王芳", "marketer") == (made["login"], made["name"], made["role"])
    await sign_in(client, _as(made))
    listed = {each["login"]: each for each in (await admin.get("/people/accounts")).ok["items"]}
    assert made["person_id"] == listed["wang.fang"]["person_id"]
    assert not any("password" in each for each in listed.values())


async def test_given_password_is_not_repeated(client: Client, admin: Api) -> None:
    """What the administrator chose is not in the answer."""
    made = (await admin.post("/people/accounts", {**NEW, "password": "harbour-lamp-light"})).ok
    assert made["password"] is None
    await sign_in(client, _as(made, "harbour-lamp-light"))


async def test_bad_input_names_its_field(admin: Api, subtests: pytest.Subtests) -> None:
    """Each wrong part is named, and no account appears."""
    cases: list[tuple[dict[str, object], str]] = [
        ({"password": "short"}, "/password"),
        ({"password": "x-wang.fang-2026"}, "/password"),
        ({"password": "password-2026"}, "/password"),
        ({"login": "王芳"}, "/login"),
        ({"login": "-x"}, "/login"),
        ({"login": "a b"}, "/login"),
        ({"role": "viewer"}, "/role"),
        ({"name": " "}, "/name"),
        ({"salary": 1}, "/salary"),
    ]
    for change, field in cases:
        with subtests.test(str((change, field))):
            refused = await admin.post("/people/accounts", {**NEW, **change})
            assert (422, {field}) == (refused.status, refused.fields)
            assert len((await admin.get("/people/accounts")).ok["items"]) == 1


async def test_login_is_taken_once_however_many_ask_at_once(admin: Api) -> None:
    """Ten requests for one login make one account, and nine clear refusals."""
    answers = await asyncio.gather(*(admin.post("/people/accounts", NEW) for _ in range(10)))
    assert [201] + [409] * 9 == sorted(answer.status for answer in answers)
    assert {"/problems/login-taken"} == {answer.body["type"] for answer in answers if answer.status == 409}


async def test_disabled_employee_is_out_at_the_next_request(services: Services, client: Client, admin: Api) -> None:
    """Sessions and tokens die with the account; enabling it again revives neither."""
    who = await add_employee(services, Role.MARKETER)
    session = await sign_in(client, who)
    made = (await session.post("/tokens", {"label": "t", "scopes": [Scope.PEOPLE_READ]})).ok
    token = Api(client, made["token"])
    disabled = (await admin.post(f"/people/accounts/{who.person_id}/disable")).ok
    assert disabled["disabled_at"] is not None
    for api in (session, token):
        assert (await api.get("/people/clinics")).status == 401
    credentials = {"login": who.login, "password": who.password}
    async with client.post("/api/v1/sessions", json=credentials) as response:
        assert response.status == 401
    assert (await admin.post(f"/people/accounts/{who.person_id}/enable")).ok["disabled_at"] is None
    for api in (session, token):
        assert (await api.get("/people/clinics")).status == 401
    assert (await (await sign_in(client, who)).get("/people/clinics")).status == 200


async def test_disabling_twice_changes_and_logs_nothing_more(services: Services, admin: Api) -> None:
    """The same command again is answered and leaves one event."""
    who = await add_employee(services, Role.MARKETER)
    for _ in range(2):
        assert (await admin.post(f"/people/accounts/{who.person_id}/disable")).status == 200
    (event,) = await events(services, "employee:account:disable")
    assert (f"person:{who.pseudonym}", "admin-runs-accounts") == (event["obj"], event["why"])


async def test_last_administrator_stays(services: Services, client: Client, boss: Employee, admin: Api) -> None:
    """Somebody must be able to run the accounts, so the last administrator can't be disabled, by nobody."""
    refused = await admin.post(f"/people/accounts/{boss.person_id}/disable")
    assert (409, "/problems/last-admin") == (refused.status, refused.body["type"])
    assert (await admin.get("/people/accounts")).status == 200
    other = await add_employee(services, Role.ADMIN)
    assert (await admin.post(f"/people/accounts/{boss.person_id}/disable")).status == 200
    assert (await admin.get("/people/accounts")).status == 401
    left = await sign_in(client, other)
    assert (await left.post(f"/people/accounts/{other.person_id}/disable")).status == 409


async def test_two_administrators_who_disable_each_other_leave_one(services: Services, client: Client) -> None:
    """At the same moment, too: whoever comes second is refused."""
    pair = [await add_employee(services, Role.ADMIN) for _ in range(2)]
    apis = [await sign_in(client, who) for who in pair]
    answers = await asyncio.gather(
        *(api.post(f"/people/accounts/{who.person_id}/disable") for api, who in zip(apis, reversed(pair), strict=True))
    )
    assert 200 in {answer.status for answer in answers}
    standing = [(await api.get("/people/accounts")).status for api in apis]
    assert [200, 401] == sorted(standing)


async def test_nobody_else_runs_accounts(services: Services, client: Client, subtests: pytest.Subtests) -> None:
    """Every command is the administrator's alone."""
    for role in [Role.MARKETER, Role.MANAGER, Role.REVIEWER, Role.AUDITOR]:
        with subtests.test(str(role)):
            who = await add_employee(services, role)
            api = await sign_in(client, who)
            path = f"/people/accounts/{who.person_id}"
            answers = [
                await api.get("/people/accounts"),
                await api.post("/people/accounts", NEW),
                await api.post(f"{path}/disable"),
                await api.post(f"{path}/enable"),
                await api.post(f"{path}/password"),
            ]
            assert {403} == {answer.status for answer in answers}


async def test_unknown_person_is_not_found(admin: Api) -> None:
    """An id that leads nowhere, or to no id at all, is told as such."""
    nobody = "/people/accounts/00000000-0000-4000-8000-000000000000"
    for command in ("disable", "enable", "password"):
        assert (await admin.post(f"{nobody}/{command}")).status == 404
        assert (await admin.post(f"/people/accounts/7/{command}")).status in (404, 422)


async def test_reset_password_ends_every_session(services: Services, client: Client, admin: Api) -> None:
    """Whoever holds the old password, or a session begun with it, is out."""
    who = await add_employee(services, Role.MARKETER)
    session = await sign_in(client, who)
    fresh = (await admin.post(f"/people/accounts/{who.person_id}/password")).ok["password"]
    assert (await session.get("/sessions/current")).status == 401
    async with client.post("/api/v1/sessions", json={"login": who.login, "password": who.password}) as response:
        assert response.status == 401
    await sign_in(client, replace(who, password=fresh))


async def test_own_password_is_changed_by_who_knows_it(services: Services, client: Client) -> None:
    """A session alone does not take over the account; the change ends the other sessions and keeps this one."""
    who = await add_employee(services, Role.MARKETER)
    here, elsewhere = await sign_in(client, who), await sign_in(client, who)
    wrong = await here.post("/people/me/password", {"current_password": "guess", "new_password": "harbour-lamp-light"})
    assert (422, {"/current_password"}) == (wrong.status, wrong.fields)
    weak = await here.post("/people/me/password", {"current_password": who.password, "new_password": "short"})
    assert (422, {"/new_password"}) == (weak.status, weak.fields)
    right = {"current_password": who.password, "new_password": "harbour-lamp-light"}
    assert (await here.post("/people/me/password", right)).status == 204
    assert (await here.get("/sessions/current")).status == 200
    assert (await elsewhere.get("/sessions/current")).status == 401
    await sign_in(client, replace(who, password="harbour-lamp-light"))


async def test_guessing_the_own_password_is_limited(services: Services, client: Client) -> None:
    """A stolen session is no place to guess the password at leisure."""
    api = await sign_in(client, await add_employee(services, Role.MARKETER))
    body = {"current_password": "guess", "new_password": "harbour-lamp-light"}
    statuses = [(await api.post("/people/me/password", body)).status for _ in range(12)]
    assert [422] * 10 + [429] * 2 == statuses


async def test_hash_is_renewed_at_sign_in(services: Services) -> None:
    """When the parameters were raised, the next sign-in keeps the password under the new ones."""
    who = await add_employee(services, Role.MARKETER)
    raised = Passwords(replace(CHEAPEST, time_cost=2))
    async with TestClient(TestServer(create_app(services.config, replace(services, passwords=raised)))) as client:
        await sign_in(client, who)
        await sign_in(client, who)
    async with services.database.transaction() as tx:
        account = await account_by_login(tx, who.login)
    assert account is not None
    assert not raised.outdated(account.password_hash)


async def test_accounts_are_paged_by_login(services: Services, admin: Api) -> None:
    """The list continues where it stopped, and a cursor that is none is refused."""
    for login in ("a-one", "b-two", "c-three"):
        await add_employee(services, Role.MARKETER, login=login)
    first = (await admin.get("/people/accounts", limit=2)).ok
    second = (await admin.get("/people/accounts", limit=2, cursor=first["next"])).ok
    assert len({each["login"] for each in first["items"] + second["items"]}) == 4
    refused = await admin.get("/people/accounts", cursor="\u00e9")
    assert (422, {"/cursor"}) == (refused.status, refused.fields)


async def test_answers_and_events_hold_no_hash(services: Services, admin: Api) -> None:
    """Neither a password nor its hash leaves the database."""
    made = await admin.post("/people/accounts", {**NEW, "password": "harbour-lamp-light"})
    told = str([made.body, (await admin.get("/people/accounts")).body, await events(services)])
    assert "argon2" not in told
    assert "harbour-lamp-light" not in told
