"""Broken glass: loud, timed, reasoned, logged; it opens one thing to one administrator, and ends by itself."""

from typing import Any

from compliance.sessions import FRESH_S
from fileserver.glass.jobs import tell_ends
from tests.stage import Stage

WHY = "客户投诉分享内容有误，需当场核对"


async def broken(stage: Stage, **wanted: Any) -> dict[str, Any]:
    """The glass, broken by the administrator."""
    asked = {"scope": "material", "material_id": str(stage.cast.material_id), "reason": WHY, "minutes": 5, **wanted}
    made: dict[str, Any] = (await stage.api("admin").post("/break-glass", asked)).ok
    return made


async def test_it_opens_one_material_and_tells_everybody(stage: Stage) -> None:
    """Facts and pages of that one, nothing else; auditors and managers are told, every page of the console says it."""
    admin, material = stage.api("admin"), f"/materials/{stage.cast.material_id}"
    page = f"/api/v1/versions/{stage.cast.version_id}/pages/1"
    assert [403, 403] == [(await admin.get(material)).status, (await stage.get("admin", page)).status]
    grant = await broken(stage)
    assert [200, 200] == [(await admin.get(material)).status, (await stage.get("admin", page)).status]
    assert 200 == (await stage.get("admin", material)).status
    original = f"/api/v1/versions/{stage.cast.version_id}/original"
    closed = (original, f"/api/v1/materials/{stage.cast.draft_id}", "/api/v1/events", "/api/v1/materials")
    assert [403] * 4 == [(await stage.get("admin", path)).status for path in closed]
    for who, told in (("auditor", 1), ("manager", 1), ("owner", 0)):
        assert told == (await stage.api(who).get("/notices")).ok["unread"]
    for who in ("owner", "manager", "reviewer", "auditor", "admin"):
        assert b'class="alarm"' in (await stage.get(who, "/me")).body
    assert b'class="alarm"' not in (await stage.get("li", f"/s/{(await stage.share())['token']}")).body
    (listed,) = (await stage.api("auditor").get("/break-glass")).ok["items"]
    assert (grant["id"], "郑凯", WHY, True) == tuple(listed[name] for name in ("id", "name", "reason", "open"))


async def test_begin_each_use_and_end_are_events(stage: Stage) -> None:
    """They name the grant and the thing; the reason is a hash; the count of uses stands in the end."""
    grant = await broken(stage)
    for path in (f"/materials/{stage.cast.material_id}", f"/materials/{stage.cast.material_id}/declaration"):
        assert 200 == (await stage.api("admin").get(path)).status
    await stage.get("admin", f"/api/v1/versions/{stage.cast.version_id}/pages/1")
    assert 403 == (await stage.api("auditor").post(f"/break-glass/{grant['id']}/end")).status
    ended = (await stage.api("manager").post(f"/break-glass/{grant['id']}/end")).ok
    assert (False, 3, "周宁") == (ended["open"], ended["uses"], ended["ended_by"])
    assert 403 == (await stage.api("admin").get(f"/materials/{stage.cast.material_id}")).status
    told = await stage.told("employee:glass:", "system:glass:")
    used = ["material.read", "material.read", "material.preview"]
    assert ["employee:glass:break", *["employee:glass:use"] * 3, "employee:glass:end"] == [each["act"] for each in told]
    assert used == [each["det"]["action"] for each in told[1:-1]]
    assert {"glass-opens-a-material"} == {each["why"] for each in told[1:-1]}
    named = {(each["det"]["grant"], each["obj"]) for each in told}
    assert {(grant["id"], f"material:{stage.cast.material_id}")} == named
    assert ("admin-breaks-glass", "glass-is-ended", 3) == (told[0]["why"], told[-1]["why"], told[-1]["det"]["uses"])
    assert WHY not in str(told)
    preview = (await stage.told("employee:material:preview"))[-1]
    assert "glass-opens-a-material" == preview["why"]


async def test_it_ends_by_itself(stage: Stage) -> None:
    """With its last minute, whether a worker runs or not; the worker writes down the end, once."""
    await broken(stage, scope="log", material_id=None, minutes=2)
    admin = stage.api("admin")
    assert [200, 200] == [(await admin.get(path)).status for path in ("/events", "/events/facets")]
    assert 200 == (await stage.get("admin", "/log")).status
    assert ["event.search"] * 3 == [each["det"]["action"] for each in await stage.told("employee:glass:use")]
    stage.clock.advance(minutes=2)
    assert 403 == (await admin.get("/events")).status
    assert b'class="alarm"' not in (await stage.get("owner", "/me")).body
    assert [1, 0] == [await tell_ends(stage.services) for _ in range(2)]
    (end,) = await stage.told("system:glass:end")
    assert ("log", 3) == (end["obj"], end["det"]["uses"])


async def test_it_needs_a_reason_a_time_and_a_fresh_proof(stage: Stage) -> None:
    """No reason, longer than configured, an unknown thing, the same thing twice, or an old sign-in: refused."""
    admin = stage.api("admin")
    asked = {"scope": "log", "reason": WHY, "minutes": 5}
    longest = stage.services.config.break_glass_minutes_max
    for wrong, field in (
        ({"reason": "x"}, "/reason"),
        ({"minutes": longest + 1}, "/minutes"),
        ({"minutes": 0}, "/minutes"),
        ({"material_id": str(stage.cast.material_id)}, ""),
    ):
        refused = await admin.post("/break-glass", {**asked, **wrong})
        assert (422, {field}) == (refused.status, refused.fields)
    unknown = {**asked, "scope": "material", "material_id": str(stage.cast.version_id)}
    assert 404 == (await admin.post("/break-glass", unknown)).status
    assert [201, 409] == [(await admin.post("/break-glass", asked)).status for _ in range(2)]
    stage.clock.advance(seconds=FRESH_S)
    refused = await admin.post("/break-glass", {**asked, "minutes": 1})
    assert "/problems/step-up-needed" == refused.body["type"]
