"""Duties that stay apart: nobody arranges the review of what they upload; what an earlier release left is put right."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, update

from compliance import ledger
from compliance.access import Role
from compliance.events import Act, Event
from compliance.reviewing.standing import start_mac
from compliance.ruleset import RuleSet
from fileserver.reviews.jobs import repair_left_behind
from storage.schema import review, review_step, signed_since
from storage.schema import version as version_table
from tests.materials import add_upload, pdf, run_jobs
from tests.people import add_employee
from tests.reviewing import decide
from tests.stage import Stage

SAID = {"class": "in_clinic", "title": "手册"}


async def submitted(stage: Stage, by: str, **wanted: str) -> dict[str, Any]:
    """A version of somebody's under review, as they see it."""
    upload_id = await add_upload(stage.services, stage.cast.people[by], pdf(2, trailer=uuid4().bytes))
    made = (await stage.api(by).post("/materials", {"upload_id": str(upload_id), **SAID, **wanted})).ok
    await run_jobs(stage.services)
    version: dict[str, Any] = (await stage.api(by).post(f"/materials/{made['id']}/submit")).ok["versions"][0]
    return {**version, "material_id": made["id"]}


async def steps(stage: Stage, version: dict[str, Any]) -> list[str]:
    """The approvals that its review asks for."""
    found = (await stage.api("reviewer").get(f"/reviews/{version['reviews'][-1]['id']}")).ok["steps"]
    return [each["discipline"] for each in found]


async def test_a_procedure_does_not_hold_for_who_set_it(stage: Stage) -> None:
    """A manager's own materials are reviewed as somebody else has it, or as the product does."""
    wanted = {"stages": [["medical"]], "four_eyes": False, "due_days": 2, "reason": "简化"}
    await stage.api("manager").call("PUT", "/procedures/in_clinic", json=wanted)
    assert ["medical"] == await steps(stage, await submitted(stage, "owner"))
    assert ["regulatory"] == await steps(stage, await submitted(stage, "manager"))
    await stage.api("admin").call("PUT", "/procedures/in_clinic", json={**wanted, "stages": [["legal"]]})
    await stage.api("manager").call("PUT", "/procedures/in_clinic", json=wanted)
    assert ["legal"] == await steps(stage, await submitted(stage, "manager"))


async def test_nobody_chooses_who_approves_their_own(stage: Stage) -> None:
    """A discipline that the uploader gave counts for everybody's materials but theirs."""
    await add_employee(stage.services, Role.REVIEWER)
    path, reviewer = f"/reviewers/{stage.cast.people['reviewer']}", stage.api("reviewer")
    mine, others = await submitted(stage, "manager"), await submitted(stage, "owner")
    await stage.api("admin").call("PUT", path, json={"disciplines": []})
    await stage.api("manager").call("PUT", path, json={"disciplines": ["regulatory"]})
    assert "discipline-missing" == (await decide(reviewer, mine)).body["rule"]
    assert "approved" == (await decide(reviewer, others)).ok["state"]
    await stage.api("admin").call("PUT", path, json={"disciplines": []})
    await stage.api("admin").call("PUT", path, json={"disciplines": ["regulatory"]})
    assert "approved" == (await decide(reviewer, mine)).ok["state"]


async def test_a_discipline_taken_by_the_uploader_is_the_reviewers_in_their_own(stage: Stage) -> None:
    """Nor is it lost by being given back; it is gone once somebody else takes it as well."""
    await add_employee(stage.services, Role.REVIEWER)
    path, reviewer = f"/reviewers/{stage.cast.people['reviewer']}", stage.api("reviewer")
    mine, more, others = [await submitted(stage, who) for who in ("manager", "manager", "owner")]
    for wanted in ([], ["regulatory"], []):
        assert 200 == (await stage.api("manager").call("PUT", path, json={"disciplines": wanted})).status
    assert "discipline-missing" == (await decide(reviewer, others)).body["rule"]
    assert "approved" == (await decide(reviewer, mine)).ok["state"]
    await stage.api("admin").call("PUT", path, json={"disciplines": []})
    assert "discipline-missing" == (await decide(reviewer, more)).body["rule"]


async def test_an_approval_that_is_asked_for_has_somebody_to_give_it(stage: Stage) -> None:
    """The last reviewer of a discipline keeps it; one whose account ends leaves it open, which the settings say."""
    path, admin = f"/reviewers/{stage.cast.people['reviewer']}", stage.api("admin")
    refused = await admin.call("PUT", path, json={"disciplines": ["regulatory"]})
    assert (422, {"/disciplines"}) == (refused.status, refused.fields)
    other = await add_employee(stage.services, Role.REVIEWER)
    left = (await admin.call("PUT", path, json={"disciplines": ["regulatory"]})).ok
    assert [] == left["uncovered"]
    assert 200 == (await admin.post(f"/people/accounts/{other.person_id}/disable")).status
    assert ["legal", "medical"] == (await admin.get("/reviewers")).ok["uncovered"]


async def test_an_entry_of_the_uploaders_own_is_no_certificate(stage: Stage) -> None:
    """What a manager enters into the register counts for their material once somebody else has stood by it."""
    number = "沪医广【2026】第11-01-A003号"
    entry = {"kind": "medical_ad", "number": number, "holder": "x", "product": "y", "valid_from": "2026-11-01"}
    made = (await stage.api("manager").post("/certificates", {**entry, "valid_until": "2027-10-31"})).ok
    upload_id = await add_upload(stage.services, stage.cast.people["manager"], pdf(2, trailer=uuid4().bytes))
    said = {"upload_id": str(upload_id), "title": "海报", "class": "public_ad"}
    path = f"/materials/{(await stage.api('manager').post('/materials', said)).ok['id']}"
    named = {"certificates": [{"kind": "medical_ad", "number": number}]}
    assert 200 == (await stage.api("manager").call("PUT", f"{path}/declaration", json=named)).status
    await run_jobs(stage.services)
    version = (await stage.api("manager").post(f"{path}/submit")).ok["versions"][0]
    reviewer = stage.api("reviewer")
    assert "certificate-valid" == (await decide(reviewer, version)).body["need"]
    stood = {**entry, "valid_until": "2027-10-31", "reason": "已核对原件", "revision": made["revision"]}
    del stood["kind"], stood["number"]
    assert 200 == (await reviewer.call("PUT", f"/certificates/{made['id']}", json=stood)).status
    assert "pending" == (await decide(reviewer, version)).ok["state"]


async def test_rules_of_the_uploaders_own_activating_need_somebody_else(stage: Stage) -> None:
    """Nobody chooses the rules their materials are approved under; the rules' writer may stand by them, once."""
    manager, reviewer, source = stage.api("manager"), stage.api("reviewer"), RuleSet.default().source
    lax = {"source": source.replace("number: 1\n", "number: 2\n", 1), "note": "试行"}
    path = f"/rule-sets/{(await reviewer.post('/rule-sets', lax)).ok['version']}/activate"
    assert 200 == (await manager.post(path, {"reason": "启用", "password": manager.password})).status
    mine, others = await submitted(stage, "manager"), await submitted(stage, "owner")
    assert "rules-stood-by" == (await decide(reviewer, mine)).body["need"]
    assert "approved" == (await decide(reviewer, others)).ok["state"]
    page = await stage.get("reviewer", path.removesuffix("/activate").replace("rule-sets", "rules"), Accept="text/html")
    assert "Stand by these rules" in page.body.decode()
    said = {"reason": "已核对", "password": reviewer.password}
    assert [200, 403] == [(await reviewer.post(path, said)).status for _ in range(2)]
    assert "approved" == (await decide(reviewer, mine)).ok["state"]


async def test_reviews_left_without_steps_are_given_them(stage: Stage) -> None:
    """What a node of an earlier release opened or approved meanwhile waits for approvals; nothing is shared before."""
    waiting, approved = await submitted(stage, "owner"), await submitted(stage, "owner")
    ids = [UUID(each["reviews"][-1]["id"]) for each in (waiting, approved)]
    async with stage.services.database.transaction() as tx:
        await tx.execute(review_step.delete().where(review_step.c.review_id.in_(ids)))
        decided = {"state": "approved", "decided_at": stage.clock.now, "decided_by": stage.cast.people["reviewer"]}
        await tx.execute(update(review).where(review.c.id == ids[1]).values(decided))
        of = version_table.c.id == UUID(approved["id"])
        await tx.execute(update(version_table).where(of).values(state="approved"))
    assert 2 == await repair_left_behind(stage.services)
    assert 0 == await repair_left_behind(stage.services)
    for version in (waiting, approved):
        assert ["regulatory"] == await steps(stage, version)
        share = {"material_id": version["material_id"]}
        assert "not-approved" == (await stage.api("owner").post("/shares", share)).body["rule"]
        assert "approved" == (await decide(stage.api("reviewer"), version)).ok["state"]
        assert 201 == (await stage.api("owner").post("/shares", share)).status


async def test_the_beginning_of_signatures_is_sealed(stage: Stage) -> None:
    """Moved, or claimed behind a scan, it is not believed; nor is an event that was slipped in before it."""
    version = await submitted(stage, "owner")
    review_id, share = UUID(version["reviews"][-1]["id"]), {"material_id": version["material_id"]}
    told = Event(
        act=Act.EMPLOYEE_VERSION_APPROVE,
        obj=f"material:{version['material_id']}",
        ver=version["sha256"],
        det={"review": str(review_id), "version": 1, "rule_set": "none-1"},
    )
    async with stage.services.database.transaction() as tx:
        await tx.execute(review_step.delete().where(review_step.c.review_id == review_id))
        of = version_table.c.id == UUID(version["id"])
        await tx.execute(update(version_table).where(of).values(state="approved"))
        event_id = await ledger.append(tx, told, now=stage.clock.now)
        forged = {"state": "approved", "decided_at": stage.clock.now, "told_by": event_id}
        await tx.execute(update(review).where(review.c.id == review_id).values(forged))
    await stage.services.sequencer.catch_up()
    master = stage.services.keys.master
    for mac, status in (("", 403), ("0" * 64, 403), (start_mac(master, event_id), 201)):
        async with stage.services.database.transaction() as tx:
            await tx.execute(signed_since.delete())
            await tx.execute(insert(signed_since).values(event_id=event_id, mac=mac))
        assert status == (await stage.api("owner").post("/shares", share)).status, mac
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(signed_since).values(event_id=event_id - 1, mac=start_mac(master, event_id - 1)))
    assert 403 == (await stage.api("owner").post("/shares", share)).status
