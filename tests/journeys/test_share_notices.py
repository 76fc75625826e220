"""Who made a share is told of its first opening and of unusual spread, once, and led to where it can be cut."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from compliance import ledger
from compliance.events import Act, Event, Trail
from compliance.ownership import merging
from compliance.ownership.wishes import Wish
from fileserver.audit.following import follow
from storage.rows import cuts, notices
from tests.html import Page, goes_on
from tests.people import add_nameless
from tests.stage import TITLE, Stage


async def caught_up(stage: Stage) -> None:
    """What the sequencer and a worker do within seconds."""
    await stage.services.sequencer.catch_up()
    await follow(stage.services)


async def kinds(stage: Stage) -> list[str]:
    """What the owner is told, oldest first."""
    items = (await stage.api("owner").get("/notices")).ok["items"]
    return [each["kind"] for each in reversed(items) if each["kind"].startswith("share-")]


async def crowd(stage: Stage, share_id: str, count: int) -> None:
    """So many people nobody knows open a share, as the log tells it."""
    obj = f"material:{stage.cast.material_id}"
    async with stage.services.database.transaction() as tx:
        for number in range(count):
            event = Event(act=Act.VIEWER_VISIT_START, who=f"p-{stage.clock.now:%H%M}-{number}", obj=obj, link=share_id)
            await ledger.append(tx, event, now=stage.clock.now + timedelta(seconds=number))


async def test_the_maker_hears_of_each_thing_once(stage: Stage) -> None:
    """A first opening by a clinic that is not theirs, then a crowd within an hour; not again on the same day."""
    share, visit = await stage.visit("li", forward_depth=2)
    await caught_up(stage)
    assert {"share-opened", "share-stranger"} == {*await kinds(stage)}
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    await crowd(stage, child["id"], 12)
    await caught_up(stage)
    await crowd(stage, share["id"], 12)
    await caught_up(stage)
    told = (await stage.api("owner").get("/notices")).ok["items"]
    assert 3 == len(await kinds(stage))
    surge = next(each for each in told if each["kind"] == "share-surge")
    li = str(stage.cast.people["li"])
    assert (share["id"], li) == (surge["share_id"], surge["person_id"])
    stop = f"/shares/{share['id']}/stop?person_id={li}"
    assert stop in await shown(stage, "/notices")
    page = await shown(stage, stop)
    assert "李娜" in page
    assert f"/api/v1/shares/{share['id']}/cut" in page
    stranger = await shown(stage, f"/shares/{share['id']}/stop?person_id={stage.cast.people['wang']}")
    assert "王强" not in stranger
    assert 200 == (await stage.api("owner").post(f"/shares/{share['id']}/cut", {"person_id": li})).status
    assert 200 == (await stage.api("manager").post(f"/shares/{share['id']}/revoke")).status
    over = await shown(stage, stop)
    told = (
        "Revoked",
        TITLE,
        "周宁",
        "Branches that were cut",
        "李娜",
        "林晓",
    )
    assert [] == [each for each in told if each not in over]
    assert f"/api/v1/shares/{share['id']}/" not in over


async def strangers(stage: Stage) -> int:
    """How many were told of strangers, on whichever day."""
    async with stage.services.database.transaction() as tx:
        return int(await tx.scalar(text("SELECT count(*) FROM notice WHERE kind = 'share-stranger'")) or 0)


async def test_a_clinic_under_another_name_is_no_stranger(stage: Stage) -> None:
    """Somebody of it came before, under the name that was merged into it since."""
    share, _ = await stage.visit("li")
    await caught_up(stage)
    assert 1 == await strangers(stage)
    clinics = stage.cast.clinics
    wish = Wish(kind="clinic", kept_id=clinics["wang"], merged_id=clinics["li"])
    async with stage.services.database.transaction() as tx:
        await merging.merge(tx, stage.services.keys.master, Trail(role="system"), wish, now=stage.clock())
    stage.clock.advance(days=1)
    obj, org = f"material:{stage.cast.material_id}", str(clinics["wang"])
    async with stage.services.database.transaction() as tx:
        opened = Event(act=Act.VIEWER_VISIT_START, who="p-1", org=org, obj=obj, link=share["id"])
        await ledger.append(tx, opened, now=stage.clock())
    await caught_up(stage)
    assert 1 == await strangers(stage)


async def test_old_news_rings_no_bell(stage: Stage) -> None:
    """A log that is read days later tells nobody of what is over."""
    await stage.visit("li")
    stage.clock.advance(days=2)
    await caught_up(stage)
    async with stage.services.database.transaction() as tx:
        assert 0 == await notices.count_unread(tx, stage.cast.people["owner"])


async def shown(stage: Stage, path: str) -> str:
    """The page as text."""
    answer = await stage.request("GET", "owner", path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert 200 == answer.status
    Page(answer.body.decode())
    return answer.body.decode()


async def test_the_list_of_cuts_goes_on(stage: Stage) -> None:
    """Page after page, nobody twice and nobody left out, also of those who were cut off at the same moment."""
    share = await stage.share()
    async with stage.services.database.transaction() as tx:
        people = await add_nameless(tx, 120)
        for number, each in enumerate(people):
            at = stage.clock() + timedelta(seconds=number // 7)
            await cuts.cut_branch(tx, UUID(share["id"]), [each], stage.cast.people["owner"], at)
    pages = [await shown(stage, f"/shares/{share['id']}/stop")]
    while more := goes_on(pages[-1]):
        pages.append(await shown(stage, more))
    assert [50, 50, 20] == [each.count("(erased)") for each in pages]
