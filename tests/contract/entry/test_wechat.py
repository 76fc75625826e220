"""公众号 OAuth over HTTP: who may come back, where to, and what is said to everybody else."""

from typing import Any

from yarl import URL

from compliance.consents import Purpose
from fileserver.demo.platforms.people import PEOPLE
from fileserver.i18n import Language, translate
from storage.rows.viewers import person_by_identity
from tests.api import Api
from tests.halls import Hall
from tests.log import events
from tests.phones import Phone

LI, WANG = PEOPLE[1], PEOPLE[2]


def said(key: str) -> str:
    """The heading of a page of trouble."""
    return translate(Language.EN, f"enter-{key}-title").replace("'", "&#39;")


async def _person(hall: Hall, provider: str, app: str, subject: str) -> object:
    async with hall.services.database.transaction() as tx:
        return await person_by_identity(tx, provider=provider, app=app, subject=subject)


async def test_first_visit_joins_and_second_visit_is_one_tap(hall: Hall) -> None:
    """The first time WeChat is asked for the unionid, which the mini-program's person has too; then only who it is."""
    await hall.inside(LI)
    phone, token = Phone(hall), await hall.share()
    first = await phone.open(f"/s/{token}")
    assert 'href="/enter/wechat"' in first.text
    sent = await phone.leave()
    assert "snsapi_userinfo" == sent.query["scope"]
    assert len(sent.query["state"].encode()) <= 128
    back = await phone.open(await phone.answered(sent, LI))
    assert (303, "/enter") == (back.status, back.location)
    assert f"/s/{token}" == (await phone.open("/enter")).location
    assert "data-token" in (await phone.open(f"/s/{token}")).text
    hall.clock.advance(days=8)
    assert 'href="/enter/wechat"' in (await phone.open(f"/s/{token}")).text
    again = await phone.leave()
    assert "snsapi_base" == again.query["scope"]
    assert "/enter" == (await phone.open(await phone.answered(again, LI))).location
    assert f"/s/{token}" == (await phone.open("/enter")).location
    assert {"IdCardVerification": 1} == dict(hall.fake.tencent.billed)


async def test_only_the_browser_that_left_comes_back_once(hall: Hall) -> None:
    """A state of another browser, a used one, an old one, a made-up one and none begin no session, each with a page."""
    phone = Phone(hall)
    there = await phone.answered(await phone.leave(), LI)
    hall.client.session.cookie_jar.clear()
    stranger = await phone.open(there)
    assert (403, "") == (stranger.status, phone.token)
    assert said("returned") in stranger.text
    mine = await phone.answered(await phone.leave(), LI)
    assert 303 == (await phone.open(mine)).status
    assert 403 == (await phone.open(mine)).status
    old = await phone.answered(await phone.leave(), WANG)
    hall.clock.advance(minutes=11)
    for path in (old, "/enter/wechat/callback?code=x&state=made-up", "/enter/wechat/callback"):
        assert 403 == (await phone.open(path)).status


async def test_no_other_site_is_ever_led_to(hall: Hall) -> None:
    """Whatever a link, a parameter or a cookie says, people end on a page of this server."""
    phone = Phone(hall)
    for more in ("?next=https://evil.example", "?redirect_uri=//evil.example", "?share=//evil.example"):
        sent = URL((await phone.open(f"/enter/wechat{more}")).location or "/enter/wechat")
        assert sent.query.get("redirect_uri", "") in ("", f"{hall.services.config.public_url}/enter/wechat/callback")
    api = await hall.inside(LI)
    for kept in ("//evil.example", "https://evil.example", "/../evil", "a" * 65, "a\\b"):
        phone.signed_in(api)
        hall.client.session.cookie_jar.update_cookies({"sealshare_share": kept}, hall.client.make_url("/"))
        assert "/my-data" == (await phone.open("/enter")).location


async def test_a_snapshot_is_nobody(hall: Hall) -> None:
    """WeChat's virtual user gets no session, and is told to open the page in full."""
    phone = Phone(hall)
    seen = await phone.enter(LI, snapshot=True)
    assert (403, "") == (seen.status, phone.token)
    assert said("snapshot") in seen.text
    assert None is await _person(hall, "wechat-official", "wxfedcba9876543210", LI.official_openid)
    assert 303 == (await phone.enter(LI)).status


FAULTS: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"code": 40029}, 403, "code"),
    ({"code": 40163}, 403, "code"),
    ({"status": 502}, 503, "down"),
    ({"cut": True, "times": 4}, 503, "down"),
    ({"raw": "<html>"}, 503, "down"),
)


async def test_each_failure_of_wechat_has_its_page(hall: Hall) -> None:
    """A code that is no good and a service that is down each say what to do; the next try works."""
    phone = Phone(hall)
    for fault, status, key in FAULTS:
        hall.client.session.cookie_jar.clear()
        hall.fake.faults.next("/sns/oauth2/access_token", **fault)
        seen = await phone.enter(LI)
        assert (status, "") == (seen.status, phone.token)
        assert said(key) in seen.text
        assert ("60" if status == 503 else "") == seen.retry_after
        hall.fake.faults.waiting.clear()
        assert 303 == (await phone.enter(LI)).status


async def test_whoever_says_no_is_not_in(hall: Hall) -> None:
    """WeChat leads back without a code for somebody who declines."""
    phone = Phone(hall)
    state = (await phone.leave()).query["state"]
    seen = await phone.open(f"/enter/wechat/callback?state={state}")
    assert (403, "") == (seen.status, phone.token)


async def test_a_blocked_viewer_is_told_whom_to_ask(hall: Hall) -> None:
    """They come back from WeChat to a page that says so, without a session, and the log has the refusal."""
    await hall.inside(LI)
    manager = Api(hall.client, hall.cast.tokens["manager"])
    (person,) = [each for each in (await manager.get("/people/viewers")).ok["items"] if each["name"] == LI.name]
    (await manager.post(f"/people/viewers/{person['person_id']}/block", {"reason": "x"})).ok  # noqa: B018  # must succeed
    hall.client.session.cookie_jar.clear()
    phone = Phone(hall)
    seen = await phone.enter(LI)
    assert (403, "") == (seen.status, phone.token)
    assert said("blocked") in seen.text
    assert "actor-inactive" == (await events(hall.services, "viewer:session:start"))[-1]["why"]


async def test_an_invitation_leads_through_wechat(hall: Hall) -> None:
    """Its guest sees the clinic, comes in by WeChat, and is proposed that clinic; once it is over, a page says so."""
    owner, phone = Api(hall.client, hall.cast.tokens["owner"]), Phone(hall)
    wanted = {"clinic_name": "新悦诊所", "job": "doctor", "uses_max": 1}
    token = (await owner.post("/recruiting/invitations", wanted)).ok["url"].rpartition("/")[2]
    assert "新悦诊所" in (await phone.open(f"/i/{token}")).text
    await phone.enter(LI)
    api = Api(hall.client, phone.token)
    assert "新悦诊所" == (await api.get("/entry")).ok["invited"]["clinic"]["name"]
    (await hall.name(api, LI)).ok  # noqa: B018  # must succeed
    phone.signed_in(api)
    assert "新悦诊所" in (await phone.open("/enter")).text
    hall.client.session.cookie_jar.clear()
    assert 410 == (await phone.open(f"/i/{token}")).status
    hall.client.session.cookie_jar.update_cookies({"sealshare_invitation": token}, hall.client.make_url("/"))
    over = await phone.enter(WANG)
    assert (410, "") == (over.status, phone.token)
    assert said("invitation") in over.text
    assert 303 == (await phone.enter(WANG)).status
    jar = hall.client.session.cookie_jar
    jar.update_cookies({"sealshare_invitation": token}, hall.client.make_url("/"))
    jar.clear(lambda each: each.key == "sealshare_session")
    await phone.open(f"/i/{token}")
    assert "sealshare_invitation" not in jar.filter_cookies(hall.client.make_url("/"))


async def test_who_is_signed_in_arrives_with_the_page(hall: Hall) -> None:
    """At a step that is left, or asked whether they work there now; the last place is taken, and counts once."""
    owner, phone = Api(hall.client, hall.cast.tokens["owner"]), Phone(hall)
    wanted = {"clinic_name": "新悦诊所", "job": "doctor", "uses_max": 2}
    token = (await owner.post("/recruiting/invitations", wanted)).ok["url"].rpartition("/")[2]
    for who, works in ((LI, True), (WANG, False)):
        hall.client.session.cookie_jar.clear()
        api = await (hall.inside(who) if works else hall.enter(who))
        phone.signed_in(api)
        first, came = [await phone.open(f"/i/{token}") for _ in range(2)]
        assert first == came
        assert ((200, "") if works else (303, "/enter")) == (came.status, came.location)
        assert works == ("/api/v1/entry/workplace" in came.text)
        proposed = (await api.get("/entry")).ok["invited"]
        assert ("新悦诊所", "doctor") == (proposed["clinic"]["name"], proposed["job"])
        if works:
            work = {"clinic_id": proposed["clinic"]["id"], "job": "doctor"}
            assert None is (await hall.post(api, "/entry/workplace", work)).ok["invited"]
            phone.signed_in(api)
            assert "/api/v1/entry/workplace" not in (await phone.open(f"/i/{token}")).text
    hall.client.session.cookie_jar.clear()
    (line,) = (await owner.get("/recruiting/invitations")).ok["items"]
    assert 2 == line["uses"]
    (clinic,) = (await owner.get("/recruiting/funnel")).ok["items"]
    assert "verified" == clinic["step"]
    assert 2 == len(await events(hall.services, "viewer:invitation:enter"))


async def test_a_plain_browser_is_offered_mail(hall: Hall) -> None:
    """Only WeChat's own browser is sent to WeChat, where WeChat is not a stand-in; WeCom's is none."""
    config = hall.services.config.model_copy(update={"wechat_open_url": "https://open.weixin.qq.com"})
    object.__setattr__(hall.services, "config", config)
    plain, wecom = Phone(hall, "Mozilla/5.0 Chrome/120"), Phone(hall, "Mozilla/5.0 MicroMessenger/8 wxwork/4")
    for browser in (plain, wecom):
        text = (await browser.open("/enter")).text
        assert "data-asks" in text
        assert "/enter/wechat" not in text
    assert 'href="/enter/wechat"' in (await Phone(hall).open("/enter")).text


def test_purposes_have_their_words() -> None:
    """Every purpose has a box of its own to agree to."""
    for each in Purpose:
        assert translate(Language.EN, f"consent-agree-{each.value}")
