"""The register: kept by reviewers and managers, brought in as CSV, and what happens when an entry ends."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from compliance.access import Role
from fileserver.certificates.jobs import tell_ends
from storage.rows import certificates, notices
from storage.schema import person
from tests.api import sign_in
from tests.brochure import brochure
from tests.materials import add_upload, run_jobs
from tests.people import add_employee
from tests.reviewing import approve
from tests.stage import VIEWERS, Stage
from tests.viewers import as_viewer

NUMBER = "粤械广审(文)第261123-00001号"
ENTRY = {
    "kind": "drug_device_ad",
    "number": NUMBER,
    "holder": "澄序生物科技",
    "product": "润泽透明质酸钠凝胶",
    "scope": "图文",
    "valid_from": "2026-01-01",
}
PEOPLE = 8_200  # of eight parameters each: more than the 65,535 of a statement
LAST_SECOND = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
OVER = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
async def entry(stage: Stage) -> Any:
    """An entry of the register that ends today."""
    return (await stage.api("reviewer").post("/certificates", ENTRY)).ok


async def resting(stage: Stage) -> str:
    """An approved material of the owner's that was submitted with the entry; its id."""
    owner = stage.api("owner")
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], brochure())
    made = (await owner.post("/materials", {"upload_id": str(upload_id), "title": "水光", "class": "in_clinic"})).ok
    path = f"/materials/{made['id']}"
    said = {"certificates": [{"kind": "drug_device_ad", "number": NUMBER}]}
    (await owner.call("PUT", f"{path}/declaration", json=said)).ok  # noqa: B018  # must succeed
    await run_jobs(stage.services)
    version = (await owner.post(f"{path}/submit")).ok["versions"][0]
    await approve(version, stage.api("reviewer"), stage.services, stage.client)
    return str(made["id"])


async def kept(stage: Stage, who: str) -> list[str]:
    """What somebody is told, oldest first."""
    async with stage.services.database.transaction() as tx:
        found = await notices.notices_of(tx, stage.cast.people[who])
    return [each.row.kind for each in reversed(found)]


async def test_an_entry_keeps_its_history(stage: Stage, entry: dict[str, Any]) -> None:
    """Each change stays, with who made it, why, and what differs; the log tells it without the words."""
    path = f"/certificates/{entry['id']}"
    changed = {**ENTRY, "product": "润泽凝胶", "reason": "更名"}
    del changed["kind"], changed["number"]
    (await stage.api("manager").call("PUT", path, json={**changed, "revision": 1})).ok  # noqa: B018  # must succeed
    stale = await stage.api("reviewer").call("PUT", path, json={**changed, "revision": 1})
    assert (422, {"/revision"}) == (stale.status, stale.fields)
    read = (await stage.api("owner").get(path)).ok
    assert [(2, ["product"], "更名", "周宁"), (1, [], "", "陈静")] == [
        (each["revision"], each["changed"], each["reason"], each["by"]["name"]) for each in read["changes"]
    ]
    assert 403 == (await stage.api("owner").call("PUT", path, json=changed)).status
    assert "润泽" not in str(await stage.told("employee:certificate:add", "employee:certificate:change"))


async def test_a_number_is_entered_once(stage: Stage, entry: dict[str, Any]) -> None:
    """Typed in other brackets it is the same number."""
    again = await stage.api("manager").post("/certificates", {**ENTRY, "number": "粤械广审（文）第261123-00001号"})
    assert (422, [("/number", "certificate-known")]) == (
        again.status,
        [(error["field"], error["rule"]) for error in again.body["errors"]],
    )


async def test_certificates_outside_the_register_are_warned_of_too(stage: Stage) -> None:
    """Nobody entered it: its owner and who keeps the register are told 30 days ahead and at its end, once each."""
    material_id = await resting(stage)
    assert 1 == await tell_ends(stage.services)
    assert 0 == await tell_ends(stage.services)
    warned = ["certificate-expiring"]
    assert (warned, warned, []) == (
        await kept(stage, "owner"),
        await kept(stage, "manager"),
        await kept(stage, "rival"),
    )
    share = (await stage.api("owner").post("/shares", {"material_id": material_id})).ok
    stage.clock.now = OVER
    assert 1 == await tell_ends(stage.services)
    assert 0 == await tell_ends(stage.services)
    assert [*warned, "certificate-lapsed"] == await kept(stage, "owner")
    (suspended,) = await stage.told("system:share:suspend")
    assert share["id"] == suspended["link"]


async def test_everybody_is_told_however_many_materials_there_are(
    stage: Stage, entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Materials are read page by page; the last one's shares are suspended like the first's."""
    monkeypatch.setattr(certificates, "LINKED_MAX", 1)
    both = [await resting(stage) for _ in range(2)]
    shares = {(await stage.api("owner").post("/shares", {"material_id": each})).ok["id"] for each in both}
    stage.clock.now = OVER
    assert 1 == await tell_ends(stage.services)
    assert shares == {each["link"] for each in await stage.told("system:share:suspend")}


async def brought(stage: Stage, text: str) -> tuple[int, Any]:
    """A reviewer brings this CSV."""
    answer = await stage.request(
        "POST",
        "reviewer",
        "/api/v1/certificates/import",
        data=text.encode("utf-8-sig"),
        headers={"Content-Type": "text/csv"},
    )
    return answer.status, json.loads(answer.body)


async def test_a_file_brings_entries_in(stage: Stage, entry: dict[str, Any]) -> None:
    """New ones are added, known ones brought up to date, what reads the same is left alone; Chinese heads are known."""
    head = "类型,文号,持有人,产品,范围,生效日期,有效期至,状态\n"
    known = f"药械广告批准文号,{NUMBER},澄序生物科技,润泽透明质酸钠凝胶,图文,2026-01-01,2026-11-23,有效\n"
    new = "医疗器械注册证,国械注准20233130001,澄序生物科技,润泽透明质酸钠凝胶,,2023-02-01,2028-01-31,有效\n"
    assert (200, {"added": 1, "changed": 0, "unchanged": 1}) == await brought(stage, head + known + "\n" + new)
    assert (200, {"added": 0, "changed": 1, "unchanged": 0}) == await brought(stage, head + new.replace("2028", "2029"))


async def test_a_file_with_faults_changes_nothing(stage: Stage) -> None:
    """Each fault is named by its line and column, and no line is taken."""
    head = "kind,number,holder,product,valid_from,valid_until\n"
    good = "drug_approval,国药准字H20230001,x,y,2026-01-01,\n"
    lines = (
        "spaceship,国药准字H20230002,x,y,2026-01-01,\n"
        '"drug_approval","国药准字\nH20230003",x,y,2026-01-01,\n'
        "drug_approval,123,x,y,2026-01-01,\n"
        "drug_approval,国药准字H20230004,,y,someday,\n"
        "drug_approval,国药准字H20230001,x,y,2026-01-01,\n"
    )
    status, problem = await brought(stage, head + good + lines)
    assert 422 == status
    assert {
        ("/lines/3/kind", "enum"),
        ("/lines/4/number", "control_characters"),
        ("/lines/6/number", "certificate-number-form"),
        ("/lines/7/holder", "missing"),
        ("/lines/7/valid_from", "date_from_datetime_parsing"),
        ("/lines/8/number", "repeated"),
    } == {(error["field"], error["rule"]) for error in problem["errors"]}
    assert [] == (await stage.api("reviewer").get("/certificates")).ok["items"]
    status, problem = await brought(stage, "kind,number\n")
    assert [("/lines/1/holder", "missing"), ("/lines/1/product", "missing"), ("/lines/1/valid_from", "missing")] == [
        (error["field"], error["rule"]) for error in problem["errors"]
    ]


@pytest.mark.parametrize(
    ("until", "days"),
    [("2026-12-24", None), ("2026-12-23", 30), ("2026-12-01", 30), ("2026-11-30", 7), ("2026-11-24", 1)],
)
async def test_the_nearest_warning_is_given(stage: Stage, until: str, days: int | None) -> None:
    """31 days ahead nobody is told; within 30, 7 and 1 days the warning of that distance is given."""
    entry = {**ENTRY, "kind": "drug_approval", "number": "国药准字H20230001", "valid_until": until}
    (await stage.api("reviewer").post("/certificates", entry)).ok  # noqa: B018  # must succeed
    assert (1 if days else 0) == await tell_ends(stage.services)
    told = await stage.told("system:certificate:warn")
    assert ([days] if days else []) == [event["det"]["days"] for event in told]


async def test_ends_are_told_once_each(stage: Stage) -> None:
    """30, 7 and 1 days ahead and at the end, once each however often the job runs, to keepers and owners."""
    entry = {**ENTRY, "number": "粤械广审(文)第261230-00001号"}
    (await stage.api("reviewer").post("/certificates", entry)).ok  # noqa: B018  # must succeed
    said = {"certificates": [{"kind": entry["kind"], "number": entry["number"]}]}
    path = f"/materials/{stage.cast.draft_id}/declaration"
    (await stage.api("owner").call("PUT", path, json=said)).ok  # noqa: B018  # must succeed
    first, told = datetime(2026, 11, 29, 3, 0, tzinfo=UTC), {}
    for day in range(40):
        stage.clock.now = first + timedelta(days=day)
        told[day] = await tell_ends(stage.services) + await tell_ends(stage.services)
    assert {1: 1, 24: 1, 30: 1, 32: 1} == {day: count for day, count in told.items() if count}
    assert [30, 7, 1] == [event["det"]["days"] for event in await stage.told("system:certificate:warn")]
    assert 1 == len(await stage.told("system:certificate:lapse"))
    everything = ["certificate-expiring"] * 3 + ["certificate-lapsed"]
    for who in ("reviewer", "manager", "owner"):
        assert everything == await kept(stage, who)
    assert [] == await kept(stage, "rival")


async def test_what_rests_on_it_stops_with_its_last_second(stage: Stage, entry: dict[str, Any]) -> None:
    """A visit goes on to the last second of the last day; then the next byte is refused, told or not."""
    material_id = await resting(stage)
    until = datetime(2026, 12, 1, tzinfo=UTC).isoformat()
    share = (await stage.api("owner").post("/shares", {"material_id": material_id, "expires_at": until})).ok
    stage.clock.now = LAST_SECOND
    manager = await sign_in(stage.client, await add_employee(stage.services, Role.MANAGER))
    viewer, _ = await as_viewer(stage.client, **VIEWERS["li"])
    visit = (await viewer.post("/visits", {"token": share["token"]})).ok
    page = visit["pages"][0]["url"]
    reading = {"headers": {"Authorization": f"Bearer {viewer.token}"}}
    assert 200 == (await stage.request("GET", None, page, **reading)).status
    stage.clock.now = OVER
    refused = await stage.request("GET", None, page, **reading)
    assert (403, True) == (refused.status, b"certificate-lapsed" in refused.body)
    again = await viewer.post("/visits", {"token": share["token"]})
    assert (403, "certificate-lapsed") == (again.status, again.body["rule"])
    new = await manager.post("/shares", {"material_id": material_id})
    assert (403, "certificate-lapsed") == (new.status, new.body["rule"])
    assert "suspended" == (await manager.get(f"/shares/{share['id']}")).ok["state"]
    assert 1 == await tell_ends(stage.services)
    assert [share["id"]] == [event["link"] for event in await stage.told("system:share:suspend")]
    assert ["certificate-lapsed"] == await kept(stage, "li")
    assert [] == await kept(stage, "wang")


async def test_a_renewed_entry_opens_them_again(stage: Stage) -> None:
    """What the register says counts at once, in both directions: suspended by hand it closes, put right it opens."""
    entry = {**ENTRY, "kind": "device_registration", "number": "国械注准20233130001", "valid_until": "2028-01-31"}
    made = (await stage.api("reviewer").post("/certificates", entry)).ok
    path = f"/certificates/{made['id']}"
    owner, said = stage.api("owner"), {name: entry[name] for name in entry if name not in ("kind", "number")}
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], brochure())
    material = (await owner.post("/materials", {"upload_id": str(upload_id), "title": "x", "class": "in_clinic"})).ok
    certificates = [{"kind": entry["kind"], "number": entry["number"]}]
    await owner.call("PUT", f"/materials/{material['id']}/declaration", json={"certificates": certificates})
    await run_jobs(stage.services)
    version = (await owner.post(f"/materials/{material['id']}/submit")).ok["versions"][0]
    await approve(version, stage.api("reviewer"), stage.services, stage.client)
    share = (await owner.post("/shares", {"material_id": material["id"]})).ok
    (await stage.api("manager").call("PUT", path, json={**said, "status": "suspended", "reason": "x"})).ok  # noqa: B018  # must succeed
    assert 403 == (await stage.open("li", share["token"])).status
    assert [share["id"]] == [event["link"] for event in await stage.told("system:share:suspend")]
    (await stage.api("manager").call("PUT", path, json={**said, "status": "active"})).ok  # noqa: B018  # must succeed
    assert 201 == (await stage.open("li", share["token"])).status


async def test_what_is_left_out_lifts_no_suspension(stage: Stage, entry: dict[str, Any]) -> None:
    """A file without the column, an empty cell, and a change without the member leave status, scope and end alone."""
    path, manager = f"/certificates/{entry['id']}", stage.api("manager")
    said = {name: ENTRY[name] for name in ("holder", "product", "valid_from")}
    made = (await manager.call("PUT", path, json={**said, "status": "suspended", "reason": "x"})).ok
    stood = {name: made[name] for name in ("status", "scope", "valid_until")}
    assert ("suspended", "图文") == (stood["status"], stood["scope"])
    head, line = "kind,number,holder,product,valid_from", f"drug_device_ad,{NUMBER},新持有人,y,2026-01-01"
    assert 1 == (await brought(stage, f"{head}\n{line}\n"))[1]["changed"]
    assert 0 == (await brought(stage, f"{head},status\n{line},\n"))[1]["changed"]
    changed = (await manager.call("PUT", path, json=said)).ok
    assert stood == {name: changed[name] for name in stood}
    assert "active" == (await manager.call("PUT", path, json={**said, "status": "active"})).ok["status"]


async def test_what_rests_on_it_waits_for_its_first_day(stage: Stage, entry: dict[str, Any]) -> None:
    """An entry whose first day is to come opens nothing, whatever its status says."""
    material_id, owner = await resting(stage), stage.api("owner")
    assert 201 == (await owner.post("/shares", {"material_id": material_id})).status
    said = {name: ENTRY[name] for name in ("holder", "product")}
    path = f"/certificates/{entry['id']}"
    (await stage.api("manager").call("PUT", path, json={**said, "valid_from": "2026-11-23"})).ok  # noqa: B018  # must succeed
    assert 201 == (await owner.post("/shares", {"material_id": material_id})).status
    stage.clock.now -= timedelta(days=1)
    owner = await sign_in(stage.client, await add_employee(stage.services, Role.MANAGER))
    refused = await owner.post("/shares", {"material_id": material_id})
    assert (403, "certificate-lapsed") == (refused.status, refused.body["rule"])


async def test_any_number_of_people_is_told_at_once(stage: Stage) -> None:
    """More people than a statement has room for are told in one, each once by its key."""
    people = [uuid4() for _ in range(PEOPLE)]
    told = {"kind": "material-withdrawn", "key": "x", "material_id": None, "certificate_id": None}
    row = {**told, "created_at": stage.clock.now, "params": {"n": 1}}
    async with stage.services.database.transaction() as tx:
        rows = [{"id": each, "kind": "viewer", "pseudonym": f"p-{each.hex[:20]}"} for each in people]
        await tx.execute(insert(person), rows)
        assert PEOPLE == await notices.add_notices(tx, people, row)
        assert 0 == await notices.add_notices(tx, people, row)
        (one,) = await notices.notices_of(tx, people[0])
    assert (1, "x", None) == (one.row.params["n"], one.row.key, one.row.material_id)
