"""Declaring: what a marketer says of a material, what contradicts it, and the files that prove it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from compliance.access import VersionState
from fileserver.config import MalwareScan
from fileserver.declarations.jobs import ATTEMPTS_MAX, enqueue_unscanned
from storage.rows import declarations, scans, versions
from storage.rows.scans import ScanRow
from storage.schema import scan
from tests.hostile import pdfs
from tests.locks import until_waiting
from tests.materials import add_upload, pdf, png, run_jobs
from tests.office_files import docx
from tests.scans import ask_again
from tests.stage import Stage

AD = {"kind": "medical_ad", "number": "（沪）医广〔2026〕第06-02-A003号"}
DEVICE = {"kind": "drug_device_ad"}
KNOWN, SUSPENDED = "沪医广【2026】第06-05-A009号", "沪医广【2026】第06-06-A010号"
ENTRY = {
    "kind": "medical_ad",
    "number": "沪医广【2026】第06-02-A003号",
    "holder": "澄序医疗美容门诊部",
    "product": "澄序医疗美容门诊部",
    "valid_from": "2026-06-02",
}


async def declared(stage: Stage, **said: Any) -> Any:
    """The owner declares this of the draft."""
    return await stage.api("owner").call("PUT", f"/materials/{stage.cast.draft_id}/declaration", json=said)


async def test_what_is_declared_is_kept_revision_by_revision(stage: Stage) -> None:
    """The number in one spelling, its end out of the number, the register's word beside it; each change is told."""
    first = (await declared(stage, product="润泽水光", region="上海", campaign="双十二", certificates=[AD])).ok
    (certificate,) = first["certificates"]
    assert ("沪医广【2026】第06-02-A003号", "2027-06-02", "unregistered", "certificate-unregistered") == (
        certificate["number"],
        certificate["valid_until"],
        certificate["status"],
        certificate["fault"],
    )
    await stage.api("reviewer").post("/certificates", ENTRY)
    second = (await declared(stage, product="润泽水光 2", region="上海", certificates=[AD])).ok
    assert ("active", None) == (second["certificates"][0]["status"], second["certificates"][0]["fault"])
    assert [2, 1] == [each["revision"] for each in second["history"]]
    assert ["润泽水光 2", "润泽水光"] == [each["product"] for each in second["history"]]
    told = await stage.told("employee:declaration:change")
    assert [1, 2] == [event["det"]["revision"] for event in told]
    assert "润泽" not in str(told)


async def test_a_contradiction_names_its_field(stage: Stage, subtests: pytest.Subtests) -> None:
    """What the number, the calendar or the register says otherwise is refused, and nothing is kept."""
    for number, more in (
        ("沪医广【2026】第06-05-A009号", {}),
        ("沪医广【2026】第06-06-A010号", {"status": "suspended"}),
    ):
        (await stage.api("manager").post("/certificates", {**ENTRY, "number": number, **more})).ok  # noqa: B018  # must succeed
    for certificate, field, rule in [
        ({**AD, "number": "沪医广第1号"}, "/certificates/0/number", "certificate-number-form"),
        ({**AD, "valid_until": "2027-08-01"}, "/certificates/0/valid_until", "certificate-end"),
        ({**AD, "number": "沪医广【2024】第06-02-A003号"}, "/certificates/0/number", "certificate-expired"),
        ({**DEVICE, "number": "粤械广审(文)第261122-00001号"}, "/certificates/0/number", "certificate-expired"),
        (
            {**AD, "number": KNOWN, "valid_until": "2027-06-04"},
            "/certificates/0/valid_until",
            "certificate-register-end",
        ),
        ({**AD, "number": SUSPENDED}, "/certificates/0/number", "certificate-suspended"),
    ]:
        with subtests.test(str((certificate, field, rule))):
            refused = await declared(stage, certificates=[certificate])
            assert (422, [(field, rule)]) == (
                refused.status,
                [(error["field"], error["rule"]) for error in refused.body["errors"]],
            )
            kept = (await stage.api("owner").get(f"/materials/{stage.cast.draft_id}/declaration")).ok
            assert 0 == kept["revision"]


async def test_evidence_is_kept_and_read_by_who_may(stage: Stage) -> None:
    """Attached from an upload, its type found from its bytes; its owner and reviewers get the bytes, each an event."""
    body = png(30, 20)
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], body, "授权书.png")
    path = f"/materials/{stage.cast.pending_id}/evidence"
    wanted = {"upload_id": str(upload_id), "kind": "portrait_consent", "note": "模特授权"}
    paper = (await stage.api("owner").post(path, wanted)).ok
    (proof,) = paper["evidence"]
    assert ("portrait_consent", "image/png", len(body)) == (proof["kind"], proof["media_type"], proof["size_bytes"])
    file = f"/api/v1/evidence/{proof['id']}/file"
    assert {409} == {(await stage.get(who, file)).status for who in ("owner", "reviewer")}  # nobody looked at it yet
    await run_jobs(stage.services)
    for who in ("owner", "reviewer"):
        answer = await stage.get(who, file)
        assert (200, body, "no-store, private") == (answer.status, answer.body, answer.headers["Cache-Control"])
        assert ("attachment", "nosniff", "default-src 'none'; sandbox") == (
            answer.headers["Content-Disposition"].partition(";")[0],
            answer.headers["X-Content-Type-Options"],
            answer.headers["Content-Security-Policy"],
        )
    assert {403} == {(await stage.get(who, file)).status for who in ("rival", "manager", "auditor", "admin", "li")}
    assert 409 == (await stage.api("owner").post(path, wanted)).status
    assert 2 == len(await stage.told("employee:evidence:read"))
    assert [proof["sha256"]] == [event["det"]["sha256"] for event in await stage.told("employee:evidence:add")]


async def test_evidence_is_looked_at_before_anybody_opens_it(stage: Stage) -> None:
    """A PDF with a script is refused: nobody reads it and it proves nothing; what is clean does."""
    scripted = pdfs.placed(pdfs.ACTIONS["javascript"])["annotation"]
    path, owner = f"/materials/{stage.cast.pending_id}", stage.api("owner")
    for body, name in ((scripted, "proof.pdf"), (png(30, 20), "proof.png")):
        upload_id = await add_upload(stage.services, stage.cast.people["owner"], body, name)
        (await owner.post(f"{path}/evidence", {"upload_id": str(upload_id), "kind": "patent"})).ok  # noqa: B018  # must succeed
    async with stage.services.database.transaction() as tx:
        assert frozenset() == await declarations.evidence_kinds(tx, stage.cast.pending_id)
    await run_jobs(stage.services)
    found = sorted((await owner.get(f"{path}/declaration")).ok["evidence"], key=lambda each: each["filename"])
    assert [("refused", "pdf-active"), ("clean", "")] == [(each["scan_state"], each["scan_rule"]) for each in found]
    statuses = [(await stage.get("reviewer", f"/api/v1/evidence/{each['id']}/file")).status for each in found]
    assert [409, 200] == statuses
    assert ["allow", "deny"] == sorted(each["res"] for each in await stage.told("system:evidence:scan"))


async def test_evidence_waits_for_a_virus_scanner_where_one_is_required(stage: Stage) -> None:
    """Without one it is told as not scanned, is asked about again, and is no evidence meanwhile."""
    config = stage.services.config.model_copy(update={"malware_scan": MalwareScan.REQUIRED})
    strict = replace(stage.services, config=config)
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], png(30, 20), "proof.png")
    path = f"/materials/{stage.cast.pending_id}"
    wanted = {"upload_id": str(upload_id), "kind": "patent"}
    (await stage.api("owner").post(f"{path}/evidence", wanted)).ok  # noqa: B018  # must succeed
    assert 1 == await enqueue_unscanned(strict, stage.services.jobs)
    await run_jobs(strict)
    (found,) = (await stage.api("owner").get(f"{path}/declaration")).ok["evidence"]
    assert ("not_scanned", "malware-not-scanned") == (found["scan_state"], found["scan_rule"])
    assert 0 == await enqueue_unscanned(strict, stage.services.jobs)  # none answers: nothing to ask
    async with stage.services.database.transaction() as tx:
        assert 1 == len(await declarations.unscanned_evidence(tx, ["not_scanned"], 10, attempts_max=ATTEMPTS_MAX))
        assert 0 == len(await declarations.unscanned_evidence(tx, ["not_scanned"], 10, attempts_max=1))


async def test_evidence_is_a_pdf_or_a_picture(stage: Stage, subtests: pytest.Subtests) -> None:
    """By its bytes, whatever it is called: nothing else reaches a reviewer, and an empty file proves nothing."""
    for body, filename, rule in [
        (b"", "proof.pdf", "evidence-empty"),
        (b"MZ" + bytes(100), "proof.pdf", "evidence-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "proof.svg", "evidence-type"),
        (b"<script>" + pdf(), "proof.pdf", "evidence-type"),
        (docx("一"), "proof.docx", "evidence-type"),
    ]:
        with subtests.test(f"{filename} {rule}"):
            upload_id = await add_upload(stage.services, stage.cast.people["owner"], body, filename)
            wanted = {"upload_id": str(upload_id), "kind": "other"}
            refused = await stage.api("owner").post(f"/materials/{stage.cast.pending_id}/evidence", wanted)
            assert (422, [rule]) == (refused.status, [error["rule"] for error in refused.body["errors"]])


async def test_what_was_submitted_is_declared_for_good(stage: Stage) -> None:
    """Under review the declaration stays as it was submitted, evidence can be added; approved, nothing changes."""
    owner = stage.api("owner")
    path = f"/materials/{stage.cast.pending_id}"
    assert "evidence" == (await owner.get(f"{path}/declaration")).ok["editable"]
    assert 409 == (await owner.call("PUT", f"{path}/declaration", json={"product": "x"})).status
    approved = f"/materials/{stage.cast.material_id}/declaration"
    assert "nothing" == (await owner.get(approved)).ok["editable"]
    assert 409 == (await owner.call("PUT", approved, json={"product": "x"})).status


async def test_the_class_changes_until_something_is_submitted(stage: Stage) -> None:
    """A draft that was filed under the wrong class is put right; what was submitted once keeps its class."""
    changed = (await declared(stage, **{"class": "public_ad"})).ok
    assert ("public_ad", "certificate-missing") == (changed["class"], changed["certificate_fault"])
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], png())
    await stage.api("owner").post(f"/materials/{stage.cast.material_id}/versions", {"upload_id": str(upload_id)})
    path = f"/materials/{stage.cast.material_id}/declaration"
    refused = await stage.api("owner").call("PUT", path, json={"class": "public_ad"})
    assert (422, {"/class"}) == (refused.status, refused.fields)


async def test_what_is_declared_is_looked_at_again(stage: Stage) -> None:
    """Rules differ by class and certificates: a scan that is over says nothing of another declaration."""
    before = await newest_scan_of(stage)
    assert "finished" == before.state
    (await declared(stage, **{"class": "public_ad"})).ok  # noqa: B018  # must succeed
    again = await newest_scan_of(stage)
    assert ("waiting", True) == (again.state, again.id != before.id)
    (await declared(stage, product="x")).ok  # noqa: B018  # must succeed
    assert again.id == (await newest_scan_of(stage)).id
    assert 409 == (await stage.api("owner").post(f"/materials/{stage.cast.draft_id}/submit")).status


async def test_what_is_declared_while_a_scan_begins_counts_for_it(stage: Stage) -> None:
    """A scan that begins while a declaration is being kept waits for it, reads it, and needs no other scan after it."""
    await ask_again(stage.services, stage.cast.draft_version_id)
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))  # nothing that has an event is committed
        declaring = asyncio.create_task(declared(stage, product="x"))
        await until_waiting(stage.services.database)
        scanning = asyncio.create_task(run_jobs(stage.services))
        await until_waiting(stage.services.database, 2)
    assert 200 == (await declaring).status
    await scanning
    again = await newest_scan_of(stage)
    assert ("finished", 1) == (again.state, again.declaration_revision)
    assert 200 == (await stage.api("owner").post(f"/materials/{stage.cast.draft_id}/submit")).status


async def test_an_older_draft_is_looked_at_again_too(stage: Stage) -> None:
    """A scan under another class or declaration lets no version through, the newest or not: each draft gets its own."""
    owner, path = stage.api("owner"), f"/materials/{stage.cast.draft_id}"
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], png())
    second = (await owner.post(f"{path}/versions", {"upload_id": str(upload_id)})).ok["versions"][0]
    await run_jobs(stage.services)
    before = await newest_scan_of(stage)
    (await declared(stage, **{"class": "public_ad"})).ok  # noqa: B018  # must succeed
    assert {"waiting"} == {(await newest_scan_of(stage, each)).state for each in (None, UUID(second["id"]))}
    async with stage.services.database.transaction() as tx:  # as if nobody had asked for another scan
        await tx.execute(scan.delete().where(scan.c.state == "waiting"))
    assert before == await newest_scan_of(stage)
    refused = await owner.post(f"{path}/submit", {"version": 1})
    assert (409, "/problems/not-scanned") == (refused.status, refused.body["type"])
    assert "waiting" == (await newest_scan_of(stage)).state
    await run_jobs(stage.services)
    again = await newest_scan_of(stage)
    assert ("finished", "public_ad", 1) == (again.state, again.material_class, again.declaration_revision)
    assert 200 == (await owner.post(f"{path}/submit", {"version": 1})).status


async def test_what_is_to_be_submitted_again_is_looked_at_as_it_is_declared_now(stage: Stage) -> None:
    """The declaration of the earlier submission counts no more once changes are requested, and no scan under it."""
    version_id = stage.cast.pending_version_id
    async with stage.services.database.transaction() as tx:
        await versions.set_state(tx, version_id, VersionState.CHANGES_REQUESTED)
        earlier = await scans.newest_scan(tx, version_id)
        assert earlier is not None
        abandoned = scan.update().where(scan.c.id == earlier.id).values(state="running")
        await tx.execute(abandoned)
    path = f"/materials/{stage.cast.pending_id}/declaration"
    (await stage.api("owner").call("PUT", path, json={"product": "x"})).ok  # noqa: B018  # must succeed
    await run_jobs(stage.services)
    again = await newest_scan_of(stage, version_id)
    assert ("finished", 1) == (again.state, again.declaration_revision)
    async with stage.services.database.transaction() as tx:  # the older one, which nobody ends any more, is no matter
        assert [] == await scans.overdue_scans(tx, stage.services.clock() + timedelta(hours=1), 10)


async def newest_scan_of(stage: Stage, version_id: UUID | None = None) -> ScanRow:
    """The newest scan of a version, or of the draft."""
    async with stage.services.database.transaction() as tx:
        found = await scans.newest_scan(tx, version_id or stage.cast.draft_version_id)
    assert found is not None
    return found
