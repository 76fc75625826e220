"""Withdrawal: everything stops at once and everywhere, holders are told, and who saw it is listed."""

import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from compliance.errors import AccessDenied
from compliance.events import Trail
from compliance.exit import Copy, VisitGate, asking
from tests.api import Api
from tests.stage import Stage, running

TRAIL = Trail(role="viewer")


async def withdraw(stage: Stage, by: str = "manager") -> None:
    """Somebody withdraws the brochure."""
    answer = await stage.api(by).post(f"/materials/{stage.cast.material_id}/withdraw", {"reason": "文案有误"})
    assert 200 == answer.status


def everything(copy: Copy) -> range:
    """All of a copy."""
    return range(copy.size_bytes or 1)


class Leaving:
    """An outlet that takes everything; once the first bytes have left, something happens."""

    standstill_s = 60.0

    def __init__(self, then: Callable[[], Awaitable[None]]) -> None:
        self.left_bytes, self._then = 0, then

    async def write(self, piece: bytes) -> None:
        """See compliance.exit.Outlet."""
        if not self.left_bytes:
            await self._then()
        self.left_bytes += len(piece)

    async def bare(self) -> None:
        """See compliance.exit.Outlet."""

    def took(self, size_bytes: int) -> None:
        """See compliance.exit.Outlet."""
        raise AssertionError("there is no connection")


async def test_a_running_download_stops(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy on its way out ends when it is asked about next, and the log tells how many bytes had left."""
    monkeypatch.setattr(asking, "AGAIN_BYTES", 0)
    monkeypatch.setattr(asking, "AHEAD_BYTES", 0)
    _, visit = await stage.visit("li", download=True)
    gate = VisitGate(UUID(visit["id"]), stage.cast.people["li"])
    released = await stage.services.exit.release_document(gate, everything, TRAIL)
    assert released.departure is not None
    outlet = Leaving(lambda: withdraw(stage))
    with pytest.raises(AccessDenied) as refused:
        await released.departure.into(outlet)
    assert "material-withdrawn" == refused.value.rule
    await stage.services.exit.settle()
    (end,) = await stage.told("viewer:copy:end")
    assert outlet.left_bytes == end["bytes"] < released.departure.size_bytes


async def test_another_node_refuses_at_once(stage: Stage) -> None:
    """No node remembers that it may serve: pages, files and links are refused by one that has just served them."""
    share, visit = await stage.visit("li", download=True)
    urls = [visit["pages"][0]["url"], visit["pages"][0]["thumb_url"], visit["download_url"]]
    async with running(stage.services.config, stage.clock) as (_, client):
        elsewhere = Stage(cast=stage.cast, services=stage.services, client=client, clock=stage.clock)
        assert [200, 200, 200] == [(await elsewhere.get("li", url)).status for url in urls]
        await withdraw(stage)
        answers = [await elsewhere.get("li", url) for url in urls]
        assert [403, 403, 403] == [answer.status for answer in answers]
        assert 403 == (await elsewhere.open("wang", share["token"])).status


async def test_nothing_served_may_be_kept(stage: Stage) -> None:
    """Whatever a browser is given of a material, no cache may store: what was withdrawn is not shown out of one."""
    _, visit = await stage.visit("li", download=True)
    version = f"/api/v1/versions/{stage.cast.version_id}"
    asked = [("li", visit["pages"][0]["url"]), ("li", visit["pages"][0]["thumb_url"]), ("li", visit["download_url"])]
    asked += [("li", visit["pages"][0]["zooms"][0]["url"].replace("{column}", "0").replace("{row}", "0"))]
    asked += [("manager", f"{version}/pages/1"), ("owner", f"{version}/original")]
    for who, url in asked:
        answer = await stage.get(who, url)
        assert (200, True) == (answer.status, "no-store" in answer.headers["Cache-Control"]), url


async def notices(api: Api) -> Any:
    """What somebody is told and has not read."""
    return (await api.get("/notices", unread="true")).ok


async def test_holders_are_told(stage: Stage) -> None:
    """The owner, who shared, who passed it on and who was served a copy; nobody else, each once, until they read it."""
    _, visit = await stage.visit("li", forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    await stage.open("wang", child["token"])
    await withdraw(stage)
    for who in ("owner", "li", "wang"):
        told = await notices(stage.api(who))
        assert [("material-withdrawn", 1)] == [(each["kind"], told["unread"]) for each in told["items"]]
        assert "夏季护肤手册" in told["items"][0]["text"]
    assert [0, 0] == [(await notices(stage.api(who)))["unread"] for who in ("rival", "manager")]
    (event,) = await stage.told("employee:material:withdraw")
    assert 3 == event["det"]["told"]
    notice = (await notices(stage.api("li")))["items"][0]
    assert 404 == (await stage.api("wang").post(f"/notices/{notice['id']}/read")).status
    assert 204 == (await stage.api("li").post(f"/notices/{notice['id']}/read")).status
    assert 0 == (await notices(stage.api("li")))["unread"]
    newest = (await notices(stage.api("wang")))["items"][0]["created_at"]
    for until, left in (("2020-01-01T00:00:00Z", 1), (newest, 0)):  # what came since then stays unread
        assert 204 == (await stage.api("wang").post("/notices/read", {"until": until})).status
        assert left == (await notices(stage.api("wang")))["unread"]
    assert 1 == (await notices(stage.api("owner")))["unread"]


async def test_the_recall_list_names_who_saw_what(stage: Stage) -> None:
    """Each visit with its copy, what was downloaded, who passed it on to whom; for the owner, of their own shares."""
    share, visit = await stage.visit("li", download=True, forward_depth=1)
    await stage.get("li", visit["download_url"])
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    stage.clock.advance(minutes=1)
    await stage.open("wang", child["token"])
    stage.clock.advance(minutes=1)
    other = await stage.share(by="rival")
    await stage.open("wang", other["token"])
    path = f"/materials/{stage.cast.material_id}/recall"
    full = (await stage.api("auditor").get(path)).ok
    said = [(each["person"]["name"], each["passed_by"]["name"], each["depth"]) for each in full["items"]]
    assert [("王强", "赵敏", 0), ("王强", "李娜", 1), ("李娜", "林晓", 0)] == said
    assert [(0, 0), (0, 0), (1, 1)] == [(each["downloads"], each["passed_on"]) for each in full["items"]]
    own = (await stage.api("owner").get(path)).ok
    assert (True, {share["id"], child["id"]}) == (own["narrowed"], {each["share_id"] for each in own["items"]})
    first = (await stage.api("auditor").get(path, limit=1)).ok
    rest = (await stage.api("auditor").get(path, limit=2, cursor=first["next"])).ok
    assert full["items"] == first["items"] + rest["items"]
    file = await stage.get("manager", f"/api/v1{path}.csv")
    rows = list(csv.reader(io.StringIO(file.body.decode("utf-8-sig"))))
    assert (200, 4, "王强") == (file.status, len(rows), rows[1][1])
    assert 5 == len(await stage.told("employee:recall:read"))


async def test_employees_who_read_it_stand_in_a_list_of_their_own(stage: Stage) -> None:
    """Readings at the desk with their copies, and originals taken; an owner sees their own, others nothing."""
    version = f"/api/v1/versions/{stage.cast.version_id}"
    for who in ("reviewer", "owner"):
        assert 200 == (await stage.get(who, f"{version}/pages/1")).status
    assert 200 == (await stage.get("reviewer", f"{version}/original")).status
    await stage.services.sequencer.catch_up()
    path = f"/materials/{stage.cast.material_id}/recall/employees"
    full = (await stage.api("auditor").get(path)).ok
    assert {"陈静", "林晓"} == {each["person"]["name"] for each in full["items"]}
    assert [("陈静", stage.cast.sha256, 1)] == [(e["name"], e["sha256"], e["times"]) for e in full["originals"]]
    own = (await stage.api("owner").get(path)).ok
    assert (True, {"林晓"}, []) == (own["narrowed"], {e["person"]["name"] for e in own["items"]}, own["originals"])
    assert 403 == (await stage.api("rival").get(path)).status
    whole, mine = [await stage.get(who, f"/api/v1{path.replace('/employees', '.csv')}") for who in ("auditor", "owner")]
    lines = [list(csv.reader(io.StringIO(each.body.decode("utf-8-sig"))))[1:] for each in (whole, mine)]
    read, taken, number = "Read by an employee", "Original taken by an employee", stage.cast.sha256
    assert {(read, "陈静", number), (read, "林晓", number), (taken, "陈静", number)} == _told(lines[0])
    assert {(read, "林晓", number)} == _told(lines[1])
    shown = await stage.get("manager", f"/materials/{stage.cast.material_id}/recall", Accept="text/html")
    assert "Took the original" in shown.body.decode()


def _told(lines: list[list[str]]) -> set[tuple[str, str, str]]:
    """How, who and which bytes."""
    return {(each[0], each[1], each[5]) for each in lines}
