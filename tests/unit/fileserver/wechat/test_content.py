"""What WeChat makes of a text, asked of the stand-in: verdicts, tokens that end, and answers that are none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from compliance.scanning.platform import Judged, NotChecked, Verdict
from fileserver.outgoing import Outgoing, Policy
from fileserver.wechat import ContentCheck, WeChat
from tests.services import Clock
from tests.wechat import APP_ID, APP_SECRET, FakeWeChat, wechat

AT_HOME = Policy(hosts=frozenset({"127.0.0.1"}), loopback_http=True)
GAMBLING = 20006


@asynccontextmanager
async def checking(
    clock: Clock, *, secret: str = APP_SECRET, openid: str = "o-visitor"
) -> AsyncIterator[tuple[FakeWeChat, ContentCheck, list[float]]]:
    """The stand-in, our check of it, and the pauses that were made."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with wechat(clock) as fake, Outgoing(AT_HOME) as outgoing:
        app = WeChat(outgoing, api_url=fake.url, app_id=APP_ID, app_secret=SecretStr(secret), clock=clock, sleep=sleep)
        yield fake, ContentCheck(app, openid=openid), pauses


async def test_verdicts_stand_in_the_result(clock: Clock) -> None:
    """`errcode` is 0 for every verdict; the word that WeChat points at comes along."""
    async with checking(clock) as (fake, check, _):
        fake.words |= {"网络赌场": ("risky", GAMBLING), "加微信": ("review", 10001)}
        assert Judged(Verdict.PASS, 100) == await check.judge("夏季护肤手册")
        assert Judged(Verdict.RISKY, GAMBLING, "网络赌场") == await check.judge("欢迎来到网络赌场")
        assert Judged(Verdict.REVIEW, 10001, "加微信") == await check.judge("请加微信咨询")
    assert [2, 2, 2] == [each["version"] for each in fake.asked]


async def test_one_token_until_shortly_before_its_end(clock: Clock) -> None:
    """A token is fetched once, in the usual mode, and again five minutes before it ends."""
    async with checking(clock) as (fake, check, _):
        for minutes in (0, 60, 54, 2):
            clock.advance(minutes=minutes)
            await check.judge("好")
    assert [False, False] == fake.fetched


async def test_a_refused_token_is_renewed_by_force_once(clock: Clock) -> None:
    """A token that somebody else has ended is replaced, and the question asked again; a second refusal is the end."""
    async with checking(clock) as (fake, check, _):
        await check.judge("好")
        fake.forget_token()
        assert Verdict.PASS is (await check.judge("好")).verdict
        assert [False, True] == fake.fetched
        fake.faults += [40001, 40001]
        with pytest.raises(NotChecked, match="refused"):
            await check.judge("好")
    assert [False, True, True] == fake.fetched


async def test_busy_is_waited_for(clock: Clock) -> None:
    """-1 says that WeChat is busy: asked three times with pauses between, and then no more."""
    async with checking(clock) as (fake, check, pauses):
        fake.faults += [-1, -1]
        assert Verdict.PASS is (await check.judge("好")).verdict
        assert [0.5, 1.0] == pauses
        fake.faults += [-1, -1, -1]
        with pytest.raises(NotChecked, match="refused"):
            await check.judge("好")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (61010, "user-away"),
        (40003, "user-unknown"),
        (45009, "quota"),
        (43302, "refused"),
        ("<html>", "unavailable"),
        ("[]", "unavailable"),
        ('{"errcode": 0}', "nonsense"),
        ('{"errcode": 0, "result": {"suggest": "fine", "label": 100}}', "nonsense"),
    ],
)
async def test_no_verdict_is_never_a_pass(clock: Clock, fault: int | str, cause: str) -> None:
    """Whatever is not a verdict is said to be none, with what an operator can do about it."""
    async with checking(clock) as (fake, check, _):
        fake.faults.append(fault)
        with pytest.raises(NotChecked) as caught:
            await check.judge("好")
    assert cause == caught.value.cause


async def test_a_user_who_has_not_been_there(clock: Clock) -> None:
    """WeChat judges on behalf of users who used the app within two hours."""
    async with checking(clock, openid="o-stranger") as (_, check, _):
        with pytest.raises(NotChecked, match="user-away"):
            await check.judge("好")


async def test_a_wrong_secret_is_in_no_message(clock: Clock) -> None:
    """Without a token nothing is checked, and what is raised says nothing of the secret."""
    async with checking(clock, secret="wrong-secret") as (_, check, _):
        with pytest.raises(NotChecked) as caught:
            await check.judge("好")
    assert "refused" == caught.value.cause
    assert "wrong-secret" not in repr(caught.value.__cause__)


async def test_nobody_there(clock: Clock) -> None:
    """A server that is away gives no verdict."""
    async with checking(clock) as (fake, *_):
        pass
    async with Outgoing(AT_HOME) as outgoing:
        app = WeChat(outgoing, api_url=fake.url, app_id=APP_ID, app_secret=SecretStr(APP_SECRET), clock=clock)
        with pytest.raises(NotChecked, match="unavailable"):
            await ContentCheck(app, openid="o-visitor").judge("好")
