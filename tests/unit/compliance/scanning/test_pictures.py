"""Pages before a platform's check of pictures: each is asked about once, each verdict counts once, none for ever."""

import asyncio
from dataclasses import replace
from uuid import UUID

from compliance.reviewing.reopening import reopen_outdated
from compliance.scanning import PictureCheck, PictureVerdicts
from compliance.scanning.platform import NotChecked
from storage.rows import picture_checks, renditions, scans, versions
from storage.rows.picture_checks import Answer
from tests.scans import scan_with
from tests.services import Clock
from tests.stage import Stage

Found = tuple[str, str, int]


class Platform:
    """It refuses from page `refuses_from` on, and is `hasty` where its verdict is there before its answer."""

    def __init__(self, stage: Stage, *, refuses_from: int = 1000, hasty: bool = False) -> None:
        self.asked: list[int] = []
        self.verdicts = PictureVerdicts(stage.services.database, stage.clock, reopen_outdated)
        self._stage, self._refuses_from, self._hasty = stage, refuses_from, hasty

    async def ask(self, version_id: UUID, page: int) -> str:
        """As `PicturePlatform` says."""
        if page >= self._refuses_from:
            raise NotChecked("quota")
        self.asked.append(page)
        if self._hasty:
            await self.says("risky", page)
        return trace_of(page)

    async def says(self, verdict: Answer, page: int = 1) -> None:
        """Its verdict on a page is pushed."""
        async with self._stage.services.database.transaction() as tx:
            await self.verdicts.heard(tx, trace_of(page), verdict, label=20002)


def trace_of(page: int) -> str:
    """The id under which a verdict comes."""
    return f"t{page}"


async def looked_at(stage: Stage, platform: Platform, *, pages: int = 1, pictures_max: int = 50) -> None:
    """A scan of the version under review, which has so many pages, by this platform alone."""
    version_id = stage.cast.pending_version_id
    async with stage.services.database.transaction() as tx:
        first = (await renditions.renditions_of_page(tx, version_id, 1))["page"]
        for page in range(2, pages + 1):
            await renditions.put_rendition(tx, replace(first, page=page, object_key=f"{first.object_key}/{page}"))
    check = PictureCheck(platform, stage.services.database, stage.clock, pictures_max=pictures_max)
    await scan_with(stage.services, version_id, check)


async def found(stage: Stage) -> list[Found]:
    """Rule, severity and page of what the newest scan has."""
    version_id = stage.cast.pending_version_id
    async with stage.services.database.transaction() as tx:
        every = (await versions.findings_of(tx, [version_id])).get(version_id, [])
    return [(each.rule, each.severity, int(str(each.place["page"]))) for each in every]


async def is_waited_for(stage: Stage) -> bool:
    """Whether an approval would wait."""
    async with stage.services.database.transaction() as tx:
        return await picture_checks.are_waited_for(tx, stage.cast.pending_version_id)


async def test_a_verdict_is_one_finding_and_one_event(stage: Stage) -> None:
    """What is said a second time under the same trace id changes nothing."""
    platform = Platform(stage)
    await looked_at(stage, platform)
    assert await is_waited_for(stage)
    for verdict in ("risky", "risky", "pass"):
        await platform.says(verdict)
    assert [("picture-risky", "block", 1)] == await found(stage)
    assert not await is_waited_for(stage)
    told = await stage.told("system:finding:report")
    assert 1 == sum(each["det"]["rule"] == "picture-risky" for each in told)


async def test_what_never_comes_is_a_reviewers(stage: Stage, clock: Clock) -> None:
    """After 35 minutes nothing is waited for, a reviewer judges; a verdict that comes later is told all the same."""
    platform = Platform(stage)
    await looked_at(stage, platform)
    clock.advance(minutes=34)
    assert 0 == await platform.verdicts.give_up()
    clock.advance(minutes=2)
    assert [1, 0] == [await platform.verdicts.give_up() for _ in range(2)]
    unchecked = ("picture-not-checked", "review", 1)
    assert [unchecked] == await found(stage)
    assert not await is_waited_for(stage)
    await platform.says("risky")
    assert [unchecked, ("picture-risky", "block", 1)] == await found(stage)


async def test_after_the_first_refusal_none_is_asked(stage: Stage) -> None:
    """Nor waited for: the reviewer is told once, from which page on."""
    platform = Platform(stage, refuses_from=2)
    await looked_at(stage, platform, pages=4)
    await platform.says("pass")
    assert [1] == platform.asked
    assert [("picture-not-checked", "review", 2)] == await found(stage)
    assert not await is_waited_for(stage)


async def test_what_is_more_than_the_limit_is_a_reviewers(stage: Stage) -> None:
    """So many pages are asked about, and the finding says which page is the first of the others."""
    platform = Platform(stage)
    await looked_at(stage, platform, pages=4, pictures_max=3)
    assert [1, 2, 3] == platform.asked
    assert [("picture-not-checked", "review", 4)] == await found(stage)


async def test_a_new_scan_asks_about_no_page_again(stage: Stage) -> None:
    """What was said of a page is found again, and what is still to come is waited for."""
    platform = Platform(stage)
    await looked_at(stage, platform, pages=2)
    await platform.says("risky")
    await looked_at(stage, platform, pages=2)
    assert [1, 2] == platform.asked
    assert [("picture-risky", "block", 1)] == await found(stage)
    await platform.says("risky", 2)
    assert [("picture-risky", "block", 1), ("picture-risky", "block", 2)] == await found(stage)


async def test_a_verdict_that_is_heard_first_is_found_by_the_scan(stage: Stage) -> None:
    """It is kept by its trace id until the scan knows which page that is."""
    await looked_at(stage, Platform(stage, hasty=True))
    assert [("picture-risky", "block", 1)] == await found(stage)
    assert not await is_waited_for(stage)


async def test_asked_and_heard_at_the_same_moment_are_never_lost(stage: Stage) -> None:
    """Whoever comes second finds the row whole: over many trace ids exactly one of the two sees page and verdict."""
    database, version_id, now = stage.services.database, stage.cast.pending_version_id, stage.clock()
    async with database.transaction() as tx:
        scan = await scans.newest_scan(tx, version_id)
    assert scan is not None

    async def asked(trace_id: str) -> bool:
        async with database.transaction() as tx:
            row = await picture_checks.note_asked(tx, trace_id, version_id=version_id, scan_id=scan.id, page=1, at=now)
        return row.verdict is not None

    async def heard(trace_id: str) -> bool:
        async with database.transaction() as tx:
            row = await picture_checks.note_verdict(tx, trace_id, verdict="risky", label=1, cause="", at=now)
        return row is not None and row.version_id is not None

    for number in range(50):
        both = await asyncio.gather(asked(trace_of(number)), heard(trace_of(number)))
        assert 1 == sum(both)
