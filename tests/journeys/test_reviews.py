"""Reviews over HTTP: the queue, and one decision on the exact bytes by somebody else than their uploader."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from compliance.access import Role
from fileserver.services import Services
from storage.rows import events
from storage.rows.events import EventFilter
from storage.schema import account
from tests.api import Api, Client, sign_in
from tests.materials import add_upload, approved_material, pdf, png, run_jobs
from tests.people import Employee, add_employee
from tests.reviewing import decide, decision
from tests.services import Clock


@pytest.fixture
async def owner(services: Services) -> Employee:
    """The marketer who uploads."""
    return await add_employee(services, Role.MARKETER, name="李娜")


@pytest.fixture
async def marketer(client: Client, owner: Employee) -> Api:
    """The same, signed in."""
    return await sign_in(client, owner)


@pytest.fixture
async def judge(services: Services) -> Employee:
    """The reviewer."""
    return await add_employee(services, Role.REVIEWER, name="陈静")


@pytest.fixture
async def reviewer(client: Client, judge: Employee) -> Api:
    """The same, signed in."""
    return await sign_in(client, judge)


async def submitted(services: Services, marketer: Api, owner: Employee, title: str = "产品手册") -> Any:
    """A material with one version under review."""
    upload_id = await add_upload(services, owner.person_id, pdf(2))
    made = (await marketer.post("/materials", {"upload_id": str(upload_id), "title": title, "class": "in_clinic"})).ok
    await run_jobs(services)
    return (await marketer.post(f"/materials/{made['id']}/submit")).ok


def review_of(material: Any) -> Any:
    """The newest review of the newest version."""
    return material["versions"][0]["reviews"][-1]


async def told(services: Services, material_id: str) -> list[dict[str, Any]]:
    """The story of a material in the log, oldest first."""
    async with services.database.transaction() as tx:
        rows = await events.search_events(tx, EventFilter(obj=f"material:{material_id}"))
    return [json.loads(row.leaf) for row in reversed(rows)]


async def test_the_whole_way_from_upload_to_approval(
    services: Services, owner: Employee, judge: Employee, marketer: Api, reviewer: Api
) -> None:
    """Submitted, found in the queue, read, approved; the log tells each step with the hash of the bytes."""
    material = await submitted(services, marketer, owner)
    (item,) = (await reviewer.get("/reviews")).ok["items"]
    review = (await reviewer.get(f"/reviews/{item['id']}")).ok
    assert ("产品手册", "李娜", "李娜", True, 1, "ready") == (
        review["material"]["title"],
        review["uploader"]["name"],
        review["submitted_by"]["name"],
        review["may_decide"],
        review["version"]["number"],
        review["version"]["preparation"],
    )
    decided = (
        await reviewer.post(f"/reviews/{item['id']}/decision", decision(reviewer, review["sha256"], reason="合规"))
    ).ok
    assert ("approved", "陈静", "合规", False) == (
        decided["state"],
        decided["decided_by"]["name"],
        decided["reason"],
        decided["may_decide"],
    )
    seen = (await marketer.get(f"/materials/{material['id']}")).ok
    assert ("approved", 1) == (seen["state"], seen["shared_version"])
    assert [] == (await reviewer.get("/reviews")).ok["items"]
    story = await told(services, material["id"])
    assert [
        ("employee:material:create", owner.pseudonym),
        ("system:version:prepare", ""),
        ("system:scan:end", ""),
        ("system:finding:report", ""),
        ("employee:version:submit", owner.pseudonym),
        ("employee:version:approve", judge.pseudonym),
    ] == [(each["act"], each["who"]) for each in story]
    assert {review["sha256"]} == {each["ver"] for each in story}
    assert {
        "review": item["id"],
        "version": 1,
        "rule_set": review["rule_set_version"],
        "reason_sha256": hashlib.sha256("合规".encode()).hexdigest(),
        "discipline": "regulatory",
        "meaning": "approve",
        "signature": decided["signatures"][0]["hash"],
    } == story[-1]["det"]


async def test_a_rejection_needs_a_reason_and_new_bytes(
    services: Services, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """A rejection without a reason names the field; rejected bytes stay rejected, a new version may try again."""
    material = await submitted(services, marketer, owner)
    path = f"/reviews/{review_of(material)['id']}/decision"
    body = decision(reviewer, material["versions"][0]["sha256"], "reject")
    for reason in ({}, {"reason": ""}, {"reason": " \n "}):
        refused = await reviewer.post(path, {**body, **reason})
        assert (422, {"/reason"}) == (refused.status, refused.fields)
        assert "This needs a reason." == refused.body["errors"][0]["message"]
    assert "rejected" == (await reviewer.post(path, {**body, "reason": "夸大疗效"})).ok["state"]
    material_path = f"/materials/{material['id']}"
    again = await marketer.post(f"{material_path}/submit")
    assert (409, "/problems/wrong-state") == (again.status, again.body["type"])
    upload_id = await add_upload(services, owner.person_id, png(), "poster.png")
    await marketer.post(f"{material_path}/versions", {"upload_id": str(upload_id)})
    await run_jobs(services)
    second = (await marketer.post(f"{material_path}/submit")).ok
    assert [(2, "submitted"), (1, "rejected")] == [(each["number"], each["state"]) for each in second["versions"]]
    assert "夸大疗效" == second["versions"][1]["reviews"][0]["reason"]


async def test_an_approval_of_other_bytes_is_refused(
    services: Services, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """The hash in the decision must be that of the version under review; else the field is named, nothing changes."""
    material = await submitted(services, marketer, owner)
    path = f"/reviews/{review_of(material)['id']}"
    for sha256 in ("0" * 64, material["versions"][0]["sha256"].upper(), "abc"):
        refused = await reviewer.post(f"{path}/decision", decision(reviewer, sha256))
        assert (422, {"/sha256"}) == (refused.status, refused.fields)
    assert "pending" == (await reviewer.get(path)).ok["state"]


async def test_nobody_decides_on_their_own_upload(
    services: Services, client: Client, owner: Employee, marketer: Api, judge: Employee
) -> None:
    """An uploader who has become a reviewer sees the review, is told that it isn't theirs, and is refused by rule."""
    material = await submitted(services, marketer, owner)
    async with services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == owner.person_id).values(role="reviewer"))
    turned = await sign_in(client, owner)
    path = f"/reviews/{review_of(material)['id']}"
    assert False is (await turned.get(path)).ok["may_decide"]
    body = decision(turned, material["versions"][0]["sha256"])
    refused = await turned.post(f"{path}/decision", body)
    assert (403, "self-approval", "Nobody reviews their own upload.") == (
        refused.status,
        refused.body["rule"],
        refused.body["detail"],
    )
    async with services.database.transaction() as tx:
        denials = await events.search_events(tx, EventFilter(acts=("employee:request:deny",)))
    assert [("self-approval", f"material:{material['id']}", owner.pseudonym)] == [
        (leaf["why"], leaf["obj"], leaf["who"]) for leaf in (json.loads(row.leaf) for row in denials)
    ]
    other = await sign_in(client, judge)
    body = decision(other, material["versions"][0]["sha256"])
    assert "approved" == (await other.post(f"{path}/decision", body)).ok["state"]


async def test_of_many_decisions_one_counts(services: Services, client: Client, owner: Employee, marketer: Api) -> None:
    """Two reviewers at the same moment, approving and rejecting: one decision, one event, the others are told."""
    material = await submitted(services, marketer, owner)
    judges = [await sign_in(client, await add_employee(services, Role.REVIEWER)) for _ in range(4)]
    sha256 = material["versions"][0]["sha256"]
    path = f"/reviews/{review_of(material)['id']}/decision"
    choices = ("approve", "reject", "approve", "reject")
    answers = await asyncio.gather(
        *(
            judge.post(path, decision(judge, sha256, choice, reason="x"))
            for judge, choice in zip(judges, choices, strict=True)
        )
    )
    assert [200, 409, 409, 409] == sorted(each.status for each in answers)
    (decided,) = [each.body for each in answers if each.status == 200]
    version = (await marketer.get(f"/materials/{material['id']}")).ok["versions"][0]
    assert (decided["state"], [decided["state"]]) == (version["state"], [each["state"] for each in version["reviews"]])
    acts = [each["act"] for each in await told(services, material["id"])]
    assert 1 == len([act for act in acts if act in {"employee:version:approve", "employee:version:reject"}])


async def test_a_withdrawn_material_is_not_approved(
    services: Services, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """Withdrawing takes the review out of the queue, and a decision comes too late."""
    material = await submitted(services, marketer, owner)
    await marketer.post(f"/materials/{material['id']}/withdraw", {"reason": "过期"})
    assert [] == (await reviewer.get("/reviews")).ok["items"]
    path = f"/reviews/{review_of(material)['id']}"
    review = (await reviewer.get(path)).ok
    assert (True, False) == (review["withdrawn"], review["may_decide"])
    late = await reviewer.post(f"{path}/decision", decision(reviewer, review["sha256"]))
    assert (409, "/problems/wrong-state") == (late.status, late.body["type"])


async def test_submitting_waits_for_the_preparation(services: Services, owner: Employee, marketer: Api) -> None:
    """Before the pages are there nobody could read them: submitting is refused until then."""
    upload_id = await add_upload(services, owner.person_id, pdf())
    made = (await marketer.post("/materials", {"upload_id": str(upload_id), "title": "手册", "class": "internal"})).ok
    refused = await marketer.post(f"/materials/{made['id']}/submit")
    assert (409, "/problems/not-prepared", "5") == (
        refused.status,
        refused.body["type"],
        refused.headers["Retry-After"],
    )
    await run_jobs(services)
    assert "submitted" == (await marketer.post(f"/materials/{made['id']}/submit", {"version": 1})).ok["state"]
    assert 409 == (await marketer.post(f"/materials/{made['id']}/submit", {"version": 1})).status
    assert 404 == (await marketer.post(f"/materials/{made['id']}/submit", {"version": 2})).status


async def test_the_queue_is_oldest_first_and_decisions_newest_first(
    services: Services, clock: Clock, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """Who waits longest comes first; what was decided last comes first; both walk by cursor."""
    materials = []
    for title in ("一", "二", "三"):
        clock.advance(minutes=1)
        materials.append(await submitted(services, marketer, owner, title))
    assert ["一", "二", "三"] == await walk(reviewer, "pending")
    for material, said in zip(materials, ("approve", "reject", "approve"), strict=True):
        clock.advance(minutes=1)
        await decide(reviewer, material["versions"][0], said, reason="理由")
    assert [] == await walk(reviewer, "pending")
    assert ["三", "二", "一"] == await walk(reviewer, "decided")
    assert (["三", "一"], ["二"]) == (await walk(reviewer, "approved"), await walk(reviewer, "rejected"))
    wrong = await reviewer.get("/reviews", state="lost")
    assert (422, {"/state"}) == (wrong.status, wrong.fields)


async def walk(api: Api, state: str) -> list[str]:
    """The titles of a queue, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/reviews", state=state, limit=2, **cursor)).ok
        found += [each["material"]["title"] for each in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_reviews_are_for_reviewers(services: Services, client: Client, owner: Employee, marketer: Api) -> None:
    """Nobody else sees the queue, a review or its decision."""
    material = await submitted(services, marketer, owner)
    path = f"/reviews/{review_of(material)['id']}"
    body = {**decision(marketer, material["versions"][0]["sha256"]), "password": "x"}
    for role in (Role.MARKETER, Role.MANAGER, Role.AUDITOR, Role.ADMIN):
        other = await sign_in(client, await add_employee(services, role))
        answers = [await other.get("/reviews"), await other.get(path), await other.post(f"{path}/decision", body)]
        assert [403, 403, 403] == [each.status for each in answers]


async def test_unknown_reviews_are_not_found(reviewer: Api) -> None:
    """A review that never was can't be read or decided."""
    path = f"/reviews/{uuid4()}"
    body = decision(reviewer, "0" * 64)
    assert {404} == {(await reviewer.get(path)).status, (await reviewer.post(f"{path}/decision", body)).status}


async def test_the_version_approved_last_is_what_shares_serve(
    services: Services, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """Once a newer version is approved it takes the place of the one before, which stays approved."""
    material = await approved_material(services, marketer, reviewer, owner)
    path = f"/materials/{material['id']}"
    upload_id = await add_upload(services, owner.person_id, pdf(2))
    await marketer.post(f"{path}/versions", {"upload_id": str(upload_id)})
    await run_jobs(services)
    second = (await marketer.post(f"{path}/submit")).ok
    assert 1 == second["shared_version"]
    await decide(reviewer, second["versions"][0])
    seen = (await marketer.get(path)).ok
    assert (2, ["approved", "approved"]) == (seen["shared_version"], [each["state"] for each in seen["versions"]])
