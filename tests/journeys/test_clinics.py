"""Clinics and finding people by name."""

import asyncio

import pytest

from compliance.access import Role
from fileserver.people import search
from fileserver.services import Services
from tests.api import Api, Client, sign_in
from tests.log import events
from tests.people import add_employee
from tests.viewers import as_viewer

NOBODY = "00000000-0000-4000-8000-000000000000"


async def _as(services: Services, client: Client, role: Role, name: str = "王芳") -> Api:
    return await sign_in(client, await add_employee(services, role, name=name))


async def test_marketer_adds_and_lists_clinics(services: Services, client: Client) -> None:
    """A clinic appears by name with its region, owned by nobody yet, and with the people who work there."""
    api = await _as(services, client, Role.MARKETER)
    made = (await api.post("/people/clinics", {"name": "  瑞丽   诊所 ", "region": "上海"})).ok
    assert ("瑞丽 诊所", "上海", None, 0) == (made["name"], made["region"], made["owner"], made["viewers"])
    await as_viewer(client, clinic_id=made["id"])
    (listed,) = (await api.get("/people/clinics")).ok["items"]
    assert {**made, "viewers": 1} == listed


async def test_clinic_is_added_once(services: Services, client: Client) -> None:
    """Ten requests for one name make one clinic, in whatever spacing."""
    api = await _as(services, client, Role.MARKETER)
    answers = await asyncio.gather(*(api.post("/people/clinics", {"name": f"瑞丽{' ' * n} 诊所"}) for n in range(10)))
    assert [201] + [409] * 9 == sorted(answer.status for answer in answers)
    refused = next(answer for answer in answers if answer.status == 409)
    assert ("/problems/clinic-taken", {"/name"}) == (refused.body["type"], refused.fields)


async def test_manager_gives_a_clinic_to_one_employee(services: Services, client: Client) -> None:
    """The relation has one holder at a time; the log tells who had it before, by pseudonym."""
    manager = await _as(services, client, Role.MANAGER)
    first, second = [await add_employee(services, Role.MARKETER, name=name) for name in ("周杰", "林琳")]
    path = f"/people/clinics/{(await manager.post('/people/clinics', {'name': '瑞丽诊所'})).ok['id']}/owner"
    for owner, name in ((first, "周杰"), (second, "林琳")):
        assigned = (await manager.post(path, {"person_id": str(owner.person_id)})).ok
        assert {"id": str(owner.person_id), "name": name} == assigned["owner"]
    assert (await manager.post(path, {"person_id": None})).ok["owner"] is None
    told = [each["det"] for each in await events(services, "employee:clinic:assign")]
    assert [("", first.pseudonym), (first.pseudonym, second.pseudonym), (second.pseudonym, "")] == [
        (each["before"], each["owner"]) for each in told
    ]


async def test_unsuitable_owner_is_refused(services: Services, client: Client) -> None:
    """Neither a reviewer, nor a viewer, nor somebody disabled, nor nobody known holds a clinic."""
    manager = await _as(services, client, Role.MANAGER)
    admin = await _as(services, client, Role.ADMIN)
    path = f"/people/clinics/{(await manager.post('/people/clinics', {'name': '瑞丽诊所'})).ok['id']}/owner"
    reviewer, gone = await add_employee(services, Role.REVIEWER), await add_employee(services, Role.MARKETER)
    await admin.post(f"/people/accounts/{gone.person_id}/disable")
    _, viewer = await as_viewer(client)
    for person_id in (str(reviewer.person_id), str(gone.person_id), viewer["person"]["id"], NOBODY):
        refused = await manager.post(path, {"person_id": person_id})
        assert (422, {"/person_id"}) == (refused.status, refused.fields)
    assert (await manager.post(f"/people/clinics/{NOBODY}/owner", {"person_id": None})).status == 404


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MARKETER, (200, 201, 403)),
        (Role.MANAGER, (200, 201, 404)),
        (Role.REVIEWER, (403, 403, 403)),
        (Role.AUDITOR, (200, 403, 403)),
        (Role.ADMIN, (403, 403, 403)),
    ],
)
async def test_each_role_does_its_part(
    services: Services, client: Client, role: Role, expected: tuple[int, int, int]
) -> None:
    """Who lists, who adds, who assigns."""
    api = await _as(services, client, role)
    answers = (
        await api.get("/people/clinics"),
        await api.post("/people/clinics", {"name": "瑞丽诊所"}),
        await api.post(f"/people/clinics/{NOBODY}/owner", {"person_id": None}),
    )
    assert expected == tuple(answer.status for answer in answers)


async def test_clinics_are_paged_by_name(services: Services, client: Client) -> None:
    """The list continues where it stopped; a cursor that is none is refused."""
    api = await _as(services, client, Role.MARKETER)
    for name in ("丙", "甲", "乙"):
        await api.post("/people/clinics", {"name": name})
    first = (await api.get("/people/clinics", limit=2)).ok
    second = (await api.get("/people/clinics", limit=2, cursor=first["next"])).ok
    assert ["丙", "乙", "甲"] == [each["name"] for each in first["items"] + second["items"]]
    for cursor in ("AA", "\u00e9", "%%%%%"):
        refused = await api.get("/people/clinics", cursor=cursor)
        assert (422, {"/cursor"}) == (refused.status, refused.fields)


async def test_people_are_found_by_name_or_tail(services: Services, client: Client) -> None:
    """For a share that is meant for one person: part of the name, or the last digits of the phone."""
    api = await _as(services, client, Role.MARKETER, name="周杰")
    await as_viewer(client, name="李娜", phone="13800138000")
    await as_viewer(client, name="李 明", phone="13900139001")

    async def names(**query: str) -> list[str]:
        return [each["name"] for each in (await api.get("/people", **query)).ok["items"]]

    assert ["李 明", "李娜"] == await names(q="李")
    assert ["李 明"] == await names(q="李明")
    assert ["李娜"] == await names(q="8000")
    assert ["周杰"] == await names(q="周")
    assert [] == await names(q="周", kind="viewer")
    assert [] == await names(q="13800138000")


async def test_auditor_learns_the_pseudonym_and_a_marketer_does_not(services: Services, client: Client) -> None:
    """Whoever searches the log needs to know what it calls a person; nobody else does."""
    _, viewer = await as_viewer(client)
    for role, knows in ((Role.AUDITOR, True), (Role.MARKETER, False)):
        api = await _as(services, client, role)
        (found,) = (await api.get("/people", q="李娜")).ok["items"]
        assert viewer["person"]["id"] == found["person_id"]
        assert knows == (found["pseudonym"] is not None)
        assert knows == ((await api.get("/people/viewers")).ok["items"][0]["pseudonym"] is not None)


async def test_search_is_bounded_and_says_so(
    services: Services, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More people than are looked at, or than fit the answer: the answer says that it may not be complete."""
    api = await _as(services, client, Role.MARKETER)
    for number in range(4):
        await as_viewer(client, phone=f"1380013800{number}")
    assert (4, True) == await _found(api, limit=10)
    assert (2, False) == await _found(api, limit=2)
    monkeypatch.setattr(search, "PEOPLE_MAX", 3)
    assert (3, False) == await _found(api, limit=10)


async def _found(api: Api, limit: int) -> tuple[int, bool]:
    answer = (await api.get("/people", q="李娜", limit=limit, kind="viewer")).ok
    return len(answer["items"]), answer["complete"]


async def test_search_is_an_event_that_names_nobody(services: Services, client: Client) -> None:
    """That names were read is recorded; which, is not."""
    api = await _as(services, client, Role.MARKETER)
    await as_viewer(client)
    await api.get("/people", q="李娜")
    await api.get("/people/viewers")
    told = await events(services, "employee:person:")
    assert ["employee:person:search", "employee:person:list"] == [each["act"] for each in told]
    assert (1, 1) == (told[0]["det"]["found"], told[1]["det"]["found"])
    assert "李娜" not in str(told)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN])
async def test_nobody_else_looks_people_up(services: Services, client: Client, role: Role) -> None:
    """Names are for those who share and those who audit."""
    api = await _as(services, client, role)
    assert (await api.get("/people", q="李")).status == 403
    assert (await api.get("/people/viewers")).status == 403
