"""Forwards: a viewer passes a share on; the tree stays countable, can be cut anywhere, and never gets wider."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from compliance.access import rules
from compliance.events import Trail
from compliance.ownership.merging import merge
from compliance.ownership.wishes import Wish
from fileserver.audit.following import follow
from storage.rows import shares
from tests.api import Answer, Api
from tests.locks import until_waiting
from tests.stage import TITLE, Stage
from tests.viewers import as_viewer, begin

ZHAO = {"name": "赵雪", "phone": "13800138003", "clinic_name": "瑞丽诊所", "job": "consultant"}
SUN = {"name": "孙悦", "phone": "13800138004", "clinic_name": "瑞丽诊所", "job": "consultant"}


async def passed_on(who: Api, visit: dict[str, Any]) -> Answer:
    """A viewer passes on what they are reading."""
    return await who.post(f"/visits/{visit['id']}/forward")


async def opened(who: Api, share: dict[str, Any]) -> Answer:
    """A viewer opens a link."""
    return await who.post("/visits", {"token": share["token"]})


@pytest.fixture
async def zhao(stage: Stage) -> Api:
    """A colleague of 李娜."""
    return (await as_viewer(stage.client, **ZHAO))[0]


@pytest.fixture
async def sun(stage: Stage) -> Api:
    """Another one."""
    return (await as_viewer(stage.client, **SUN))[0]


async def test_depth_is_used_up(stage: Stage, zhao: Api, sun: Api) -> None:
    """Of a depth of two, two forwards come in a row; the third is refused, and the log tells the tree."""
    share, visit = await stage.visit("li", forward_depth=2)
    first = (await passed_on(stage.api("li"), visit)).ok
    assert 1 == first["forward_depth_left"]
    second = (await passed_on(zhao, (await opened(zhao, first)).ok)).ok
    assert 0 == second["forward_depth_left"]
    refused = await passed_on(sun, (await opened(sun, second)).ok)
    assert (403, "forward-depth-used-up") == (refused.status, refused.body["rule"])
    told = await stage.told("viewer:share:forward")
    assert [(share["id"], first["id"], 1), (first["id"], second["id"], 2)] == [
        (event["det"]["parent"], event["link"], event["det"]["depth"]) for event in told
    ]
    assert [0, 1, 2] == [event["det"]["depth"] for event in await stage.told("viewer:visit:start")]


async def test_viewers_see_what_they_opened_and_passed_on(stage: Stage, zhao: Api) -> None:
    """With the depth that is left and how many others opened it, and nothing of what anybody else passed on."""
    share, visit = await stage.visit("li", forward_depth=2)
    child = (await passed_on(stage.api("li"), visit)).ok
    last = (await passed_on(zhao, (await opened(zhao, child)).ok)).ok
    mine, theirs = [(await who.get("/visits")).ok for who in (stage.api("li"), zhao)]
    assert [(share["url"], 2)] == [(each["url"], each["forward_depth_left"]) for each in mine["opened"]]
    told = [(each["id"], each["title"], each["readers"], each["forward_depth_left"]) for each in mine["forwarded"]]
    assert [(child["id"], TITLE, 1, 1)] == told
    assert [(last["id"], 0)] == [(each["id"], each["readers"]) for each in theirs["forwarded"]]
    page = (await stage.get("li", "/my-data", Accept="text/html")).body.decode()
    assert [] == [word for word in ("opened by 1 person", "passed on once more") if word not in page]


async def test_nothing_is_passed_on_unless_the_share_says_so(stage: Stage) -> None:
    """Without a depth there is no forwarding."""
    _, visit = await stage.visit("li")
    refused = await passed_on(stage.api("li"), visit)
    assert (403, "forward-depth-used-up") == (refused.status, refused.body["rule"])


async def test_visits_count_up_the_chain(stage: Stage, zhao: Api, sun: Api) -> None:
    """What a forward opens is taken from its root: three visits in the tree, whatever way people came."""
    share, visit = await stage.visit("li", forward_depth=2, visits_max=3)
    child = (await passed_on(stage.api("li"), visit)).ok
    grandchild = (await passed_on(zhao, (await opened(zhao, child)).ok)).ok
    assert 201 == (await opened(sun, grandchild)).status
    root = (await stage.api("owner").get(f"/shares/{share['id']}")).ok
    assert (3, "used_up") == (root["visits_used"], root["state"])
    wang = stage.api("wang")
    for link in (share, child, grandchild):
        assert "share-used-up" == (await opened(wang, link)).body["rule"]
    used = {item["id"]: item["visits_used"] for item in (await stage.api("owner").get("/shares")).ok["items"]}
    assert {share["id"]: 3, child["id"]: 2, grandchild["id"]: 1} == used


async def test_cutting_a_branch_cuts_what_hangs_on_it(stage: Stage, zhao: Api, sun: Api) -> None:
    """The marketer closes the child: it and the grandchild are shut for the next page, the root stays open."""
    share, visit = await stage.visit("li", forward_depth=2)
    child = (await passed_on(stage.api("li"), visit)).ok
    in_child = (await opened(zhao, child)).ok
    grandchild = (await passed_on(zhao, in_child)).ok
    in_grandchild = (await opened(sun, grandchild)).ok
    assert 200 == (await stage.api("owner").post(f"/shares/{child['id']}/revoke")).status
    for who, inside, link in ((zhao, in_child, child), (sun, in_grandchild, grandchild)):
        async with who.client.get(
            inside["pages"][0]["url"], headers={"Authorization": f"Bearer {who.token}"}
        ) as response:
            assert (403, "share-revoked") == (response.status, (await response.json(content_type=None))["rule"])
        assert "share-revoked" == (await opened(who, link)).body["rule"]
    states = {item["id"]: item["state"] for item in (await stage.api("owner").get("/shares")).ok["items"]}
    assert {share["id"]: "open", child["id"]: "revoked", grandchild["id"]: "revoked"} == states
    assert 200 == (await stage.get("li", visit["pages"][0]["url"])).status
    assert 201 == (await opened(sun, share)).status


async def test_a_branch_is_cut_by_who_made_it_grow(stage: Stage, zhao: Api, sun: Api) -> None:
    """Every link that 李娜 passed on stops, with all below; she reads on, and passes nothing on any more."""
    share, visit = await stage.visit("li", forward_depth=3)
    first, second = [(await passed_on(stage.api("li"), visit)).ok for _ in range(2)]
    in_first = (await opened(zhao, first)).ok
    below = (await passed_on(zhao, in_first)).ok
    cut = {"person_id": str(stage.cast.people["li"])}
    path = f"/shares/{share['id']}/cut"
    assert 403 == (await stage.api("rival").post(path, cut)).status
    assert {"links": 2} == (await stage.api("owner").post(path, cut)).ok
    assert 409 == (await stage.api("owner").post(path, cut)).status
    for who, link in ((zhao, first), (sun, second), (sun, below)):
        assert "share-revoked" == (await opened(who, link)).body["rule"]
    assert 200 == (await stage.get("li", visit["pages"][0]["url"])).status
    assert "forwards-cut" == (await passed_on(stage.api("li"), visit)).body["rule"]
    assert 201 == (await opened(sun, share)).status
    (told,) = await stage.told("employee:branch:cut")
    assert (share["id"], 2) == (told["link"], told["det"]["links"])


async def test_a_forward_that_is_under_way_is_cut_too(stage: Stage, zhao: Api) -> None:
    """Whoever cuts at the moment in which a link is made closes that one as well, or it was never made."""
    share, visit = await stage.visit("li", forward_depth=1)
    database, cut = stage.services.database, {"person_id": str(stage.cast.people["li"])}
    async with database.transaction() as tx:
        await shares.lock_chain(tx, UUID(share["id"]))
        forwarding = asyncio.create_task(passed_on(stage.api("li"), visit))
        await until_waiting(database)
        cutting = asyncio.create_task(stage.api("owner").post(f"/shares/{share['id']}/cut", cut))
        await until_waiting(database, 2)
    made, done = await asyncio.gather(forwarding, cutting)
    assert {"links": int(made.status == 201)} == done.ok
    assert made.status == 403 or "share-revoked" == (await opened(zhao, made.ok)).body["rule"]


async def test_of_many_forwards_at_once_as_many_are_made_as_one_may(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many clicks arrive in the same moment, by themselves or as links made ahead that are opened."""
    monkeypatch.setattr(rules, "FORWARDS_MAX", 3)
    _, visit = await stage.visit("li", forward_depth=1)
    path = f"/visits/{visit['id']}/forward"
    ahead = (await stage.api("li").post(f"{path}/ahead", {"count": 4})).ok["items"]
    clicks = [stage.api("li").post(path) for _ in range(4)]
    openings = [stage.open("wang", each["token"]) for each in ahead]
    answers = await asyncio.gather(*clicks, *openings)
    assert 3 == sum(answer.status == 201 for answer in answers)
    assert 3 == len(await stage.told("viewer:share:forward"))


async def test_a_cut_holds_under_every_id(stage: Stage) -> None:
    """Whoever turns out to be somebody else stays cut, and a cut of one id closes the links of the other."""
    share, visit = await stage.visit("li", forward_depth=3)
    child = (await passed_on(stage.api("li"), visit)).ok
    nameless, merged = await begin(stage.services, SUN["phone"]), stage.cast.people["li"]
    async with stage.services.database.transaction() as tx:
        wish = Wish(kind="person", kept_id=nameless.person_id, merged_id=merged)
        await merge(tx, stage.services.keys.master, Trail(role="manager"), wish, now=stage.clock())
    cut = {"person_id": str(nameless.person_id)}
    assert {"links": 1} == (await stage.api("owner").post(f"/shares/{share['id']}/cut", cut)).ok
    assert "share-revoked" == (await opened(stage.api("wang"), child)).body["rule"]
    for each in (nameless.person_id, merged):
        again = await stage.api("owner").post(f"/shares/{share['id']}/cut", {"person_id": str(each)})
        assert 409 == again.status


async def test_only_trees_of_employees_are_cut(stage: Stage, zhao: Api) -> None:
    """A forward is closed as a whole; and who never opened the share has no branch."""
    share, visit = await stage.visit("li", forward_depth=3)
    child = (await passed_on(stage.api("li"), visit)).ok
    cut = {"person_id": str(stage.cast.people["li"])}
    assert {"/share_id"} == (await stage.api("owner").post(f"/shares/{child['id']}/cut", cut)).fields
    stranger = {"person_id": str(stage.cast.people["wang"])}
    assert 404 == (await stage.api("owner").post(f"/shares/{share['id']}/cut", stranger)).status


async def test_blocking_who_passed_it_on_closes_their_branch(stage: Stage, zhao: Api) -> None:
    """A forward hangs on its maker: who is blocked takes the branch along, and nobody else's."""
    share, visit = await stage.visit("li", forward_depth=1)
    child = (await passed_on(stage.api("li"), visit)).ok
    path = f"/people/viewers/{stage.cast.people['li']}/block"
    assert 200 == (await stage.api("manager").post(path, {"reason": "离职"})).status
    assert "share-owner-inactive" == (await opened(zhao, child)).body["rule"]
    assert 201 == (await opened(zhao, share)).status


async def test_a_branch_hangs_on_its_maker_under_every_id(stage: Stage, zhao: Api) -> None:
    """Whose maker turned out to be somebody else goes on as theirs, and closes with them."""
    _, visit = await stage.visit("li", forward_depth=1)
    child = (await passed_on(stage.api("li"), visit)).ok
    nameless = await begin(stage.services, SUN["phone"])  # two whose names were verified apart are never one
    kept, merged = nameless.person_id, stage.cast.people["li"]
    async with stage.services.database.transaction() as tx:
        wish = Wish(kind="person", kept_id=kept, merged_id=merged)
        await merge(tx, stage.services.keys.master, Trail(role="manager"), wish, now=stage.clock())
    assert 201 == (await opened(zhao, child)).status
    path = f"/people/viewers/{merged}/block"
    assert str(kept) == (await stage.api("manager").post(path, {"reason": "离职"})).ok["person_id"]
    assert "share-owner-inactive" == (await opened(zhao, child)).body["rule"]


async def test_forward_is_never_wider_than_its_parent(stage: Stage, zhao: Api) -> None:
    """Audience, job, time, download and mark come from the parent; the marketer sees whose it is."""
    clinic = str(stage.cast.clinics["li"])
    share, visit = await stage.visit(
        "li",
        audience="clinic",
        clinic_id=clinic,
        job="consultant",
        forward_depth=1,
        watermark="strong",
        look={"layout": "diagonal", "colour": "red", "text": "{name}"},
    )
    child = (await passed_on(stage.api("li"), visit)).ok
    policy = ("audience", "clinic_id", "person_id", "job", "expires_at", "download", "watermark", "look")
    narrow = (*policy, "material_id")
    as_made = (await stage.api("owner").get(f"/shares/{child['id']}")).ok
    assert {name: share[name] for name in narrow} == {name: as_made[name] for name in narrow}
    assert (share["id"], 1, "李娜") == (as_made["parent_id"], as_made["depth"], as_made["created_by"])
    assert "outside-audience" == (await opened(stage.api("wang"), child)).body["rule"]
    inside = (await opened(zhao, child)).ok
    assert inside["download_url"] is None


async def test_whoever_passed_on_can_be_cut_before_anybody_comes(stage: Stage) -> None:
    """The tree's page leads to somebody whose links nobody has opened yet, and there is the button that cuts."""
    share, visited = await stage.visit("li", forward_depth=1)
    (await stage.api("li").post(f"/visits/{visited['id']}/forward")).ok  # noqa: B018  # must succeed
    await stage.services.sequencer.catch_up()
    await follow(stage.services)
    tree = f"/materials/{stage.cast.material_id}/spread/{share['id']}"
    headers = {"Accept": "text/html"}
    everybody = await stage.request("GET", "owner", tree, headers=headers)
    theirs = f"{tree}?person_id={stage.cast.people['li']}"
    assert theirs in everybody.body.decode()
    one = await stage.request("GET", "owner", theirs, headers=headers)
    assert f'data-api="/api/v1/shares/{share["id"]}/cut"' in one.body.decode()
