"""No committed event, no byte: when the log can't be written, nothing is served and nothing is done."""

import asyncio

from sqlalchemy import text

from tests.locks import until_waiting
from tests.stage import Stage

REFUSE = """
CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$
"""
ON_INSERT = """
CREATE TRIGGER refuse_event BEFORE INSERT ON event
FOR EACH ROW WHEN (NEW.act LIKE '{acts}') EXECUTE FUNCTION refuse_event()
"""


async def break_log(stage: Stage, acts: str = "%") -> None:
    """From now on no event of these acts can be written."""
    async with stage.services.database.transaction() as tx:
        await tx.execute(text(REFUSE))
        await tx.execute(text(ON_INSERT.format(acts=acts)))


async def test_no_byte_without_its_event(stage: Stage) -> None:
    """Pages, thumbnails, files, previews, originals and the log itself: with a broken log all of them stay inside."""
    _, visit = await stage.visit("li", download=True)
    version = f"/api/v1/versions/{stage.cast.pending_version_id}"
    paths = [
        ("li", visit["pages"][0]["url"]),
        ("li", visit["pages"][0]["thumb_url"]),
        ("li", visit["download_url"]),
        ("reviewer", f"{version}/pages/1"),
        ("reviewer", f"{version}/thumbs/1"),
        ("reviewer", f"{version}/original"),
        ("auditor", "/api/v1/events"),
        ("auditor", "/api/v1/events/export"),
        ("manager", "/api/v1/people/viewers"),
    ]
    for who, path in paths:
        assert 200 == (await stage.get(who, path)).status, path
    told = len(await stage.told())
    await break_log(stage)
    for who, path in paths:
        refused = await stage.get(who, path)
        assert (500, "application/problem+json") == (refused.status, refused.headers["Content-Type"].split(";")[0])
    assert told == len(await stage.told())


async def test_nothing_is_done_without_its_event(stage: Stage) -> None:
    """A visit is not begun and not counted, a share neither made nor closed, a material not withdrawn."""
    share = await stage.share(visits_max=3)
    await break_log(stage)
    owner, material = stage.api("owner"), str(stage.cast.material_id)
    assert [500] * 4 == [
        (await stage.open("li", share["token"])).status,
        (await owner.post("/shares", {"material_id": material})).status,
        (await owner.post(f"/shares/{share['id']}/revoke")).status,
        (await owner.post(f"/materials/{material}/withdraw", {"reason": "x"})).status,
    ]
    (only,) = (await owner.get("/shares")).ok["items"]
    assert (share["id"], "open", 0) == (only["id"], only["state"], only["visits_used"])
    assert [] == (await owner.get(f"/shares/{share['id']}/visits")).ok["items"]


async def test_end_that_cannot_be_told_is_told_later(stage: Stage) -> None:
    """The file is whole, and what left of it waits until the log takes it again."""
    _, visit = await stage.visit("li", download=True, seal_level="flattened")
    await break_log(stage, "viewer:copy:end")
    assert 200 == (await stage.get("li", visit["download_url"])).status
    assert [] == await stage.told("viewer:copy:end")
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("DROP TRIGGER refuse_event ON event"))
    await stage.services.settle()
    (end,) = await stage.told("viewer:copy:end")
    assert end["bytes"] > 0


async def test_answer_waits_for_its_event(stage: Stage) -> None:
    """While the event can't be committed yet, not even the status line of a page leaves."""
    _, visit = await stage.visit("li")
    database = stage.services.database
    async with database.transaction() as tx:
        await tx.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
        page = asyncio.create_task(stage.get("li", visit["pages"][0]["url"]))
        await until_waiting(database)
        assert not page.done()
    assert 200 == (await page).status
    assert 1 == len(await stage.told("viewer:copy:view"))
