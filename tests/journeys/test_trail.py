"""The auditor's console over the API: counting, narrowing, saving, reviewing with a signature, closing anomalies."""

import json
from datetime import timedelta

import pytest

from compliance import ledger
from compliance.access import Role
from compliance.events import Act, Event, Result, Trail
from fileserver.audit.following import follow
from storage.rows import people
from tests.api import Api, sign_in
from tests.people import Employee, add_employee
from tests.stage import TITLE, Stage

PAYLOADS = ("'; DROP TABLE event; --", "%' OR '1'='1", "\\", "{{7*7}}", "<script>alert(1)</script>", "p-' OR ''='")


async def caught_up(stage: Stage) -> None:
    """Everything is in the tree, indexed and looked at, the events that this made included."""
    for _ in range(2):
        await stage.services.sequencer.catch_up()
        await follow(stage.services)


async def pseudonym(stage: Stage, who: str) -> str:
    """What events call one of the cast."""
    async with stage.services.database.transaction() as tx:
        rows = await people.sealed_profiles(tx, person_ids=[stage.cast.people[who]])
    return rows[0].pseudonym


async def told(stage: Stage, *events: Event, every_s: float = 1.0) -> None:
    """Appends events, one after the other in time."""
    async with stage.services.database.transaction() as tx:
        for event in events:
            stage.clock.advance(seconds=every_s)
            await ledger.append(tx, event, now=stage.clock())


async def an_auditor(stage: Stage) -> tuple[Api, Employee]:
    """Another auditor, whose password is known."""
    employee = await add_employee(stage.services, Role.AUDITOR, name="孙静")
    return await sign_in(stage.client, employee), employee


async def test_counts_lead_to_what_they_count(stage: Stage) -> None:
    """Each value of each facet, asked for, finds as many events as it said, before and after they are indexed."""
    await stage.visit("li", download=True)
    auditor = stage.api("auditor")
    stage.clock.advance(minutes=5)  # so that looking isn't counted
    filters = {"act": "act", "result": "result", "role": "role", "person": "person", "clinic": "clinic_id",
               "material": "material_id"}  # fmt: skip
    until = (stage.clock() - timedelta(minutes=1)).isoformat()
    for _ in range(2):
        facets = (await auditor.get("/events/facets", until=until)).ok
        assert facets["exact"]
        assert TITLE in {each["name"] for each in facets["material"]["values"]}
        for facet, name in filters.items():
            for each in facets[facet]["values"]:
                found = (await auditor.get("/events", until=until, limit=500, **{name: each["value"]})).ok["items"]
                assert each["count"] == len(found), (facet, each)
        await caught_up(stage)


async def test_every_member_of_a_leaf_finds_its_event(stage: Stage) -> None:
    """Session, network, device, version, rule, object and details lead back to the event they stand in."""
    share, visit = await stage.visit("li")
    await caught_up(stage)
    auditor = stage.api("auditor")
    event = (await auditor.get("/events?act=viewer:visit:start")).ok["items"][0]
    queries = {
        "session": event["session"],
        "network": "127.0.0.1",
        "user_agent": event["user_agent"],
        "version_sha256": event["version_sha256"],
        "rule": event["rule"],
        "object": event["object"],
        "details": f"visit={visit['id']} copy={event['details']['copy']}",
        "share_id": share["id"],
        "role": "viewer",
    }
    for name, value in queries.items():
        found = (await auditor.get("/events", act="viewer:visit:start", **{name: value})).ok["items"]
        assert event["id"] in {each["id"] for each in found}, name
    none = (await auditor.get("/events", details="visit=nobody", act="viewer:visit:start")).ok["items"]
    assert [] == none


async def test_an_event_says_where_it_stands(stage: Stage) -> None:
    """Its exact bytes at once; its place and the checkpoint that covers it as soon as it is in the tree."""
    auditor = stage.api("auditor")
    first = (await auditor.get("/events?act=employee:version:approve")).ok["items"][0]
    waiting = (await auditor.get(f"/events/{first['id']}")).ok
    assert (first["leaf"], None, None) == (waiting["leaf"], waiting["index"], waiting["checkpoint_size"])
    await caught_up(stage)
    placed = (await auditor.get(f"/events/{first['id']}")).ok
    assert placed["index"] < placed["checkpoint_size"]
    assert 64 == len(placed["leaf_hash"])
    assert 404 == (await auditor.get("/events/999999999")).status


async def test_what_is_asked_is_data(stage: Stage, subtests: pytest.Subtests) -> None:
    """Text that looks like SQL or HTML finds nothing, breaks nothing, and stands in the page as text."""
    await caught_up(stage)
    auditor = stage.api("auditor")
    for payload in PAYLOADS:
        with subtests.test(str(payload)):
            assert [] == (await auditor.get("/events", person=payload)).ok["items"]
            assert 0 == (await auditor.get("/events/facets", person=payload)).ok["total"]
            shown = await stage.request("GET", "auditor", "/log", params={"person": payload})
            assert 200 == shown.status
            assert b"<script>alert(1)" not in shown.body
            for name in ("object", "session", "network", "rule", "details"):
                refused = await stage.request("GET", "auditor", "/api/v1/events", params={name: payload})
                assert 422 == refused.status, name


async def test_a_search_is_saved_without_a_name_in_it(stage: Stage) -> None:
    """A saved search keeps the pseudonym, is its owner's alone, is sealed in the database, and can be removed."""
    auditor, (other, _) = stage.api("auditor"), await an_auditor(stage)
    body = {"name": "李娜的下载", "query": {"person": "李娜", "act": "viewer:copy:download"}}
    kept = (await auditor.post("/audit/searches", body)).ok
    assert {"person": await pseudonym(stage, "li"), "act": "viewer:copy:download"} == kept["query"]
    assert ["李娜的下载"] == [each["name"] for each in (await auditor.get("/audit/searches")).ok["items"]]
    assert [] == (await other.get("/audit/searches")).ok["items"]
    assert 404 == (await other.call("DELETE", f"/audit/searches/{kept['id']}")).status
    ambiguous = await auditor.post("/audit/searches", {"name": "x", "query": {"person": "谁也不是"}})
    asked = [event["det"] for event in await stage.told("employee:event:search") if "saved" in event["det"]]
    assert [1, 0] == [each["found"] for each in asked]
    assert "李娜" not in json.dumps(asked, ensure_ascii=False)
    assert 422 == ambiguous.status
    shared = (await auditor.post("/audit/searches", {"name": "y", "query": {"sharer": "林晓"}})).ok
    assert {"sharer": await pseudonym(stage, "owner")} == shared["query"]
    unknown = await auditor.post("/audit/searches", {"name": "z", "query": {"sharer": "谁也不是"}})
    assert (422, "/query/sharer") == (unknown.status, unknown.body["errors"][0]["field"])
    assert 204 == (await auditor.call("DELETE", f"/audit/searches/{shared['id']}")).status
    assert 204 == (await auditor.call("DELETE", f"/audit/searches/{kept['id']}")).status
    assert [] == (await auditor.get("/audit/searches")).ok["items"]


async def test_the_trail_is_reviewed_and_signed(stage: Stage) -> None:
    """A span waits, becomes overdue, is signed with the password again, and the next begins where it ended."""
    api, employee = await an_auditor(stage)
    await caught_up(stage)
    before = (await api.get("/audit/reviews")).ok
    assert (0, False, True) == (before["span"]["first_index"], before["overdue"], before["intact"])
    assert before["span"]["size"] == sum(before["span"]["results"].values())
    stage.clock.advance(days=31)
    api = await sign_in(stage.client, employee)
    assert (await api.get("/audit/reviews")).ok["overdue"]
    span = before["span"]
    signature = {"size": span["size"], "root": span["root"], "meaning": "in_order", "note": "无异常"}
    wrong = await api.post("/audit/reviews", {**signature, "password": "wrong"})
    assert (422, {"/password"}) == (wrong.status, wrong.fields)
    other_root = await api.post("/audit/reviews", {**signature, "root": "0" * 64, "password": employee.password})
    assert 409 == other_root.status
    signed = (await api.post("/audit/reviews", {**signature, "password": employee.password})).ok
    assert ("孙静", span["size"]) == (signed["signed_by_name"], signed["size"])
    again = await api.post("/audit/reviews", {**signature, "password": employee.password})
    assert 409 == again.status
    await caught_up(stage)
    after = (await api.get("/audit/reviews")).ok
    assert (span["size"], False) == (after["span"]["first_index"], after["overdue"])
    event = (await stage.told("employee:trail:sign"))[-1]
    assert ("allow", span["root"], 0, span["size"]) == (
        event["res"], event["det"]["root"], event["det"]["from"], event["det"]["size"]
    )  # fmt: skip


async def test_what_stands_out_is_found_and_closed_with_a_reason(stage: Stage) -> None:
    """Many copies at night from a new origin, and doors tried by strangers: each once, with its evidence."""
    li = await pseudonym(stage, "li")
    await stage.visit("li")  # from where she usually does
    await caught_up(stage)
    stage.clock.advance(hours=15)  # half past midnight at the brand
    at_home = Trail(who=li, role="viewer", ip="192.0.2.0/24", ua="b" * 16)
    await told(stage, *(at_home.event(Act.VIEWER_COPY_DOWNLOAD, obj="material:x") for _ in range(21)))
    stranger = Event(act=Act.VIEWER_REQUEST_DENY, res=Result.DENY, why="share-expired", ip="198.51.100.0/24")
    await told(stage, *(stranger for _ in range(6)))
    await caught_up(stage)
    auditor, _ = await an_auditor(stage)
    found = {each["detector"]: each for each in (await auditor.get("/audit/anomalies")).ok["items"]}
    counts = {name: each["count"] for name, each in found.items()}
    assert {"copies": 21, "night": 21, "origins": 1, "denials": 6} == counts
    assert ("李娜", "") == (found["copies"]["person_name"], found["copies"]["network"])
    assert ("", "198.51.100.0/24") == (found["denials"]["person"], found["denials"]["network"])
    assert {"found": len(found)} == (await stage.told("employee:anomaly:list"))[-1]["det"]
    path = f"/audit/anomalies/{found['copies']['id']}/dismissal"
    closed = (await auditor.post(path, {"reason": "培训日，已核实"})).ok
    assert ("孙静", "培训日，已核实") == (closed["dismissed_by_name"], closed["reason"])
    assert 409 == (await auditor.post(path, {"reason": "again"})).status
    assert found["copies"]["id"] not in {each["id"] for each in (await auditor.get("/audit/anomalies")).ok["items"]}
    await caught_up(stage)
    again = (await auditor.get("/audit/anomalies?open_only=false")).ok["items"]
    assert len(found) == len(again)
    assert len(found) == len(await stage.told("system:anomaly:find"))
