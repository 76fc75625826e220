"""Several materials behind one link: a list in its maker's order, each material judged by itself."""

from typing import Any

from tests.api import Api
from tests.brochure import brochure
from tests.stage import TITLE, Stage


async def behind(who: Api, token: str) -> list[tuple[int, str | None, bool]]:
    """What a viewer finds behind the link of a folder: place, title, and whether it opens."""
    items = (await who.post("/folders/open", {"token": token})).ok["items"]
    return [(each["position"], each["title"], each["token"] is not None) for each in items]


async def test_a_folder_is_shares_behind_one_link(stage: Stage) -> None:
    """Each material has a visit, an event and a state of its own; what its maker does to the lead counts for all."""
    owner, li = stage.api("owner"), stage.api("li")
    poster = await stage.approved(brochure("海报"), "海报.pdf")
    lead = await stage.share(more_material_ids=[poster], title="秋季资料", visits_max=5, download=True)
    assert [(1, TITLE, True), (2, "海报.pdf", True)] == await behind(li, lead["token"])
    opened: dict[str, Any] = (await li.post("/folders/open", {"token": lead["token"]})).ok
    assert "秋季资料" == opened["title"]
    visits = [(await stage.open("li", each["token"])).ok for each in opened["items"]]
    assert [TITLE, "海报.pdf"] == [each["title"] for each in visits]
    told = await stage.told("employee:share:create", "viewer:visit:start")
    both = [f"material:{stage.cast.material_id}", f"material:{poster}"]
    assert both * 2 == [event["obj"] for event in told]
    assert 2 == len({event["link"] for event in told})
    items = (await owner.get(f"/shares/{lead['id']}/items")).ok["items"]
    assert [(lead["id"], 1), (items[1]["share_id"], 1)] == [(e["share_id"], e["visits_used"]) for e in items]

    headers = {"Authorization": f"Bearer {stage.cast.tokens['li']}", "Accept-Language": "zh-CN"}
    async with stage.client.get(f"/s/{lead['token']}", headers=headers) as landing:
        page = await landing.text()
    assert "秋季资料" in page
    assert page.index(TITLE) < page.index("海报.pdf")

    assert 200 == (await owner.call("PATCH", f"/shares/{lead['id']}", json={"jobs": ["consultant"]})).status
    assert 404 == (await stage.api("wang").post("/folders/open", {"token": lead["token"]})).status
    assert 403 == (await stage.open("wang", opened["items"][1]["token"])).status

    assert 200 == (await owner.post(f"/materials/{stage.cast.material_id}/withdraw", {"reason": "x"})).status
    assert [(1, None, False), (2, "海报.pdf", True)] == await behind(li, lead["token"])
    assert 403 == (await stage.get("li", visits[0]["pages"][0]["url"])).status
    assert 200 == (await stage.get("li", visits[1]["pages"][0]["url"])).status

    assert 200 == (await owner.post(f"/shares/{lead['id']}/revoke")).status
    assert 403 == (await stage.get("li", visits[1]["pages"][0]["url"])).status
    assert 2 == len(await stage.told("employee:share:revoke"))


async def test_a_folder_has_a_title_and_each_material_once(stage: Stage) -> None:
    """A folder without a title, a title without one, and a material that is there twice are told by field."""
    own = str(stage.cast.material_id)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"title": "x"}, "/title"),
        ({"more_material_ids": [str(stage.cast.draft_id)]}, "/title"),
        ({"more_material_ids": [own], "title": "x"}, "/more_material_ids"),
    ]
    for policy, field in wrong:
        refused = await stage.api("owner").post("/shares", {"material_id": own, **policy})
        assert (422, {field}) == (refused.status, refused.fields)
    draft = {"material_id": own, "more_material_ids": [str(stage.cast.draft_id)], "title": "x"}
    assert 403 == (await stage.api("owner").post("/shares", draft)).status
    assert [] == (await stage.api("owner").get("/shares")).ok["items"]
    single = await stage.share()
    assert 404 == (await stage.api("li").post("/folders/open", {"token": single["token"]})).status
