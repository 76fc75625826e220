"""Acts about rights, sign-in and keys need a proof of who one is that is at most ten minutes old."""

import re
from dataclasses import replace

import pytest

from compliance.access import Role
from compliance.sessions import FRESH_S
from fileserver.http.routing import Auth
from fileserver.routes import ROUTES
from fileserver.services import Services
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.people import add_employee
from tests.services import Clock

NEW = {"login": "li.na", "name": "李娜", "role": "marketer"}
ASKED_AGAIN = {
    "accounts.change",
    "accounts.create",
    "accounts.enable",
    "accounts.reset_password",
    "departments.add",
    "departments.change",
    "glass.break",
    "second_factor.begin",
    "second_factor.remove",
    "second_factor.renew",
    "second_factor.reset",
    "sign_in_policy.put",
    "sign_in_policy.put_emergency",
    "tokens.create",
}


async def test_a_grant_asks_again_after_ten_minutes(services: Services, client: Client, clock: Clock) -> None:
    """Right after the sign-in it works; later the answer says what is needed, and afterwards it works again."""
    who = await add_employee(services, Role.ADMIN)
    api = await sign_in(client, who)
    clock.advance(seconds=FRESH_S - 1)
    assert 201 == (await api.post("/people/accounts", NEW)).status
    clock.advance(seconds=1)
    refused = await api.post("/people/accounts", {**NEW, "login": "wang"})
    assert (403, "/problems/step-up-needed", "password") == (refused.status, refused.body["type"], refused.body["by"])
    stepped = (await api.post("/sessions/current/step-up", {"password": who.password})).ok
    client.session.cookie_jar.clear()
    renewed = replace(api, token=stepped["token"])
    assert 201 == (await renewed.post("/people/accounts", {**NEW, "login": "wang"})).status


async def test_stepping_up_renews_the_token_and_keeps_the_session(
    services: Services, client: Client, clock: Clock
) -> None:
    """The old token is dead at once (fixation), the session, its end and its CSRF token stay."""
    who = await add_employee(services, Role.MARKETER)
    api = await sign_in(client, who)
    before = (await api.get("/sessions/current")).ok
    clock.advance(minutes=20)
    stepped = (await api.post("/sessions/current/step-up", {"password": who.password})).ok
    client.session.cookie_jar.clear()
    assert 401 == (await api.get("/sessions/current")).status
    after = (await replace(api, token=stepped["token"]).get("/sessions/current")).ok
    assert all(before[name] == after[name] for name in ("id", "csrf_token", "expires_at"))
    assert before["proved_at"] < after["proved_at"]


async def test_a_wrong_password_steps_nobody_up(services: Services, client: Client) -> None:
    """It is refused, counted and logged; an empty body names the field."""
    who = await add_employee(services, Role.MARKETER)
    api = await sign_in(client, who)
    assert {"/password"} == (await api.post("/sessions/current/step-up", {"password": "wrong"})).fields
    assert {"/password"} == (await api.post("/sessions/current/step-up")).fields
    statuses = [(await api.post("/sessions/current/step-up", {"password": "x"})).status for _ in range(12)]
    assert 429 == statuses[-1]
    assert "deny" == (await events(services, "employee:session:confirm"))[0]["res"]


async def test_an_api_token_is_not_asked_again(services: Services, client: Client, clock: Clock) -> None:
    """Making it asked; what it may do was said then."""
    api = await sign_in(client, await add_employee(services, Role.ADMIN))
    made = (await api.post("/tokens", {"label": "x", "scopes": ["accounts:write"], "days": 1})).ok
    clock.advance(hours=2)
    assert 403 == (await api.post("/tokens", {"label": "y", "scopes": ["accounts:write"], "days": 1})).status
    assert 201 == (await Api(client, made["token"]).post("/people/accounts", NEW)).status


@pytest.mark.parametrize("name", sorted(ASKED_AGAIN))
def test_which_acts_ask_again(name: str) -> None:
    """The list of acts that need a fresh proof doesn't shrink unnoticed."""
    (route,) = [route for route in ROUTES if route.name == name]
    assert route.fresh
    assert route.auth is Auth.EMPLOYEE


def test_keys_and_targets_of_the_log_change_at_the_command_line_only() -> None:
    """Whoever rotates a key or sends the log elsewhere needs the master key: no session, however fresh, is enough."""
    about = [route for route in ROUTES if re.search(r"siem|log-targets|/keys?(/|$)", route.path)]
    assert {"GET"} == {route.method for route in about}
