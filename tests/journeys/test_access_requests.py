"""Viewers who were refused ask to be let in: whom it is told to, what a grant gives, and what it never gives."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.rows import share_changes, shares
from tests.locks import until_waiting
from tests.stage import Stage
from tests.viewers import as_viewer


async def asked(stage: Stage, share: dict[str, Any], **more: str) -> dict[str, Any]:
    """王强 asks."""
    made: dict[str, Any] = (await stage.api("wang").post("/doors/request", {"token": share["token"], **more})).ok
    return made


async def state(stage: Stage, share: dict[str, Any], **need: str) -> dict[str, Any]:
    """What he sees of it."""
    said = {"token": share["token"], **need}
    found: dict[str, Any] = (await stage.api("wang").post("/doors/request/state", said)).ok
    return found["asked"]  # type: ignore[no-any-return]  # a member of a JSON object


async def test_grant_is_a_share_of_the_askers_own_and_never_wider(stage: Stage) -> None:
    """The owner is told once, sees who asks, and lets one person in by a share with the original's lock and limits."""
    share = await stage.share(
        lock="password",
        password="Blossom-42-spring",
        audience="clinic",
        clinic_id=str(stage.cast.clinics["li"]),
        visits_max=3,
        forward_depth=2,
    )
    first = await asked(stage, share, note="请让我看看")
    assert ("waiting", first["id"]) == (first["state"], (await asked(stage, share))["id"])
    (notice,) = (await stage.api("owner").get("/notices")).ok["items"]
    assert "access-requested" == notice["kind"]
    assert not any(word in notice["text"] for word in ("王强", "悦美诊所"))
    (request,) = (await stage.api("owner").get("/access-requests")).ok["items"]
    assert ("王强", "悦美诊所", "outside-audience", "请让我看看") == tuple(
        request[name] for name in ("person", "clinic", "rule", "note")
    )
    assert [] == (await stage.api("rival").get("/access-requests")).ok["items"]
    path = f"/access-requests/{request['id']}"
    assert 403 == (await stage.api("rival").post(f"{path}/grant")).status
    for wider, field in (
        ({"download": True}, "/download"),
        ({"visits_max": 4}, "/visits_max"),
        ({"expires_at": "2027-01-01T00:00:00Z"}, "/expires_at"),
    ):
        assert (422, {field}) == ((no := await stage.api("owner").post(f"{path}/grant", wider)).status, no.fields)
    made = (await stage.api("owner").post(f"{path}/grant")).ok
    policy = {name: made[name] for name in ("audience", "person_id", "forward_depth_left", "visits_max", "lock")}
    assert {
        "audience": "person",
        "person_id": str(stage.cast.people["wang"]),
        "forward_depth_left": 0,
        "visits_max": 3,
        "lock": "password",
    } == policy
    answer = await state(stage, share)
    assert ("granted", made["url"]) == (answer["state"], answer["url"])
    assert "share-locked" == (await stage.open("wang", made["token"])).body["rule"]
    unlock = {"token": made["token"], "password": "Blossom-42-spring"}
    assert "none" == (await stage.api("wang").post("/doors/password", unlock)).ok["lock"]
    assert 201 == (await stage.open("wang", made["token"])).status
    assert "outside-audience" == (await stage.open("li", made["token"])).body["rule"]
    assert 409 == (await stage.api("owner").post(f"{path}/refuse", {"word": "x"})).status
    assert "access-granted" in {each["kind"] for each in (await stage.api("wang").get("/notices")).ok["items"]}
    told = await stage.told("viewer:access:request", "employee:access:grant")
    assert ["viewer", "marketer"] == [event["role"] for event in told]
    assert "请让我看看" not in str(told)


async def test_refusal_comes_with_a_word_and_passing_on_can_be_asked_for_too(stage: Stage) -> None:
    """Who was refused may ask again, some times a day; what passes on can be asked for where the original did."""
    share = await stage.share(audience="clinic", clinic_id=str(stage.cast.clinics["li"]))
    for _ in range(3):
        path = f"/access-requests/{(await asked(stage, share))['id']}/refuse"
        assert 204 == (await stage.api("manager").post(path, {"word": "不行"})).status
        answer = await state(stage, share)
        assert ("refused", "不行", None) == (answer["state"], answer["word"], answer["url"])
    assert 429 == (await stage.api("wang").post("/doors/request", {"token": share["token"]})).status
    child, passed = await passed_on(stage)
    for link in (child, await stage.share()):  # the end of a chain, and one that was never to be passed on
        assert (await stage.open("wang", link["token"])).ok["forward_askable"]
        request = await asked(stage, link, need="forward")
        made = (await stage.api("owner").post(f"/access-requests/{request['id']}/grant")).ok
        assert (1, passed["audience"]) == (made["forward_depth_left"], made["audience"])
        assert not (await stage.open("wang", made["token"])).ok["forward_askable"]


async def test_passing_on_is_asked_for_where_a_grant_could_help(stage: Stage) -> None:
    """Not where it was narrowed below the original, nor of what only the asker may open: nobody is asked."""
    child, _ = await passed_on(stage, depth=2)
    below, root = await passed_on(stage)
    narrowed, _ = await stage.visit("wang", forward_depth=1)
    early = await asked(stage, below, need="forward")
    for link in (child, root, narrowed):
        none: dict[str, Any] = {"forward_depth": 0}
        assert 200 == (await stage.api("owner").call("PATCH", f"/shares/{link['id']}", json=none)).status
    assert 409 == (await stage.api("owner").post(f"/access-requests/{early['id']}/grant")).status
    own = await stage.share(audience="person", person_id=str(stage.cast.people["wang"]))
    for link in (child, own, below, narrowed):
        assert not (await stage.open("wang", link["token"])).ok["forward_askable"]
        refused = await stage.api("wang").post("/doors/request", {"token": link["token"], "need": "forward"})
        assert (403, "forward-depth-used-up") == (refused.status, refused.body["rule"])


async def test_asking_undoes_neither_a_bar_nor_a_cut(stage: Stage) -> None:
    """Whoever was shut out, or whose branch was cut, asks for nothing; nor is granted what they asked before."""
    owner, wang = stage.api("owner"), {"person_id": str(stage.cast.people["wang"]), "reason": "外传"}
    share, _ = await stage.visit("wang", visits_max=1)
    early = await asked(stage, share)
    assert 200 == (await owner.post(f"/shares/{share['id']}/bar", wang)).status
    assert 409 == (await owner.post(f"/access-requests/{early['id']}/grant")).status
    assert 204 == (await owner.post(f"/access-requests/{early['id']}/refuse", {"word": "不行"})).status
    assert "viewer-barred" == (await stage.api("wang").post("/doors/request", {"token": share["token"]})).body["rule"]
    child, passed = await passed_on(stage)
    early = await asked(stage, child, need="forward")
    assert 200 == (await owner.post(f"/shares/{passed['id']}/cut", {"person_id": wang["person_id"]})).status
    assert 409 == (await owner.post(f"/access-requests/{early['id']}/grant")).status
    assert 204 == (await owner.post(f"/access-requests/{early['id']}/refuse", {"word": "不行"})).status
    again = await stage.api("wang").post("/doors/request", {"token": child["token"], "need": "forward"})
    assert "forwards-cut" == again.body["rule"]
    assert not (await stage.open("wang", child["token"])).ok["forward_askable"]


async def test_grant_of_passing_on_leaves_a_branch_cut(stage: Stage) -> None:
    """Whose branch was cut under the original passes nothing on under what is granted to another of its readers."""
    share, _ = await stage.visit("wang")
    assert 201 == (await stage.open("li", share["token"])).status
    cut = {"person_id": str(stage.cast.people["li"])}
    assert 200 == (await stage.api("owner").post(f"/shares/{share['id']}/cut", cut)).status
    request = await asked(stage, share, need="forward")
    made = (await stage.api("owner").post(f"/access-requests/{request['id']}/grant")).ok
    visit = (await stage.open("li", made["token"])).ok
    assert "forwards-cut" == (await stage.api("li").post(f"/visits/{visit['id']}/forward")).body["rule"]


async def test_what_is_asked_for_is_told_apart(stage: Stage) -> None:
    """Who asks to pass on too still sees what became of asking to open, and asks that once."""
    share, _ = await stage.visit("wang", visits_max=1)
    to_open = await asked(stage, share)
    stage.clock.advance(minutes=1)
    to_pass_on = await asked(stage, share, need="forward")
    for need, request in (("open", to_open), ("forward", to_pass_on)):
        assert request["id"] == (await state(stage, share, need=need))["id"]
        assert request["id"] == (await asked(stage, share, need=need))["id"]
    assert to_pass_on["id"] == (await state(stage, share))["id"]


async def test_passing_on_is_not_granted_of_what_stands_closed(stage: Stage) -> None:
    """A link that was closed, or has no visit left, since it was asked about gives nothing to pass on."""
    child, passed = await passed_on(stage)
    used_up, _ = await stage.visit("wang", visits_max=1)
    requests = [await asked(stage, link, need="forward") for link in (child, used_up)]
    assert 200 == (await stage.api("owner").post(f"/shares/{passed['id']}/revoke")).status
    for each in requests:
        assert 409 == (await stage.api("owner").post(f"/access-requests/{each['id']}/grant")).status


async def passed_on(stage: Stage, depth: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """What 李娜 passed on, which 王强 opened and (of depth 1) can't pass on, and the original."""
    passed, visit = await stage.visit("li", forward_depth=depth)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    assert 201 == (await stage.open("wang", child["token"])).status
    return child, passed


async def test_grant_is_no_wider_than_the_link_that_was_asked_about(stage: Stage) -> None:
    """What is left of what was passed on and narrowed counts, not the original; whoever is shut out stays outside."""
    owner = stage.api("owner")
    child, passed = await passed_on(stage)
    narrow: dict[str, Any] = {
        "visits_max": 5,
        "viewers_max": 3,
        "expires_at": (stage.clock() + timedelta(hours=1)).isoformat(),
    }
    assert 200 == (await owner.call("PATCH", f"/shares/{child['id']}", json=narrow)).status
    bar = {"person_id": str(stage.cast.people["li"]), "reason": "外传"}
    assert 200 == (await owner.post(f"/shares/{passed['id']}/bar", bar)).status
    path = f"/access-requests/{(await asked(stage, child, need='forward'))['id']}/grant"
    stage.clock.advance(minutes=30)
    later = (stage.clock() + timedelta(minutes=45)).isoformat()
    wider: dict[str, Any] = {"visits_max": 5, "viewers_max": 4, "expires_at": later}  # one place is 王强's own
    for field, value in wider.items():
        assert (422, {f"/{field}"}) == ((no := await owner.post(path, {field: value})).status, no.fields)
    made = (await owner.post(path, {"viewers_max": 2})).ok
    assert (4, 2, narrow["expires_at"][:19]) == (made["visits_max"], made["viewers_max"], made["expires_at"][:19])
    assert "viewer-barred" == (await stage.open("li", made["token"])).body["rule"]


async def granted(stage: Stage, link: dict[str, Any], need: str = "open") -> dict[str, Any]:
    """What 王强 gets who asks for this."""
    request = await asked(stage, link, need=need)
    stage.clock.advance(seconds=1)  # shares are locked oldest first: nothing is as old as what it was granted of
    made: dict[str, Any] = (await stage.api("manager").post(f"/access-requests/{request['id']}/grant")).ok
    return made


async def closed_to_wang(stage: Stage, **policy: Any) -> dict[str, Any]:
    """A share of the owner's that is not for 王强."""
    return await stage.share(audience="clinic", clinic_id=str(stage.cast.clinics["li"]), **policy)


async def test_what_closes_a_share_closes_what_was_granted_of_it(stage: Stage) -> None:
    """The share itself, one above it, a branch, all of a material: whoever had been let in sees nothing more."""
    owner, wang = stage.api("owner"), {"person_id": str(stage.cast.people["wang"])}
    one = await closed_to_wang(stage)
    own = await granted(stage, one)
    assert 201 == (await stage.open("wang", own["token"])).status
    (await owner.post(f"/shares/{one['id']}/revoke")).ok  # noqa: B018  # must succeed
    child, passed = await passed_on(stage)
    below = await granted(stage, child, "forward")
    (await owner.post(f"/shares/{passed['id']}/cut", {"person_id": str(stage.cast.people["li"])})).ok  # noqa: B018  # must succeed
    every = await granted(stage, await closed_to_wang(stage))
    beside = await granted(stage, await stage.share(), "forward")
    assert 201 == (await stage.open("wang", beside["token"])).status
    whole = {"material_id": str(stage.cast.material_id), "reason": "召回"}
    (await owner.post("/shares/revoke", whole)).ok  # noqa: B018  # must succeed
    for link in (own, below, every, beside):
        assert "share-revoked" == (await stage.open("wang", link["token"])).body["rule"]
    told = {each["link"] for each in await stage.told("employee:share:revoke") if each["det"].get("granted")}
    assert {own["id"], below["id"], every["id"], beside["id"]} == told
    again = await granted(stage, one)  # who asks after the end is answered anew
    assert 201 == (await stage.open("wang", again["token"])).status
    assert 409 == (await owner.post(f"/shares/{one['id']}/revoke")).status
    assert wang["person_id"] == again["person_id"]


async def test_what_narrows_a_share_narrows_what_was_granted_of_it(stage: Stage) -> None:
    """End, visits and download; a lock, the pledge; who is shut out. A grant to open keeps the person it names."""
    owner = stage.api("owner")
    share = await closed_to_wang(stage, download=True, visits_max=9)
    own = await granted(stage, share)
    opened = (await stage.open("wang", own["token"])).ok
    assert 200 == (await stage.get("wang", opened["download_url"])).status
    end = (stage.clock() + timedelta(hours=1)).isoformat()
    narrow = {"expires_at": end, "visits_max": 5, "download": False}
    (await owner.call("PATCH", f"/shares/{share['id']}", json=narrow)).ok  # noqa: B018  # must succeed
    assert 403 == (await stage.get("wang", opened["download_url"])).status
    now = (await stage.api("manager").get(f"/shares/{own['id']}")).ok
    assert (end[:19], 5, False, [str(stage.cast.people["wang"])]) == (
        now["expires_at"][:19],
        now["visits_max"],
        now["download"],
        [now["person_id"]],
    )
    password = (await owner.post(f"/shares/{share['id']}/gate", {"lock": "password"})).ok["password"]
    assert "share-locked" == (await stage.open("wang", own["token"])).body["rule"]
    unlock = {"token": own["token"], "password": password}
    assert "none" == (await stage.api("wang").post("/doors/password", unlock)).ok["lock"]
    (await owner.post(f"/shares/{share['id']}/gate", {"lock": "none"})).ok  # noqa: B018  # must succeed
    assert "password" == (await stage.api("manager").get(f"/shares/{own['id']}")).ok["lock"]


async def test_circles_and_bars_reach_a_grant_of_passing_on(stage: Stage) -> None:
    """It is for whom the original is, and for nobody else once that is for fewer; who is shut out there is out here."""
    owner, li = stage.api("owner"), str(stage.cast.people["li"])
    share, _ = await stage.visit("li")
    passing_on = await granted(stage, share, "forward")
    assert 201 == (await stage.open("li", passing_on["token"])).status
    (await owner.post(f"/shares/{share['id']}/bar", {"person_id": li, "reason": "外传"})).ok  # noqa: B018  # must succeed
    assert "viewer-barred" == (await stage.open("li", passing_on["token"])).body["rule"]
    only = {"clinic_ids": [str(stage.cast.clinics["li"])]}
    assert 201 == (await stage.open("wang", passing_on["token"])).status
    (await owner.call("PATCH", f"/shares/{share['id']}", json=only)).ok  # noqa: B018  # must succeed
    assert "outside-audience" == (await stage.open("wang", passing_on["token"])).body["rule"]


async def test_a_grant_waits_for_a_narrowing_that_is_under_way(stage: Stage) -> None:
    """Whoever grants at the moment in which the share is narrowed gives what is left of it."""
    share = await closed_to_wang(stage, download=True)
    request = await asked(stage, share)
    database = stage.services.database
    async with database.transaction() as tx:
        await shares.lock_chain(tx, UUID(share["id"]))
        await share_changes.put_policy(tx, UUID(share["id"]), download=False)
        granting = asyncio.create_task(stage.api("owner").post(f"/access-requests/{request['id']}/grant"))
        await until_waiting(database)
    assert not (await granting).ok["download"]


async def test_a_narrowing_waits_for_a_grant_of_a_grant_that_is_under_way(stage: Stage) -> None:
    """Whatever is granted while the share is narrowed, however far from it, is narrowed too."""
    share = await stage.share(download=True)
    assert 201 == (await stage.open("wang", share["token"])).status
    first = await granted(stage, share, "forward")
    visit = (await stage.open("wang", first["token"])).ok
    child = (await stage.api("wang").post(f"/visits/{visit['id']}/forward")).ok
    assert 201 == (await stage.open("li", child["token"])).status
    request = (await stage.api("li").post("/doors/request", {"token": child["token"], "need": "forward"})).ok
    database, manager = stage.services.database, stage.api("manager")
    async with database.transaction() as tx:
        await shares.lock_chain(tx, UUID(first["id"]))
        granting = asyncio.create_task(manager.post(f"/access-requests/{request['id']}/grant"))
        await until_waiting(database)
        narrowing = asyncio.create_task(
            stage.api("owner").call("PATCH", f"/shares/{share['id']}", json={"download": False})
        )
        await until_waiting(database, 2)
    made = (await granting).ok
    assert 200 == (await narrowing).status
    assert not (await manager.get(f"/shares/{made['id']}")).ok["download"]


@pytest.mark.parametrize(("limit", "rule"), [("viewers_max", "share-full"), ("visits_max", "share-used-up")])
async def test_all_grants_together_stay_within_the_limit_of_the_link(stage: Stage, limit: str, rule: str) -> None:
    """Two may pass on a link with two places, or visits, left; of nine who come by all three at once two get in."""
    policy: dict[str, Any] = {limit: 4}
    share = await stage.share(**policy)
    links = [share]
    for who in ("li", "wang"):
        assert 201 == (await stage.open(who, share["token"])).status
    for who in ("li", "wang"):
        request = (await stage.api(who).post("/doors/request", {"token": share["token"], "need": "forward"})).ok
        links.append((await stage.api("owner").post(f"/access-requests/{request['id']}/grant")).ok)
    people = [(await as_viewer(stage.client, name=f"客{n}", phone=f"139001380{n:02}"))[0] for n in range(9)]
    answers = await asyncio.gather(
        *(each.post("/visits", {"token": links[n % 3]["token"]}) for n, each in enumerate(people))
    )
    assert {201: 2, 403: 7} == Counter(answer.status for answer in answers)
    assert {rule} == {answer.body["rule"] for answer in answers if answer.status == 403}
    seen = [(await stage.api("owner").get(f"/shares/{each['id']}")).ok for each in links]
    assert (4, 4) == (seen[0]["visits_used"], seen[0][limit])
    assert {rule.removeprefix("share-").replace("-", "_")} == {each["state"] for each in seen}


async def test_a_limit_on_people_counts_those_who_came_by_a_grant(stage: Stage) -> None:
    """Set afterwards, it has to have room for them too; they keep their places."""
    share, _ = await stage.visit("wang")
    passing_on = await granted(stage, share, "forward")
    assert 201 == (await stage.open("li", passing_on["token"])).status
    owner, path = stage.api("owner"), f"/shares/{share['id']}"
    refused = await owner.call("PATCH", path, json={"viewers_max": 1})
    assert (422, {"/viewers_max"}) == (refused.status, refused.fields)
    assert 2 == (await owner.call("PATCH", path, json={"viewers_max": 2})).ok["viewers_used"]
    stranger, _ = await as_viewer(stage.client, name="客", phone="13900138000")
    for link in (share, passing_on):
        assert "share-full" == (await stranger.post("/visits", {"token": link["token"]})).body["rule"]
    assert 201 == (await stage.open("li", share["token"])).status


@pytest.mark.parametrize(("policy", "status"), [({}, 409), ({"lock": "password"}, 409)])
async def test_nothing_is_asked_where_nothing_stands_in_the_way(
    stage: Stage, policy: dict[str, Any], status: int
) -> None:
    """A share that is open, or asks for a password that can be said, has nobody to be asked about."""
    share = await stage.share(**policy)
    assert status == (await stage.api("wang").post("/doors/request", {"token": share["token"]})).status
    (await stage.api("owner").post(f"/materials/{stage.cast.material_id}/withdraw", {"reason": "x"})).ok  # noqa: B018  # reading it asserts success
    refused = await stage.api("wang").post("/doors/request", {"token": share["token"]})
    assert (403, "material-withdrawn") == (refused.status, refused.body["rule"])
