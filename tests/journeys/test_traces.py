"""Traces: an auditor brings what leaked, and learns whose copy it is, how sure that is, or that nothing is."""

import hashlib
import io
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from compliance.reading.processes import Looker
from compliance.rendering import BaseOf
from compliance.tracing import Tracer
from compliance.tracing.visible import seal_of
from fileserver.traces import jobs
from fileserver.traces.receiving import SUSPECT_MAX_BYTES
from storage.rows import copies, ledger, traces, visits
from storage.rows.copies import Narrowing
from storage.schema import page_features
from tests.api import Answer
from tests.brochure import brochure
from tests.forks import running
from tests.materials import png, run_jobs
from tests.pictures import changed_share, decoded, text_of
from tests.processes import environment_of
from tests.stage import Stage

Visit = dict[str, Any]


async def sent(stage: Stage, body: bytes, *, who: str = "auditor", **query: str) -> Answer:
    """A suspect on its way in."""
    return await stage.api(who).call("POST", "/traces", data=io.BytesIO(body), params=query)


async def traced(stage: Stage, body: bytes, **query: str) -> dict[str, Any]:
    """What a trace of it comes to."""
    made = (await sent(stage, body, **query)).ok
    await jobs.tracer_of(stage.services).trace(UUID(made["id"]))
    found: dict[str, Any] = (await stage.api("auditor").get(f"/traces/{made['id']}")).ok
    return found


async def leaked(stage: Stage, who: str) -> tuple[Visit, bytes]:
    """A visit, and what somebody made of a page of it: a part of the screen, smaller, as a messenger sends it."""
    _, visit = await stage.visit(who)
    page = decoded((await stage.get(who, visit["pages"][0]["url"])).body)
    part = page.crop((100, 300, 1300, 1700)).resize((900, 1050), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    part.save(out, "JPEG", quality=70)
    return visit, out.getvalue()


async def test_a_screenshot_names_the_copy_it_was_taken_of(stage: Stage) -> None:
    """One of two viewers is named, with a bound, the page, the visit's events by place in the log, and the pictures."""
    visit, body = await leaked(stage, "li")
    await leaked(stage, "wang")
    found = await traced(stage, body, filename="截图.jpg")
    assert ("done", "found", []) == (found["state"], found["outcome"], found["leads"])
    [copy] = found["copies"]
    person = copy["person"]
    assert (visit["id"], "李娜", "瑞丽诊所") == (copy["visit_id"], person["name"], person["clinic_name"])
    assert copy["false_accusation"] <= found["false_accusation_max"] == 1e-6
    assert copy["confidence"] > 0.9999
    assert {"blind", "informed"} <= {each["kind"] for each in copy["evidence"]}
    assert ["viewer:visit:start", "viewer:copy:view"] == [each["act"] for each in copy["events"]]
    assert 1 == found["pages"][0]["match"]["page"]
    await check_places(stage, found)
    await check_log(stage, found, copy)
    await check_pictures(stage, found, body)
    await check_report(stage, found, copy)


async def check_places(stage: Stage, found: dict[str, Any]) -> None:
    """Events stand by their places in the ledger, by which anybody can prove them: numbers of rows prove nothing."""
    await stage.services.sequencer.catch_up()
    assert [None, None] == [each["index"] for each in found["copies"][0]["events"]]
    [copy] = (await stage.api("auditor").get(f"/traces/{found['id']}")).ok["copies"]
    async with stage.services.database.transaction() as tx:
        placed = [await ledger.event_at(tx, each["index"]) for each in copy["events"]]
    assert [each["act"] for each in copy["events"]] == [json.loads(row.leaf)["act"] for row in placed if row]
    assert [copy["copy_id"]] * 2 == [json.loads(row.leaf)["det"]["copy"] for row in placed if row]


async def check_log(stage: Stage, found: dict[str, Any], copy: dict[str, Any]) -> None:
    """Begin, end and the look at the result are in the log, with ids and hashes and no name."""
    begin, end, read, _ = await stage.told("employee:trace:", "system:trace:")
    assert found["suspect"]["sha256"] == begin["det"]["sha256"] == end["det"]["sha256"] == read["det"]["sha256"]
    acts = [each["act"] for each in (begin, end, read)]
    assert ["employee:trace:create", "system:trace:end", "employee:trace:read"] == acts
    assert {f"trace:{found['id']}"} == {each["obj"] for each in (begin, end, read)}
    assert ("found", copy["copy_id"]) == (end["det"]["outcome"], end["det"]["copies"])
    assert "李娜" not in str((begin, end, read))


async def check_pictures(stage: Stage, found: dict[str, Any], suspect: bytes) -> None:
    """All four are given to the auditor, sealed: none is what came in, nor what is stored."""
    pictures = found["pages"][0]["pictures"]
    assert {"suspect", "original", "aligned", "difference"} == set(pictures)
    for name, path in pictures.items():
        answer = await stage.get("auditor", path)
        assert (200, "image/jpeg") == (answer.status, answer.headers["Content-Type"]), name
        key = f"traces/{found['id']}/pages/1/{name}"
        stored = await stage.services.objects.read_all(key, limit_bytes=1 << 24)
        assert changed_share(decoded(stored), decoded(answer.body)) > 0.02, name
    assert 403 == (await stage.get("owner", pictures["original"])).status
    assert 4 == len(await stage.told("employee:trace:picture"))


async def check_report(stage: Stage, found: dict[str, Any], copy: dict[str, Any]) -> None:
    """The same bytes each time, in the language asked for, with what counts as evidence."""
    first, again = [await stage.get("auditor", f"{found['report_url']}?lang=zh-CN") for _ in range(2)]
    assert (200, "application/pdf", first.body) == (first.status, first.headers["Content-Type"], again.body)
    words = text_of(first.body)
    facts = (found["suspect"]["sha256"], copy["version_sha256"], copy["copy_id"], copy["person"]["pseudonym"], "李娜")
    assert [] == [each for each in facts if each not in words.replace("\n", "").replace("\r", "")]
    assert "Evidence report" in text_of((await stage.get("auditor", f"{found['report_url']}?lang=en")).body)
    assert 3 == len(await stage.told("employee:trace:report"))


async def test_copies_of_before_and_after_a_rotation_are_traced(stage: Stage) -> None:
    """An operator rotates the key of links, and the hidden one with it: each copy names its visit, by its own key."""
    before, old = await leaked(stage, "li")
    async with running("keys", "rotate", environment=environment_of(stage.services.config)) as rotating:
        assert b"Key 2 signs from now on" in (await rotating.communicate())[0]
    await stage.services.keys.refresh(stage.services.database)  # as every process does from time to time
    after, new = await leaked(stage, "li")
    async with stage.services.database.transaction() as tx:
        rows = [await visits.visit_by_id(tx, UUID(each["id"])) for each in (before, after)]
    assert [1, 2] == [row.kid for row in rows if row]
    for visit, body in ((before, old), (after, new)):
        found = await traced(stage, body)
        assert [visit["id"]] == [each["visit_id"] for each in found["copies"]]
        assert {"blind", "informed"} <= {each["kind"] for each in found["copies"][0]["evidence"]}


async def test_a_downloaded_document_with_text_is_traced_by_its_pages(stage: Stage) -> None:
    """A PDF whose pages are no pictures names its copy by the hidden mark; what it calls itself only agrees."""
    leaflet = await stage.approved(brochure(pages=1))
    _, visit = await stage.visit("li", material_id=leaflet, download=True, seal_level="interleaved")
    found = await traced(stage, (await stage.get("li", visit["download_url"])).body)
    [copy] = found["copies"]
    assert visit["id"] == copy["visit_id"]
    assert {"informed", "file_id"} <= {each["kind"] for each in copy["evidence"]}


async def test_what_was_never_handed_out_names_nobody(stage: Stage) -> None:
    """Not enough evidence is an outcome of its own, the event says so, and there is a report of it."""
    await leaked(stage, "li")
    found = await traced(stage, png(300, 200))
    assert ("done", "not_enough", [], []) == (found["state"], found["outcome"], found["copies"], found["leads"])
    assert ["not_enough"] == [each["det"]["outcome"] for each in await stage.told("system:trace:end")]
    assert 200 == (await stage.get("auditor", found["report_url"])).status


async def test_the_true_source_outside_the_limits_is_not_found(stage: Stage) -> None:
    """Limits leave copies out, and no other copy is named in their place."""
    _, body = await leaked(stage, "li")
    other, _ = await leaked(stage, "wang")
    found = await traced(stage, body, share_id=other["share_id"])
    assert ("not_enough", 1) == (found["outcome"], found["copies_considered"])


async def test_what_a_file_calls_itself_is_a_lead_and_no_finding(stage: Stage) -> None:
    """A PDF whose pages are not ours, but which bears a copy's id, accuses nobody."""
    visit, _ = await leaked(stage, "li")
    [begun] = await stage.told("viewer:visit:start")
    name = begun["det"]["copy"].rjust(32, "0").encode()
    out = io.BytesIO()
    Image.new("RGB", (210, 297), "white").save(out, "PDF")  # nothing on it is searched for a mark
    found = await traced(stage, out.getvalue() + b"\n%% /ID [<%b> <%b>]" % (name, name))
    assert ("not_enough", []) == (found["outcome"], found["copies"])
    assert [(visit["id"], None, None)] == [
        (each["visit_id"], each["confidence"], each["false_accusation"]) for each in found["leads"]
    ]


async def drawn_for(stage: Stage, visit: Visit) -> bytes:
    """The foot of the first page with the visible mark of a visit alone, as if the hidden one had been taken out.

    A machine reads a whole page no better, but for four times as long.
    """
    async with stage.services.database.transaction() as tx:
        row = await visits.visit_by_id(tx, UUID(visit["id"]))
        assert row is not None
        copy = (await copies.copies_by_id(tx, [row.copy_id], Narrowing()))[row.copy_id]
        seal = await seal_of(tx, stage.services.keys.master, copy)
    assert seal is not None
    base = await stage.services.objects.read_all(f"versions/{row.version_id}/page/1.jpg", limit_bytes=1 << 24)
    page = decoded(await stage.services.sealer.seal(BaseOf.given(base), seal))
    out = io.BytesIO()
    page.crop((0, page.height * 3 // 4, page.width, page.height)).save(out, "JPEG", quality=90)
    return out.getvalue()


async def test_text_that_can_be_read_is_a_lead_and_no_finding(stage: Stage) -> None:
    """Where the hidden mark is gone, a machine reads the visible one: it leads to the copy, and accuses nobody."""
    _, visit = await stage.visit("li")
    await stage.visit("wang")
    made = (await sent(stage, await drawn_for(stage, visit))).ok
    services = stage.services
    async with Looker() as looker:
        tracer = Tracer(
            services.database,
            services.objects,
            services.renderer,
            services.sealer,
            services.keys,
            services.clock,
            looker,
        )
        await tracer.trace(UUID(made["id"]))
    found = (await stage.api("auditor").get(f"/traces/{made['id']}")).ok
    assert ("not_enough", []) == (found["outcome"], found["copies"])
    (lead,) = found["leads"]
    assert (visit["id"], None, ["text"]) == (
        lead["visit_id"],
        lead["confidence"],
        [each["kind"] for each in lead["evidence"]],
    )
    assert "李娜" not in str(await stage.told("employee:trace:", "system:trace:"))
    assert 200 == (await stage.get("auditor", found["report_url"])).status


async def test_an_employees_preview_is_traced_as_well(stage: Stage) -> None:
    """A leak from inside the brand leads to the employee who read the page."""
    page = await stage.get("reviewer", f"/api/v1/versions/{stage.cast.version_id}/pages/1")
    found = await traced(stage, page.body)
    assert [("陈静", None)] == [(each["person"]["name"], each["share_id"]) for each in found["copies"]]
    assert ["employee:material:preview"] == [each["act"] for each in found["copies"][0]["events"]]


async def test_a_file_that_breaks_its_reader_fails_with_a_reason(stage: Stage) -> None:
    """The trace ends, in words, and the event tells why."""
    found = await traced(stage, png(600, 400)[:70])
    assert ("failed", None, []) == (found["state"], found["outcome"], found["copies"])
    assert "damaged" in found["failure"]
    [end] = await stage.told("system:trace:end")
    assert ("error", "image-damaged") == (end["res"], end["det"]["outcome"])


async def test_a_defect_ends_a_trace_too(stage: Stage) -> None:
    """What nobody thought of leaves no trace running: it has failed, and the event tells so."""
    made = (await sent(stage, png(300, 200))).ok
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("ALTER TABLE page_features RENAME TO page_features_away"))
    await jobs.tracer_of(stage.services).trace(UUID(made["id"]))
    found = (await stage.api("auditor").get(f"/traces/{made['id']}")).ok
    assert ("failed", []) == (found["state"], found["copies"])
    [end] = await stage.told("system:trace:end")
    assert ("error", "internal-error") == (end["res"], end["det"]["outcome"])


async def test_a_worker_runs_it_once(stage: Stage) -> None:
    """The job is there with the row; running it again changes nothing."""
    made = (await sent(stage, png(300, 200))).ok
    assert "queued" == made["state"]
    await run_jobs(stage.services)
    await jobs.tracer_of(stage.services).trace(UUID(made["id"]))
    assert 1 == len(await stage.told("system:trace:end"))
    listed = (await stage.api("auditor").get("/traces")).ok["items"]
    assert [("done", made["id"])] == [(each["state"], each["id"]) for each in listed]


async def test_what_can_not_be_traced_leaves_nothing(stage: Stage, subtests: pytest.Subtests) -> None:
    """The answer names the reason; there is no row, no event and no object."""
    for body, query, status, slug in [
        (b"", {}, 422, "suspect-empty"),
        (b"hello", {}, 422, "unsupported-type"),
        (bytes(SUSPECT_MAX_BYTES + 1), {}, 413, "body-too-large"),
        (png(), {"material_id": str(uuid4())}, 422, "invalid-value"),
        (png(), {"share_id": str(uuid4())}, 422, "invalid-value"),
        (png(), {"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}, 422, "invalid-value"),
    ]:
        with subtests.test(f"{slug} {sorted(query)}"):
            answer = await sent(stage, body, **query)
            assert (status, f"/problems/{slug}") == (answer.status, answer.body["type"])
            assert [] == (await stage.api("auditor").get("/traces")).ok["items"]
            assert [] == await stage.told("employee:trace:")


async def test_suspects_are_forgotten_in_time(stage: Stage) -> None:
    """After the configured time file and pictures are gone, the log says so, and the result stays."""
    found = await traced(stage, png(300, 200))
    assert found["suspect"]["kept"]
    stage.clock.advance(seconds=stage.services.config.trace_expiry_s - 1)
    assert 0 == await jobs.forget(stage.services)
    stage.clock.advance(seconds=2)
    assert 1 == await jobs.forget(stage.services)
    objects = [each.key async for page in stage.services.objects.list_pages(f"traces/{found['id']}/") for each in page]
    assert [] == objects
    assert [found["suspect"]["sha256"]] == [each["det"]["sha256"] for each in await stage.told("system:trace:forget")]
    async with stage.services.database.transaction() as tx:
        row = await traces.trace_by_id(tx, UUID(found["id"]))
    assert row is not None
    assert ("done", None, True) == (row.state, row.object_key, row.results is not None)


async def test_objects_that_no_row_names_are_swept(stage: Stage) -> None:
    """What a process left that died before recording goes in time; what a trace names stays."""
    made = (await sent(stage, png(300, 200))).ok
    key = f"traces/{uuid4()}/suspect"
    await stage.services.objects.put(key, b"lost", media_type="image/png")
    stage.clock.now = stage.clock.now.replace(year=2126)
    assert await jobs.sweep(stage.services) >= 1
    kept = [each.key async for page in stage.services.objects.list_pages("traces/") for each in page]
    assert key not in kept
    assert f"traces/{made['id']}/suspect" in kept


async def test_pages_are_made_findable_once(stage: Stage) -> None:
    """Every page of every version that is ready gets features, and the next round finds nothing to do."""
    tracer = jobs.tracer_of(stage.services)
    await tracer.index()  # how many are left for it depends on whether a worker was here before
    assert 0 == await tracer.index()
    async with stage.services.database.transaction() as tx:
        assert 5 == await tx.scalar(select(func.count()).select_from(page_features))


async def test_a_page_that_the_store_has_lost_ends_no_trace(stage: Stage) -> None:
    """It is like nothing and names nobody; traces of everything else go on, and later pages are made findable."""
    made = await stage.approved(brochure("LOST", pages=1))
    _, visit = await stage.visit("li", material_id=made)
    suspect = (await stage.get("li", visit["pages"][0]["url"])).body
    version_id = (await stage.api("owner").get(f"/materials/{made}")).ok["versions"][0]["id"]
    await stage.services.objects.delete(f"versions/{version_id}/page/1.jpg")
    found = await traced(stage, suspect, material_id=made)
    assert ("done", None) == (found["state"], found["pages"][0]["match"])
    tracer = jobs.tracer_of(stage.services)
    await tracer.index()
    assert 0 == await tracer.index()


async def test_the_suspects_hash_is_that_of_the_bytes(stage: Stage) -> None:
    """What was uploaded is what was examined."""
    body = png(300, 200)
    made = (await sent(stage, body)).ok
    stored = await stage.services.objects.read_all(f"traces/{made['id']}/suspect", limit_bytes=1 << 20)
    assert hashlib.sha256(body).hexdigest() == hashlib.sha256(stored).hexdigest() == made["suspect"]["sha256"]
