"""Pages before WeChat's check of pictures: each by an address of its own, each verdict once, and none for ever."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from compliance.access import Role
from compliance.reviewing.reopening import reopen_outdated
from compliance.scanning import PictureCheck, PictureVerdicts, Scanner, ask_for_scan
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.content import Pushing
from fileserver.services import Services
from storage.rows import picture_checks, scans, versions
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.materials import add_upload, pdf, run_jobs
from tests.people import Employee, add_employee
from tests.platforms import node
from tests.reviewing import approve, decide
from tests.services import Clock

VISITOR = "o-visitor"
RISKY, DOUBTFUL = ("risky", 20002), ("review", 20012)


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """WeChat's stand-in."""
    async with FakePlatforms(clock) as serving:
        serving.wechat.content.visited(VISITOR)
        yield serving


@pytest.fixture
async def services(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
    """The services of an operator who has WeChat look at pages."""
    more = {"wechat_check_openid": VISITOR, "wechat_picture_check": True, "ocr": "off"}
    async with node(config, fake, clock, reading=True, **more) as opened:
        yield opened


@pytest.fixture
async def owner(services: Services) -> Employee:
    """Somebody who uploads."""
    return await add_employee(services, Role.MARKETER)


@pytest.fixture
async def marketer(services: Services, owner: Employee, client: Client, fake: FakePlatforms) -> Api:
    """The same, signed in; WeChat reaches the server, which is entered in its console."""
    origin = str(client.make_url("")).rstrip("/")
    fake.push_to(origin)
    fake.wechat.content.reaching = lambda address: address.replace(services.config.public_url, origin)
    return await sign_in(client, owner)


async def scanned(services: Services, owner: Employee, marketer: Api, pages: int = 1) -> str:
    """The path of a material whose scan is over, and WeChat has fetched its pages."""
    upload_id = await add_upload(services, owner.person_id, pdf(pages))
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"})
    await run_jobs(services)
    return f"/materials/{made.ok['id']}"


async def version_of(marketer: Api, path: str) -> dict[str, Any]:
    """Its newest version, as its owner sees it."""
    version: dict[str, Any] = (await marketer.get(path)).ok["versions"][0]
    return version


async def found(marketer: Api, path: str) -> list[tuple[str, str, int]]:
    """Rule, severity and page of what WeChat makes of the pictures."""
    every = (await version_of(marketer, path))["findings"]
    return [(each["rule"], each["severity"], each["page"]) for each in every if each["detector"] == "wechat-pictures"]


async def is_waited_for(services: Services, version: dict[str, Any]) -> bool:
    """Whether an approval would wait."""
    async with services.database.transaction() as tx:
        return await picture_checks.are_waited_for(tx, UUID(version["id"]))


async def test_a_page_that_passes_is_waited_for_and_then_approved(
    services: Services, owner: Employee, marketer: Api, client: Client, fake: FakePlatforms
) -> None:
    """It is submitted meanwhile; approving says what is waited for, and goes once the verdict is there."""
    path = await scanned(services, owner, marketer)
    version = (await marketer.post(f"{path}/submit")).ok["versions"][0]
    reviewer = await sign_in(client, await add_employee(services, Role.REVIEWER))
    refused = await decide(reviewer, version)
    assert "pictures-checked" in str(refused.body)
    assert (await fake.wechat.content.deliver()).is_taken
    await run_jobs(services)
    assert [] == await found(marketer, path)
    await approve(version, reviewer, services, client)
    assert "approved" == (await version_of(marketer, path))["state"]
    assert [] == fake.violations


async def test_what_wechat_sees_leaves_by_the_exit(
    services: Services, owner: Employee, marketer: Api, fake: FakePlatforms
) -> None:
    """Each page once, sealed, with the event and the rule that let it out."""
    await scanned(services, owner, marketer, pages=2)
    sent = await events(services, "system:picture:send")
    assert [(1, "WeChat"), (2, "WeChat")] == [(each["det"]["page"], each["det"]["to"]) for each in sent]
    assert [len(each) for each in fake.wechat.content.looked_at] == [each["bytes"] for each in sent]
    assert all(each["why"] for each in sent)


@pytest.mark.parametrize("pushing", [Pushing.HELD, Pushing.BEFORE])
@pytest.mark.parametrize(
    ("verdict", "finding"),
    [(RISKY, ("picture-risky", "block", 1)), (DOUBTFUL, ("picture-doubtful", "review", 1))],
)
async def test_a_verdict_is_one_finding(
    services: Services,
    owner: Employee,
    marketer: Api,
    fake: FakePlatforms,
    pushing: Pushing,
    verdict: tuple[str, int],
    finding: tuple[str, str, int],
) -> None:
    """On its page, in words of its own; also when the push comes before the answer with its trace id."""
    fake.wechat.content.pictures, fake.wechat.content.pushing = lambda _: verdict, pushing
    path = await scanned(services, owner, marketer)
    if pushing is Pushing.HELD:
        assert [] == await found(marketer, path)
        await fake.wechat.content.deliver()
    await run_jobs(services)
    assert [finding] == await found(marketer, path)
    assert not await is_waited_for(services, await version_of(marketer, path))


async def test_a_second_push_changes_nothing(
    services: Services, owner: Employee, marketer: Api, fake: FakePlatforms
) -> None:
    """Neither a copy, nor another message that says something else under the same trace id."""
    fake.wechat.content.pictures = lambda _: RISKY
    path = await scanned(services, owner, marketer)
    said = fake.wechat.content.held[0]
    await fake.wechat.content.deliver()
    for again in (said, {**said, "CreateTime": said["CreateTime"] + 1, "result": {"suggest": "pass", "label": 100}}):
        await fake.wechat.pusher.push(again)
        await run_jobs(services)
    assert [("picture-risky", "block", 1)] == await found(marketer, path)
    told = await events(services, "system:finding:report")
    assert 1 == sum(each["det"]["rule"] == "picture-risky" for each in told)


async def test_what_never_comes_is_a_reviewers(
    services: Services, owner: Employee, marketer: Api, fake: FakePlatforms, clock: Clock
) -> None:
    """After 35 minutes nothing is waited for, a reviewer judges; a verdict that comes later is told all the same."""
    path = await scanned(services, owner, marketer)
    fake.wechat.content.held[0]["result"] = {"suggest": "risky", "label": 20002}
    verdicts = PictureVerdicts(services.database, services.clock, reopen_outdated)
    clock.advance(minutes=34)
    assert 0 == await verdicts.give_up()
    clock.advance(minutes=2)
    assert [1, 0] == [await verdicts.give_up() for _ in range(2)]
    unchecked = ("picture-not-checked", "review", 1)
    assert [unchecked] == await found(marketer, path)
    assert not await is_waited_for(services, await version_of(marketer, path))
    await fake.wechat.content.deliver()
    await run_jobs(services)
    assert [unchecked, ("picture-risky", "block", 1)] == await found(marketer, path)


async def test_a_picture_that_wechat_cannot_fetch_is_not_checked(
    services: Services, owner: Employee, marketer: Api, fake: FakePlatforms
) -> None:
    """Its error is no verdict: a reviewer is told."""
    fake.wechat.content.reaching = lambda address: address.replace("m=", "m=00")
    path = await scanned(services, owner, marketer)
    await fake.wechat.content.deliver()
    await run_jobs(services)
    assert [("picture-not-checked", "review", 1)] == await found(marketer, path)


async def test_a_refusal_to_look_is_told_once(
    services: Services, owner: Employee, marketer: Api, fake: FakePlatforms, clock: Clock
) -> None:
    """After the first page that WeChat refuses none is sent, and nothing is waited for."""
    clock.advance(hours=3)
    path = await scanned(services, owner, marketer, pages=2)
    assert [("picture-not-checked", "review", 1)] == await found(marketer, path)
    assert [] == fake.wechat.content.looked_at
    assert not await is_waited_for(services, await version_of(marketer, path))


async def test_an_address_is_good_for_one_page_and_half_an_hour(
    services: Services, owner: Employee, marketer: Api, client: Client, fake: FakePlatforms, clock: Clock
) -> None:
    """Another page by it, or the same later, is refused."""
    addresses: list[str] = []

    def noted(address: str) -> str:
        addresses.append(address.removeprefix(services.config.public_url))
        return address

    fake.wechat.content.reaching = noted
    await scanned(services, owner, marketer, pages=2)
    first = addresses[0]
    assert [200, 404] == [(await client.get(each)).status for each in (first, first.replace("/1?", "/2?"))]
    clock.advance(minutes=31)
    assert 410 == (await client.get(first)).status


async def test_a_new_scan_asks_about_no_page_again(
    services: Services, owner: Employee, marketer: Api, fake: FakePlatforms
) -> None:
    """What was said of a page is found again, and what is still to come is waited for."""
    fake.wechat.content.pictures = lambda _: RISKY
    path = await scanned(services, owner, marketer, pages=2)
    await fake.wechat.content.deliver()
    await run_jobs(services)
    version = await version_of(marketer, path)
    async with services.database.transaction() as tx:
        row = await versions.version_by_id(tx, UUID(version["id"]))
        assert row is not None
        await ask_for_scan(tx, services.jobs, row, services.clock())
    await run_jobs(services)
    assert [("picture-risky", "block", 1)] == await found(marketer, path)
    assert 2 == len(fake.wechat.content.looked_at)
    await fake.wechat.content.deliver()
    await run_jobs(services)
    assert [("picture-risky", "block", 1), ("picture-risky", "block", 2)] == await found(marketer, path)


async def test_asked_and_heard_at_the_same_moment_are_never_lost(
    services: Services, owner: Employee, marketer: Api
) -> None:
    """Whoever comes second finds the row whole: over many trace ids exactly one of the two sees page and verdict."""
    path = await scanned(services, owner, marketer)
    version_id, now = UUID((await version_of(marketer, path))["id"]), services.clock()
    async with services.database.transaction() as tx:
        scan = await scans.newest_scan(tx, version_id)
    assert scan is not None

    async def asked(trace_id: str) -> bool:
        async with services.database.transaction() as tx:
            row = await picture_checks.note_asked(tx, trace_id, version_id=version_id, scan_id=scan.id, page=1, at=now)
        return row.verdict is not None

    async def heard(trace_id: str) -> bool:
        async with services.database.transaction() as tx:
            row = await picture_checks.note_verdict(tx, trace_id, verdict="risky", label=1, cause="", at=now)
        return row is not None and row.version_id is not None

    for number in range(100):
        both = await asyncio.gather(asked(f"t{number}"), heard(f"t{number}"))
        assert 1 == sum(both)


class Hasty:
    """A platform whose verdict is there before its answer is."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._verdicts = PictureVerdicts(services.database, services.clock, reopen_outdated)

    async def ask(self, version_id: UUID, page: int) -> str:
        """As `PicturePlatform` says."""
        trace_id = f"{version_id}/{page}"
        async with self._services.database.transaction() as tx:
            await self._verdicts.heard(tx, trace_id, "risky", label=20002)
        return trace_id


async def test_a_verdict_that_is_heard_first_is_found_by_the_scan(
    services: Services, owner: Employee, marketer: Api, clock: Clock
) -> None:
    """It is kept by its trace id until the scan knows which page that is."""
    clock.advance(hours=3)  # WeChat itself refuses to look
    path = await scanned(services, owner, marketer)
    version_id = UUID((await version_of(marketer, path))["id"])
    async with services.database.transaction() as tx:
        row = await versions.version_by_id(tx, version_id)
        assert row is not None
        await ask_for_scan(tx, services.jobs, row, services.clock())
    check = PictureCheck(Hasty(services), services.database, services.clock)
    scanner = Scanner(services.database, services.clock, of_file=(), of_pages=(check,))
    await scanner.scan(version_id, nothing, nothing)
    assert [("picture-risky", "block", 1)] == await found(marketer, path)
    assert not await is_waited_for(services, await version_of(marketer, path))


async def nothing() -> None:
    """It is prepared already."""
