"""Scans over HTTP: nothing is submitted before its bytes were looked at, and what is found is told as it comes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from compliance.access import Role
from compliance.detecting import Found
from compliance.scanning import Case, Inspectors
from compliance.scanning import case as cases
from compliance.scanning.clamd import Cause
from compliance.scanning.malware import NOT_SCANNED, PASSING
from fileserver.config import MalwareScan
from fileserver.materials.jobs import enqueue_scan, enqueue_unscanned
from fileserver.materials.scanning import scanner_of
from fileserver.services import Services
from storage.errors import StoreUnavailable
from storage.rows import materials, scans, versions
from storage.schema import finding, scan
from tests.api import Api, Client, sign_in
from tests.clamds import running_clamd
from tests.hostile import markups, pdfs
from tests.hostile.model import EICAR
from tests.log import events
from tests.materials import add_upload, pdf, run_jobs
from tests.people import Employee, add_employee

SCRIPTED = pdfs.placed(pdfs.ACTIONS["javascript"])["annotation"]
LINKED = pdfs.placed(b"<</S/URI/URI(https://a.example/)>>")["annotation"]
Made = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def owner(services: Services) -> Employee:
    """The marketer who uploads."""
    return await add_employee(services, Role.MARKETER)


@pytest.fixture
async def marketer(client: Client, owner: Employee) -> Api:
    """The same, signed in."""
    return await sign_in(client, owner)


@pytest.fixture
def made(services: Services, owner: Employee, marketer: Api) -> Made:
    """A material of these bytes, as it is answered."""

    async def make(body: bytes, filename: str = "brochure.pdf") -> dict[str, Any]:
        upload_id = await add_upload(services, owner.person_id, body, filename)
        wanted = {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"}
        answer: dict[str, Any] = (await marketer.post("/materials", wanted)).ok
        return answer

    return make


async def newest(api: Api, material: dict[str, Any]) -> dict[str, Any]:
    """Its newest version as it is now."""
    version: dict[str, Any] = (await api.get(f"/materials/{material['id']}")).ok["versions"][0]
    return version


async def submitted(api: Api, material: dict[str, Any]) -> tuple[int, str]:
    """Status and problem of an attempt to submit it."""
    answer = await api.post(f"/materials/{material['id']}/submit")
    return answer.status, str(answer.body.get("type", "")) if isinstance(answer.body, dict) else ""


async def test_nothing_is_submitted_before_its_scan_is_over(services: Services, marketer: Api, made: Made) -> None:
    """A version that is prepared and not yet scanned waits; once nothing hard was found, it goes on."""
    material = await made(pdf())
    version = await newest(marketer, material)
    assert ("waiting", None) == (version["scan"]["state"], version["scan"]["pages_total"])
    async with services.database.transaction() as tx:
        await versions.end_preparation(tx, UUID(version["id"]), "ready")
    assert (409, "/problems/not-scanned") == await submitted(marketer, material)
    await run_jobs(services)
    ended = (await newest(marketer, material))["scan"]
    assert ("finished", "") == (ended["state"], ended["stage"])
    assert {"file-type", "archive", "pdf-active", "office-active", "picture", "markup"} <= ended["detectors"].keys()
    assert (200, "") == await submitted(marketer, material)


async def test_what_is_active_holds_a_version_up_and_says_where(services: Services, marketer: Api, made: Made) -> None:
    """A script in an annotation: page and box, a sentence, no submission, and two events."""
    material = await made(SCRIPTED)
    await run_jobs(services)
    (found,) = [each for each in (await newest(marketer, material))["findings"] if each["hard"]]
    assert ("pdf-active", "block", 1, [0, 910, 45, 1000]) == (
        found["rule"],
        found["severity"],
        found["page"],
        found["box"],
    )
    assert "a script" in found["message"]
    assert (409, "/problems/scan-blocks") == await submitted(marketer, material)
    (ended,) = await events(services, "system:scan:end")
    assert ("deny", 1) == (ended["res"], ended["det"]["hard"])
    told = [each["det"] for each in await events(services, "system:finding:report")]
    assert ("pdf-active", 1, 1) in [(each["rule"], each["hard"], each["count"]) for each in told]


async def test_a_link_is_for_the_reviewer(services: Services, marketer: Api, made: Made) -> None:
    """What needs a human's eye does not hold a version up."""
    material = await made(LINKED)
    await run_jobs(services)
    found = (await newest(marketer, material))["findings"]
    assert [("pdf-links", "review", False)] == [
        (each["rule"], each["severity"], each["hard"]) for each in found if each["detector"] == "pdf-active"
    ]
    assert (200, "") == await submitted(marketer, material)


async def test_the_page_shows_what_was_found(services: Services, marketer: Api, made: Made, client: Client) -> None:
    """Progress while the checks run; then the findings with their place, and no button that would be refused."""
    material = await made(markups.svg(markups.ACTIVE["script"]), "logo.svg")
    shown = {"Authorization": f"Bearer {marketer.token}", "Accept": "text/html", "Accept-Language": "en"}
    async with client.get(f"/materials/{material['id']}", headers=shown) as answer:
        before = await answer.text()
    await run_jobs(services)
    async with client.get(f"/materials/{material['id']}", headers=shown) as answer:
        after = await answer.text()
    assert "data-scan" in before
    assert "Automatic checks are running" in before
    assert "The SVG drawing holds scripts" in after
    assert "Held up" in after
    assert f"/api/v1/materials/{material['id']}/submit" not in after


async def test_unscanned_for_malware_is_told_and_held_up_where_a_scan_is_required(
    services: Services, marketer: Api, made: Made
) -> None:
    """Without a virus scanner nothing is clean: waived by the operator it is told, else nothing can be submitted."""
    waived = await made(pdf())
    await run_jobs(services)
    (told,) = (await newest(marketer, waived))["findings"]
    assert ("malware-not-scanned", "dismissed", "SEALSHARE_MALWARE_SCAN=not-required", False) == (
        told["rule"],
        told["state"],
        told["reason"],
        told["hard"],
    )
    strict = replace(services, config=services.config.model_copy(update={"malware_scan": MalwareScan.REQUIRED}))
    held = await made(pdf(2))
    await run_jobs(strict)
    (told,) = (await newest(marketer, held))["findings"]
    assert ("malware-not-scanned", "open", True) == (told["rule"], told["state"], told["hard"])
    assert (409, "/problems/scan-blocks") == await submitted(marketer, held)


@pytest.mark.clamav
async def test_a_real_scanner_finds_and_clears(services: Services, marketer: Api, made: Made, tmp_path: Path) -> None:
    """The test signature is held up and not opened; what waited for a scanner is scanned once there is one."""
    required = {"malware_scan": MalwareScan.REQUIRED}
    strict = replace(services, config=services.config.model_copy(update=required))
    waiting = await made(pdf())
    await run_jobs(strict)
    assert 0 == await enqueue_unscanned(strict)
    async with running_clamd(tmp_path) as address:
        with_clamd = replace(services, config=services.config.model_copy(update={**required, "clamd": address}))
        infected = await made(EICAR, "readme.txt")
        assert 1 == await enqueue_unscanned(with_clamd)
        await run_jobs(with_clamd)
    met = await newest(marketer, infected)
    assert {"malware-found"} <= {each["rule"] for each in met["findings"] if each["hard"]}
    assert ("refused", None) == (met["preparation"], met["pages_total"])
    assert "not-opened" in {each["rule"] for each in met["findings"]}
    assert (409, "/problems/scan-blocks") == await submitted(marketer, infected)
    clean = await newest(marketer, waiting)
    assert ([], True) == (clean["findings"], clean["scan"]["detectors"]["malware"].startswith("ClamAV"))
    assert (200, "") == await submitted(marketer, waiting)


async def test_only_what_another_scan_may_do_better_is_scanned_again(services: Services, made: Made) -> None:
    """A file beyond the scanner's limits is not sent to it for ever; one that met no scanner is."""
    strict = replace(services, config=services.config.model_copy(update={"malware_scan": MalwareScan.REQUIRED}))
    version_id = UUID((await made(pdf()))["versions"][0]["id"])
    await run_jobs(strict)
    again = {}
    for cause in Cause:
        async with services.database.transaction() as tx:
            await tx.execute(update(finding).where(finding.c.rule == NOT_SCANNED).values(params={"cause": cause.value}))
            again[cause.value] = await scans.held_up_by(tx, NOT_SCANNED, PASSING, 10, scans_max=5)
    assert {"not-configured", "no-daemon", "timeout"} == {cause for cause, met in again.items() if met == [version_id]}
    assert ([], []) == (again["too-large"], again["error"])


async def test_a_version_is_not_scanned_again_for_ever(services: Services, made: Made) -> None:
    """A file that keeps the scanner waiting each time is left to people after some tries."""
    strict = replace(services, config=services.config.model_copy(update={"malware_scan": MalwareScan.REQUIRED}))
    version_id = UUID((await made(pdf()))["versions"][0]["id"])
    await run_jobs(strict)
    async with services.database.transaction() as tx:
        assert [version_id] == await scans.held_up_by(tx, NOT_SCANNED, PASSING, 10, scans_max=2)
        assert [] == await scans.held_up_by(tx, NOT_SCANNED, PASSING, 10, scans_max=1)


async def test_in_processes_of_their_own_they_find_the_same(services: Services, marketer: Api, made: Made) -> None:
    """The confined processes of the product, asked by the job."""
    async with Inspectors() as inspectors:
        script, plain = await made(SCRIPTED), await made(pdf())
        await run_jobs(replace(services, inspector=inspectors))
    assert ["pdf-active"] == [each["rule"] for each in (await newest(marketer, script))["findings"] if each["hard"]]
    assert "finished" == (await newest(marketer, plain))["scan"]["state"]


async def test_a_scan_that_broke_off_begins_anew_and_ends_once(services: Services, made: Made) -> None:
    """What it had found is found again, not twice; there is one event. Scanning what is over does nothing."""
    version_id = UUID((await made(SCRIPTED))["versions"][0]["id"])
    scanner = scanner_of(services)

    async def broken() -> None:
        raise StoreUnavailable

    async def prepared() -> None:
        return

    with pytest.raises(StoreUnavailable):
        await scanner.scan(version_id, broken, prepared)
    assert [] == await events(services, "system:scan:end")
    for _ in range(2):
        await scanner.scan(version_id, prepared, prepared)
    async with services.database.transaction() as tx:
        found = (await versions.findings_of(tx, [version_id]))[version_id]
    assert ["malware-not-scanned", "pdf-active"] == sorted(each.rule for each in found)
    assert 1 == len(await events(services, "system:scan:end"))


async def test_a_worker_that_comes_back_cannot_end_what_another_began_anew(services: Services, made: Made) -> None:
    """Of two workers at one scan the one that began later counts: the other adds nothing, and does not end it."""
    version_id = UUID((await made(SCRIPTED))["versions"][0]["id"])
    scanner = scanner_of(services)

    async def prepared() -> None:
        return

    async def overtaken() -> None:
        with pytest.raises(StoreUnavailable):
            await scanner.scan(version_id, broken, prepared)

    async def broken() -> None:
        raise StoreUnavailable

    await scanner.scan(version_id, overtaken, prepared)
    async with services.database.transaction() as tx:
        row = await scans.newest_scan(tx, version_id)
    assert row is not None
    assert ("running", 2) == (row.state, row.attempt)
    assert [] == await events(services, "system:scan:end")


async def test_what_is_beyond_the_limit_is_told(
    services: Services, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full scan says once that there is more, and keeps the first of each hard rule however late it comes."""
    monkeypatch.setattr(cases, "FINDINGS_MAX", 2)
    case = await begun(services, UUID((await made(pdf()))["versions"][0]["id"]))
    await case.add([soft(), soft()])
    assert 2 == len(case.found)
    await case.add([soft()])
    for _ in range(2):
        await case.add([soft()])
        await case.fail("rules", "error")
    async with services.database.transaction() as tx:
        found = (await versions.findings_of(tx, [case.version.id]))[case.version.id]
    assert ["detector-failed", "findings-cut", "pdf-links", "pdf-links"] == sorted(each.rule for each in found)


def soft() -> Found:
    """Something for a reviewer."""
    return Found(detector="pdf-active", rule="pdf-links", severity="review")


async def begun(services: Services, version_id: UUID) -> Case:
    """The scan of a version, as a step is given it."""
    async with services.database.transaction() as tx:
        row, version = await scans.newest_scan(tx, version_id), await versions.version_by_id(tx, version_id)
        assert row is not None
        assert version is not None
        material = await materials.material_by_id(tx, version.material_id)
        assert material is not None
        of_class = material.material_class
        now = services.clock()
        started = await scans.begin_scan(tx, row.id, now, material_class=of_class, declaration_revision=0)
        assert started is not None
    return Case(services.database, services.clock, started, version, material)


@pytest.mark.parametrize("changed", [{"severity": "evidence"}, {"basis": "another article"}])
async def test_a_decision_is_about_what_was_decided(
    services: Services, marketer: Api, made: Made, changed: dict[str, str]
) -> None:
    """What was dismissed under another severity or another basis is open when it is found again."""
    material = await made(LINKED)
    await run_jobs(services)
    version_id = UUID((await newest(marketer, material))["id"])
    async with services.database.transaction() as tx:
        dismissed = update(finding).where(finding.c.rule == "pdf-links").values(state="dismissed", reason="ours")
        await tx.execute(dismissed.values(**changed))
        version = await versions.version_by_id(tx, version_id)
        assert version is not None
        await enqueue_scan(services, tx, version)
    await run_jobs(services)
    found = [each for each in (await newest(marketer, material))["findings"] if each["rule"] == "pdf-links"]
    assert ["open"] == [each["state"] for each in found]


async def test_decisions_hold_in_the_next_scan(services: Services, marketer: Api, made: Made) -> None:
    """What a reviewer dismissed is dismissed when the same is found again; the older scan's findings are not shown."""
    material = await made(LINKED)
    await run_jobs(services)
    version_id = UUID((await newest(marketer, material))["id"])
    async with services.database.transaction() as tx:
        await tx.execute(update(finding).where(finding.c.rule == "pdf-links").values(state="dismissed", reason="ours"))
        version = await versions.version_by_id(tx, version_id)
        assert version is not None
        await enqueue_scan(services, tx, version)
        first = await scans.newest_scan(tx, version_id)
    await run_jobs(services)
    found = [each for each in (await newest(marketer, material))["findings"] if each["rule"] == "pdf-links"]
    assert [("dismissed", "ours")] == [(each["state"], each["reason"]) for each in found]
    async with services.database.transaction() as tx:
        second = await scans.newest_scan(tx, version_id)
    assert first is not None
    assert second is not None
    assert (first.id, "finished") == (second.id, second.state)


async def test_versions_of_an_earlier_release_are_scanned(services: Services, made: Made) -> None:
    """A draft without a scan gets one from the periodic job, and a second round finds nothing to do."""
    version_id = UUID((await made(pdf()))["versions"][0]["id"])
    await run_jobs(services)
    async with services.database.transaction() as tx:
        ended = await scans.newest_scan(tx, version_id)
        assert ended is not None
        await scans.forget_findings(tx, ended.id)
        await tx.execute(scan.delete())
    assert 1 == await enqueue_unscanned(services)
    assert 0 == await enqueue_unscanned(services)
