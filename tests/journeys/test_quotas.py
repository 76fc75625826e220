"""Quotas: how much a person and a department with all below it may keep, what counts, and who says so."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update
from yarl import URL

from compliance.access import Role
from compliance.events import Trail, short_hash
from compliance.organisation import Organising
from fileserver.accounts import service as accounts
from fileserver.app import create_app
from fileserver.services import Services
from storage.rows.departments import ROOT_ID, departments_called
from storage.schema import upload
from tests.api import Answer, Api, Client, sign_in
from tests.log import events
from tests.materials import add_upload, pdf
from tests.people import Employee, add_employee
from tests.services import RealServer
from tests.uploads import STREAM, VERSION

PERSON_MAX, DEPARTMENT_MAX = 1000, 1500


@dataclass(frozen=True)
class Maker:
    """Somebody who uploads."""

    who: Employee
    api: Api

    async def create(self, length: int) -> Answer:
        """Makes an upload of this length; a refusal is a problem."""
        api = self.api
        sent = {"Authorization": f"Bearer {api.token}", "Accept-Language": "en", **VERSION}
        sent["Upload-Length"] = str(length)
        async with api.client.post("/uploads/", headers=sent) as answer:
            body = None if answer.status == 201 else await answer.json(content_type=None)
            return Answer(answer.status, body, dict(answer.headers))

    async def used(self) -> int:
        """How much counts as kept."""
        return int((await self.api.get("/uploads/usage")).ok["person"]["used_bytes"])


async def maker(services: Services, client: Client, department: str = "", *, department_id: str = "") -> Maker:
    """A marketer of this department, by name or by id."""
    who, place = await add_employee(services, Role.MARKETER), UUID(department_id) if department_id else None
    async with services.database.transaction() as tx:
        await accounts.put_department(tx, Trail(), who.person_id, department, department_id=place, now=services.clock())
    return Maker(who, await sign_in(client, who))


async def made(services: Services, name: str, above: str = str(ROOT_ID)) -> str:
    """The id of a new department."""
    async with services.database.transaction() as tx:
        organising = Organising(tx, Trail(), by=None, reason="", now=services.clock())
        return str((await organising.create(name, UUID(above))).id)


async def called(services: Services, name: str) -> str:
    """The id of the only department of this name."""
    async with services.database.transaction() as tx:
        (found,) = await departments_called(tx, name)
    return str(found.id)


@pytest.fixture
async def admin(services: Services, client: Client) -> Api:
    """Who sets quotas."""
    return await sign_in(client, await add_employee(services, Role.ADMIN))


async def limit(admin: Api, scope: str, subject: str, size: int | str) -> None:
    """Sets a quota."""
    body = {"scope": scope, "subject": subject, "size_max_bytes": size}
    assert 204 == (await admin.post("/uploads/quotas", body)).status


async def test_without_a_quota_everything_fits(services: Services, client: Client) -> None:
    """By default nobody is limited, and everybody sees what they keep."""
    li = await maker(services, client)
    assert 201 == (await li.create(10**9)).status
    expected = {"person": {"used_bytes": 10**9, "allowed_bytes": None}, "departments": []}
    assert expected == (await li.api.get("/uploads/usage")).ok


async def test_what_does_not_fit_is_refused_before_a_byte_is_sent(
    services: Services, client: Client, admin: Api
) -> None:
    """413 with whose quota it is, how large, how full and what was asked; nothing is made. What fits passes."""
    li = await maker(services, client)
    await limit(admin, "person", li.who.login, PERSON_MAX)
    assert 201 == (await li.create(600)).status
    refused = await li.create(401)
    assert (413, "/problems/upload-quota-exceeded") == (refused.status, refused.body["type"])
    told = {name: refused.body[name] for name in ("whose", "allowed_bytes", "used_bytes", "needed_bytes")}
    assert {"whose": "person", "allowed_bytes": 1000, "used_bytes": 600, "needed_bytes": 401} == told
    assert "You may keep 1 KB and keep 600 B; this needs 401 B more." in refused.body["detail"]
    assert {"/Upload-Length"} == refused.fields
    assert 1 == len((await li.api.get("/uploads")).ok["items"])
    assert 201 == (await li.create(400)).status


async def test_a_department_keeps_together(services: Services, client: Client, admin: Api) -> None:
    """What colleagues keep counts, what others keep does not; somebody in no department has only their own quota."""
    li, wang, chen = [await maker(services, client, department) for department in ("华东", "华东", "")]
    east = await called(services, "华东")
    await limit(admin, "department", east, DEPARTMENT_MAX)
    assert 201 == (await li.create(1000)).status
    refused = await wang.create(501)
    assert (413, "department", 1000) == (refused.status, refused.body["whose"], refused.body["used_bytes"])
    assert "Your department 华东 may keep" in refused.body["detail"]
    assert [201, 201] == [(await each.create(500)).status for each in (wang, chen)]
    usage = (await wang.api.get("/uploads/usage")).ok
    assert [{"department_id": east, "name": "华东", "used_bytes": 1500, "allowed_bytes": 1500}] == usage["departments"]


async def test_a_quota_bounds_what_is_below_and_nothing_beside(services: Services, client: Client, admin: Api) -> None:
    """Two departments of one name count apart; everybody counts above them, and for the brand; what moves counts on."""
    market, south = await made(services, "市场"), await made(services, "华南")
    below, beside = await made(services, "华东", market), await made(services, "华东", south)
    li, wang, chen = [await maker(services, client, department_id=each) for each in (market, below, beside)]
    await limit(admin, "department", below, 500)
    await limit(admin, "department", market, 800)
    assert [201, 413] == [(await wang.create(size)).status for size in (400, 101)]
    assert [201, 413] == [(await li.create(size)).status for size in (350, 51)]
    refused = await wang.create(100)
    assert ("department", "市场", 750) == tuple(refused.body[name] for name in ("whose", "name", "used_bytes"))
    assert [201, 201] == [(await each.create(size)).status for each, size in ((chen, 900), (wang, 50))]
    await limit(admin, "department", str(ROOT_ID), 1701)
    assert [413, 201] == [(await chen.create(size)).status for size in (2, 1)]
    usage = (await wang.api.get("/uploads/usage")).ok["departments"]
    assert [("华东", 450), ("市场", 800), ("", 1701)] == [(each["name"], each["used_bytes"]) for each in usage]
    async with services.database.transaction() as tx:
        organising = Organising(tx, Trail(), by=None, reason="", now=services.clock())
        await organising.move(UUID(market), UUID(south))
    listed = {each["subject"]: each for each in (await admin.get("/uploads/quotas")).ok["items"]}
    assert ("华东", "/华南/市场/华东", 450) == tuple(listed[below][name] for name in ("name", "place", "used_bytes"))
    assert ("", "/", 1701) == tuple(listed[str(ROOT_ID)][name] for name in ("name", "place", "used_bytes"))


@pytest.mark.parametrize("scope", ["person", "department"])
async def test_two_at_the_same_moment(services: Services, client: Client, admin: Api, scope: str) -> None:
    """Two that fit alone and not together: one is made, of one person twice or of two once, one of them below."""
    li = await maker(services, client, "华东")
    east = await called(services, "华东")
    below = await made(services, "上海", east)
    other = li if scope == "person" else await maker(services, client, department_id=below)
    await limit(admin, scope, li.who.login if scope == "person" else east, PERSON_MAX)
    for _ in range(3):
        answers = await asyncio.gather(li.create(400), other.create(400), li.create(400), other.create(400))
        assert [201, 201, 413, 413] == sorted(each.status for each in answers)
        for one in (li, other):
            for each in (await one.api.get("/uploads")).ok["items"]:
                await one.api.client.delete(
                    f"/uploads/{each['id']}", headers={**VERSION, "Authorization": f"Bearer {one.api.token}"}
                )


async def test_what_counts(services: Services, client: Client) -> None:
    """Unfinished uploads by length, or by what came while it is unknown; unused ones; versions; nothing else."""
    li = await maker(services, client)
    made = await li.create(700)
    assert 700 == await li.used()
    path = made.headers["Location"].rpartition("/")[2]
    headers = {**VERSION, **STREAM, "Upload-Offset": "0", "Authorization": f"Bearer {li.api.token}"}
    async with client.patch(f"/uploads/{path}", headers=headers, data=b"12345") as patched:
        assert 204 == patched.status
    async with services.database.transaction() as tx:
        await tx.execute(update(upload).where(upload.c.id == UUID(path)).values(length_bytes=None))
    assert 5 == await li.used()
    async with client.delete(f"/uploads/{path}", headers=headers) as ended:
        assert 204 == ended.status
    assert 0 == await li.used()
    body = pdf()
    finished = await add_upload(services, li.who.person_id, body)
    assert len(body) == await li.used()
    wanted = {"upload_id": str(finished), "title": "海报", "class": "in_clinic"}
    assert 201 == (await li.api.post("/materials", wanted)).status
    assert len(body) == await li.used()


async def test_the_configuration_has_the_defaults(services: Services, admin: Api) -> None:
    """They limit whom no quota was set for; a quota of one's own wins, also a larger one."""
    defaults = {"upload_quota_person_bytes": PERSON_MAX, "upload_quota_department_bytes": DEPARTMENT_MAX}
    config = services.config.model_copy(update=defaults)
    tight = Services(**{**vars(services), "config": config})
    async with TestClient(RealServer(create_app(config, tight))) as running:
        li, wang = [await maker(services, running, "华东") for _ in range(2)]
        await limit(admin, "person", wang.who.login, "2 KB")
        assert [413, 201] == [(await li.create(size)).status for size in (1001, 900)]
        refused = await wang.create(1500)
        assert (413, "department") == (refused.status, refused.body["whose"])
        await limit(admin, "department", await called(services, "华东"), "1 MB")
        assert 201 == (await wang.create(1500)).status
        listed = (await Api(running, admin.token).get("/uploads/quotas")).ok
        assert (PERSON_MAX, DEPARTMENT_MAX) == (listed["person_default_bytes"], listed["department_default_bytes"])


async def test_quotas_are_listed_with_their_use(services: Services, client: Client, admin: Api) -> None:
    """Departments first; a person by login; page after page; a removed one is gone and limits nothing."""
    li = await maker(services, client, "华东")
    await limit(admin, "person", li.who.login, PERSON_MAX)
    east = await called(services, "华东")
    await limit(admin, "department", east, 5)
    await limit(admin, "department", east, DEPARTMENT_MAX)
    await li.create(10)
    first = (await admin.get("/uploads/quotas", limit=1)).ok
    second = (await admin.get("/uploads/quotas", cursor=first["next"])).ok
    found = [(each["scope"], each["subject"], each["size_max_bytes"], each["used_bytes"]) for each in first["items"]]
    assert [("department", east, DEPARTMENT_MAX, 10)] == found
    assert [(li.who.login, PERSON_MAX, 10)] == [
        (each["subject"], each["size_max_bytes"], each["used_bytes"]) for each in second["items"]
    ]
    gone = {"scope": "person", "subject": li.who.login}
    assert [204, 404] == [(await admin.post("/uploads/quotas/remove", gone)).status for _ in range(2)]
    assert 201 == (await li.create(PERSON_MAX)).status


async def test_setting_a_quota_is_logged_without_names(services: Services, client: Client, admin: Api) -> None:
    """A person by pseudonym, a department by id; the move to another department as well."""
    li = await maker(services, client)
    moved = await admin.post(f"/people/accounts/{li.who.person_id}/department", {"department": " 华东 "})
    assert "华东" == moved.ok["department"]
    await limit(admin, "person", li.who.login, PERSON_MAX)
    east = await called(services, "华东")
    await limit(admin, "department", east, DEPARTMENT_MAX)
    await admin.post("/uploads/quotas/remove", {"scope": "department", "subject": east})
    told = [event for event in await events(services, "employee:quota:", "employee:department:") if event["role"]]
    hashed = short_hash("华东")
    assert [
        ("employee:department:change", f"person:{li.who.pseudonym}", {"department_sha256": hashed}),
        ("employee:quota:set", f"person:{li.who.pseudonym}", {"bytes": PERSON_MAX}),
        ("employee:quota:set", f"department:{east}", {"bytes": DEPARTMENT_MAX}),
        ("employee:quota:remove", f"department:{east}", {}),
    ] == [(event["act"], event["obj"], event["det"]) for event in told]


async def test_what_is_no_quota_is_refused(admin: Api, subtests: pytest.Subtests) -> None:
    """With the field that is to blame; nothing is set."""
    for body, status, field in [
        ({"scope": "person", "subject": "nobody", "size_max_bytes": 1}, 404, "/subject"),
        ({"scope": "team", "subject": "x", "size_max_bytes": 1}, 422, "/scope"),
        ({"scope": "department", "subject": "华东", "size_max_bytes": 1}, 422, "/subject"),
        ({"scope": "department", "subject": str(UUID(int=2)), "size_max_bytes": 1}, 404, "/subject"),
        ({"scope": "department", "subject": " ", "size_max_bytes": 1}, 422, "/subject"),
        ({"scope": "department", "subject": "x", "size_max_bytes": -1}, 422, "/size_max_bytes"),
        ({"scope": "department", "subject": "x", "size_max_bytes": "much"}, 422, "/size_max_bytes"),
        ({"scope": "department", "subject": "x", "size_max_bytes": 2**54}, 422, "/size_max_bytes"),
    ]:
        with subtests.test(str((body, status, field))):
            answer = await admin.post("/uploads/quotas", body)
            assert (status, {field}) == (answer.status, answer.fields)
            assert [] == (await admin.get("/uploads/quotas")).ok["items"]


async def test_an_upload_whose_length_is_said_later(services: Services, client: Client, admin: Api) -> None:
    """It counts by what has come: more than fits is refused while it comes, and so is a length that does not fit."""
    li = await maker(services, client)
    await limit(admin, "person", li.who.login, PERSON_MAX)
    signed = {"Authorization": f"Bearer {li.api.token}", **VERSION}
    async with client.post("/uploads/", headers={**signed, "Upload-Defer-Length": "1"}) as made:
        path = URL(made.headers["Location"]).path
    at = {**signed, **STREAM, "Upload-Offset": "0"}
    async with client.patch(path, headers=at, data=b"x" * 900) as fits:
        assert 204 == fits.status
    at["Upload-Offset"] = "900"
    async with client.patch(path, headers=at, data=b"x" * 101) as grown:
        assert (413, 900) == (grown.status, (await grown.json(content_type=None))["used_bytes"])
    async with client.patch(path, headers={**at, "Upload-Length": "1001"}) as said:
        assert 413 == said.status
    assert 900 == await li.used()
    async with client.patch(path, headers={**at, "Upload-Length": "1000"}, data=b"x" * 100) as whole:
        assert 204 == whole.status


async def test_pages_say_how_much_room_is_left(services: Services, client: Client, admin: Api) -> None:
    """To whom a quota limits, and to nobody else."""
    li = await maker(services, client, "华东")
    shown = {}
    for when in ("before", "after"):
        for path in ("/", "/my-uploads"):
            headers = {"Authorization": f"Bearer {li.api.token}", "Accept-Language": "en"}
            async with client.get(path, headers=headers) as answer:
                shown[when, path] = await answer.text()
        await limit(admin, "person", li.who.login, "1 GB")
        await limit(admin, "department", await called(services, "华东"), "2 GB")
    for path in ("/", "/my-uploads"):
        assert "You keep" not in shown["before", path]
        assert "You keep 0 B of 1 GB." in shown["after", path]
        assert "华东 keeps 0 B of 2 GB." in shown["after", path]
