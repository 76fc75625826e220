"""The stand-in of the platforms itself, asked without a client of ours: it refuses what the real ones would."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.frame import Refusal
from fileserver.demo.platforms.pushing import TRIES_MAX, Target
from fileserver.demo.platforms.tokens import FORCED_MAX, AppTokens
from fileserver.demo.platforms.wechat import MINI_APP_ID, MINI_SECRET
from tests.services import Clock

APP, SECRET = "wx1", "s1"
OPENID = "o-visitor"


@pytest.fixture
def clock() -> Clock:
    """Stands still."""
    return Clock()


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """The stand-in."""
    async with FakePlatforms(clock) as running:
        yield running


async def ask(fake: FakePlatforms, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
    """What WeChat's stand-in answers, always under status 200."""
    url = fake.urls["wechat"] + path
    async with ClientSession() as session, session.request(method, url, params=query, json=body) as answer:
        assert 200 == answer.status
        said: dict[str, Any] = await answer.json()
        return said


async def token_of(fake: FakePlatforms) -> str:
    """A token of the mini-program's."""
    said = {"grant_type": "client_credential", "appid": MINI_APP_ID, "secret": MINI_SECRET}
    return str((await ask(fake, "POST", "/cgi-bin/stable_token", said))["access_token"])


def code_of(tokens: AppTokens, token: str) -> int | str:
    """How a token is refused; 0 where it is not."""
    try:
        tokens.app_of(token)
    except Refusal as refusal:
        return refusal.code
    return 0


def test_two_token_systems_know_nothing_of_each_other(clock: Clock) -> None:
    """A new token of one system ends the one before of that system alone; both are good for the same calls."""
    tokens = AppTokens(clock, {APP: SECRET})
    classic, stable = tokens.classic(APP, SECRET)[0], tokens.stable(APP, SECRET, force=False)[0]
    assert stable == tokens.stable(APP, SECRET, force=False)[0]
    newer = tokens.classic(APP, SECRET)[0]
    assert [40001, 0, 0] == [code_of(tokens, each) for each in (classic, newer, stable)]
    forced = tokens.stable(APP, SECRET, force=True)[0]
    assert [40001, 0, 0] == [code_of(tokens, each) for each in (stable, forced, newer)]
    clock.advance(hours=2)
    assert [42001, 42001] == [code_of(tokens, each) for each in (newer, forced)]
    clock.advance(hours=1)
    tokens.revoke()
    assert 40001 == code_of(tokens, forced)


def test_force_is_scarce(clock: Clock) -> None:
    """Twenty times a day, and never twice within half a minute."""
    tokens, given = AppTokens(clock, {APP: SECRET}), []
    for seconds in (0, 29, 1, *[30] * (FORCED_MAX - 1)):
        clock.advance(seconds=seconds)
        try:
            given.append(bool(tokens.stable(APP, SECRET, force=True)))
        except Refusal as refusal:
            given.append(refusal.code != 45009)
    assert [True, False, *[True] * (FORCED_MAX - 1), False] == given


async def test_a_wrong_client_fails(fake: FakePlatforms, clock: Clock) -> None:
    """The wrong method, a field too many, one too few and escapes are refused with an id, and each is recorded."""
    token, path = await token_of(fake), "/wxa/business/getuserphonenumber"
    for method, body, code in (
        ("GET", None, 43002),
        ("POST", {"code": "x", "extra": 1}, 47001),
        ("POST", {}, 47001),
        ("POST", {"code": "字"}, 47001),  # as \u5b57, which WeChat takes for six characters
    ):
        said = await ask(fake, method, path, body, access_token=token)
        assert code == said["errcode"]
        assert "rid: " in said["errmsg"]
    assert 4 == len(fake.violations)
    assert [clock()] * 4 == [each.at for each in fake.calls if each.path == path]
    assert 41001 == (await ask(fake, "POST", path, {"code": "x"}))["errcode"]


async def test_scenes_of_codes(fake: FakePlatforms) -> None:
    """33 characters and a percent sign are no scene, and a page that is not published has no code."""
    token = await token_of(fake)
    for scene, page, code in (("a" * 33, "pages/open/index", 40169), ("a%20", "", 40169), ("a", "nowhere", 41030)):
        said = await ask(fake, "POST", "/wxa/getwxacodeunlimit", {"scene": scene, "page": page}, access_token=token)
        assert code == said["errcode"]


async def test_a_text_is_judged_under_errcode_0(fake: FakePlatforms, clock: Clock) -> None:
    """Unlawful, doubtful and good texts are told apart by `result` alone; who was not there lately gets no verdict."""
    content, token = fake.wechat.content, await token_of(fake)
    content.words.update({"casino": ("risky", 20006), "cure": ("review", 20012)})
    content.visited(OPENID)

    async def judged(text: str) -> tuple[int, str]:
        said = {"version": 2, "openid": OPENID, "scene": 1, "content": text}
        answer = await ask(fake, "POST", "/wxa/msg_sec_check", said, access_token=token)
        return answer["errcode"], answer.get("result", {}).get("suggest", "")

    verdicts = [await judged(text) for text in ("a cure, a casino", "a cure", "skin care")]
    assert [(0, "risky"), (0, "review"), (0, "pass")] == verdicts
    clock.advance(hours=2, seconds=-1)
    assert (0, "pass") == await judged("skin care")
    clock.advance(seconds=2)
    content.visited("o-another")
    token = await token_of(fake)
    assert (61010, "") == await judged("skin care")


async def test_a_push_that_nobody_answers_is_tried_three_times(fake: FakePlatforms) -> None:
    """The same message each time; an error that is an answer is not repeated."""
    bodies: list[bytes] = []
    answering = asyncio.Event()

    async def hear(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        await answering.wait()
        return web.Response(status=500)

    app = web.Application()
    app.router.add_post("/", hear)
    pusher = fake.wechat.pusher
    async with TestServer(app) as server:
        pusher.target, pusher.answer_within_s = Target(url=str(server.make_url("/")), token="t"), 0.05
        assert 0 == (await pusher.push({"MsgType": "event"})).status
        assert TRIES_MAX == len(bodies)
        assert 1 == len(set(bodies))
        answering.set()
        pusher.answer_within_s = 5.0
        assert 500 == (await pusher.push({"MsgType": "event"})).status
        assert TRIES_MAX + 1 == len(bodies)
