"""A marketer shares, viewers pass on, and those who may see it see how far it went."""

import json
from datetime import datetime, timedelta
from typing import Any

from fileserver.audit.following import follow
from tests.html import Page
from tests.journeys.test_organisation import department, moved
from tests.stage import Stage

Json = dict[str, Any]


async def spread_out(stage: Stage) -> Json:
    """李娜 opens the owner's share and passes it on to 王强, who opens it twice; she also makes a link nobody opens."""
    share, visit = await stage.visit("li", forward_depth=3)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    await stage.api("li").post(f"/visits/{visit['id']}/forward")
    await stage.open("li", child["token"])  # her own link: nobody new
    await stage.open("wang", child["token"])
    await stage.open("wang", share["token"])
    await caught_up(stage)
    return share


async def caught_up(stage: Stage) -> None:
    """What the sequencer and a worker do within seconds."""
    await stage.services.sequencer.catch_up()
    await follow(stage.services)


def figures_of(stage: Stage, material_id: object = None) -> str:
    """The path of a material's figures."""
    return f"/analytics/materials/{material_id or stage.cast.material_id}"


async def test_four_counts_of_forwards_stand_beside_each_other(stage: Stage) -> None:
    """Two links passed on, one opened by somebody else, one person come in by it; no platform confirmed any.

    Who looks at it inside the brand, and whoever opens their own link, is in the log and nobody's reach.
    """
    for who in ("owner", "manager"):
        assert 200 == (await stage.get(who, f"/api/v1/versions/{stage.cast.version_id}/pages/1")).status
    share = await spread_out(stage)
    assert 403 == (await stage.open("owner", share["token"])).status
    assert 2 == len(await stage.told("employee:material:preview"))
    assert 4 == len(await stage.told("viewer:visit:start"))
    found = (await stage.api("owner").get(figures_of(stage))).ok
    expected = {"intents": 2, "confirmed": 1, "platform_confirmed": 0, "reach": 1}
    assert expected == found["forwards"]
    assert (1, 2, 4, [1, 1, 1]) == (found["shares"], found["viewers"], found["opens"], found["levels"])


async def test_the_tree_is_walked(stage: Stage) -> None:
    """From the maker to 李娜 to 王强, who first came by her link although he opened the first one too."""
    share = await spread_out(stage)
    path = f"{figures_of(stage)}/shares/{share['id']}/people"
    top = (await stage.api("owner").get(path)).ok
    (li,) = top["items"]
    assert ("李娜", "瑞丽诊所", 1, 1, 2) == (
        li["person"]["name"], li["clinic"], li["brought"], li["below"], li["passed_on"],
    )  # fmt: skip
    assert 2 == li["visits"], "the owner's link and her own"
    below = (await stage.api("owner").get(path, person_id=li["person"]["id"])).ok
    assert [["林晓", "李娜"], ["王强"]] == [
        [each["person"]["name"] for each in below[name]] for name in ("chain", "items")
    ]


async def test_the_tree_tells_how_often_and_when_last_somebody_opened(stage: Stage) -> None:
    """Beside when first; of this tree alone, by any of its links, also on the page. Its maker opened nothing."""
    share = await spread_out(stage)
    began = stage.clock()
    stage.clock.advance(hours=2)
    visit = (await stage.open("li", share["token"])).ok  # the one that she began
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    for link in (child, await stage.share(by="rival")):
        await stage.open("wang", link["token"])
    await caught_up(stage)
    path = f"{figures_of(stage)}/shares/{share['id']}/people"
    found = (await stage.api("owner").get(path, person_id=str(stage.cast.people["li"]))).ok
    (wang,) = found["items"]
    times = [datetime.fromisoformat(wang[name]) for name in ("first_at", "last_at")]
    assert (3, [began, began + timedelta(hours=2)]) == (wang["visits"], times)
    assert (0, None) == tuple(found["chain"][0][name] for name in ("visits", "last_at"))
    page = f"/materials/{stage.cast.material_id}/spread/{share['id']}?person_id={stage.cast.people['wang']}"
    assert "opened 3 times, last" in await shown(stage, page, "en")


async def test_long_lists_are_turned_page_by_page(stage: Stage) -> None:
    """Each person once."""
    share, _ = await stage.visit("li")
    await stage.open("wang", share["token"])
    await caught_up(stage)
    path = f"{figures_of(stage)}/shares/{share['id']}/people"
    first = (await stage.api("owner").get(path, limit=1)).ok
    second = (await stage.api("owner").get(path, limit=1, cursor=first["next"])).ok
    assert {"李娜", "王强"} == {each["person"]["name"] for each in first["items"] + second["items"]}
    for wrong in ("?", "eHxw", "OTk5OTk5OTk5OTk5OTk5OXxw"):
        refused = await stage.api("owner").get(path, cursor=wrong)
        assert (422, {"/cursor"}) == (refused.status, refused.fields)


async def test_whoever_owns_nothing_of_it_sees_their_own_shares_only(stage: Stage) -> None:
    """Another marketer sees what came of theirs, and no tree of others; managers and auditors see all."""
    share = await spread_out(stage)
    theirs = await stage.share(by="rival")
    await stage.open("li", theirs["token"])
    await caught_up(stage)
    seen = {who: (await stage.api(who).get(figures_of(stage))).ok for who in ("owner", "rival", "manager", "auditor")}
    assert {"owner": 2, "rival": 1, "manager": 2, "auditor": 2} == {who: each["shares"] for who, each in seen.items()}
    assert (True, 1, 0) == (seen["rival"]["narrowed"], seen["rival"]["viewers"], seen["rival"]["forwards"]["intents"])
    assert 403 == (await stage.api("rival").get(f"{figures_of(stage)}/shares/{share['id']}/people")).status
    assert 200 == (await stage.api("rival").get(f"{figures_of(stage)}/shares/{theirs['id']}/people")).status


async def test_a_manager_sees_how_their_people_s_shares_were_read(stage: Stage) -> None:
    """Of another's material too, tree and pages, and when it was withdrawn; nothing of shares by other departments."""
    admin, manager, rival = (stage.api(who) for who in ("admin", "manager", "rival"))
    east = await department(admin, "华东")
    for who in ("manager", "rival"):
        await moved(admin, stage.cast.people[who], department_id=east)
    await spread_out(stage)
    share = (await rival.post("/shares", {"material_id": str(stage.cast.material_id)})).ok
    await read_first_page(stage, (await stage.open("li", share["token"])).ok)
    await reading_told(stage)
    for reason in ("", "x"):
        if reason:
            withdrawn = await stage.api("owner").post(
                f"/materials/{stage.cast.material_id}/withdraw", {"reason": reason}
            )
            assert 200 == withdrawn.status
        found = (await manager.get(figures_of(stage))).ok
        assert (True, 1, 1) == (found["narrowed"], found["shares"], found["viewers"])
        for asked in ({}, {"share_id": share["id"]}):
            (version,) = (await manager.get(f"{figures_of(stage)}/reading", **asked)).ok["versions"]
            assert (1, 12.5) == (version["readers"], version["seconds"])
        assert 'data-label="Seconds' in await shown(stage, f"/analytics/share/{share['id']}", "en", who="manager")
        (li,) = (await manager.get(f"{figures_of(stage)}/shares/{share['id']}/people")).ok["items"]
        assert "李娜" == li["person"]["name"]


async def test_figures_open_no_more_than_their_material(stage: Stage) -> None:
    """Who may not read a draft learns nothing of it; who shared something may still see what came of it."""
    draft = figures_of(stage, stage.cast.draft_id)
    assert {"owner": 200, "rival": 403, "manager": 200} == {
        who: (await stage.api(who).get(draft)).status for who in ("owner", "rival", "manager")
    }


async def test_the_owner_walks_the_trees_of_colleagues(stage: Stage) -> None:
    """On the page too, where only who made the share may cut."""
    theirs = await stage.share(by="rival", forward_depth=3)
    visit = (await stage.open("li", theirs["token"])).ok
    await stage.api("li").post(f"/visits/{visit['id']}/forward")
    await caught_up(stage)
    path = f"/materials/{stage.cast.material_id}/spread/{theirs['id']}?person_id={stage.cast.people['li']}"
    cuts = {who: "Cut here" in await shown(stage, path, "en", who=who) for who in ("owner", "rival", "auditor")}
    assert {"owner": False, "rival": True, "auditor": False} == cuts


async def test_growth_waits_for_a_week(stage: Stage) -> None:
    """On the first day nobody can say; after a week of both, R of the first level is one."""
    await spread_out(stage)
    said = {"label": "figures", "scopes": ["analytics:read"], "days": 30}  # a session ends before the week does
    token = (await stage.api("owner").post("/tokens", said)).ok["token"]
    assert [] == (await figures_by(stage, token))["generations"]
    stage.clock.advance(days=8)
    found = (await figures_by(stage, token))["generations"]
    assert [(0, 1.0), (1, 1.0), (2, 0.0)] == [(each["depth"], each["reproduction"]) for each in found]


async def figures_by(stage: Stage, token: str) -> Json:
    """The material's figures, by an API token."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = await stage.request("GET", None, f"/api/v1{figures_of(stage)}", headers=headers)
    figures: Json = json.loads(answer.body)
    return figures


async def test_each_look_is_an_event(stage: Stage) -> None:
    """Names are opened for it, so the log says who looked."""
    await stage.api("manager").get(figures_of(stage))
    (told,) = await stage.told("employee:spread:read")
    assert ("maker-reads-figures", f"material:{stage.cast.material_id}") == (told["why"], told["obj"])


async def test_the_page_shows_it(stage: Stage) -> None:
    """In both languages, with the tree one click away; a material that was never shared says so."""
    share = await spread_out(stage)
    for language, words in (("zh-CN", ("转发", "李娜", "第 2 层")), ("en", ("Forwards", "李娜", "Level 2"))):
        page = await shown(stage, f"/materials/{stage.cast.material_id}/spread", language)
        assert all(word in page for word in words)
        assert f"/materials/{stage.cast.material_id}/spread/{share['id']}" in page
    assert "王强" not in await shown(stage, f"/materials/{stage.cast.material_id}/spread/{share['id']}", "en")
    assert "Not shared yet" in await shown(stage, f"/materials/{stage.cast.draft_id}/spread", "en")


async def shown(stage: Stage, path: str, language: str, *, who: str = "owner") -> str:
    """The page as text."""
    answer = await stage.request("GET", who, path, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status == 200
    Page(answer.body.decode())
    return answer.body.decode()


async def read_first_page(stage: Stage, visit: Json) -> None:
    """李娜 reads the first page of a visit for 12.5 s."""
    token = (await stage.get("li", visit["pages"][0]["url"])).headers["Reading-Token"]
    stage.clock.advance(seconds=30)
    beacon = {"page": 1, "seq": 1, "ms": 12_500, "token": token}
    assert 200 == (await stage.request("POST", "li", f"/v/{visit['id']}/beacons", json={"beacons": [beacon]})).status


async def reading_told(stage: Stage) -> None:
    """What workers do within minutes: reading is told to the log once it has rested, and followed from there."""
    stage.clock.advance(minutes=2)
    await caught_up(stage)
    await caught_up(stage)  # the log was told in the first round


async def test_reading_is_shown_page_by_page(stage: Stage) -> None:
    """What 李娜's page reported and the clock allowed, a minute later, to whoever may see how the material travels."""
    share, visit = await stage.visit("li", forward_depth=1)
    await read_first_page(stage, visit)
    await caught_up(stage)
    assert None is (await stage.api("owner").get(f"{figures_of(stage)}/reading")).ok["version"]
    await reading_told(stage)
    found = (await stage.api("owner").get(f"{figures_of(stage)}/reading")).ok
    (version,) = found["versions"]
    pages = version["pages"]
    assert (stage.cast.sha256, 1, 1, 12.5) == tuple(version[key] for key in ("version", "visits", "readers", "seconds"))
    assert (1 / pages, 1 / pages) == (version["completion"], version["furthest"])
    first, *others = found["pages"]
    assert (12.5, 1.0, 1, 1.0) == tuple(first[key] for key in ("seconds", "share", "readers", "completion"))
    assert {(0.0, 0, 0.0)} == {(each["seconds"], each["readers"], each["completion"]) for each in others}
    assert 404 == (await stage.api("owner").get(f"{figures_of(stage)}/reading", version="0" * 64)).status
    assert "12" in await shown(stage, f"/materials/{stage.cast.material_id}/spread?version={version['version']}", "en")
    other = await stage.share()
    by_share = [
        (await stage.api("owner").get(f"{figures_of(stage)}/reading", share_id=each)).ok["versions"]
        for each in (share["id"], other["id"])
    ]
    assert [[version], []] == by_share
    pages = f"/sheets/pages?version={version['version']}&amp;share_id={share['id']}"
    assert pages in await shown(stage, f"/analytics/share/{share['id']}", "en")
