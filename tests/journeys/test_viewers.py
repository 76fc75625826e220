"""Viewers who are in: what they may ask, what employees see of them, and how they are shut out."""

import asyncio

import pytest

from compliance.access import Role
from compliance.errors import AccessDenied
from fileserver.services import Services
from tests.api import Answer, Api, Client, sign_in
from tests.log import events
from tests.people import add_employee
from tests.viewers import PHONE, as_viewer

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def manager(services: Services, client: Client) -> Api:
    """A manager, signed in."""
    return await sign_in(client, await add_employee(services, Role.MANAGER))


async def test_viewer_who_is_in_is_known(client: Client) -> None:
    """Once a name and a place of work are known, the session works like any other."""
    api, answer = await as_viewer(client)
    current = (await api.get("/sessions/current")).ok
    assert (answer["person"], answer["clinic"]["id"], "viewer") == (
        current["person"],
        current["clinic_id"],
        current["role"],
    )
    state = (await api.get("/entry")).ok
    assert ([], "瑞丽诊所", "consultant") == (state["needs"], state["clinic"]["name"], state["job"])


async def test_viewer_is_no_employee(client: Client) -> None:
    """Employees' routes are closed to viewers, tokens included."""
    api, _ = await as_viewer(client)
    for path in ("/people/clinics", "/people/viewers", "/people", "/tokens", "/people/accounts"):
        assert (403, "/problems/wrong-kind") == ((await api.get(path)).status, (await api.get(path)).body["type"])


async def test_bad_input_names_its_field(client: Client, subtests: pytest.Subtests) -> None:
    """Each wrong part is named with a sentence."""
    api, _ = await as_viewer(client)
    for path, said, fields in [
        ("verification", {"name": "", "id_number": "1"}, {"/name"}),
        ("verification", {"name": "a\u202eb", "id_number": ""}, {"/name", "/id_number"}),
        ("verification", {"name": "李娜", "id_number": "110101194001010010", "phone": "12"}, {"/phone"}),
        ("verification", {"name": "李娜", "id_number": "110101194001010010", "vip": "1"}, {"/vip"}),
        ("workplace", {"clinic_name": "诊所", "job": "nurse"}, {"/job"}),
        ("workplace", {"clinic_name": "", "job": "doctor"}, {"/clinic_name"}),
    ]:
        with subtests.test(str((path, said, fields))):
            refused = await api.post(f"/entry/{path}", said)
            assert (422, fields) == (refused.status, refused.fields)
            assert all(error["message"] for error in refused.body["errors"])


async def test_blocked_viewer_is_out_at_the_next_request(services: Services, client: Client, manager: Api) -> None:
    """The session ends, signing in again is refused and recorded, until somebody lifts the block."""
    api, answer = await as_viewer(client)
    path = f"/people/viewers/{answer['person']['id']}"
    blocked = (await manager.post(f"{path}/block", {"reason": "离职"})).ok
    assert (True, "离职") == (blocked["blocked_at"] is not None, blocked["blocked_reason"])
    assert (await api.get("/sessions/current")).status == 401
    with pytest.raises(AccessDenied):
        await as_viewer(client)
    *_, denied = await events(services, "viewer:session:start")
    assert ("deny", "actor-inactive") == (denied["res"], denied["why"])
    unblocked = (await manager.post(f"{path}/unblock", {"reason": "复职"})).ok
    assert (None, "") == (unblocked["blocked_at"], unblocked["blocked_reason"])
    assert (await api.get("/sessions/current")).status == 401
    await as_viewer(client)


async def test_block_and_sign_in_at_once_leave_nobody_inside(services: Services, client: Client, manager: Api) -> None:
    """Whichever is first, a blocked viewer has no session that works."""
    _, answer = await as_viewer(client)
    path = f"/people/viewers/{answer['person']['id']}"
    *attempts, blocked = await asyncio.gather(
        *(as_viewer(client) for _ in range(10)),
        manager.post(f"{path}/block", {"reason": "x"}),
        return_exceptions=True,
    )
    assert isinstance(blocked, Answer)
    assert 200 == blocked.status
    for attempt in attempts:
        if isinstance(attempt, tuple):
            assert (await attempt[0].get("/sessions/current")).status == 401
        else:
            assert isinstance(attempt, AccessDenied)


async def test_block_needs_a_reason_and_a_viewer(services: Services, client: Client, manager: Api) -> None:
    """A block without a reason, or of an employee or nobody, is refused."""
    _, answer = await as_viewer(client)
    refused = await manager.post(f"/people/viewers/{answer['person']['id']}/block", {"reason": " "})
    assert (422, {"/reason"}) == (refused.status, refused.fields)
    employee = await add_employee(services, Role.MARKETER)
    for person_id in (employee.person_id, NOBODY):
        assert (await manager.post(f"/people/viewers/{person_id}/block", {"reason": "x"})).status == 404


async def test_only_a_manager_blocks(services: Services, client: Client, subtests: pytest.Subtests) -> None:
    """Nobody else shuts a viewer out or lets one in."""
    _, answer = await as_viewer(client)
    for role in [Role.MARKETER, Role.REVIEWER, Role.AUDITOR, Role.ADMIN]:
        with subtests.test(str(role)):
            api = await sign_in(client, await add_employee(services, role))
            for command in ("block", "unblock"):
                path = f"/people/viewers/{answer['person']['id']}/{command}"
                assert (await api.post(path, {"reason": "x"})).status == 403


async def test_events_of_a_sign_in_name_nobody(services: Services, client: Client) -> None:
    """The story is told by pseudonym and clinic id; name, phone and token are nowhere in it."""
    api, answer = await as_viewer(client)
    told = await events(services, "viewer:")
    assert [
        "viewer:session:start",
        "viewer:consent:grant",
        "viewer:consent:grant",
        "viewer:identity:verify",
        "viewer:workplace:bind",
    ] == [each["act"] for each in told]
    assert {"clinic": answer["clinic"]["id"], "job": "consultant"} == told[-1]["det"]
    assert {f"person:{told[0]['who']}"} == {each["obj"] for each in told[1:]}
    assert not any(secret in str(told) for secret in ("李娜", PHONE, PHONE[-4:], "瑞丽", api.token))


async def test_viewers_are_listed_with_the_tail_of_their_phone(client: Client, manager: Api) -> None:
    """Employees see who works where and by whom verified; of the phone only what a watermark shows."""
    _, first = await as_viewer(client)
    await as_viewer(client, phone="13900139001", name="赵敏", clinic_name="和美医院")
    listed = (await manager.get("/people/viewers")).ok["items"]
    assert ["赵敏", "李娜"] == [each["name"] for each in listed]
    assert ("9001", "tests", None) == (listed[0]["phone_tail"], listed[0]["verified_by"], listed[0]["pseudonym"])
    assert "1390013" not in str(listed)
    of_clinic = (await manager.get("/people/viewers", clinic_id=first["clinic"]["id"])).ok["items"]
    assert ["李娜"] == [each["name"] for each in of_clinic]
    assert [] == (await manager.get("/people/viewers", blocked="true")).ok["items"]


async def test_viewers_are_paged_newest_first(client: Client, manager: Api) -> None:
    """The list continues where it stopped, without repeating anybody."""
    for number in range(5):
        await as_viewer(client, phone=f"1380013800{number}")
    seen, cursor = list[str](), None
    while cursor is not None or not seen:
        part = (await manager.get("/people/viewers", limit=2, **({"cursor": cursor} if cursor else {}))).ok
        seen += [each["person_id"] for each in part["items"]]
        cursor = part["next"]
    assert (5, 5) == (len(seen), len(set(seen)))
