"""Approvals as electronic signatures: who has to sign what, what a signature is bound to, and what undoes one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, select, text, update

from compliance import ledger
from compliance.access import Role
from compliance.detecting import Found
from compliance.events import Act, Event
from compliance.reviewing.capacities import Capacity
from compliance.reviewing.procedures import Discipline
from compliance.reviewing.reopening import reopen_outdated
from compliance.reviewing.signatures import Matter, Meaning, Signer, draft
from compliance.reviewing.standing import start_mac
from compliance.ruleset import RuleSet
from compliance.scanning import Case, Scanner, ask_for_scan
from storage.database import Transaction
from storage.rows import review_signatures, review_steps, reviews, rule_sets, versions
from storage.rows.people import pseudonyms_of
from storage.rows.review_signatures import SignatureRow
from storage.rows.reviews import ReviewCase
from storage.rows.rule_sets import ActivationRow, RuleSetRow
from storage.schema import finding, review, review_signature, review_step, scan, signed_since
from storage.schema import version as version_table
from tests.api import Api, sign_in
from tests.materials import add_upload, pdf, run_jobs
from tests.people import Employee, add_employee
from tests.reviewing import decide, decision, settle
from tests.stage import Stage

TRAINING = {"class": "professional_training"}


async def submitted(stage: Stage, **wanted: str) -> dict[str, Any]:
    """A version of the owner's under review, as its owner sees it."""
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], pdf(2, trailer=uuid4().bytes))
    said = {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic", **wanted}
    made = (await stage.api("owner").post("/materials", said)).ok
    await run_jobs(stage.services)
    version: dict[str, Any] = (await stage.api("owner").post(f"/materials/{made['id']}/submit")).ok["versions"][0]
    return {**version, "material_id": made["id"]}


async def another(stage: Stage, name: str = "何苗") -> tuple[Employee, Api]:
    """Another reviewer, signed in."""
    employee = await add_employee(stage.services, Role.REVIEWER, name=name)
    return employee, await sign_in(stage.client, employee)


async def read(api: Api, version: dict[str, Any]) -> Any:
    """The newest review of the version."""
    return (await api.get(f"/reviews/{version['reviews'][-1]['id']}")).ok


async def test_a_decision_needs_the_password_and_shows_who_signed(stage: Stage) -> None:
    """Without the right password nothing is decided; with it the printed name, time, meaning and hash are there."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    path = f"/reviews/{version['reviews'][-1]['id']}/decision"
    wrong = await reviewer.post(path, {**decision(reviewer, version["sha256"]), "password": "wrong"})
    assert (422, {"/password"}) == (wrong.status, wrong.fields)
    missing = await reviewer.post(path, {"decision": "approve", "sha256": version["sha256"]})
    assert (422, {"/password"}) == (missing.status, missing.fields)
    assert "pending" == (await read(reviewer, version))["state"]
    signed = (await decide(reviewer, version, reason="合规")).ok
    (one,) = signed["signatures"]
    assert ("陈静", "approve", "regulatory", "password", "合规", []) == tuple(
        one[name] for name in ("name", "meaning", "discipline", "factor", "reason", "faults")
    )
    (told,) = [each for each in await stage.told("employee:version:approve") if each["ver"] == version["sha256"]]
    assert (one["hash"], version["sha256"]) == (told["det"]["signature"], told["ver"])


async def test_guessing_the_password_locks_the_signer_out(stage: Stage) -> None:
    """Guesses at the signature count like those of a sign-in."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    path = f"/reviews/{version['reviews'][-1]['id']}/decision"
    said = {**decision(reviewer, version["sha256"]), "password": "wrong"}
    statuses = [(await reviewer.post(path, said)).status for _ in range(11)]
    assert [422] * 10 + [429] == statuses
    assert 429 == (await decide(reviewer, version)).status
    assert "pending" == (await read(reviewer, version))["state"]


async def test_stages_follow_each_other_and_nobody_signs_twice(stage: Stage) -> None:
    """Training asks for a medical approval and then a regulatory one, by two people; only then can it be shared."""
    version, reviewer = await submitted(stage, **TRAINING), stage.api("reviewer")
    steps = (await read(reviewer, version))["steps"]
    assert [("medical", "open"), ("regulatory", "waiting")] == [(each["discipline"], each["state"]) for each in steps]
    early = await decide(reviewer, version, discipline="regulatory")
    assert (422, {"/discipline"}) == (early.status, early.fields)
    first = (await decide(reviewer, version)).ok
    assert ("pending", False, "signed-before") == (first["state"], first["may_decide"], first["barred_by"])
    share = {"material_id": version["material_id"]}
    assert 403 == (await stage.api("owner").post("/shares", share)).status
    assert "signed-before" == (await decide(reviewer, version)).body["rule"]
    _, other = await another(stage)
    assert "approved" == (await decide(other, version)).ok["state"]
    assert 201 == (await stage.api("owner").post("/shares", share)).status
    acts = [each["act"] for each in await stage.told("employee:review:sign", "employee:version:approve")]
    assert ["employee:review:sign", "employee:version:approve"] == acts[-2:]


async def test_disciplines_side_by_side_go_in_any_order(stage: Stage) -> None:
    """A procedure of the brand's own, with its reason and history, holds for what is submitted from then on."""
    manager = stage.api("manager")
    before = await submitted(stage)
    wanted = {"stages": [["medical", "legal"]], "four_eyes": False, "due_days": 2, "reason": "新产品"}
    assert 200 == (await manager.call("PUT", "/procedures/in_clinic", json=wanted)).status
    history = (await manager.get("/procedures")).ok["history"]
    assert [("in_clinic", "新产品", "周宁")] == [(e["class"], e["reason"], e["set_by"]["name"]) for e in history]
    after, reviewer = await submitted(stage), stage.api("reviewer")
    assert ["regulatory"] == [each["discipline"] for each in (await read(reviewer, before))["steps"]]
    assert "pending" == (await decide(reviewer, after, discipline="medical")).ok["state"]
    assert "approved" == (await decide(reviewer, after, discipline="legal")).ok["state"]
    (told,) = await stage.told("employee:procedure:set")
    assert ("medical+legal", "regulatory") == (told["det"]["stages"], told["det"]["former_stages"])
    twice = await manager.call("PUT", "/procedures/in_clinic", json={**wanted, "stages": [["legal"], ["legal"]]})
    assert (422, {"/stages"}) == (twice.status, twice.fields)


async def test_only_who_answers_for_it_signs(stage: Stage) -> None:
    """A reviewer whose disciplines don't cover what is open reads, and is refused by rule."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    path = f"/reviewers/{stage.cast.people['reviewer']}"
    await add_employee(stage.services, Role.REVIEWER)  # the last one would keep it
    assert 200 == (await stage.api("admin").call("PUT", path, json={"disciplines": ["medical"]})).status
    refused = await decide(reviewer, version)
    assert (403, "discipline-missing") == (refused.status, refused.body["rule"])
    assert "discipline-missing" == (await read(reviewer, version))["barred_by"]


async def test_changes_are_asked_for_and_the_same_bytes_come_back(stage: Stage) -> None:
    """Asking for changes needs a reason; the version can be submitted again, and then has a review of its own."""
    version, reviewer, owner = await submitted(stage), stage.api("reviewer"), stage.api("owner")
    assert {"/reason"} == (await decide(reviewer, version, "request_changes")).fields
    assert "changes_requested" == (await decide(reviewer, version, "request_changes", reason="补证据")).ok["state"]
    path = f"/materials/{version['material_id']}"
    assert "changes_requested" == (await owner.get(path)).ok["state"]
    assert 403 == (await owner.post("/shares", {"material_id": version["material_id"]})).status
    stage.clock.advance(minutes=1)
    again = (await owner.post(f"{path}/submit")).ok["versions"][0]
    assert ["changes_requested", "pending"] == [each["state"] for each in again["reviews"]]
    assert "approved" == (await decide(reviewer, again)).ok["state"]


async def test_a_blocking_finding_is_dismissed_with_a_reason_before_an_approval(stage: Stage) -> None:
    """Open and confirmed blocks stop an approval; what is hard is never dismissed; after a signature nothing moves."""
    version, reviewer = await submitted(stage, **TRAINING), stage.api("reviewer")
    block = await found(stage, version)
    review_id = version["reviews"][-1]["id"]
    path = f"/reviews/{review_id}/findings/{block}"
    refused = await decide(reviewer, version)
    assert (409, "blocks-dismissed") == (refused.status, refused.body["need"])
    assert ["blocks-dismissed"] == [each["need"] for each in (await read(reviewer, version))["unmet"]]
    assert {"/reason"} == (await reviewer.post(path, {"decision": "dismiss"})).fields
    assert 200 == (await reviewer.post(path, {"decision": "confirm"})).status
    assert 409 == (await decide(reviewer, version)).status
    assert 200 == (await reviewer.post(path, {"decision": "dismiss", "reason": "注册名称"})).status
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    late = await (await another(stage))[1].post(path, {"decision": "confirm"})
    assert (409, "/problems/wrong-state") == (late.status, late.body["type"])
    acts = [each["act"] for each in await stage.told("employee:finding:confirm", "employee:finding:dismiss")]
    assert ["employee:finding:confirm", "employee:finding:dismiss"] == acts


async def test_what_is_hard_is_never_dismissed(stage: Stage) -> None:
    """A hard finding that turns up under review stops the approval for good."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    hard = await found(stage, version, hard=True)
    said = {"decision": "dismiss", "reason": "x"}
    refused = await reviewer.post(f"/reviews/{version['reviews'][-1]['id']}/findings/{hard}", said)
    assert (422, {"/decision"}) == (refused.status, refused.fields)
    assert "nothing-hard" == (await decide(reviewer, version)).body["need"]
    assert "rejected" == (await decide(reviewer, version, "reject", reason="换文件")).ok["state"]


TAMPERED: Mapping[str, tuple[Table, dict[str, Any], set[str]]] = {
    "discipline": (review_signature, {"discipline": "legal"}, {"altered"}),
    "meaning": (review_signature, {"meaning": "reject"}, {"altered", "not-in-log"}),
    "time": (review_signature, {"signed_at": datetime(2025, 1, 1, tzinfo=UTC)}, {"altered"}),
    "factor": (review_signature, {"factor": "none"}, {"altered"}),
    "reason": (review_signature, {"reason": "别的理由"}, {"altered"}),
    "reason as if erased": (review_signature, {"reason": "[erased]不合规"}, {"altered"}),
    "code": (review_signature, {"mac": "0" * 64}, {"altered"}),
    "name": (review_signature, {"sealed_name": b"x" * 40}, {"altered"}),
    "bound": (review_signature, {"bound": "{}"}, {"altered", "moved", "not-in-log"}),
    "hash": (review_signature, {"hash": "0" * 64}, {"altered", "not-in-log"}),
    "event": (review_signature, {"event_id": 1}, {"not-in-log"}),
    "bytes": (review, {"sha256": "0" * 64}, {"moved"}),
}

PRUNED_AWAY = text(  # as the owner of the tables can; it takes years and a material's end otherwise
    "ALTER TABLE ledger_prune DISABLE TRIGGER USER; ALTER TABLE event DISABLE TRIGGER USER; "
    "INSERT INTO ledger_prune (id, minimum_index) VALUES (1, 256); "
    "DELETE FROM event USING ledger_leaf l WHERE event.id = l.event_id AND l.index < 256"
)


async def test_a_changed_record_is_noticed_and_shares_nothing(stage: Stage) -> None:
    """Whatever is changed in the signature's row or in what it is about, its reading says so and no share is made."""
    signed, seen = await approved(stage), {}
    share = {"material_id": signed["material_id"]}
    for what, (table, values, _) in TAMPERED.items():
        before = await tampered(stage, table, signed["review"], values)
        found = (await stage.api("reviewer").get(f"/reviews/{signed['review']}")).ok["signatures"][0]["faults"]
        refused = await stage.api("owner").post("/shares", share)
        seen[what] = (set(found), refused.status, refused.body["rule"])
        await tampered(stage, table, signed["review"], before)
    assert {what: (faults, 403, "approval-fallen") for what, (_, _, faults) in TAMPERED.items()} == seen
    assert 201 == (await stage.api("owner").post("/shares", share)).status


async def test_a_pruned_event_is_no_missing_one(stage: Stage) -> None:
    """Once its entry was pruned, a signature is read by its own code and the tree's place, and still shares nothing."""
    signed = await approved(stage)
    await stage.services.sequencer.catch_up()
    async with stage.services.database.transaction() as tx:
        await tx.execute(PRUNED_AWAY)
    (seen,) = (await stage.api("reviewer").get(f"/reviews/{signed['review']}")).ok["signatures"]
    assert [] == seen["faults"]
    assert 0 <= seen["pruned_at"] < 256
    await tampered(stage, review_signature, signed["review"], {"reason": "另一个理由"})
    (seen,) = (await stage.api("reviewer").get(f"/reviews/{signed['review']}")).ok["signatures"]
    assert ["altered"] == seen["faults"]
    refused = await stage.api("owner").post("/shares", {"material_id": signed["material_id"]})
    assert (403, "approval-fallen") == (refused.status, refused.body["rule"])


async def tampered(stage: Stage, table: Table, review_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Writes over the record of a signature, or over its review; what stood there before."""
    where = (table.c.review_id if table is review_signature else table.c.id) == UUID(review_id)
    async with stage.services.database.transaction() as tx:
        before = (await tx.execute(select(*(table.c[name] for name in values)).where(where))).one()._asdict()
        await tx.execute(update(table).where(where).values(values))
    return before


async def test_a_signature_does_not_move_to_another_record(stage: Stage) -> None:
    """Hung under another review, with its steps and states made to fit, it says that it belongs elsewhere."""
    signed, other = await approved(stage), await submitted(stage)
    target = UUID(other["reviews"][-1]["id"])
    async with stage.services.database.transaction() as tx:
        row = (
            await tx.execute(select(review_signature).where(review_signature.c.review_id == UUID(signed["review"])))
        ).one()
        moved = {**row._asdict(), "id": uuid4(), "review_id": target}
        await tx.execute(insert(review_signature).values(moved))
        await tx.execute(update(review_step).where(review_step.c.review_id == target).values(signature_id=moved["id"]))
        decided = {"state": "approved", "decided_by": row.person_id, "decided_at": row.signed_at}
        await tx.execute(update(review).where(review.c.id == target).values(decided))
        await tx.execute(update(version_table).where(version_table.c.id == UUID(other["id"])).values(state="approved"))
    seen = (await stage.api("reviewer").get(f"/reviews/{target}")).ok
    assert {"altered", "moved", "not-in-log"} == set(seen["signatures"][0]["faults"])
    refused = await stage.api("owner").post("/shares", {"material_id": other["material_id"]})
    assert (403, "approval-fallen") == (refused.status, refused.body["rule"])


async def test_states_without_signatures_share_nothing(stage: Stage) -> None:
    """An approved state written into the rows, with or without the steps that were asked for, opens nothing."""
    forged = await submitted(stage)
    review_id, share = UUID(forged["reviews"][-1]["id"]), {"material_id": forged["material_id"]}
    await forge(stage, forged)
    assert "approval-fallen" == (await stage.api("owner").post("/shares", share)).body["rule"]
    async with stage.services.database.transaction() as tx:
        await tx.execute(review_step.delete().where(review_step.c.review_id == review_id))
    assert "approval-fallen" == (await stage.api("owner").post("/shares", share)).body["rule"]


async def test_one_signature_of_two_approves_nothing(stage: Stage) -> None:
    """Once the step that nobody signed is taken away, the signature that was given misses it."""
    version, reviewer = await submitted(stage, **TRAINING), stage.api("reviewer")
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    review_id, share = UUID(version["reviews"][-1]["id"]), {"material_id": version["material_id"]}
    await forge(stage, version)
    async with stage.services.database.transaction() as tx:
        unsigned = (review_step.c.review_id == review_id) & review_step.c.signature_id.is_(None)
        await tx.execute(review_step.delete().where(unsigned))
    assert "approval-fallen" == (await stage.api("owner").post("/shares", share)).body["rule"]


async def test_a_row_and_a_leaf_make_no_signature(stage: Stage) -> None:
    """Who can add rows and events but has not the master key can't sign for somebody, nor reuse a genuine code."""
    version = await submitted(stage)
    review_id, share = UUID(version["reviews"][-1]["id"]), {"material_id": version["material_id"]}
    given = await approved(stage)
    async with stage.services.database.transaction() as tx:
        case, genuine = await case_of(tx, review_id), await only_signature(tx, UUID(given["review"]))
        steps = (await review_steps.steps_of(tx, [review_id]))[review_id]
        signer = Signer(person_id=genuine.person_id, name="陈静", capacity=Capacity(Discipline.REGULATORY))
        matter = Matter(case=case, rule_set="none-1", steps=steps)
        made = await draft(
            tx, stage.services.keys.master, matter, signer, Meaning.APPROVE, reason="", now=stage.clock.now
        )
        row = replace(made.row, mac=genuine.mac)
        told = Event(
            act=Act.EMPLOYEE_VERSION_APPROVE,
            who=(await pseudonyms_of(tx, [row.person_id]))[row.person_id],
            obj=f"material:{version['material_id']}",
            ver=version["sha256"],
            det={"review": str(review_id), "signature": row.hash},
        )
        await review_signatures.add(tx, replace(row, event_id=await ledger.append(tx, told, now=stage.clock.now)))
        await review_steps.sign_step(tx, review_id, "regulatory", row.id)
    await forge(stage, version)
    assert ["altered"] == (await read(stage.api("reviewer"), version))["signatures"][0]["faults"]
    assert "approval-fallen" == (await stage.api("owner").post("/shares", share)).body["rule"]
    await tampered(stage, review_signature, str(review_id), {"mac": made.row.mac})
    assert 201 == (await stage.api("owner").post("/shares", share)).status


async def test_a_fallen_approval_ends_open_shares_too(stage: Stage) -> None:
    """Nobody begins a visit to a share whose approval was tampered with after it was made."""
    share = await stage.share()
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(review_signature).values(hash="0" * 64))
    refused = await stage.open("li", share["token"])
    assert (403, "approval-fallen") == (refused.status, refused.body["rule"])


async def test_an_approval_of_an_earlier_release_stands_by_the_log(stage: Stage) -> None:
    """An approval without steps and signatures stands if an event of before signatures tells of it; no later one."""
    version = await submitted(stage)
    review_id, share = UUID(version["reviews"][-1]["id"]), {"material_id": version["material_id"]}
    await forge(stage, version)
    async with stage.services.database.transaction() as tx:
        await tx.execute(review_step.delete().where(review_step.c.review_id == review_id))
    assert "approval-fallen" == (await stage.api("owner").post("/shares", share)).body["rule"]
    told = Event(
        act=Act.EMPLOYEE_VERSION_APPROVE,
        obj=f"material:{version['material_id']}",
        ver=version["sha256"],
        det={"review": str(review_id), "version": 1, "rule_set": "none-1"},
    )
    async with stage.services.database.transaction() as tx:
        event_id = await ledger.append(tx, told, now=stage.clock.now)
        await tx.execute(update(review).where(review.c.id == review_id).values(told_by=event_id))
    assert "approval-fallen" == (await stage.api("owner").post("/shares", share)).body["rule"]
    async with stage.services.database.transaction() as tx:
        before = await tx.scalar(select(signed_since.c.event_id))
        mac = start_mac(stage.services.keys.master, event_id)
        await tx.execute(update(signed_since).values(event_id=event_id, mac=mac))
    await stage.services.sequencer.catch_up()
    made = await stage.api("owner").post("/shares", share)
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(signed_since).values(event_id=before, mac=""))
    assert 201 == made.status


async def case_of(tx: Transaction, review_id: UUID) -> ReviewCase:
    """The review with what it is about."""
    case = await reviews.case_by_id(tx, review_id)
    assert case is not None
    return case


async def only_signature(tx: Transaction, review_id: UUID) -> SignatureRow:
    """The one signature under a review."""
    (row,) = (await review_signatures.signatures_of(tx, [review_id]))[review_id]
    return row


async def forge(stage: Stage, forged: dict[str, Any]) -> None:
    """Writes an approval into the rows that nobody gave."""
    async with stage.services.database.transaction() as tx:
        decided = {"state": "approved", "decided_at": stage.clock.now}
        mine = review.c.id == UUID(forged["reviews"][-1]["id"])
        await tx.execute(update(review).where(mine).values(decided))
        await tx.execute(update(version_table).where(version_table.c.id == UUID(forged["id"])).values(state="approved"))


async def approved(stage: Stage) -> dict[str, Any]:
    """A signed version."""
    version = await submitted(stage)
    assert "approved" == (await decide(stage.api("reviewer"), version, reason="合规")).ok["state"]
    return {**version, "review": version["reviews"][-1]["id"]}


async def found(stage: Stage, version: dict[str, Any], *, hard: bool = False) -> UUID:
    """A blocking finding on the version's first page."""
    finding_id = uuid4()
    values = {
        "id": finding_id,
        "version_id": UUID(version["id"]),
        "detector": "rules",
        "rule": "A1",
        "severity": "block",
        "place": {"page": 1, "box": [100, 100, 400, 150]},
        "params": {},
        "hard": hard,
    }
    async with stage.services.database.transaction() as tx:
        await tx.execute(insert(finding).values(values))
    return finding_id


async def scanned_again(stage: Stage, version: dict[str, Any], rules: str, *found: str) -> None:
    """A newer scan under these rules, which found these."""
    version_id = UUID(version["id"])
    async with stage.services.database.transaction() as tx:
        row = await versions.version_by_id(tx, version_id)
        assert row is not None
        await ask_for_scan(tx, stage.services.jobs, row, stage.clock.now)

    class Step:
        name = "text"

        async def look(self, case: Case) -> Mapping[str, str]:
            await case.add(Found(detector="rules", rule=each, severity="review") for each in found)
            return {"rules": rules}

    async def nothing() -> None:
        return

    scanner = Scanner(
        stage.services.database, stage.services.clock, of_file=(), of_pages=(Step(),), ending=reopen_outdated
    )
    await scanner.scan(version_id, nothing, nothing)


async def put_into_force(stage: Stage) -> str:
    """Other rules than those that ship; their version."""
    source = RuleSet.default().source.replace("number: 1\n", "number: 2\n", 1)
    rules, who = RuleSet.load(source).version, stage.cast.people["manager"]
    row = RuleSetRow(id=uuid4(), version=rules, source=source, note="", written_by=who, written_at=stage.clock.now)
    told = ActivationRow(id=uuid4(), rule_set_id=row.id, reason="", activated_by=who, activated_at=stage.clock.now)
    async with stage.services.database.transaction() as tx:
        await rule_sets.add(tx, row)
        await rule_sets.activate(tx, told)
    return rules


async def test_approvals_of_one_review_are_given_under_one_rule_set(stage: Stage) -> None:
    """A scan under other rules opens what was signed; who signed may sign again, and the old signature says so."""
    version, reviewer = await submitted(stage, **TRAINING), stage.api("reviewer")
    await scanned_again(stage, version, RuleSet.default().version)
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    other_rules = await put_into_force(stage)
    await scanned_again(stage, version, other_rules)
    after = await read(reviewer, version)
    assert [("medical", "open"), ("regulatory", "waiting")] == [(e["discipline"], e["state"]) for e in after["steps"]]
    assert [True] == [each["reopened"] for each in after["signatures"]]
    (told,) = await stage.told("system:review:reopen")
    assert (1, other_rules) == (told["det"]["steps"], told["det"]["rule_set"])
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    await scanned_again(stage, version, other_rules)
    assert 1 == len(await stage.told("system:review:reopen"))
    _, other = await another(stage)
    assert "approved" == (await decide(other, version)).ok["state"]
    assert 201 == (await stage.api("owner").post("/shares", {"material_id": version["material_id"]})).status


async def test_what_a_newer_scan_finds_is_decided_before_anybody_signs_on(stage: Stage) -> None:
    """A finding that came after the first approval opens it, so that somebody can dismiss it."""
    version, reviewer = await submitted(stage, **TRAINING), stage.api("reviewer")
    in_force = RuleSet.default().version
    await scanned_again(stage, version, in_force)
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    await scanned_again(stage, version, in_force, "A5")
    _, other = await another(stage)
    assert "reviews-decided" == (await decide(other, version)).body["need"]
    await settle(reviewer, version)
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    assert "approved" == (await decide(other, version, discipline="regulatory")).ok["state"]


async def test_a_signature_beside_one_under_other_rules_is_refused(stage: Stage) -> None:
    """Also where a scan's end did not open the steps, as a worker of an earlier release doesn't."""
    version, reviewer = await submitted(stage, **TRAINING), stage.api("reviewer")
    await scanned_again(stage, version, RuleSet.default().version)
    assert "pending" == (await decide(reviewer, version)).ok["state"]
    rules = await put_into_force(stage)
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(scan).where(scan.c.version_id == UUID(version["id"])).values(rule_set_version=rules))
    _, other = await another(stage)
    early = await decide(other, version, discipline="regulatory")
    assert (422, {"/discipline"}) == (early.status, early.fields)
