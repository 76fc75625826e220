"""New bytes start unapproved: what was approved before goes on being served until somebody approves the new ones."""

from typing import Any

from PIL import Image

from tests.brochure import brochure
from tests.materials import add_upload, run_jobs
from tests.pictures import changed_share, decoded
from tests.reviewing import decide
from tests.stage import Stage

WORDS_AT = (270, 940, 1200, 1010)  # in pixels of a page that is 2000 high


async def revised(stage: Stage, material_id: str, words: str) -> dict[str, Any]:
    """A new version of the owner's material, prepared and submitted, as its owner sees it."""
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], brochure(words))
    owner = stage.api("owner")
    assert 201 == (await owner.post(f"/materials/{material_id}/versions", {"upload_id": str(upload_id)})).status
    await run_jobs(stage.services)
    submitted: dict[str, Any] = (await owner.post(f"/materials/{material_id}/submit")).ok["versions"][0]
    return submitted


async def decided(stage: Stage, version: dict[str, Any], decision: str, **more: str) -> None:
    """The reviewer's word on a version."""
    assert 200 == (await decide(stage.api("reviewer"), version, decision, **more)).status


async def first_page(stage: Stage, who: str, visit: dict[str, Any]) -> Image.Image:
    """Where the words stand on a viewer's copy of page 1."""
    return decoded((await stage.get(who, visit["pages"][0]["url"])).body).crop(WORDS_AT)


async def first_base(stage: Stage, version_id: str) -> Image.Image:
    """The same place without a mark."""
    key = f"versions/{version_id}/page/1.jpg"
    return decoded(await stage.services.objects.read_all(key, limit_bytes=1 << 27)).crop(WORDS_AT)


async def test_approved_version_is_served_until_the_next_is_approved(stage: Stage) -> None:
    """A visit to the share shows version 1 while version 2 waits; approved, it is what the next visit shows."""
    material_id = str(stage.cast.material_id)
    share, before = await stage.visit("li")
    version = await revised(stage, material_id, "SECOND EDITION")
    assert 2 == version["number"]
    while_waiting = (await stage.open("wang", share["token"])).ok
    await decided(stage, version, "approve")
    after = (await stage.open("wang", share["token"])).ok
    assert before["id"] == (await stage.api("li").get(f"/visits/{before['id']}")).ok["id"]
    assert while_waiting["id"] != after["id"]

    shas = {event["det"]["visit"]: event["ver"] for event in await stage.told("viewer:visit:start")}
    assert {
        before["id"]: stage.cast.sha256,
        while_waiting["id"]: stage.cast.sha256,
        after["id"]: version["sha256"],
    } == shas
    pages = [await first_page(stage, "li", before), await first_page(stage, "wang", after)]
    bases = [await first_base(stage, str(stage.cast.version_id)), await first_base(stage, version["id"])]
    for shown, other in ((0, 1), (1, 0)):
        assert changed_share(pages[shown], bases[shown]) < changed_share(pages[shown], bases[other])
    assert [stage.cast.sha256, version["sha256"]] == [event["ver"] for event in await stage.told("viewer:copy:view")]


async def test_rejected_bytes_need_new_ones(stage: Stage) -> None:
    """A rejected version opens no share and can't be submitted again; a new version can, and is approved."""
    owner, material_id = stage.api("owner"), str(stage.cast.pending_id)
    rejected = (await owner.get(f"/materials/{material_id}")).ok["versions"][0]
    await decided(stage, rejected, "reject", reason="缺少广告审查批号")
    refused = await owner.post("/shares", {"material_id": material_id})
    assert (403, "not-approved") == (refused.status, refused.body["rule"])
    assert 409 == (await owner.post(f"/materials/{material_id}/submit")).status

    version = await revised(stage, material_id, "WITH THE NUMBER")
    assert "not-approved" == (await owner.post("/shares", {"material_id": material_id})).body["rule"]
    await decided(stage, version, "approve")
    share = (await owner.post("/shares", {"material_id": material_id})).ok
    visit = (await stage.open("li", share["token"])).ok
    assert (3, "ready") == (len(visit["pages"]), visit["status"])
