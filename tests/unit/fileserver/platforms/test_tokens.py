"""Tokens of platforms: fetched once for all nodes, renewed by force once, and scarce where they have to be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.platforms import NotPermitted, TokenRefused
from fileserver.platforms.wechat import MiniProgram
from fileserver.services import Services
from tests.platforms import node
from tests.services import Clock

OPENID = "o-visitor"


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """The stand-in."""
    async with FakePlatforms(clock) as serving:
        yield serving


@pytest.fixture
async def nodes(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[tuple[Services, Services]]:
    """Two processes on one database."""
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(node(config, fake, clock)) for _ in range(2)]
        yield first, second


def wechat(services: Services) -> MiniProgram:
    """Its mini-program."""
    assert services.platforms.wechat is not None
    return services.platforms.wechat


async def check(fake: FakePlatforms, *nodes: Services, times: int = 1) -> None:
    """Every node asks something that needs the token, so often at once."""
    fake.wechat.content.visited(OPENID)
    await asyncio.gather(*(wechat(each).msg_sec_check("好", openid=OPENID) for each in nodes for _ in range(times)))


async def test_two_nodes_fetch_one_token(nodes: tuple[Services, Services], fake: FakePlatforms) -> None:
    """Forty callers at two nodes, who all have no token, cause exactly one fetch, in the usual mode."""
    await check(fake, *nodes, times=20)
    assert [False] == [forced for _, forced in fake.wechat.tokens.fetched]
    assert 40 == fake.record.count("/wxa/msg_sec_check")


async def test_two_nodes_renew_a_refused_token_once(nodes: tuple[Services, Services], fake: FakePlatforms) -> None:
    """When a token is over before its time, forty refused callers cause one fetch by force, and none sees an error."""
    await check(fake, *nodes)
    fake.wechat.forget_tokens()
    await check(fake, *nodes, times=20)
    assert [False, True] == [forced for _, forced in fake.wechat.tokens.fetched]


async def test_one_token_until_shortly_before_its_end(
    nodes: tuple[Services, Services], fake: FakePlatforms, clock: Clock
) -> None:
    """A token is used until five minutes before it ends, and renewed in the usual mode then."""
    for minutes in (0, 60, 54, 2):
        clock.advance(minutes=minutes)
        await check(fake, *nodes)
    assert [False, False] == [forced for _, forced in fake.wechat.tokens.fetched]


async def test_a_token_that_stays_refused_is_renewed_once(
    nodes: tuple[Services, Services], fake: FakePlatforms
) -> None:
    """One renewal and one more try, then the refusal is the caller's."""
    await check(fake, nodes[0])
    fake.faults.next("/wxa/msg_sec_check", times=2, code=40001)
    with pytest.raises(TokenRefused):
        await check(fake, nodes[0])
    assert [False, True] == [forced for _, forced in fake.wechat.tokens.fetched]


async def test_force_is_not_used_twice_within_half_a_minute(
    nodes: tuple[Services, Services], fake: FakePlatforms, clock: Clock
) -> None:
    """WeChat refuses force within 30 seconds of the last, so the second renewal asks in the usual mode."""
    await check(fake, nodes[0])
    for seconds in (0, 10, 31):
        clock.advance(seconds=seconds)
        fake.wechat.forget_tokens()
        await check(fake, nodes[0])
    assert [False, True, False, True] == [forced for _, forced in fake.wechat.tokens.fetched]


async def test_a_wrong_secret_is_not_tried_again_and_again(config: Config, clock: Clock, fake: FakePlatforms) -> None:
    """A refused fetch is remembered for half a minute: thousands of them would have the address blocked."""
    async with node(config, fake, clock, wechat_app_secret="wrong") as services:
        for seconds in (0, 29, 2):
            clock.advance(seconds=seconds)
            with pytest.raises(NotPermitted):
                await check(fake, services)
        assert 2 == fake.record.count("/cgi-bin/stable_token")


async def test_a_token_stands_sealed_in_its_row(nodes: tuple[Services, Services], fake: FakePlatforms) -> None:
    """The row holds no token that can be read."""
    await check(fake, nodes[0])
    token = next(each.query["access_token"] for each in fake.calls if each.path == "/wxa/msg_sec_check")
    async with nodes[0].database.transaction() as tx:
        rows = (await tx.exec_driver_sql("SELECT name, sealed FROM platform_token")).all()
    assert ["wechat/wx0123456789abcdef/access"] == [row.name for row in rows]
    assert token.encode() not in rows[0].sealed
