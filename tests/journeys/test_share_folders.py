"""Several materials behind one link: a list in its maker's order, each material judged by itself."""

from typing import Any

from tests.api import Api
from tests.brochure import brochure
from tests.stage import TITLE, Stage

FOLDER, POSTER = "秋季资料", "海报.pdf"


async def folder(stage: Stage, **policy: Any) -> tuple[dict[str, Any], list[str]]:
    """A folder of two materials: its lead, and the token of each."""
    poster = await stage.approved(brochure("海报"), POSTER)
    lead = await stage.share(more_material_ids=[poster], title=FOLDER, **policy)
    items = (await stage.api("li").post("/folders/open", {"token": lead["token"]})).ok["items"]
    return lead, [each["token"] for each in items]


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

    narrower = {"visits_max": 3, "download": False}
    assert 200 == (await owner.call("PATCH", f"/shares/{items[1]['share_id']}", json=narrower)).status
    wanted = {"jobs": ["consultant"], "visits_max": 4, "download": True}
    assert 200 == (await owner.call("PATCH", f"/shares/{lead['id']}", json=wanted)).status
    now = [(await owner.get(f"/shares/{each['share_id']}")).ok for each in items]
    assert [(4, True), (3, False)] == [(each["visits_max"], each["download"]) for each in now]
    assert 404 == (await stage.api("wang").post("/folders/open", {"token": lead["token"]})).status
    assert 403 == (await stage.open("wang", opened["items"][1]["token"])).status

    assert 200 == (await owner.post(f"/materials/{stage.cast.material_id}/withdraw", {"reason": "x"})).status
    assert [(1, None, False), (2, "海报.pdf", True)] == await behind(li, lead["token"])
    assert 403 == (await stage.get("li", visits[0]["pages"][0]["url"])).status
    assert 200 == (await stage.get("li", visits[1]["pages"][0]["url"])).status

    assert 200 == (await owner.post(f"/shares/{lead['id']}/revoke")).status
    assert 403 == (await stage.get("li", visits[1]["pages"][0]["url"])).status
    assert 2 == len(await stage.told("employee:share:revoke"))


async def test_a_folder_asks_once_and_tells_no_titles_before(stage: Stage) -> None:
    """A lock of its first share is that of all, one answer opens all, and the titles come after it."""
    owner, li = stage.api("owner"), stage.api("li")
    lead, tokens = await folder(stage, forward_depth=1)
    gate = (await owner.post(f"/shares/{lead['id']}/gate", {"lock": "password"})).ok
    assert [403, 403] == [(await stage.open("li", token)).status for token in tokens]
    assert [(1, None, True), (2, None, True)] == await behind(li, lead["token"])
    assert (await li.post("/folders/open", {"token": lead["token"]})).ok["title"] is None
    page = (await stage.get("li", f"/s/{lead['token']}")).body.decode()
    assert [] == [title for title in (FOLDER, TITLE, POSTER) if title in page]
    assert "Material 2" in page

    assert (await li.post("/doors/password", {"token": tokens[1], "password": gate["password"]})).ok
    assert [(1, TITLE, True), (2, POSTER, True)] == await behind(li, lead["token"])
    visits = [(await stage.open("li", token)).ok for token in tokens]
    assert 2 == len(await stage.told("employee:share:gate"))
    assert 2 == len({each["link"] for each in await stage.told("viewer:share:unlock")})

    (ahead,) = (await li.post(f"/visits/{visits[0]['id']}/forward/ahead", {"count": 1})).ok["items"]
    landing = await stage.get("li", f"/s/{ahead['token']}")
    assert (200, False) == (landing.status, FOLDER in landing.body.decode())
    assert (await li.post(f"/visits/{visits[1]['id']}/forward")).ok
    cut = await owner.post(f"/shares/{lead['id']}/cut", {"person_id": str(stage.cast.people["li"])})
    assert {"links": 1} == cut.ok
    assert 2 == len(await stage.told("employee:branch:cut"))
    assert [403, 403] == [(await li.post(f"/visits/{each['id']}/forward")).status for each in visits]


async def test_a_folder_ends_whole_and_is_unknown_to_strangers(stage: Stage) -> None:
    """It can be closed while one of its links is open, and that it was is told to whom it was for alone."""
    owner, li, wang = stage.api("owner"), stage.api("li"), stage.api("wang")
    lead, _ = await folder(stage, audience="clinic", clinic_id=str(stage.cast.clinics["li"]))
    first = {"material_id": str(stage.cast.material_id), "reason": "x"}
    assert {"links": 1} == (await owner.post("/shares/revoke", first)).ok
    assert [(1, None, False), (2, POSTER, True)] == await behind(li, lead["token"])
    path = f"/shares/{lead['id']}"
    assert f"/api/v1{path}/revoke" in (await stage.get("owner", path)).body.decode()
    assert [200, 409] == [(await owner.post(f"{path}/revoke")).status for _ in range(2)]
    assert [(1, None, False), (2, None, False)] == await behind(li, lead["token"])
    assert 404 == (await wang.post("/folders/open", {"token": lead["token"]})).status


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
