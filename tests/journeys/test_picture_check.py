"""Pages before WeChat's check of pictures: each by an address of its own, and no approval before the verdict."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from compliance.reviewing.reopening import reopen_outdated
from compliance.scanning import PictureCheck, PictureVerdicts
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.content import Pushing
from fileserver.platforms.wechat.pictures import PictureAsk
from storage.engines import Endpoints
from tests.materials import run_jobs
from tests.platforms import node
from tests.reviewing import decide
from tests.scans import ask_again, scan_with
from tests.services import Clock, config_for, copied_database
from tests.stage import Cast, Stage, serving

VISITOR = "o-visitor"
RISKY, DOUBTFUL = ("risky", 20002), ("review", 20012)
Found = tuple[str, str, int]


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """WeChat's stand-in."""
    async with FakePlatforms(clock) as running:
        running.wechat.content.visited(VISITOR)
        yield running


@pytest.fixture
async def stage(engines: Endpoints, cast: Cast, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Stage]:
    """The stage of an operator who has WeChat look at pages; WeChat reaches it and pushes to it."""
    more = {"wechat_check_openid": VISITOR, "wechat_picture_check": True}
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        async with node(config, fake, clock, reading=True, **more) as services, serving(services) as client:
            origin = str(client.make_url("")).rstrip("/")
            fake.push_to(origin)
            fake.wechat.content.reaching = lambda address: address.replace(config.public_url, origin)
            yield Stage(cast=cast, services=services, client=client, clock=clock)


async def test_a_page_that_passes_is_waited_for_and_then_approved(stage: Stage, fake: FakePlatforms) -> None:
    """A whole scan: approving says what is waited for, and goes once the verdict is there."""
    await ask_again(stage.services, stage.cast.pending_version_id)
    await run_jobs(stage.services)
    version = await version_of(stage)
    refused = await decide(stage.api("reviewer"), version)
    assert "pictures-checked" in str(refused.body)
    assert (await fake.wechat.content.deliver()).is_taken
    await run_jobs(stage.services)
    assert [] == await found(stage)
    await stage.approve(version)
    assert "approved" == (await version_of(stage))["state"]
    assert [] == fake.violations


@pytest.mark.parametrize(
    ("pushing", "verdict", "finding"),
    [
        (Pushing.HELD, RISKY, ("picture-risky", "block", 1)),
        (Pushing.BEFORE, DOUBTFUL, ("picture-doubtful", "review", 1)),
    ],
)
async def test_a_verdict_is_one_finding(
    stage: Stage, fake: FakePlatforms, pushing: Pushing, verdict: tuple[str, int], finding: Found
) -> None:
    """On its page, in words of its own; also when the push comes before the answer with its trace id."""
    fake.wechat.content.pictures, fake.wechat.content.pushing = lambda _: verdict, pushing
    await looked_at(stage)
    if pushing is Pushing.HELD:
        assert [] == await found(stage)
        said = fake.wechat.content.held[0]
        await fake.wechat.content.deliver()
        await run_jobs(stage.services)  # a worker takes two at a time, in either order
        again = {**said, "CreateTime": said["CreateTime"] + 1, "result": {"suggest": "pass", "label": 100}}
        await fake.wechat.pusher.push(again)  # a second word under the same trace id
    await run_jobs(stage.services)
    assert [finding] == await found(stage)


async def test_what_wechat_sees_leaves_by_the_exit_for_half_an_hour(
    stage: Stage, clock: Clock, fake: FakePlatforms
) -> None:
    """Sealed, with the event and the rule that let it out; an address is good for its page and thirty minutes."""
    addresses: list[str] = []
    reaching = fake.wechat.content.reaching

    def noted(address: str) -> str:
        addresses.append(address.removeprefix(stage.services.config.public_url))
        return reaching(address)

    fake.wechat.content.reaching = noted
    await looked_at(stage)
    (sent,) = await stage.told("system:picture:send")
    (picture,) = fake.wechat.content.looked_at
    assert (1, "WeChat", len(picture)) == (sent["det"]["page"], sent["det"]["to"], sent["bytes"])
    assert sent["why"]
    assert 404 == (await stage.client.get(addresses[0].replace("/1?", "/2?"))).status
    clock.advance(minutes=31)
    assert 410 == (await stage.client.get(addresses[0])).status


async def test_a_picture_that_wechat_cannot_fetch_is_not_checked(stage: Stage, fake: FakePlatforms) -> None:
    """Its error is no verdict: a reviewer is told."""
    fake.wechat.content.reaching = lambda address: address.replace("m=", "m=00")
    await looked_at(stage)
    await fake.wechat.content.deliver()
    await run_jobs(stage.services)
    assert [("picture-not-checked", "review", 1)] == await found(stage)


async def test_a_verdict_that_never_comes_is_a_reviewers(stage: Stage, clock: Clock, fake: FakePlatforms) -> None:
    """WeChat took the picture and stays silent: after 35 minutes nothing is waited for, and a reviewer is told."""
    await looked_at(stage)
    verdicts = PictureVerdicts(stage.services.database, stage.services.clock, reopen_outdated)
    clock.advance(minutes=34)
    assert (0, []) == (await verdicts.give_up(), await found(stage))
    clock.advance(minutes=2)
    assert 1 == await verdicts.give_up()
    assert 1 == len(fake.wechat.content.held)
    assert [("picture-not-checked", "review", 1)] == await found(stage)


async def test_a_refusal_to_look_is_a_reviewers(stage: Stage, clock: Clock, fake: FakePlatforms) -> None:
    """Of somebody who was not in the app within two hours WeChat takes no picture: it gets none, and says why."""
    clock.advance(hours=3)
    await looked_at(stage)
    assert [("picture-not-checked", "review", 1)] == await found(stage)
    assert [] == fake.wechat.content.looked_at


async def looked_at(stage: Stage) -> None:
    """A scan that is nothing but WeChat's look at the pages."""
    services = stage.services
    wechat = services.platforms.wechat
    assert wechat is not None
    asking = PictureAsk(wechat, services.keys, services.clock, openid=VISITOR, public_url=services.config.public_url)
    check = PictureCheck(asking, services.database, services.clock)
    await scan_with(services, stage.cast.pending_version_id, check)


async def version_of(stage: Stage) -> dict[str, Any]:
    """The version under review, as its owner sees it."""
    version: dict[str, Any] = (await stage.api("owner").get(f"/materials/{stage.cast.pending_id}")).ok["versions"][0]
    return version


async def found(stage: Stage) -> list[Found]:
    """Rule, severity and page of what WeChat makes of the pictures."""
    every = (await version_of(stage))["findings"]
    return [(each["rule"], each["severity"], each["page"]) for each in every if each["detector"] == "wechat-pictures"]
