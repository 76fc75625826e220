"""Each endpoint over HTTP, as the services answer it: what works, and every refusal that a caller has to tell apart."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from compliance.scanning.platform import NotChecked, Verdict
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.official import Authorized
from fileserver.demo.platforms.people import PEOPLE
from fileserver.demo.platforms.tencent import MERCHANT_ID, OPERATOR, RULE_ID
from fileserver.outgoing import client as outgoing_client
from fileserver.platforms import (
    CodeRefused,
    ConsentMissing,
    NoRelation,
    NotPermitted,
    OutOfFunds,
    PersonBlocked,
    PlatformBusy,
    PlatformRefused,
    PlatformUnavailable,
    TooFrequent,
    Unfit,
)
from fileserver.platforms.tencent import TencentCloud
from fileserver.platforms.tencent import client as tencent_client
from fileserver.platforms.tencent.results import Outcome
from fileserver.platforms.wechat import MiniProgram, OfficialAccount
from fileserver.platforms.wechat.content import ContentCheck
from fileserver.platforms.wecom import WeCom
from fileserver.platforms.wecom.directory import text_card
from fileserver.platforms.wecom.results import SendStatus, TransferStatus
from fileserver.services import Services
from tests.platforms import node
from tests.services import Clock

Ask = Callable[[], Awaitable[object]]

CHEN, LI, *_ = PEOPLE
LIN, ZHOU = "LinXiaowen", "ZhouZiang"


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """The stand-in; what our client sends must never be unknown to it."""
    async with FakePlatforms(clock) as serving:
        yield serving
        assert [] == serving.violations


@pytest.fixture
async def services(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
    """One process."""
    async with node(config, fake, clock) as opened:
        yield opened


@pytest.fixture
def wechat(services: Services) -> MiniProgram:
    """The mini-program."""
    assert services.platforms.wechat is not None
    return services.platforms.wechat


@pytest.fixture
def official(services: Services) -> OfficialAccount:
    """The official account."""
    assert services.platforms.official is not None
    return services.platforms.official


@pytest.fixture
def wecom(services: Services) -> WeCom:
    """WeCom."""
    assert services.platforms.wecom is not None
    return services.platforms.wecom


@pytest.fixture
def tencent(services: Services) -> TencentCloud:
    """Tencent Cloud."""
    assert services.platforms.tencent is not None
    return services.platforms.tencent


async def test_login_codes_work_once_for_five_minutes(wechat: MiniProgram, fake: FakePlatforms, clock: Clock) -> None:
    """A second use, an old code, another app's and a made-up one are refused alike; unionid comes if it is there."""
    code = fake.wechat.issue_login_code(CHEN.openid, unionid=CHEN.unionid)
    session = await wechat.code_to_session(code)
    assert (CHEN.openid, CHEN.unionid) == (session.openid, session.unionid)
    assert session.session_key not in repr(session)
    assert (await wechat.code_to_session(fake.wechat.issue_login_code(LI.openid))).unionid is None
    old = fake.wechat.issue_login_code(CHEN.openid)
    clock.advance(minutes=5)
    for bad in (code, old, fake.wechat.issue_login_code(CHEN.openid, app="wxfedcba9876543210"), "made-up"):
        with pytest.raises(CodeRefused):
            await wechat.code_to_session(bad)


async def test_a_blocked_person_and_too_many_logins(wechat: MiniProgram, fake: FakePlatforms) -> None:
    """Refusals that a caller answers in different ways are different classes."""
    fake.wechat.blocked.add(LI.openid)
    with pytest.raises(PersonBlocked):
        await wechat.code_to_session(fake.wechat.issue_login_code(LI.openid))
    fake.faults.next("/sns/jscode2session", code=45011)
    with pytest.raises(TooFrequent):
        await wechat.code_to_session("x")


async def test_only_the_newest_session_key_is_valid(wechat: MiniProgram, fake: FakePlatforms) -> None:
    """A later login ends the one before."""
    first = await wechat.code_to_session(fake.wechat.issue_login_code(CHEN.openid))
    assert await wechat.check_session(CHEN.openid, first.session_key)
    await wechat.code_to_session(fake.wechat.issue_login_code(CHEN.openid))
    assert not await wechat.check_session(CHEN.openid, first.session_key)


async def test_phone_numbers(wechat: MiniProgram, fake: FakePlatforms) -> None:
    """With the country's code and without; a code is good once."""
    code = fake.wechat.issue_phone_code(CHEN.phone)
    number = await wechat.phone_number(code)
    assert (f"+86{CHEN.phone}", CHEN.phone) == (number.e164, number.national)
    assert CHEN.phone not in repr(number)
    with pytest.raises(CodeRefused):
        await wechat.phone_number(code)


async def test_mini_program_codes(wechat: MiniProgram, fake: FakePlatforms) -> None:
    """A picture, or JSON that says why not; what can't be a scene is never asked for."""
    picture = await wechat.unlimited_code("a" * 32, "pages/open/index")
    assert ("image/png", b"\x89PNG") == (picture.media_type, picture.content[:4])
    for scene, page in (("a" * 33, "p"), ("a%20", "p"), ("", "p"), ("a", "/p"), ("a", "p?q=1")):
        with pytest.raises(ValueError, match="scene"):
            await wechat.unlimited_code(scene, page)
    with pytest.raises(Unfit):
        await wechat.unlimited_code("a", "pages/unpublished")
    fake.wechat.links.codes_left = 0
    with pytest.raises(TooFrequent):
        await wechat.unlimited_code("a", "pages/open/index")


async def test_links(wechat: MiniProgram, fake: FakePlatforms, clock: Clock) -> None:
    """Both kinds end within 30 days; one that would end at once is refused."""
    until = int(clock().timestamp()) + 3600
    assert (await wechat.generate_scheme("/pages/open/index", "t=1", expires_at=until)).startswith(
        "weixin://dl/business/"
    )
    assert (await wechat.generate_url_link("/pages/open/index", "t=1", expires_at=until)).startswith(
        "https://wxaurl.cn/"
    )
    for expires_at in (until - 3590, until + 31 * 86400):
        with pytest.raises(PlatformRefused, match="85401"):
            await wechat.generate_url_link("/pages/open/index", "t=1", expires_at=expires_at)


async def test_verdicts_on_a_text(wechat: MiniProgram, fake: FakePlatforms, clock: Clock) -> None:
    """Whatever the verdict is, the call succeeds; without one, the cause is a word that says whose matter it is."""
    fake.wechat.content.words.update({"casino": ("risky", 20006), "cure": ("review", 20012)})
    fake.wechat.content.visited(CHEN.openid)
    check = ContentCheck(wechat, openid=CHEN.openid)
    judged = [await check.judge(text) for text in ("a casino", "a cure", "skin care")]
    assert [(Verdict.RISKY, 20006, "casino"), (Verdict.REVIEW, 20012, "cure"), (Verdict.PASS, 100, "")] == [
        (each.verdict, each.label, each.keyword) for each in judged
    ]
    clock.advance(hours=3)
    causes = []
    for code in (None, 43104, 45009, 40129):
        if code:
            fake.faults.next("/wxa/msg_sec_check", code=code)
        with pytest.raises(NotChecked) as refused:
            await check.judge("skin care")
        causes.append(refused.value.cause)
    assert ["user-away", "user-unknown", "quota", "refused"] == causes


async def test_one_consent_is_one_message(wechat: MiniProgram, fake: FakePlatforms) -> None:
    """The second message on one consent is refused, and so is a text of 21 characters."""
    fake.wechat.subscriptions.templates["T"] = frozenset({"thing1"})
    fake.wechat.subscriptions.grant(CHEN.openid, "T")
    with pytest.raises(Unfit):
        await wechat.subscribe_send(CHEN.openid, "T", {"thing1": "字" * 21})
    await wechat.subscribe_send(CHEN.openid, "T", {"thing1": "字" * 20})
    with pytest.raises(ConsentMissing):
        await wechat.subscribe_send(CHEN.openid, "T", {"thing1": "好"})
    assert (await wechat.activity_id(openid=CHEN.openid)).activity_id


async def test_web_authorization(official: OfficialAccount, fake: FakePlatforms) -> None:
    """Who comes back, with a name if they were asked for it; a virtual user is told from a real one."""
    who = Authorized(openid=CHEN.official_openid, unionid=CHEN.unionid, nickname="思远", scope="snsapi_userinfo")
    token = await official.oauth_access_token(fake.wechat.official.issue_code(who))
    assert (CHEN.official_openid, False) == (token.openid, token.is_virtual)
    assert "思远" == (await official.user_info(token)).nickname
    snapshot = fake.wechat.official.issue_code(Authorized(openid="o", is_snapshot=True))
    assert (await official.oauth_access_token(snapshot)).is_virtual
    with pytest.raises(CodeRefused):
        await official.oauth_access_token(snapshot)
    assert official.authorize_url("https://a.example/b", "s").endswith("state=s#wechat_redirect")


async def test_one_ticket_for_all_pages(official: OfficialAccount, fake: FakePlatforms) -> None:
    """The JS-SDK's ticket is fetched once; each page has a signature of its own."""
    first, second = [await official.js_config("https://a.example/b") for _ in range(2)]
    assert first.signature != second.signature
    assert 1 == fake.wechat.official.tickets


async def test_employees(wecom: WeCom, fake: FakePlatforms) -> None:
    """Who they are by either code, what they agreed to show, and what the directory has."""
    assert LIN == (await wecom.code_to_session(fake.wecom.issue_login_code(LIN))).user_id
    info = await wecom.get_user_info(fake.wecom.issue_browser_code(LIN, private=True))
    assert info.is_employee
    assert (await wecom.get_user_detail(info.user_ticket)).mobile
    assert not (await wecom.get_user_info(fake.wecom.issue_stranger_code("o1"))).is_employee
    with pytest.raises(CodeRefused):
        await wecom.get_user_info("made-up")
    user = await wecom.user(LIN)
    assert ("林晓雯", (21,), True) == (user.name, user.departments, user.is_active)
    assert [1, 2, 3, 21] == sorted(each.id for each in await wecom.department_list())
    assert [2, 21] == sorted(each.id for each in await wecom.department_list(2))
    assert {LIN, ZHOU} == {each.user_id for each in await wecom.users_of_department(21)}
    with pytest.raises(PlatformRefused, match="60111"):
        await wecom.user("nobody")


async def test_messages_say_who_was_not_reached(wecom: WeCom, fake: FakePlatforms) -> None:
    """Partial failure is errcode 0; nobody at all is a refusal."""
    sent = await wecom.message_send([LIN, "nobody"], text_card("新任务", "请确认", "https://a.example"))
    assert frozenset({"nobody"}) == sent.not_reached
    with pytest.raises(Unfit):
        await wecom.message_send(["nobody"], text_card("新任务", "请确认", "https://a.example"))
    assert (await wecom.media_upload("image", 'a".png', b"123456", "image/png")).media_id
    with pytest.raises(ValueError, match="bytes"):
        await wecom.media_upload("voice", "a", bytes(3 << 20), "audio/amr")


async def test_contacts_have_many_followers(wecom: WeCom, fake: FakePlatforms) -> None:
    """Both employees are told; nobody's contact is no error but a class; a code carries its state."""
    fake.wecom.contacts.know("wm1", unionid="u1", openid="o1")
    with pytest.raises(NoRelation):
        await wecom.external_contact("wm1")
    for user in (LIN, ZHOU):
        fake.wecom.contacts.follow(user, "wm1", state="s")
    found = await wecom.external_contact("wm1")
    assert [LIN, ZHOU] == [each.user_id for each in found.followers]
    assert ("wm1",) == await wecom.external_contacts_of(LIN)
    page = await wecom.external_contacts_by_users([LIN, ZHOU])
    assert [(LIN, "u1"), (ZHOU, "u1")] == [(each.follower.user_id, each.contact.unionid) for each in page.entries]
    assert "wm1" == (await wecom.unionid_to_external_user_id("u1", "o1")).external_user_id
    assert (await wecom.unionid_to_external_user_id("u2", "o1")).pending_id
    way = await wecom.add_contact_way([LIN], "invite-7")
    assert "invite-7" == fake.wecom.contacts.ways[way.config_id]["state"]


async def test_transfers_take_a_day(wecom: WeCom, fake: FakePlatforms, clock: Clock) -> None:
    """Waiting for 24 hours, then done; a third in 90 days, and a stranger, are refused in their row; no callback."""
    fake.wecom.contacts.follow(LIN, "wm1")
    for handover, takeover in ((LIN, ZHOU), (ZHOU, LIN)):
        asked = await wecom.transfer_customer(handover, takeover, ["wm1", "wm9"], message="换人")
        assert [True, False] == [each.is_accepted for each in asked]
        (state,) = (await wecom.transfer_result(handover, takeover)).customer
        assert TransferStatus.WAITING is state.status
        clock.advance(hours=24)
        (state,) = (await wecom.transfer_result(handover, takeover)).customer
        assert TransferStatus.DONE is state.status
    assert (False,) == tuple(each.is_accepted for each in await wecom.transfer_customer(LIN, ZHOU, ["wm1"]))
    assert (LIN,) == tuple(each.user_id for each in (await wecom.external_contact("wm1")).followers)
    assert [] == fake.wecom.pusher.deliveries


async def test_contacts_of_who_has_left(wecom: WeCom, fake: FakePlatforms, clock: Clock) -> None:
    """They are listed, handed over by another endpoint, and a full taker gets none."""
    for n in range(2):
        fake.wecom.contacts.follow(LIN, f"wm{n}")
    fake.wecom.transfers.resign(LIN)
    assert ["wm0", "wm1"] == [each.external_user_id for each in (await wecom.unassigned_list()).info]
    await wecom.transfer_customer(LIN, ZHOU, ["wm0"], resigned=True)
    assert ["wm1"] == [each.external_user_id for each in (await wecom.unassigned_list()).info]
    clock.advance(hours=24)
    fake.wecom.directory.members[ZHOU].contacts_max = 0
    await wecom.transfer_customer(LIN, ZHOU, ["wm1"], resigned=True)
    states = {
        each.external_user_id: each.status for each in (await wecom.transfer_result(LIN, ZHOU, resigned=True)).customer
    }
    assert {"wm0": TransferStatus.DONE, "wm1": TransferStatus.TAKER_FULL} == states


async def test_group_messages_wait_for_a_tap(wecom: WeCom, fake: FakePlatforms) -> None:
    """Unsent until the employee confirms; then sent, no friend any more, or capped; three reminders a day."""
    for n in range(3):
        fake.wecom.contacts.follow(LIN, f"wm{n}")
    fake.wecom.group_messages.month_cap = 1
    first = await wecom.add_msg_template(LIN, ["wm0"], "您好")
    fake.wecom.group_messages.confirm(first.message_id)
    message = await wecom.add_msg_template(LIN, ["wm0", "wm1", "wm2", "wm9"], "您好")
    assert ("wm9",) == message.fail_list
    unsent = (await wecom.group_message_result(message.message_id, LIN)).send_list
    assert {SendStatus.UNSENT} == {each.status for each in unsent}
    for _ in range(3):
        await wecom.remind_group_message(message.message_id)
    with pytest.raises(TooFrequent):
        await wecom.remind_group_message(message.message_id)
    fake.wecom.contacts.customers["wm2"].followers.clear()
    fake.wecom.group_messages.confirm(message.message_id)
    sent = {
        each.external_user_id: each.status
        for each in (await wecom.group_message_result(message.message_id, LIN)).send_list
    }
    assert {"wm0": SendStatus.CAPPED, "wm1": SendStatus.SENT, "wm2": SendStatus.NO_FRIEND} == sent
    assert [2] == [each.status for each in (await wecom.group_message_tasks(message.message_id)).task_list]


@pytest.mark.parametrize(
    ("code", "outcome", "billed"),
    [
        ("0", Outcome.MATCH, 1), ("-1", Outcome.MISMATCH, 1), ("-2", Outcome.UNFIT, 0), ("-3", Outcome.UNFIT, 0),
        ("-4", Outcome.UNAVAILABLE, 0), ("-5", Outcome.NO_RECORD, 0), ("-6", Outcome.UNAVAILABLE, 0),
        ("-7", Outcome.DAILY_LIMIT, 0), ("-99", Outcome.UNAVAILABLE, 0),
    ],
)  # fmt: skip
async def test_every_code_of_two_factors(
    tencent: TencentCloud, fake: FakePlatforms, code: str, outcome: Outcome, billed: int
) -> None:
    """Only "0" is a match; a mismatch costs as much."""
    fake.tencent.answer_next("IdCardVerification", code)
    assert outcome is (await tencent.id_card_verification(CHEN.name, CHEN.id_card)).outcome
    assert billed == fake.tencent.billed["IdCardVerification"]


async def test_three_factors_and_faces(tencent: TencentCloud, fake: FakePlatforms) -> None:
    """A phone of somebody else's, a face check that nobody finished, and one that was."""
    assert Outcome.MATCH is (await tencent.phone_verification(CHEN.name, CHEN.id_card, CHEN.phone)).outcome
    other = await tencent.phone_verification(CHEN.name, CHEN.id_card, LI.phone)
    assert (Outcome.MISMATCH, "PhoneIdCardMismatch") == (other.outcome, other.detail)
    eid = await tencent.get_eid_token(MERCHANT_ID, CHEN.name, CHEN.id_card, redirect_url="http://127.0.0.1/x")
    assert (await tencent.get_eid_result(eid.token)).code is None
    fake.tencent.finish(eid.token)
    assert (await tencent.get_eid_result(eid.token)).is_match
    face = await tencent.detect_auth(RULE_ID, CHEN.name, CHEN.id_card, redirect_url="https://a.example", extra="x")
    fake.tencent.finish(face.token, 2016)
    assert not (await tencent.get_detect_info(RULE_ID, face.token)).is_match


async def test_esign(tencent: TencentCloud, fake: FakePlatforms) -> None:
    """An address to go to, and whether they went."""
    url = await tencent.create_user_verify_url(
        OPERATOR, name=CHEN.name, id_card=CHEN.id_card, jump_url="https://a.example"
    )
    assert url.url.startswith(fake.urls["tencent"])
    asked = {"name": CHEN.name, "id_card": CHEN.id_card}
    assert not (await tencent.describe_user_verify_status(OPERATOR, **asked)).is_verified
    fake.tencent.verified.add((CHEN.name, CHEN.id_card))
    assert (await tencent.describe_user_verify_status(OPERATOR, **asked)).is_verified


async def test_arrears_and_another_key(
    config: Config, clock: Clock, tencent: TencentCloud, fake: FakePlatforms
) -> None:
    """Errors under status 200 are refusals: no money, a wrong signature, a clock that is off; none names the person."""
    fake.tencent.arrears = True
    with pytest.raises(OutOfFunds) as refused:
        await tencent.id_card_verification(CHEN.name, CHEN.id_card)
    assert CHEN.name not in str(refused.value)
    async with node(config, fake, clock, tencent_secret_key="other") as services:
        assert services.platforms.tencent is not None
        with pytest.raises(NotPermitted, match="SignatureFailure"):
            await services.platforms.tencent.id_card_verification(CHEN.name, CHEN.id_card)
    ahead = Clock()
    ahead.advance(minutes=6)
    async with node(config, fake, ahead) as services:
        assert services.platforms.tencent is not None
        with pytest.raises(NotPermitted, match="SignatureExpire"):
            await services.platforms.tencent.id_card_verification(CHEN.name, CHEN.id_card)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "status": ({"status": 502}, "status"),
    "html": ({"raw": "<html>"}, "nonsense"),
    "list": ({"raw": "[]"}, "nonsense"),
    "empty": ({"raw": "{}"}, "nonsense"),
    "deep": ({"raw": "[" * 100_000}, "nonsense"),
    "half": ({"raw": '{"errcode": 0, "openid": "o'}, "nonsense"),
    "cut": ({"cut": True, "times": 2}, "connection"),  # aiohttp asks once more on a connection that it kept
}


def asks_of(wechat: MiniProgram, wecom: WeCom, tencent: TencentCloud) -> list[tuple[str, Ask]]:
    """One question for each of the three, by the name of its endpoint."""
    return [
        ("/sns/jscode2session", lambda: wechat.code_to_session("x")),
        ("/cgi-bin/user/get", lambda: wecom.user(LIN)),
        ("IdCardVerification", lambda: tencent.id_card_verification(CHEN.name, CHEN.id_card)),
    ]


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_what_is_no_answer(
    wechat: MiniProgram, wecom: WeCom, tencent: TencentCloud, fake: FakePlatforms, name: str
) -> None:
    """At each of the three it is the same error, with a word for a reason, without a cause that could name a secret."""
    fault, reason = FAULTS[name]
    for path, ask in asks_of(wechat, wecom, tencent):
        fake.faults.next(path, **fault)
        with pytest.raises(PlatformUnavailable) as failed:
            await ask()
        fake.faults.waiting.clear()
        assert reason == failed.value.reason
        assert failed.value.__cause__ is None
        assert failed.value.__context__ is None or failed.value.__suppress_context__


async def test_silence_ends_and_lateness_does_not(
    monkeypatch: pytest.MonkeyPatch, wechat: MiniProgram, wecom: WeCom, tencent: TencentCloud, fake: FakePlatforms
) -> None:
    """Who never answers is given up after the time limit; an answer that is late, but within it, counts."""
    fake.faults.next("/cgi-bin/user/get", latency_s=0.05)
    assert LIN == (await wecom.user(LIN)).user_id
    for module in (outgoing_client, tencent_client):
        monkeypatch.setattr(module, "TIMEOUT_S", 1.0)
    asks = asks_of(wechat, wecom, tencent)
    for path, _ in asks:
        fake.faults.next(path, silent=True)
    ends = await asyncio.gather(*(ask() for _, ask in asks), return_exceptions=True)
    assert ["timeout"] * 3 == [each.reason for each in ends if isinstance(each, PlatformUnavailable)]


async def test_busy_is_asked_again_twice(config: Config, clock: Clock, fake: FakePlatforms) -> None:
    """-1 is asked again after a pause, which grows; the third is the end."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with node(config, fake, clock) as services:
        wechat = services.platforms.wechat
        assert wechat is not None
        wechat._api.bare._sleep = sleep
        fake.faults.next("/sns/jscode2session", times=2, code=-1)
        assert CHEN.openid == (await wechat.code_to_session(fake.wechat.issue_login_code(CHEN.openid))).openid
        fake.faults.next("/sns/jscode2session", times=3, code=-1)
        with pytest.raises(PlatformBusy):
            await wechat.code_to_session("x")
    assert [0.5, 1.0, 0.5, 1.0] == pauses


async def test_requests_are_counted(services: Services, wechat: MiniProgram, fake: FakePlatforms) -> None:
    """By platform, endpoint and outcome, without anything of what was asked."""
    with pytest.raises(CodeRefused):
        await wechat.code_to_session("x")
    (family, *_) = [each for each in services.platforms.figures.collect() if each.name.endswith("requests")]
    counted = [each.labels for each in family.samples if each.name.endswith("_total")]
    assert [{"platform": "wechat", "endpoint": "/sns/jscode2session", "outcome": "40029"}] == counted
