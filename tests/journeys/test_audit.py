"""The auditor's desk: the log is searched and taken away, and who does so stands in it."""

import asyncio
import csv
import hashlib
import io
import json
from typing import Any

import pytest

from compliance import ledger
from compliance.events import Act, Trail
from compliance.profiles import erase
from compliance.spreading.following import spread_all
from compliance.trail import walking
from compliance.trail.indexing import index_all
from fileserver.audit import exporting, narrowing
from fileserver.audit.formats import FORMS
from storage.rows import sequencing
from storage.rows.departments import ROOT_ID
from tests.api import Api
from tests.stage import Stage
from tests.viewers import as_viewer

EVENTS_MANY = 1203  # more than two batches of an export


@pytest.fixture
def auditor(stage: Stage) -> Api:
    """Somebody who may read the log."""
    return stage.api("auditor")


async def acts(auditor: Api, **query: str | int) -> list[str]:
    """The acts that a search finds, newest first."""
    return [item["act"] for item in (await auditor.get("/events", **query)).ok["items"]]


async def many(stage: Stage, count: int) -> None:
    """So many events of one act, a second apart."""
    async with stage.services.database.transaction() as tx:
        for number in range(count):
            stage.clock.advance(seconds=1)
            event = Trail().event(Act.SYSTEM_KEY_ROTATE, det={"kid": number})
            await ledger.append(tx, event, now=stage.clock())


async def test_filters_narrow_together(stage: Stage, auditor: Api) -> None:
    """Act, beginning of an act, result, time, person and share: whatever is given must hold."""
    stage.clock.advance(minutes=1)
    share, visit = await stage.visit("li")
    stage.clock.advance(minutes=59)
    narrow = await stage.share(audience="clinic", clinic_id=str(stage.cast.clinics["li"]))
    assert 403 == (await stage.open("wang", narrow["token"])).status
    later = stage.clock().isoformat()
    assert ["viewer:visit:start"] == await acts(auditor, act="viewer:visit:start")
    assert ["viewer:request:deny", "viewer:visit:start"] == (
        await acts(auditor, act="viewer:", since=visit["started_at"])
    )
    assert ["viewer:request:deny"] == await acts(auditor, result="deny")
    assert ["viewer:request:deny"] == await acts(auditor, act="viewer:", since=later)
    assert "viewer:request:deny" not in await acts(auditor, until=later)
    assert ["viewer:visit:start", "employee:share:create"] == await acts(auditor, share_id=share["id"])
    assert [] == await acts(auditor, share_id=share["id"], result="deny")
    assert [] == await acts(auditor, person="没有这个人")
    deny = (await auditor.get("/events", person="王强", result="deny")).ok["items"][0]
    assert ("outside-audience", "王强", "悦美诊所", "夏季护肤手册") == (
        deny["rule"],
        deny["person_name"],
        deny["clinic_name"],
        deny["object_title"],
    )
    assert ["viewer:request:deny"] == await acts(auditor, person=deny["person"], result="deny")


async def test_bad_filters_name_their_field(stage: Stage, auditor: Api, subtests: pytest.Subtests) -> None:
    """A filter that can't be meant is refused; it is never left out silently."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"act": "viewer"}, "/act"),
        ({"act": "viewer:%"}, "/act"),
        ({"result": "maybe"}, "/result"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-11-23T00:00:00"}, "/since"),
        ({"material_id": "7"}, "/material_id"),
        ({"limit": 0}, "/limit"),
        ({"limit": 501}, "/limit"),
        ({"before": 0}, "/before"),
        ({"persona": "x"}, "/persona"),
    ]
    for query, field in cases:
        with subtests.test(str((query, field))):
            refused = await auditor.get("/events", **query)
            assert (422, {field}) == (refused.status, refused.fields)


async def test_pages_follow_without_gap_or_repetition(stage: Stage, auditor: Api) -> None:
    """Page after page, each event once, newest first, also while new events arrive."""
    await many(stage, 25)
    found: list[int] = []
    page = (await auditor.get("/events", act="system:key:rotate", limit=10)).ok
    while True:
        found += [item["details"]["kid"] for item in page["items"]]
        if page["next"] is None:
            break
        await many(stage, 1)
        page = (await auditor.get("/events", act="system:key:rotate", limit=10, before=page["next"])).ok
    assert list(range(24, -1, -1)) == found


async def test_searching_is_an_event(stage: Stage, auditor: Api) -> None:
    """The log tells who looked for what, page by page; the name that was looked for is a keyed hash in it."""
    await auditor.get("/events", person="李娜", limit=1)
    await auditor.get("/events", person="李娜", limit=1, before=3)
    first, second = await stage.told("employee:event:search")
    assert ("auditor", "auditor-reads-log") == (first["role"], first["why"])
    assert {**first["det"], "before": "3"} == second["det"]
    assert "李娜" not in json.dumps([first, second], ensure_ascii=False)
    assert hashlib.sha256("李娜".encode()).hexdigest()[:8] not in json.dumps([first, second])


async def test_large_export_is_whole_and_in_order(stage: Stage, auditor: Api) -> None:
    """More events than fit a batch, oldest first, each once; the export's own event is not among them."""
    await many(stage, EVENTS_MANY)
    everything = (await stage.get("auditor", "/api/v1/events/export?format=ndjson")).body.splitlines()
    told = await stage.told("system:")
    assert EVENTS_MANY <= len(everything)
    kids = [leaf["det"]["kid"] for leaf in map(json.loads, everything) if leaf["act"] == "system:key:rotate"]
    assert list(range(EVENTS_MANY)) == kids
    assert len(told) >= 500
    assert b"employee:event:export" not in b"".join(everything)
    assert 1 == len(await stage.told("employee:event:export"))


async def test_every_form_is_offered(stage: Stage, auditor: Api, subtests: pytest.Subtests) -> None:
    """Each comes as a file with its own name and type, and says about how much there is for a progress bar."""
    await many(stage, 40)
    for form, media_type in [(name, form.media_type) for name, form in FORMS.items()]:
        with subtests.test(str((form, media_type))):
            answer = await stage.get("auditor", f"/api/v1/events/export?act=system:key:rotate&format={form}")
            assert (200, media_type) == (answer.status, answer.headers["Content-Type"].removesuffix("; charset=utf-8"))
            assert answer.headers["Content-Disposition"].endswith(f'.{FORMS[form].suffix}"')
            assert "40" == answer.headers["X-Events-About"]
            assert 0.2 < len(answer.body) / int(answer.headers["X-Bytes-About"]) < 5


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if form.text])
async def test_parts_make_the_whole(stage: Stage, auditor: Api, form: str) -> None:
    """What broke off is continued behind the last part that arrived: the parts joined are the file in one go."""
    await many(stage, 30)
    address = f"/api/v1/events/export?format={form}"
    whole = await stage.get("auditor", address)
    end, joined, after = int(whole.headers["X-Events-End"]), b"", None
    for through in (end // 3, end // 2, end):
        part = f"&through={through}" + ("" if after is None else f"&after={after}")
        joined += (await stage.get("auditor", address + part)).body
        after = through
    assert whole.body == joined
    exports = await stage.told("employee:event:export")
    assert {"format": form, "after": str(end // 3), "through": str(end // 2)} == exports[2]["det"]


async def test_a_person_erased_is_a_pseudonym_in_the_next_export(stage: Stage, auditor: Api) -> None:
    """Names are read anew for each export."""
    await stage.visit("li")
    address = "/api/v1/events/export?act=viewer:visit:start"
    assert "李娜" in (await stage.get("auditor", address)).body.decode()
    async with stage.services.database.transaction() as tx:
        await erase(tx, stage.cast.people["li"])
    assert "李娜" not in (await stage.get("auditor", address)).body.decode()


async def test_names_in_an_export_run_nothing(stage: Stage, auditor: Api) -> None:
    """A viewer who calls themselves a formula is text in the auditor's spreadsheet."""
    for _ in range(2):  # the first session begins before the name is known
        await as_viewer(stage.client, name='=HYPERLINK("http://x")', phone="13800138009", clinic_name="@诊所")
    answer = await stage.get("auditor", "/api/v1/events/export?act=viewer:session:start&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert ('\'=HYPERLINK("http://x")', "'@诊所") == (rows[-1]["person_name"], rows[-1]["clinic_name"])
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="sealshare-events-')
    assert "text/csv; charset=utf-8" == answer.headers["Content-Type"]


async def test_log_holds_no_name_phone_or_title(stage: Stage, auditor: Api) -> None:
    """After a whole visit with a download and a block: ids, pseudonyms and hashes only."""
    _, visit = await stage.visit("li", download=True, note="给李娜的秘密")
    await stage.get("li", visit["download_url"])
    path = f"/people/viewers/{stage.cast.people['li']}/block"
    assert 200 == (await stage.api("manager").post(path, {"reason": "李娜泄密"})).status
    await auditor.get("/events", person="李娜")
    log = (await stage.get("auditor", "/api/v1/events/export?format=ndjson")).body.decode()
    secrets = (
        "李娜",
        "王强",
        "林晓",
        "13800138001",
        "瑞丽",
        "护肤",
        "泄密",
        "秘密",
        "brochure",
        "127.0.0.1",
        "aiohttp",
    )
    assert [] == [secret for secret in secrets if secret in log]
    assert {"127.0.0.0/24"} == {json.loads(line)["ip"] for line in log.splitlines()} - {""}


async def test_an_export_looks_through_the_log_in_windows(
    stage: Stage, auditor: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where few events match, no statement reads the whole log for them; none is missed between two windows."""
    await many(stage, 100)
    monkeypatch.setattr(walking, "WINDOW_MIN", 7)
    monkeypatch.setattr(walking, "WINDOW_MAX", 9)
    await index_all(stage.services.database, stage.clock())
    for query, kids in (("act=system:key:rotate", list(range(100))), ("details=kid%3D42", [42])):
        found = (await stage.get("auditor", f"/api/v1/events/export?format=ndjson&{query}")).body.splitlines()
        assert kids == [json.loads(line)["det"]["kid"] for line in found]


async def test_what_commits_late_is_in_the_next_part(stage: Stage) -> None:
    """Its number is smaller than those that were taken away; its place is behind them, and so it is not passed over."""
    address = "/api/v1/events/export?format=ndjson&act=system:key:rotate"
    async with stage.services.database.transaction() as tx:
        late = await ledger.append(tx, Trail().event(Act.SYSTEM_KEY_ROTATE, det={"kid": 1}), now=stage.clock())
        async with stage.services.database.transaction() as other:
            soon = await ledger.append(other, Trail().event(Act.SYSTEM_KEY_ROTATE, det={"kid": 2}), now=stage.clock())
        first = await stage.get("auditor", address)
    assert late < soon
    more = await stage.get("auditor", f"{address}&after={first.headers['X-Events-End']}")
    assert [2, 1] == [json.loads(line)["det"]["kid"] for line in (first.body + more.body).splitlines()]


async def test_an_export_waits_for_no_sequencer_of_others(
    stage: Stage, auditor: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nobody can put its own event into the tree it holds nothing, and it may be asked for again."""
    monkeypatch.setattr(exporting, "PLACED_WITHIN_S", 0.2)
    async with stage.services.database.transaction() as tx:
        assert await sequencing.take_turn(tx)
        answer = await stage.get("auditor", "/api/v1/events/export?format=ndjson")
    assert (503, "/problems/ledger-stalled") == (answer.status, json.loads(answer.body)["type"])
    assert 200 == (await stage.get("auditor", "/api/v1/events/export?format=ndjson")).status


@pytest.mark.parametrize("address", ["/api/v1/events?act=viewer:", "/api/v1/events/export?format=ndjson&act=viewer:"])
async def test_whose_share_it_was_is_asked_once_it_is_known(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """What the log is narrowed by is counted behind it: so long an answer waits, or it is refused, and never short."""
    monkeypatch.setattr(narrowing, "KNOWN_WITHIN_S", 0.2)
    share, _ = await stage.visit("li")
    await stage.services.sequencer.catch_up()
    await index_all(stage.services.database, stage.clock())
    narrowed = [f"{address}&tree_id={share['id']}", f"{address}&sharer=林晓", f"{address}&department_id={ROOT_ID}"]
    for each in narrowed:
        answer = await stage.get("auditor", each)
        assert (503, "/problems/figures-behind") == (answer.status, json.loads(answer.body)["type"])
    assert b"viewer:visit:start" in (await stage.get("auditor", address)).body
    monkeypatch.setattr(narrowing, "KNOWN_WITHIN_S", 60)
    for each in narrowed:
        waiting = asyncio.create_task(stage.get("auditor", each))
        while not waiting.done():
            await spread_all(stage.services.database, stage.clock())
        assert b"viewer:visit:start" in (await waiting).body
