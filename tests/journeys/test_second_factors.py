"""Two-step verification: set up, asked for, lost, reset, and demanded of a role."""

from dataclasses import replace
from typing import Any

import pyotp
import pytest
from sqlalchemy import update

from compliance.access import Role
from compliance.limits import LOGIN_AT_ADDRESS
from fileserver.services import Services
from storage.schema import session
from tests.api import Api, Client, sign_in
from tests.authenticator import enrol, try_sign_in
from tests.log import events
from tests.people import Employee, add_employee
from tests.services import Clock

POLICY = "/people/sign-in-policy"
MINE = "/people/me/second-factor"


async def _policy(admin: Api, **wanted: Any) -> Any:
    now = (await admin.get(POLICY)).ok
    body = {
        "revision": now["revision"],
        "second_factor_roles": [],
        "local_sign_in": "everybody",
        "signing_factor": "code",
        "reason": "审计要求",
        **wanted,
    }
    return await admin.call("PUT", POLICY, json=body)


@pytest.fixture
async def chen(services: Services) -> Employee:
    """A reviewer."""
    return await add_employee(services, Role.REVIEWER, name="陈静")


@pytest.fixture
async def admin(services: Services, client: Client) -> Api:
    """An administrator, signed in."""
    return await sign_in(client, await add_employee(services, Role.ADMIN))


async def test_password_alone_opens_nothing_once_a_factor_stands(
    services: Services, client: Client, clock: Clock, chen: Employee
) -> None:
    """Without a code it asks for one, and the log says so; with a wrong one it refuses, with the right one begins."""
    _, app = await enrol(await sign_in(client, chen), clock)
    needed = await try_sign_in(client, chen)
    assert (401, "/problems/code-needed", {"/code"}) == (needed.status, needed.body["type"], needed.fields)
    told = (await events(services, "employee:session:start"))[-1]
    assert ("deny", "code-needed") == (told["res"], told["why"])
    refused = await try_sign_in(client, chen, "000000")
    assert (422, "/problems/code-refused") == (refused.status, refused.body["type"])
    assert 201 == (await try_sign_in(client, chen, app.code())).status


async def test_nobody_learns_of_a_factor_without_the_password(client: Client, clock: Clock, chen: Employee) -> None:
    """Whoever doesn't know the password is told the same as anybody."""
    await enrol(await sign_in(client, chen), clock)
    assert "/problems/sign-in-refused" == (await try_sign_in(client, replace(chen, password="wrong"))).body["type"]


async def test_a_code_signs_in_once(client: Client, clock: Clock, chen: Employee) -> None:
    """A replayed code is refused, also while it is still shown."""
    _, app = await enrol(await sign_in(client, chen), clock)
    code = app.code()
    assert [201, 422] == [(await try_sign_in(client, chen, code)).status for _ in range(2)]


async def test_a_recovery_code_signs_in_once(client: Client, clock: Clock, chen: Employee) -> None:
    """Whoever lost their phone gets in by the list, once a line."""
    api, app = await enrol(await sign_in(client, chen), clock)
    assert [201, 422] == [(await try_sign_in(client, chen, app.recovery[0])).status for _ in range(2)]
    assert 9 == (await api.get(MINE)).ok["recovery_codes_left"]


async def test_codes_can_not_be_guessed(client: Client, clock: Clock, chen: Employee) -> None:
    """Wrong codes count like wrong passwords, the right password beside them or not."""
    await enrol(await sign_in(client, chen), clock)
    statuses = [(await try_sign_in(client, chen, f"{number:06}")).status for number in range(15)]
    assert [422] * LOGIN_AT_ADDRESS.failures_max == statuses[: LOGIN_AT_ADDRESS.failures_max]
    assert {429} == set(statuses[LOGIN_AT_ADDRESS.failures_max :])


async def test_setting_up_ends_the_other_sessions_and_renews_this_one(
    client: Client, clock: Clock, chen: Employee
) -> None:
    """A session that somebody else may hold is over, and the token of this one is another."""
    desk, phone = await sign_in(client, chen), await sign_in(client, chen)
    renewed, _ = await enrol(desk, clock)
    assert [401, 401, 200] == [(await api.get("/sessions/current")).status for api in (desk, phone, renewed)]


async def test_setting_up_can_leave_the_other_sessions(client: Client, clock: Clock, chen: Employee) -> None:
    """The choice is the person's."""
    desk, phone = await sign_in(client, chen), await sign_in(client, chen)
    begun = (await desk.post(MINE)).ok
    code = pyotp.TOTP(begun["secret"]).at(clock())
    (await desk.post(f"{MINE}/confirm", {"code": code, "end_others": False})).ok  # noqa: B018  # must succeed
    client.session.cookie_jar.clear()
    assert 200 == (await phone.get("/sessions/current")).status


async def test_removing_needs_a_fresh_proof(client: Client, clock: Clock, chen: Employee) -> None:
    """An open session alone takes no factor away; with a code it does, and the others end."""
    api, app = await enrol(await sign_in(client, chen), clock)
    other = Api(client, (await try_sign_in(client, chen, app.code())).ok["token"])
    clock.advance(minutes=11)
    refused = await api.call("DELETE", MINE)
    assert (403, "/problems/step-up-needed", "code") == (refused.status, refused.body["type"], refused.body["by"])
    stepped = (await api.post("/sessions/current/step-up", {"code": app.code()})).ok
    client.session.cookie_jar.clear()
    assert 204 == (await replace(api, token=stepped["token"]).call("DELETE", MINE)).status
    assert 401 == (await other.get("/sessions/current")).status
    assert 201 == (await try_sign_in(client, chen)).status


async def test_a_password_is_no_proof_where_a_code_is_needed(client: Client, clock: Clock, chen: Employee) -> None:
    """Whoever saw the password over a shoulder can't step up by it."""
    api, _ = await enrol(await sign_in(client, chen), clock)
    refused = await api.post("/sessions/current/step-up", {"password": chen.password})
    assert (422, {"/code"}) == (refused.status, refused.fields)


async def test_new_recovery_codes_void_the_old(client: Client, clock: Clock, chen: Employee) -> None:
    """A list that was lost opens nothing."""
    api, app = await enrol(await sign_in(client, chen), clock)
    (fresh, *_) = (await api.post(f"{MINE}/recovery-codes")).ok["codes"]
    assert [422, 201] == [(await try_sign_in(client, chen, code)).status for code in (app.recovery[0], fresh)]


async def test_admin_resets_a_lost_factor_with_a_reason(
    services: Services, client: Client, clock: Clock, chen: Employee, admin: Api
) -> None:
    """The factor and every session are gone, the log tells who did it to whom; without a reason nothing happens."""
    api, _ = await enrol(await sign_in(client, chen), clock)
    path = f"/people/accounts/{chen.person_id}/second-factor/reset"
    assert 422 == (await admin.post(path, {"reason": " "})).status
    assert 204 == (await admin.post(path, {"reason": "手机丢失，已当面核实"})).status
    assert 401 == (await api.get("/sessions/current")).status
    assert 201 == (await try_sign_in(client, chen)).status
    (told,) = await events(services, "employee:factor:reset")
    assert (f"person:{chen.pseudonym}", 1) == (told["obj"], told["det"]["sessions"])
    assert "手机" not in str(told)
    assert 409 == (await admin.post(path, {"reason": "again"})).status


async def test_a_role_must_have_one(client: Client, clock: Clock, chen: Employee, admin: Api) -> None:
    """Until it is set up the session is good for nothing else; sessions that were open are not better."""
    before = await sign_in(client, chen)
    (await _policy(admin, second_factor_roles=["reviewer"])).ok  # noqa: B018  # must succeed
    signed_in = await try_sign_in(client, chen)
    assert "enrol" == signed_in.ok["limited"]
    for api in (before, Api(client, signed_in.ok["token"])):
        refused = await api.get("/reviews")
        assert (403, "/problems/second-factor-needed") == (refused.status, refused.body["type"])
        assert 403 == (await api.post("/tokens", {"label": "x", "scopes": ["shares:read"]})).status
    renewed, _ = await enrol(Api(client, signed_in.ok["token"]), clock)
    assert 200 == (await renewed.get("/reviews")).status
    refused = await renewed.call("DELETE", MINE)
    assert "/problems/second-factor-needed" == refused.body["type"]


async def test_wecom_asks_for_factors_of_its_own(
    services: Services, client: Client, chen: Employee, admin: Api
) -> None:
    """A session that WeCom vouched for stays good for everything when a role must have a second factor."""
    by_wecom = await sign_in(client, chen)
    async with services.database.transaction() as tx:
        await tx.execute(update(session).where(session.c.person_id == chen.person_id).values(methods=["wecom"]))
    by_password = await sign_in(client, chen)
    (await _policy(admin, second_factor_roles=["reviewer"])).ok  # noqa: B018  # must succeed
    assert [403, 200] == [(await api.get("/reviews")).status for api in (by_password, by_wecom)]


async def test_limited_session_can_not_step_up_out_of_it(client: Client, chen: Employee, admin: Api) -> None:
    """A password entered twice is still one factor."""
    (await _policy(admin, second_factor_roles=["reviewer"])).ok  # noqa: B018  # must succeed
    api = Api(client, (await try_sign_in(client, chen)).ok["token"])
    stepped = (await api.post("/sessions/current/step-up", {"password": chen.password})).ok
    client.session.cookie_jar.clear()
    assert 403 == (await replace(api, token=stepped["token"]).get("/reviews")).status


async def test_a_session_that_grew_old_is_led_to_setting_one_up(
    client: Client, clock: Clock, chen: Employee, admin: Api
) -> None:
    """Whoever was signed in for hours proves once more who they are, sets the factor up, and goes on."""
    old, older = await sign_in(client, chen), await sign_in(client, chen)
    clock.advance(minutes=20)
    admin = await _stepped_up(admin)
    (await _policy(admin, second_factor_roles=["reviewer"])).ok  # noqa: B018  # must succeed
    async with client.get("/reviews", headers={"Authorization": f"Bearer {old.token}"}, allow_redirects=False) as page:
        assert (303, "/second-factor") == (page.status, page.headers["Location"])
    assert "/problems/step-up-needed" == (await old.post(MINE)).body["type"]
    old = await _stepped_up(old)
    begun = (await old.post(MINE)).ok
    code = pyotp.TOTP(begun["secret"]).at(clock())
    done = (await old.post(f"{MINE}/confirm", {"code": code, "end_others": False})).ok
    client.session.cookie_jar.clear()
    assert 200 == (await replace(old, token=done["token"]).get("/reviews")).status
    assert 401 == (await older.get("/sessions/current")).status  # it would be good for nothing for ever


async def test_a_role_that_needs_none_any_more_is_free_at_once(client: Client, chen: Employee, admin: Api) -> None:
    """A policy that is taken back leaves no session behind that is good for nothing."""
    before = await sign_in(client, chen)
    for roles, status in ((["reviewer"], 403), ([], 200)):
        (await _policy(admin, second_factor_roles=roles)).ok  # noqa: B018  # must succeed
        assert status == (await before.get("/reviews")).status


async def _stepped_up(api: Api) -> Api:
    token = (await api.post("/sessions/current/step-up", {"password": api.password})).ok["token"]
    api.client.session.cookie_jar.clear()
    return replace(api, token=token)


async def test_policy_is_changed_by_its_revision_and_keeps_its_history(services: Services, admin: Api) -> None:
    """Two administrators don't overwrite each other; who changed what and why stays readable."""
    assert 200 == (await _policy(admin, signing_factor="password-and-code")).status
    stale = await _policy(admin, revision=0)
    assert (422, {"/revision"}) == (stale.status, stale.fields)
    (kept,) = (await admin.get(POLICY)).ok["history"]
    assert (1, "password-and-code", "审计要求", "王芳") == (
        kept["revision"], kept["signing_factor"], kept["reason"], kept["changed_by"],
    )  # fmt: skip
    (told,) = await events(services, "employee:policy:set")
    assert "审计" not in str(told)


async def test_emergency_accounts_are_the_only_way_by_password(
    services: Services, client: Client, chen: Employee
) -> None:
    """With single sign-on alone, a password opens emergency accounts, and every administrator is told at once."""
    boss = await add_employee(services, Role.ADMIN)
    admin = await sign_in(client, boss)
    early = await _policy(admin, local_sign_in="break-glass")
    assert (422, {"/local_sign_in"}) == (early.status, early.fields)
    path = f"/people/accounts/{boss.person_id}/emergency"
    assert 204 == (await admin.call("PUT", path, json={"emergency": True, "reason": "密封保管"})).status
    assert 200 == (await _policy(admin, local_sign_in="break-glass")).status
    refused = await try_sign_in(client, chen)
    assert (403, "/problems/local-sign-in-off") == (refused.status, refused.body["type"])
    assert 201 == (await try_sign_in(client, boss)).status
    (told,) = await events(services, "employee:emergency:use")
    assert f"person:{boss.pseudonym}" == told["obj"]
    assert ["emergency-sign-in"] == [each["kind"] for each in (await admin.get("/notices")).ok["items"]]


async def test_the_last_emergency_account_stays(services: Services, client: Client) -> None:
    """While passwords open emergencies only, the last one can be neither renamed, nor disabled, nor erased."""
    boss, other = await add_employee(services, Role.ADMIN), await add_employee(services, Role.ADMIN)
    admin, path = await sign_in(client, boss), f"/people/accounts/{other.person_id}"
    kept = {"emergency": True, "reason": "密封保管"}
    assert 204 == (await admin.call("PUT", f"{path}/emergency", json=kept)).status
    (await _policy(admin, local_sign_in="break-glass")).ok  # noqa: B018  # must succeed
    tries = (
        ("PUT", f"{path}/emergency", {"emergency": False, "reason": "不再需要"}),
        ("POST", f"{path}/disable", None),
        ("POST", f"/people/{other.person_id}/erase", {"reason": "离职", "password": boss.password}),
    )
    refused = [await admin.call(method, at, json=body) for method, at, body in tries]
    assert [(409, "/problems/last-emergency")] * 3 == [(each.status, each.body["type"]) for each in refused]
    (await _policy(admin, local_sign_in="everybody")).ok  # noqa: B018  # must succeed
    assert 200 == (await admin.post(f"{path}/disable")).status


async def test_an_approval_is_confirmed_by_password_and_code_where_the_policy_says_so(
    client: Client, clock: Clock, chen: Employee, admin: Api
) -> None:
    """One of the two is not enough; the answer says what it was proved with."""
    api, app = await enrol(await sign_in(client, chen), clock)
    (await _policy(admin, signing_factor="password-and-code")).ok  # noqa: B018  # must succeed
    path = "/sessions/current/step-up"
    assert {"/password"} == (await api.post(path, {"code": app.code()})).fields
    assert {"/code"} == (await api.post(path, {"password": chen.password})).fields
    both = await api.post(path, {"password": chen.password, "code": app.code()})
    assert "password+totp" == both.ok["by"]


async def test_factors_are_logged_without_secrets(
    services: Services, client: Client, clock: Clock, chen: Employee
) -> None:
    """The log tells that a factor was set up, and how a session began; neither code nor secret."""
    _, app = await enrol(await sign_in(client, chen), clock)
    await try_sign_in(client, chen, app.code())
    told = await events(services, "employee:factor:enrol", "employee:session:start")
    assert ["pwd", "pwd otp"] == [each["det"]["by"] for each in told if "by" in each["det"]]
    assert app.secret not in str(told)
