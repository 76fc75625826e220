"""No password, token, hash, name or phone reaches a line of log or a printed object."""

import logging
import sys

import pytest
import structlog
from sqlalchemy.exc import DBAPIError

from compliance.access import Role
from compliance.events import Trail
from compliance.sessions import SessionLimits
from fileserver.accounts import sign_in as employees
from fileserver.accounts import tokens
from fileserver.http.scopes import Scope
from fileserver.logs import redact
from fileserver.services import Services
from storage.rows import accounts
from tests.api import Client, sign_in
from tests.people import Employee, add_employee
from tests.viewers import PHONE, as_viewer


async def _everything(services: Services, client: Client, who: Employee) -> set[str]:
    """Goes through every way in, well and badly; returns what must not be seen."""
    api = await sign_in(client, who)
    token = (await api.post("/tokens", {"label": "t", "scopes": ["people:read"]})).ok["token"]
    viewer, _ = await as_viewer(client, name="李娜")
    body = {"login": who.login, "password": "wrong-password-1"}
    async with client.post("/api/v1/sessions", json=body) as refused:
        assert refused.status == 401
    change = {"current_password": who.password, "new_password": "harbour-lamp-light"}
    await api.post("/people/me/password", change)
    async with services.database.transaction() as tx:
        account = await accounts.account_by_login(tx, who.login)
    assert account is not None
    return {
        who.password,
        who.login,
        api.token,
        token,
        viewer.token,
        "wrong-password-1",
        "harbour-lamp-light",
        account.password_hash,
        "李娜",
        PHONE,
    }


async def test_lines_of_log_hold_no_secret(
    services: Services, client: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Signing in and out, well and badly, leaves lines that name nobody and open nothing."""
    caplog.set_level(logging.DEBUG, logger="fileserver")
    with structlog.testing.capture_logs() as lines:
        secrets = await _everything(services, client, await add_employee(services, Role.MARKETER))
    sys.stderr.flush()
    seen = "".join([*capfd.readouterr(), caplog.text, *map(str, lines)])
    assert "sessions.create" in seen or "/api/v1/sessions" in seen
    assert not {secret for secret in secrets if secret in seen}


async def test_printed_objects_hold_no_secret(services: Services) -> None:
    """Whatever a traceback or a debugger prints of a sign-in, it opens nothing."""
    who = await add_employee(services, Role.MARKETER)
    trail = Trail()
    done = await employees.sign_in(services, trail, login=who.login, password=who.password, address="192.0.2.1")
    now = services.clock()
    async with services.database.transaction() as tx:
        made = await tokens.create(tx, trail, who.person_id, label="t", scopes=[Scope.PEOPLE_READ], now=now)
    live = await services.sessions.find(done.session.token, limits_of=lambda role: SessionLimits(60, 60), now=now)
    printed = repr([done, made, live, services.passwords])
    secrets = {done.session.token, done.session.csrf_token, made.text, done.account.password_hash, who.password, "王芳"}
    assert not {secret for secret in secrets if secret in printed}


async def test_errors_of_the_database_hide_their_parameters(services: Services) -> None:
    """A statement that fails is logged by its text, not with the hash that it carried."""
    who = await add_employee(services, Role.MARKETER)
    with pytest.raises(DBAPIError) as failed:
        async with services.database.transaction() as tx:
            await accounts.put_password_hash(tx, who.person_id, "$argon2id$secret\0")
    assert "argon2id$secret" not in str(failed.value)


@pytest.mark.parametrize("text", ["sst_" + "a" * 43, "ss_" + "B-_9" * 11, "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"])
def test_stray_secret_in_a_line_is_redacted(text: str) -> None:
    """Should a token or a hash get into a message after all, the last processor removes it."""
    line = redact(None, "info", {"event": f"odd value {text}, ignored"})
    assert text not in str(line)
    assert "ignored" in str(line)
