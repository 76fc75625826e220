"""Viewers: they say who they are behind the port, become one person each, and can be shut out."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from compliance.access import Role
from fileserver.app import create_app
from fileserver.services import Services
from storage.schema import identity, person, viewer
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.people import add_employee
from tests.viewers import PHONE, as_viewer, viewer_sign_in

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def manager(services: Services, client: Client) -> Api:
    """A manager, signed in."""
    return await sign_in(client, await add_employee(services, Role.MANAGER))


async def _counts(services: Services) -> tuple[int, int, int]:
    """How many viewers there are: as persons, identities and viewers."""
    async with services.database.transaction() as tx:
        people = await tx.scalar(select(func.count()).select_from(person).where(person.c.kind == "viewer"))
        identities = await tx.scalar(select(func.count()).select_from(identity))
        viewers = await tx.scalar(select(func.count()).select_from(viewer))
    return people or 0, identities or 0, viewers or 0


async def test_viewer_signs_in_and_is_known(client: Client) -> None:
    """The answer says who, where, and honestly by whom verified; the session works like any other."""
    api, answer = await as_viewer(client)
    assert ("李娜", "瑞丽诊所", "consultant") == (answer["person"]["name"], answer["clinic"]["name"], answer["job"])
    assert ("viewer", "demo") == (answer["role"], answer["verified_by"])
    current = (await api.get("/sessions/current")).ok
    assert (answer["person"], "viewer") == (current["person"], current["role"])


async def test_viewer_is_no_employee(client: Client) -> None:
    """Employees' routes are closed to viewers, tokens included."""
    api, _ = await as_viewer(client)
    for path in ("/people/clinics", "/people/viewers", "/people", "/tokens", "/people/accounts"):
        assert (403, "/problems/wrong-kind") == ((await api.get(path)).status, (await api.get(path)).body["type"])


async def test_same_phone_is_the_same_person(services: Services, client: Client) -> None:
    """Somebody who comes back, from another device and in another spelling, is who they were."""
    _, first = await as_viewer(client)
    _, second = await as_viewer(client, phone="+86 138-0013-8000", name="李 娜", job="doctor")
    assert first["person"]["id"] == second["person"]["id"]
    assert ("李 娜", "doctor") == (second["person"]["name"], second["job"])
    assert (1, 1, 1) == await _counts(services)
    _, other = await as_viewer(client, phone="13800138001")
    assert first["person"]["id"] != other["person"]["id"]


async def test_fifty_first_sign_ins_at_once_are_one_person(services: Services, client: Client) -> None:
    """One new phone on fifty devices in the same moment: one person, one identity, fifty sessions."""
    answers = await asyncio.gather(*(viewer_sign_in(client) for _ in range(50)))
    assert 1 == len({answer.ok["person"]["id"] for answer in answers})
    assert 50 == len({answer.ok["token"] for answer in answers})
    assert (1, 1, 1) == await _counts(services)


async def test_fifty_people_at_once_found_one_clinic(services: Services, client: Client) -> None:
    """A clinic that many name at the same moment is added once."""
    answers = await asyncio.gather(*(viewer_sign_in(client, phone=f"138001380{n:02}") for n in range(50)))
    assert 1 == len({answer.ok["clinic"]["id"] for answer in answers})
    assert (50, 50, 50) == await _counts(services)
    assert 1 == len(await events(services, "viewer:clinic:create"))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"phone": "12"}, {"/credential/phone"}),
        ({"name": ""}, {"/credential/name"}),
        ({"name": "a\u202eb", "phone": ""}, {"/credential/name", "/credential/phone"}),
        ({"job": "nurse"}, {"/credential/job"}),
        ({"clinic_name": ""}, {"/credential/clinic_name"}),
        ({"clinic_id": NOBODY}, {"/credential/clinic_id"}),
        ({"vip": "1"}, {"/credential/vip"}),
    ],
)
async def test_bad_input_names_its_field(
    services: Services, client: Client, change: dict[str, str], fields: set[str]
) -> None:
    """Each wrong part is named with a sentence, and nobody is added."""
    refused = await viewer_sign_in(client, **change)
    assert (422, fields) == (refused.status, refused.fields)
    assert all(error["message"] for error in refused.body["errors"])
    assert (0, 0, 0) == await _counts(services)


async def test_stand_in_exists_only_where_the_operator_wants_it(services: Services) -> None:
    """Without the setting there is no way in that verifies nothing, and no list of clinics for strangers."""
    config = services.config.model_copy(update={"stand_in_sign_in": False})
    async with TestClient(TestServer(create_app(config, replace(services, config=config)))) as client:
        refused = await viewer_sign_in(client)
        assert (403, "/problems/sign-in-unavailable") == (refused.status, refused.body["type"])
        async with client.get("/api/v1/people/clinics/public") as response:
            assert (403, "/problems/sign-in-unavailable") == (
                response.status,
                (await response.json(content_type=None))["type"],
            )
    assert (0, 0, 0) == await _counts(services)


async def test_unknown_provider_is_unavailable(client: Client) -> None:
    """A provider that this deployment does not know is told as such."""
    body = {"provider": "wechat", "credential": {"login_code": "x"}}
    async with client.post("/api/v1/sessions/viewer", json=body) as response:
        assert (403, "wechat") == (response.status, (await response.json(content_type=None))["provider"])


async def test_landing_form_offers_the_clinics(client: Client, manager: Api) -> None:
    """A stranger sees names to choose from, and may choose by id."""
    made = (await manager.post("/people/clinics", {"name": "瑞丽诊所"})).ok
    client.session.cookie_jar.clear()
    async with client.get("/api/v1/people/clinics/public") as response:
        offered = await response.json()
    assert {"items": [{"id": made["id"], "name": "瑞丽诊所"}], "complete": True} == offered
    _, answer = await as_viewer(client, clinic_id=made["id"])
    assert made["id"] == answer["clinic"]["id"]


async def test_blocked_viewer_is_out_at_the_next_request(services: Services, client: Client, manager: Api) -> None:
    """The session ends, signing in again is refused and recorded, until somebody lifts the block."""
    api, answer = await as_viewer(client)
    path = f"/people/viewers/{answer['person']['id']}"
    blocked = (await manager.post(f"{path}/block", {"reason": "离职"})).ok
    assert (True, "离职") == (blocked["blocked_at"] is not None, blocked["blocked_reason"])
    assert (await api.get("/sessions/current")).status == 401
    refused = await viewer_sign_in(client)
    assert (403, "actor-inactive") == (refused.status, refused.body["rule"])
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
        *(viewer_sign_in(client) for _ in range(10)), manager.post(f"{path}/block", {"reason": "x"})
    )
    assert blocked.status == 200
    for attempt in attempts:
        if attempt.status == 201:
            assert (await Api(client, attempt.body["token"]).get("/sessions/current")).status == 401


async def test_block_needs_a_reason_and_a_viewer(services: Services, client: Client, manager: Api) -> None:
    """A block without a reason, or of an employee or nobody, is refused."""
    _, answer = await as_viewer(client)
    refused = await manager.post(f"/people/viewers/{answer['person']['id']}/block", {"reason": " "})
    assert (422, {"/reason"}) == (refused.status, refused.fields)
    employee = await add_employee(services, Role.MARKETER)
    for person_id in (employee.person_id, NOBODY):
        assert (await manager.post(f"/people/viewers/{person_id}/block", {"reason": "x"})).status == 404


@pytest.mark.parametrize("role", [Role.MARKETER, Role.REVIEWER, Role.AUDITOR, Role.ADMIN])
async def test_only_a_manager_blocks(services: Services, client: Client, role: Role) -> None:
    """Nobody else shuts a viewer out or lets one in."""
    _, answer = await as_viewer(client)
    api = await sign_in(client, await add_employee(services, role))
    for command in ("block", "unblock"):
        path = f"/people/viewers/{answer['person']['id']}/{command}"
        assert (await api.post(path, {"reason": "x"})).status == 403


async def test_events_of_a_sign_in_name_nobody(services: Services, client: Client) -> None:
    """The story is told by pseudonym and clinic id; name, phone and token are nowhere in it."""
    api, answer = await as_viewer(client)
    told = await events(services, "viewer:")
    assert ["viewer:clinic:create", "viewer:identity:verify", "viewer:session:start"] == [each["act"] for each in told]
    assert {answer["clinic"]["id"]} == {each["org"] for each in told}
    assert {"provider": "demo", "job": "consultant"} == told[1]["det"]
    assert f"person:{told[2]['who']}" == told[1]["obj"]
    assert not any(secret in str(told) for secret in ("李娜", PHONE, PHONE[-4:], "瑞丽", api.token))


async def test_viewers_are_listed_with_the_tail_of_their_phone(client: Client, manager: Api) -> None:
    """Employees see who works where and by whom verified; of the phone only what a watermark shows."""
    _, first = await as_viewer(client)
    await as_viewer(client, phone="13900139001", name="赵敏", clinic_name="和美医院")
    listed = (await manager.get("/people/viewers")).ok["items"]
    assert ["赵敏", "李娜"] == [each["name"] for each in listed]
    assert ("9001", "demo", None) == (listed[0]["phone_tail"], listed[0]["verified_by"], listed[0]["pseudonym"])
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


async def test_viewer_who_takes_over_a_browser_ends_the_employees_session(services: Services, client: Client) -> None:
    """One browser is signed in as one person; the session before is over on the server too."""
    who = await add_employee(services, Role.MARKETER)
    async with client.post("/api/v1/sessions", json={"login": who.login, "password": who.password}) as response:
        token = (await response.json())["token"]
    await as_viewer(client)
    assert (await Api(client, token).get("/sessions/current")).status == 401
    (ended,) = await events(services, "employee:session:end")
    assert who.pseudonym == ended["who"]
