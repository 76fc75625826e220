"""The dossier: everything that is known of a material in one PDF, for auditors, and its place in the log."""

import hashlib
import io
from typing import Any

import pypdfium2
import pytest

from compliance import ledger
from compliance.events import Act, Event
from compliance.scanning import ask_for_scan
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from storage.rows import scans, versions
from storage.rows.ledger import indexes_of
from storage.rows.versions import FindingRow
from tests.materials import add_upload, png
from tests.stage import TITLE, Stage

ENGLISH = {"Accept-Language": "en"}


def text_of(body: bytes) -> str:
    """All text of a PDF."""
    document = pypdfium2.PdfDocument(io.BytesIO(body))
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


async def whole_story(stage: Stage) -> dict[str, Any]:
    """A brochure that was shared, seen and withdrawn, and a draft with a declaration and evidence; what they show."""
    share, visit = await stage.visit("li", download=True)
    await stage.get("li", visit["download_url"])
    await stage.get("reviewer", f"/api/v1/versions/{stage.cast.version_id}/pages/1")
    await stage.get("reviewer", f"/api/v1/versions/{stage.cast.version_id}/original")
    path = f"/materials/{stage.cast.material_id}"
    await stage.api("manager").post(f"{path}/withdraw", {"reason": "文案有误"})
    await stage.services.sequencer.catch_up()
    return {"share": share, "visit": visit}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_it_tells_the_whole_story(stage: Stage, language: str) -> None:
    """Versions with their bytes, decisions by name, shares, who saw it, the withdrawal, events with their places."""
    told = await whole_story(stage)
    path = f"/api/v1/materials/{stage.cast.material_id}/dossier"
    answer = await stage.get("auditor", path, **{"Accept-Language": language})
    assert (200, "application/pdf") == (answer.status, answer.headers["Content-Type"])
    assert "no-store" in answer.headers["Cache-Control"]
    text = text_of(answer.body)
    withdrawn = {"zh-CN": "撤回", "en": "Withdrawal"}[language]
    inside = {"zh-CN": ("员工阅读", "员工取走原件"), "en": ("Read by an employee", "Original taken by an")}[language]
    for word in (
        *inside,
        TITLE,
        stage.cast.sha256[:40],
        "林晓",
        "陈静",
        "李娜",
        told["share"]["id"][:8],
        "文案有误",
        withdrawn,
    ):
        assert word in text, word
    (event,) = await stage.told("employee:dossier:export")
    assert hashlib.sha256(answer.body).hexdigest() == event["det"]["sha256"]
    assert len(answer.body) == event["bytes"]


async def test_events_stand_with_their_places(stage: Stage) -> None:
    """The place of each event in the ledger is the one by which it can be proved."""
    await whole_story(stage)
    async with stage.services.database.transaction() as tx:
        found, _ = await newest(tx, Wanted(obj=(f"material:{stage.cast.material_id}",)), 100)
        places = await indexes_of(tx, [row.id for row in found])
    text = text_of((await stage.get("auditor", f"/api/v1/materials/{stage.cast.material_id}/dossier")).body)
    lines = text.splitlines()
    assert len(found) == len(places) > 5
    for place in places.values():
        assert any(line.startswith(f"{place}") for line in lines), place


async def test_it_tells_what_was_signed_over(stage: Stage) -> None:
    """Findings as they stood under the signature; what a later scan found stands apart, as not signed."""
    version_id = stage.cast.version_id
    async with stage.services.database.transaction() as tx:
        version = await versions.version_by_id(tx, version_id)
        assert version is not None
        before = (await versions.findings_of(tx, [version_id]))[version_id]
        await ask_for_scan(tx, stage.services.jobs, version, stage.clock())
        newest = await scans.newest_scan(tx, version_id)
        assert newest is not None
        late = FindingRow(
            version_id=version_id, scan_id=newest.id, detector="rules", rule="A1", severity="block", place={}, params={}
        )
        await versions.add_findings(tx, [late])
    text = text_of((await stage.get("auditor", f"/api/v1/materials/{stage.cast.material_id}/dossier", **ENGLISH)).body)
    signed, _, since = text.partition("Found by later checks, not signed")
    assert "Findings, as they stood when signed" in signed
    assert before
    assert all(each.rule in signed for each in before)
    assert ("A1" in since, "A1" in signed) == (True, False)


async def test_evidence_and_certificates_are_in_it(stage: Stage) -> None:
    """What was declared with the register's word of it, and files by their hash, also of a draft."""
    owner, path = stage.api("owner"), f"/materials/{stage.cast.draft_id}"
    number = "国械注准20233130001"
    entry = {"kind": "device_registration", "number": number, "holder": "澄序生物", "product": "凝胶"}
    (await stage.api("reviewer").post("/certificates", {**entry, "valid_from": "2026-01-01"})).ok  # noqa: B018  # must succeed
    said = {"product": "润泽", "certificates": [{"kind": entry["kind"], "number": number}]}
    (await owner.call("PUT", f"{path}/declaration", json=said)).ok  # noqa: B018  # must succeed
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], png(), "授权书.png")
    proof = (await owner.post(f"{path}/evidence", {"upload_id": str(upload_id), "kind": "patent"})).ok["evidence"][0]
    text = text_of((await stage.get("auditor", f"/api/v1{path}/dossier")).body)
    for word in (number, "澄序生物", "润泽", "授权书.png", proof["sha256"][:40]):
        assert word in text, word


async def test_hundreds_of_events(stage: Stage) -> None:
    """A material that was much read has a dossier too, with every event."""
    event = Event(act=Act.VIEWER_COPY_VIEW, obj=f"material:{stage.cast.material_id}")
    async with stage.services.database.transaction() as tx:
        for _ in range(600):
            await ledger.append(tx, event, now=stage.clock())
    answer = await stage.get("auditor", f"/api/v1/materials/{stage.cast.material_id}/dossier")
    (exported,) = await stage.told("employee:dossier:export")
    assert exported["det"]["events"] > 600
    assert text_of(answer.body).count("2026-11-23 09:30") > 600
