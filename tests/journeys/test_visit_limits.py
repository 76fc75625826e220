"""How often a share may be opened: never once more than agreed, whoever comes and however many at once."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from storage.rows import shares
from tests.stage import Stage
from tests.viewers import as_viewer


async def test_of_many_at_once_five_get_in(stage: Stage, *, whole: bool) -> None:
    """They open a share of five visits in the same moment: five visits, and to everybody else a refusal by its rule."""
    many = 50 if whole else 20
    share = await stage.share(visits_max=5)
    people = [await as_viewer(stage.client, name=f"客{n}", phone=f"139001380{n:02}") for n in range(many)]
    answers = await asyncio.gather(*(api.post("/visits", {"token": share["token"]}) for api, _ in people))
    assert {201: 5, 403: many - 5} == Counter(answer.status for answer in answers)
    assert {"share-used-up"} == {answer.body["rule"] for answer in answers if answer.status == 403}
    assert 5 == len({answer.body["id"] for answer in answers if answer.status == 201})
    assert 5 == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["visits_used"]
    assert 5 == len((await stage.api("owner").get(f"/shares/{share['id']}/visits")).ok["items"])
    assert (5, many - 5) == (len(await stage.told("viewer:visit:start")), len(await stage.told("viewer:request:deny")))


async def test_of_a_hundred_at_once_exactly_as_many_as_agreed(stage: Stage) -> None:
    """A hundred transactions take a visit in the same moment from a share of thirty-seven: thirty-seven get one."""
    share_id = UUID((await stage.share(visits_max=37))["id"])

    async def take() -> bool:
        async with stage.services.database.transaction() as tx:
            return await shares.use_visit(tx, share_id)

    assert {True: 37, False: 63} == Counter(await asyncio.gather(*(take() for _ in range(100))))
    assert 37 == (await stage.api("owner").get(f"/shares/{share_id}")).ok["visits_used"]


async def test_one_person_counts_once(stage: Stage) -> None:
    """Somebody who taps the link twenty times in the same moment has one visit, which is counted and told once."""
    share = await stage.share(visits_max=5)
    answers = await asyncio.gather(*(stage.open("li", share["token"]) for _ in range(20)))
    assert [201] * 20 == [answer.status for answer in answers]
    assert 1 == len({answer.body["id"] for answer in answers})
    assert 1 == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["visits_used"]
    assert 1 == len(await stage.told("viewer:visit:start"))


async def test_coming_back_another_day_is_another_visit(stage: Stage) -> None:
    """A visit ends by itself; opening the link after that takes one more from the share's allowance."""
    share, first = await stage.visit("li", visits_max=2)
    assert first["id"] == (await stage.open("li", share["token"])).ok["id"]
    stage.clock.advance(hours=13)
    again, _ = await as_viewer(stage.client, name="李娜", phone="13800138001")
    second = (await again.post("/visits", {"token": share["token"]})).ok
    assert first["id"] != second["id"]
    assert 404 == (await again.get(f"/visits/{first['id']}")).status
    stage.clock.advance(hours=13)
    later, _ = await as_viewer(stage.client, name="李娜", phone="13800138001")
    assert "share-used-up" == (await later.post("/visits", {"token": share["token"]})).body["rule"]


async def test_of_twenty_people_five_get_in_and_come_again(stage: Stage) -> None:
    """Twenty people open a share for five in the same moment; the five come again another day, and nobody else ever."""
    share = await stage.share(viewers_max=5)
    people = [{"name": f"客{n}", "phone": f"139001380{n:02}"} for n in range(20)]
    apis = [(await as_viewer(stage.client, **each))[0] for each in people]
    answers = await asyncio.gather(*(api.post("/visits", {"token": share["token"]}) for api in apis))
    assert {201: 5, 403: 15} == Counter(answer.status for answer in answers)
    assert {"share-full"} == {answer.body["rule"] for answer in answers if answer.status == 403}
    seen = (await stage.api("owner").get(f"/shares/{share['id']}")).ok
    assert (5, 5, 5, "full") == (seen["viewers_max"], seen["viewers_used"], seen["visits_used"], seen["state"])
    stage.clock.advance(hours=13)
    again = [(await as_viewer(stage.client, **each))[0] for each in people]
    later = await asyncio.gather(*(api.post("/visits", {"token": share["token"]}) for api in again))
    assert [each.status for each in answers] == [each.status for each in later]
    inside = next(api for api, answer in zip(again, answers, strict=True) if answer.status == 201)
    assert [True] == [each["url"] is not None for each in (await inside.get("/visits")).ok["opened"]]


async def test_who_comes_by_a_forward_takes_a_place(stage: Stage) -> None:
    """A share for two that 李娜 passed on has a place for one more; nobody takes two, nor is it offered to pass on."""
    share, visited = await stage.visit("li", viewers_max=2, forward_depth=1)
    assert 1 == visited["forward_depth_left"]
    child = (await stage.api("li").post(f"/visits/{visited['id']}/forward")).ok
    assert 201 == (await stage.open("li", child["token"])).status  # has a place already
    assert 201 == (await stage.open("wang", child["token"])).status
    stranger, _ = await as_viewer(stage.client, name="客", phone="13900138000")
    refused = [await stranger.post("/visits", {"token": each["token"]}) for each in (share, child)]
    assert [(403, "share-full")] * 2 == [(answer.status, answer.body["rule"]) for answer in refused]
    full = (await stage.api("li").get(f"/visits/{visited['id']}")).ok
    assert (0, False) == (full["forward_depth_left"], full["forward_askable"])
    assert 2 == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["viewers_used"]


@pytest.mark.parametrize(("limit", "rule"), [("viewers_max", "share-full"), ("visits_max", "share-used-up")])
async def test_what_lets_nobody_in_is_not_passed_on(stage: Stage, limit: str, rule: str) -> None:
    """No link is made of a share without a place or a visit left; one handed out before says so to whoever opens it."""
    li, policy = stage.api("li"), {limit: 2}
    share, visited = await stage.visit("li", forward_depth=2, **policy)
    path = f"/visits/{visited['id']}/forward"
    early, late = [each["token"] for each in (await li.post(f"{path}/ahead", {"count": 2})).ok["items"]]
    assert [2] == [each["forward_depth_left"] for each in (await li.get("/visits")).ok["opened"]]
    assert 201 == (await stage.open("wang", share["token"])).status
    before = len(await stage.told("viewer:share:forward"))
    for refused in (await li.post(path), await li.post(f"{path}/ahead", {"count": 1})):
        assert (403, rule) == (refused.status, refused.body["rule"])
    assert before == len(await stage.told("viewer:share:forward"))
    assert 201 == (await li.post(f"{path}/confirm", {"token": early})).status, "the click was before"
    stranger, _ = await as_viewer(stage.client, name="客", phone="13900138000")
    for token in (early, late):
        assert rule == (await stranger.post("/visits", {"token": token})).body["rule"]
    own = (await li.get("/visits")).ok
    assert {0} == {each["forward_depth_left"] for each in (*own["opened"], *own["forwarded"])}


async def test_a_limit_on_people_counts_those_who_came_before_it(stage: Stage) -> None:
    """Narrowed while it is open, it has to have room for all who came, and keeps their places."""
    share, visited = await stage.visit("li", forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visited['id']}/forward")).ok
    assert 201 == (await stage.open("wang", child["token"])).status
    owner, path = stage.api("owner"), f"/shares/{share['id']}"
    refused = await owner.call("PATCH", path, json={"viewers_max": 1})
    assert (422, {"/viewers_max"}) == (refused.status, refused.fields)
    seen = (await owner.call("PATCH", path, json={"viewers_max": 2})).ok
    assert (2, 2) == (seen["viewers_max"], seen["viewers_used"])
    wider = await owner.call("PATCH", path, json={"viewers_max": 3})
    assert (422, {"/viewers_max"}) == (wider.status, wider.fields)
    stranger, _ = await as_viewer(stage.client, name="客", phone="13900138000")
    assert 403 == (await stranger.post("/visits", {"token": share["token"]})).status
    stage.clock.advance(hours=13)
    back, _ = await as_viewer(stage.client, name="李娜", phone="13800138001")
    assert 201 == (await back.post("/visits", {"token": share["token"]})).status
