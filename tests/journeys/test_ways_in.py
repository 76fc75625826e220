"""An administrator sees everybody's ways in, ends them with a reason, and the reason stays readable."""

import re

from compliance.access import Role
from fileserver.services import Services
from storage.rows import sign_in_changes
from tests.api import Api, Client, sign_in
from tests.authenticator import enrol
from tests.log import events
from tests.people import add_employee
from tests.services import Clock


async def test_an_administrator_ends_sessions_tokens_and_a_lost_factor(
    services: Services, client: Client, clock: Clock
) -> None:
    """One session or all, a token, a second factor: out with the next request, in the history with its reason."""
    lin = await add_employee(services, Role.MARKETER, name="林晓")
    admin = await sign_in(client, await add_employee(services, Role.ADMIN, name="郑凯"))
    desk, _ = await enrol(await sign_in(client, lin), clock)
    made = (await desk.post("/tokens", {"label": "备份", "scopes": ["shares:read"]})).ok
    path = f"/people/accounts/{lin.person_id}"
    ways = (await admin.get(f"{path}/ways-in")).ok
    assert (1, 1, True) == (len(ways["sessions"]), len(ways["tokens"]), ways["second_factor"] is not None)
    listed = (await admin.get("/people/tokens")).ok["items"]
    assert [("林晓", "备份")] == [(each["person"], each["label"]) for each in listed]
    assert 422 == (await admin.post(f"/people/tokens/{made['id']}/revoke", {})).status
    assert 204 == (await admin.post(f"/people/tokens/{made['id']}/revoke", {"reason": "泄露"})).status
    assert 401 == (await Api(client, made["token"]).get("/shares")).status
    ended = {"session_id": ways["sessions"][0]["id"], "reason": "设备遗失"}
    assert [204, 404] == [(await admin.post(f"{path}/sessions/end", ended)).status for _ in range(2)]
    assert 401 == (await desk.get("/sessions/current")).status
    assert 204 == (await admin.post(f"{path}/second-factor/reset", {"reason": "当面核实"})).status
    again = await sign_in(client, lin)
    assert 204 == (await admin.post(f"{path}/sessions/end", {"reason": "再次"})).status
    assert 401 == (await again.get("/sessions/current")).status
    history = (await admin.get(f"{path}/ways-in")).ok["history"]
    kept = {("token-revoked", "泄露"), ("sessions-ended", "设备遗失"), ("factor-reset", "当面核实")}
    assert {*kept, ("sessions-ended", "再次")} == {(each["kind"], each["reason"]) for each in history}
    assert {"郑凯"} == {each["changed_by"] for each in history}
    assert "备份" in {each["detail"] for each in history}
    async with services.database.transaction() as tx:  # their own words stand with the token alone
        assert [made["id"]] == [each.detail for each in await sign_in_changes.of(tx, kind="token-revoked")]
    assert not re.search("泄露|遗失|核实", str(await events(services)))
