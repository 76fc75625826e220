"""Employees sign in with WeCom, over the stand-in: in a browser, and in the mini-program inside WeCom."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from compliance.access import Role
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.wecom import AGENT_ID, CORP_ID
from fileserver.services import Services
from storage.rows.accounts import change_account
from storage.rows.viewers import add_identity
from tests.api import Answer, Api, Client, sign_in
from tests.log import events
from tests.people import Employee, add_employee
from tests.platforms import node
from tests.services import Clock

MEMBER, UNLINKED = "LinXiaowen", "ZhouZiang"
IN_WECOM = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0 wxwork/4.1"
AT_A_DESK = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A server that asks WeCom, and an employee whose account a member of the corporation is linked to."""

    services: Services
    client: Client
    fake: FakePlatforms
    clock: Clock
    who: Employee

    async def leave(self, *, browser: str = AT_A_DESK, **query: str) -> tuple[str, dict[str, str]]:
        """Where the browser is sent, and with what."""
        headers = {"User-Agent": browser}
        path = "/sign-in/with/wecom"
        async with self.client.get(path, params=query, headers=headers, allow_redirects=False) as response:
            assert 303 == response.status, await response.text()
            address = urlsplit(response.headers["Location"])
        return address.path, {name: values[0] for name, values in parse_qs(address.query).items()}

    async def back(self, state: str, code: str) -> tuple[int, str]:
        """What comes of a callback: status, and where it leads or what was wrong."""
        path = f"/sign-in/with/wecom/callback?{urlencode({'state': state, 'code': code})}"
        headers = {"Accept": "application/problem+json", "Accept-Language": "en"}
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            if response.status == 303:
                return response.status, response.headers["Location"]
            return response.status, (await response.json())["type"]

    async def by_mini_program(self, code: str) -> Answer:
        """What the mini-program gets for its code."""
        answer = await Api(self.client, "").post("/sessions/wecom", {"code": code})
        self.client.session.cookie_jar.clear()
        return answer

    async def me(self) -> int:
        """Whether the browser is signed in."""
        async with self.client.get("/api/v1/sessions/current") as response:
            return response.status

    async def disable(self) -> None:
        """An administrator disables the employee's account."""
        admin = await sign_in(self.client, await add_employee(self.services, Role.ADMIN))
        assert (await admin.post(f"/people/accounts/{self.who.person_id}/disable")).status < 400

    async def refusals(self) -> list[tuple[Any, Any]]:
        """Which sign-ins were refused, as the log has it: by which slug, and for which reason."""
        told = await events(self.services, "employee:session:start")
        return [(each["why"], each["det"]["reason"]) for each in told if each["res"] == "deny"]


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """WeCom's stand-in."""
    async with FakePlatforms(clock) as serving:
        yield serving


@pytest.fixture
async def services(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
    """The services of an operator who has WeCom."""
    async with node(config, fake, clock) as opened:
        yield opened


@pytest.fixture
async def scene(services: Services, client: Client, fake: FakePlatforms, clock: Clock) -> Scene:
    """One employee, linked."""
    who = await add_employee(services, Role.MARKETER)
    async with services.database.transaction() as tx:
        assert await add_identity(tx, who.person_id, provider="wecom", app=CORP_ID, subject=MEMBER)
    return Scene(services=services, client=client, fake=fake, clock=clock, who=who)


@pytest.mark.parametrize(
    ("browser", "page"),
    [(AT_A_DESK, "/wwlogin/sso/login"), (IN_WECOM, "/connect/oauth2/authorize")],
    ids=["desk", "wecom"],
)
async def test_the_whole_way(scene: Scene, browser: str, page: str) -> None:
    """At a desk WeCom shows its QR code, in its own browser it answers at once; both lead to the page wanted."""
    path, sent = await scene.leave(browser=browser, next="/shares")
    assert (page, CORP_ID, str(AGENT_ID)) == (path, sent["appid"], sent["agentid"])
    assert sent["redirect_uri"] == f"{scene.services.config.public_url}/sign-in/with/wecom/callback"
    assert (303, "/shares") == await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(MEMBER))
    async with scene.client.get("/api/v1/sessions") as response:
        assert ["wecom"] == (await response.json())["items"][0]["methods"]
    async with scene.client.get("/api/v1/sessions/current") as response:
        assert str(scene.who.person_id) == (await response.json())["person"]["id"]
    assert [] == scene.fake.violations


async def test_a_member_without_an_account_stays_out(scene: Scene) -> None:
    """The corporation has many members; who is linked to no account gets none, in a browser or a mini-program."""
    _, sent = await scene.leave()
    code = scene.fake.wecom.issue_browser_code(UNLINKED)
    assert (403, "/problems/identity-unknown") == await scene.back(sent["state"], code)
    answer = await scene.by_mini_program(scene.fake.wecom.issue_login_code(UNLINKED))
    assert (403, "/problems/identity-unknown") == (answer.status, answer.body["type"])
    assert [("identity-unknown", "")] * 2 == await scene.refusals()
    assert 401 == await scene.me()


async def test_somebody_who_is_no_member_stays_out(scene: Scene) -> None:
    """WeCom also answers for visitors, with an openid: that is nobody here."""
    _, sent = await scene.leave()
    code = scene.fake.wecom.issue_stranger_code("o-visitor")
    assert (403, "/problems/provider-refused") == await scene.back(sent["state"], code)
    assert [("provider-refused", "no-employee")] == await scene.refusals()


async def test_a_disabled_account_stays_out(scene: Scene) -> None:
    """Whoever was disabled here is out at once and can't come back, whatever WeCom thinks."""
    _, sent = await scene.leave()
    assert 303 == (await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(MEMBER)))[0]
    cookies = list(scene.client.session.cookie_jar)
    await scene.disable()
    scene.client.session.cookie_jar.update_cookies({each.key: each for each in cookies})
    assert 401 == await scene.me()
    _, sent = await scene.leave()
    code = scene.fake.wecom.issue_browser_code(MEMBER)
    assert (403, "/problems/identity-unknown") == await scene.back(sent["state"], code)
    assert 403 == (await scene.by_mini_program(scene.fake.wecom.issue_login_code(MEMBER))).status


async def test_an_account_out_of_its_time_stays_out(scene: Scene) -> None:
    """Whoever's time is over, or has not come, gets no session, and the log is told."""
    for limit in (
        {"valid_until": scene.clock()},
        {"valid_until": None, "valid_from": scene.clock() + timedelta(days=1)},
    ):
        async with scene.services.database.transaction() as tx:
            await change_account(tx, scene.who.person_id, **limit)
        _, sent = await scene.leave()
        code = scene.fake.wecom.issue_browser_code(MEMBER)
        assert (403, "/problems/identity-unknown") == await scene.back(sent["state"], code)
    assert [("identity-unknown", "")] * 2 == await scene.refusals()


async def test_a_state_works_once(scene: Scene) -> None:
    """A callback that is repeated begins nothing, not even with a code that is still good."""
    _, sent = await scene.leave()
    assert 303 == (await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(MEMBER)))[0]
    code = scene.fake.wecom.issue_browser_code(MEMBER)
    assert (403, "/problems/provider-refused") == await scene.back(sent["state"], code)
    assert [("provider-refused", "state")] == await scene.refusals()


async def test_nobody_finishes_what_another_browser_began(scene: Scene) -> None:
    """Login CSRF: an attacker's own callback, opened by a victim, signs nobody in and doesn't use up the code."""
    _, sent = await scene.leave()
    scene.client.session.cookie_jar.clear()
    assert 403 == (await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(MEMBER)))[0]
    assert [("provider-refused", "browser")] == await scene.refusals()
    assert "/cgi-bin/auth/getuserinfo" not in [call.path for call in scene.fake.calls]


async def test_a_code_works_once(scene: Scene) -> None:
    """A code that WeCom has taken already begins nothing, in a browser or a mini-program."""
    code = scene.fake.wecom.issue_browser_code(MEMBER)
    _, sent = await scene.leave()
    assert 303 == (await scene.back(sent["state"], code))[0]
    _, sent = await scene.leave()
    assert 403 == (await scene.back(sent["state"], code))[0]
    code = scene.fake.wecom.issue_login_code(MEMBER)
    assert [201, 403] == [(await scene.by_mini_program(code)).status for _ in range(2)]
    assert [("provider-refused", "wecom")] * 2 == await scene.refusals()


async def test_the_mini_program_gets_a_session(scene: Scene) -> None:
    """Its code is worth a token of the linked account, by which it goes on."""
    answer = (await scene.by_mini_program(scene.fake.wecom.issue_login_code(MEMBER))).ok
    assert (str(scene.who.person_id), "marketer") == (answer["person"]["id"], answer["role"])
    (session,) = (await Api(scene.client, answer["token"]).get("/sessions")).ok["items"]
    assert ["wecom"] == session["methods"]


async def test_a_code_of_the_other_kind_is_worth_nothing(scene: Scene) -> None:
    """What a browser brought is no code of the mini-program, and the other way round."""
    assert 403 == (await scene.by_mini_program(scene.fake.wecom.issue_browser_code(MEMBER))).status
    _, sent = await scene.leave()
    assert 403 == (await scene.back(sent["state"], scene.fake.wecom.issue_login_code(MEMBER)))[0]


async def test_wecom_that_is_down_lets_nobody_in(scene: Scene) -> None:
    """An answer that is none is no yes; the log says that it was WeCom."""
    scene.fake.faults.next("/cgi-bin/auth/getuserinfo", times=9, status=502)
    _, sent = await scene.leave()
    assert 403 == (await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(MEMBER)))[0]
    assert [("provider-refused", "wecom")] == await scene.refusals()
    assert 401 == await scene.me()


async def test_wecom_cant_ask_anew(scene: Scene) -> None:
    """Stepping up isn't offered: WeCom would only say again who is signed in there."""
    _, sent = await scene.leave()
    await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(MEMBER))
    path = "/sign-in/with/wecom?purpose=step-up"
    async with scene.client.get(path, allow_redirects=False) as response:
        assert 404 == response.status


async def _with_cookie(scene: Scene, who: Employee) -> str:
    """Signs in as a browser does; the CSRF token."""
    body = {"login": who.login, "password": who.password}
    async with scene.client.post("/api/v1/sessions", json=body) as response:
        csrf: str = (await response.json())["csrf_token"]
        return csrf


async def _own(scene: Scene, csrf: str, method: str, path: str = "") -> tuple[int, Any]:
    headers = {"X-CSRF-Token": csrf, "Origin": scene.services.config.public_url}
    at = f"/api/v1/people/me/identities{path}"
    async with scene.client.request(method, at, headers=headers) as response:
        return response.status, await response.json(content_type=None) if response.status != 204 else None


async def _link(scene: Scene, csrf: str, user_id: str) -> tuple[int, str]:
    begun = (await _own(scene, csrf, "POST", "/wecom"))[1]
    _, sent = await scene.leave(purpose="link", intent=begun["intent"], next="/me")
    return await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(user_id))


async def test_an_employee_connects_and_disconnects_their_member(scene: Scene) -> None:
    """From their own page, in a session that was proved a short while ago; afterwards WeCom opens the account."""
    zhou = await add_employee(scene.services, Role.MARKETER)
    csrf = await _with_cookie(scene, zhou)
    assert (303, "/me") == await _link(scene, csrf, UNLINKED)
    ((listed,),) = [(await _own(scene, csrf, "GET"))[1]["items"]]
    assert ("wecom", UNLINKED, False) == (listed["slug"], listed["subject"], listed["kept"])
    answer = (await scene.by_mini_program(scene.fake.wecom.issue_login_code(UNLINKED))).ok
    assert str(zhou.person_id) == answer["person"]["id"]
    csrf = await _with_cookie(scene, zhou)
    assert 204 == (await _own(scene, csrf, "DELETE", f"/{listed['id']}"))[0]
    assert 403 == (await scene.by_mini_program(scene.fake.wecom.issue_login_code(UNLINKED))).status
    told = await events(scene.services, "employee:identity:link", "employee:identity:unlink")
    assert ["wecom", "wecom"] == [each["det"]["provider"] for each in told]


async def test_a_member_leads_to_one_account(scene: Scene) -> None:
    """Neither takes somebody else's member, nor a second one."""
    csrf = await _with_cookie(scene, await add_employee(scene.services, Role.MARKETER))
    assert (409, "/problems/identity-taken") == await _link(scene, csrf, MEMBER)
    csrf = await _with_cookie(scene, scene.who)
    assert (409, "/problems/identity-taken") == await _link(scene, csrf, UNLINKED)


async def test_a_link_is_begun_freshly_on_ones_own_page(scene: Scene) -> None:
    """No other site begins one, no old session, and nobody ends what another session began."""
    zhou = await add_employee(scene.services, Role.MARKETER)
    csrf = await _with_cookie(scene, zhou)
    begun = (await _own(scene, csrf, "POST", "/wecom"))[1]
    for query in ({"intent": "0" * 64}, {"intent": "令"}, {}):
        async with scene.client.get("/sign-in/with/wecom", params={"purpose": "link", **query}) as response:
            assert 403 == response.status
    _, sent = await scene.leave(purpose="link", intent=begun["intent"])
    await _with_cookie(scene, scene.who)  # somebody else at the same browser meanwhile
    assert 403 == (await scene.back(sent["state"], scene.fake.wecom.issue_browser_code(UNLINKED)))[0]
    csrf = await _with_cookie(scene, zhou)
    intent = (await _own(scene, csrf, "POST", "/wecom"))[1]["intent"]
    scene.clock.advance(minutes=11)
    assert 403 == (await _own(scene, csrf, "POST", "/wecom"))[0]
    path = {"purpose": "link", "intent": intent}
    async with scene.client.get("/sign-in/with/wecom", params=path, allow_redirects=False) as response:
        assert 403 == response.status
