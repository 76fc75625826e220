"""Materials over HTTP: made of uploads, revised, listed and read by those who may, withdrawn."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from compliance.access import Role
from fileserver.materials import service
from fileserver.services import Services
from storage.rows import uploads
from tests.api import Api, Client, sign_in
from tests.materials import add_upload, approved_material, pdf, png, run_jobs
from tests.people import Employee, add_employee
from tests.services import Clock


@pytest.fixture
async def owner(services: Services) -> Employee:
    """The marketer who uploads."""
    return await add_employee(services, Role.MARKETER, name="李娜")


@pytest.fixture
async def marketer(client: Client, owner: Employee) -> Api:
    """The same, signed in."""
    return await sign_in(client, owner)


@pytest.fixture
async def colleague(services: Services, client: Client) -> Api:
    """Another marketer."""
    return await sign_in(client, await add_employee(services, Role.MARKETER))


@pytest.fixture
async def reviewer(services: Services, client: Client) -> Api:
    """A reviewer."""
    return await sign_in(client, await add_employee(services, Role.REVIEWER))


async def create(api: Api, upload_id: UUID, title: str = "产品手册") -> Any:
    """A material that must succeed."""
    body = {"upload_id": str(upload_id), "title": title, "class": "in_clinic"}
    return (await api.post("/materials", body)).ok


async def test_an_upload_becomes_a_material(services: Services, owner: Employee, marketer: Api) -> None:
    """The answer holds the first version as a draft with its SHA-256, type and owner, waiting for preparation."""
    upload_id = await add_upload(services, owner.person_id, pdf(2), "手册.pdf")
    made = await marketer.post(
        "/materials", {"upload_id": str(upload_id), "title": " 产品手册 ", "class": "public_ad", "description": "a\nb"}
    )
    assert 201 == made.status
    material, version = made.body, made.body["versions"][0]
    assert ("产品手册", "public_ad", "a\nb", "draft", "李娜") == (
        material["title"],
        material["class"],
        material["description"],
        material["state"],
        material["owner"]["name"],
    )
    assert (1, "draft", "pending", "application/pdf", "手册.pdf", []) == tuple(
        version[name] for name in ("number", "state", "preparation", "media_type", "filename", "findings")
    )
    assert material == (await marketer.get(f"/materials/{material['id']}")).ok


async def test_preparation_is_seen_in_the_material(services: Services, owner: Employee, marketer: Api) -> None:
    """After the worker was there, the version is ready and tells its pages."""
    made = await create(marketer, await add_upload(services, owner.person_id, pdf(3)))
    await run_jobs(services)
    version = (await marketer.get(f"/materials/{made['id']}")).ok["versions"][0]
    assert ("ready", 3, 3) == (version["preparation"], version["pages_total"], version["pages_ready"])


async def test_an_upload_becomes_one_version_once(services: Services, owner: Employee, marketer: Api) -> None:
    """Asked again, also at the same moment, the answer names the material that it became; there is only one."""
    upload_id = await add_upload(services, owner.person_id, pdf())
    body = {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"}
    answers = await asyncio.gather(*(marketer.post("/materials", body) for _ in range(3)))
    (made,) = [each for each in answers if each.status == 201]
    refused = [each for each in answers if each.status != 201]
    assert [(409, "/problems/upload-used", made.body["id"])] * 2 == [
        (each.status, each.body["type"], each.body["material_id"]) for each in refused
    ]
    again = await marketer.post(f"/materials/{made.body['id']}/versions", {"upload_id": str(upload_id)})
    assert (409, {"/upload_id"}) == (again.status, again.fields)
    assert 1 == len((await marketer.get("/materials")).ok["items"])


async def test_somebody_elses_upload_does_not_exist(services: Services, owner: Employee, colleague: Api) -> None:
    """An upload is used by who uploaded it; to others it looks like none."""
    upload_id = await add_upload(services, owner.person_id, pdf())
    body = {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"}
    theirs, nobodys = (
        await colleague.post("/materials", body),
        await colleague.post("/materials", {**body, "upload_id": str(uuid4())}),
    )
    assert (404, {"/upload_id"}) == (theirs.status, theirs.fields) == (nobodys.status, nobodys.fields)


@pytest.mark.parametrize("state", ["receiving", "verifying"])
async def test_an_unfinished_upload_is_refused_for_now(
    services: Services, owner: Employee, marketer: Api, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Bytes missing, or verified for too long: 409 with a time to come back, and nothing is made."""
    monkeypatch.setattr(service, "UPLOAD_WAIT_S", 0)
    upload_id = await add_upload(services, owner.person_id, pdf(), state=state)
    refused = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"})
    assert (409, "/problems/upload-unfinished", "5") == (
        refused.status,
        refused.body["type"],
        refused.headers["Retry-After"],
    )
    assert [] == (await marketer.get("/materials")).ok["items"]


async def test_verifying_is_waited_for(
    services: Services, owner: Employee, marketer: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks a moment too early gets their material as soon as the upload is verified."""
    monkeypatch.setattr(service, "UPLOAD_POLL_S", 0.01)
    upload_id = await add_upload(services, owner.person_id, pdf(), state="verifying")
    asking = asyncio.create_task(create(marketer, upload_id))
    await asyncio.sleep(0.1)
    assert not asking.done()
    async with services.database.transaction() as tx:
        now, sha256 = services.clock(), "0" * 64
        await uploads.change_state(tx, upload_id, before=("verifying",), after="complete", now=now, sha256=sha256)
    assert "0" * 64 == (await asking)["versions"][0]["sha256"]


BAD_INPUT: list[tuple[str, dict[str, object]]] = [
    ("/title", {"title": ""}),
    ("/title", {"title": "   "}),
    ("/title", {"title": "x" * 201}),
    ("/title", {"title": "a\nb"}),
    ("/title", {"title": "\u202egpj"}),
    ("/title", {"title": "a\0b"}),
    ("/title", {"title": 7}),
    ("/class", {"class": "secret"}),
    ("/class", {"class": None}),
    ("/upload_id", {"upload_id": "1"}),
    ("/description", {"description": "x" * 2001}),
    ("/description", {"description": "\x1b[2J"}),
    ("/owner_id", {"owner_id": str(UUID(int=1))}),
    ("/material_class", {"material_class": "in_clinic"}),
]


async def test_bad_input_names_its_field(marketer: Api) -> None:
    """Each wrong field is named with its rule, before anything is looked up."""
    good = {"upload_id": str(uuid4()), "title": "手册", "class": "in_clinic"}
    answers = [await marketer.post("/materials", {**good, **body}) for _, body in BAD_INPUT]
    assert [(422, {field}) for field, _ in BAD_INPUT] == [(each.status, each.fields) for each in answers]


async def test_a_name_that_lies_is_a_finding(services: Services, owner: Employee, marketer: Api) -> None:
    """A PNG called .pdf is a PNG, and the reviewer will read so."""
    made = await create(marketer, await add_upload(services, owner.person_id, png(), "brochure.pdf"))
    version = made["versions"][0]
    assert "image/png" == version["media_type"]
    assert [("extension-mismatch", "review")] == [(each["rule"], each["severity"]) for each in version["findings"]]
    assert "The file name ends in .pdf, but the bytes are image/png." == version["findings"][0]["message"]


async def test_what_cannot_be_sealed_can_still_be_submitted(services: Services, owner: Employee, marketer: Api) -> None:
    """A film is refused for viewers with a clear finding, and goes its way to the reviewer all the same."""
    film = b"\0\0\0\x18ftypmp42" + bytes(12) + b"\0\0\0\x08moov"
    made = await create(marketer, await add_upload(services, owner.person_id, film, "film.mp4"))
    await run_jobs(services)
    submitted = (await marketer.post(f"/materials/{made['id']}/submit")).ok
    version = submitted["versions"][0]
    assert ("submitted", "refused", ["malware-not-scanned", "not-sealable"]) == (
        version["state"],
        version["preparation"],
        [each["rule"] for each in version["findings"]],
    )


async def test_a_new_version_is_a_draft_beside_the_approved_one(
    services: Services, owner: Employee, marketer: Api, reviewer: Api, colleague: Api
) -> None:
    """Until it is approved itself, shares serve the version before, and others see that one only."""
    material = await approved_material(services, marketer, reviewer, owner)
    body = {"upload_id": str(await add_upload(services, owner.person_id, pdf(2)))}
    revised = await marketer.post(f"/materials/{material['id']}/versions", body)
    assert 201 == revised.status
    assert [(2, "draft"), (1, "approved")] == [(each["number"], each["state"]) for each in revised.body["versions"]]
    assert ("draft", 1) == (revised.body["state"], revised.body["shared_version"])
    seen = (await colleague.get(f"/materials/{material['id']}")).ok
    assert ("approved", [1]) == (seen["state"], [each["number"] for each in seen["versions"]])


async def test_an_approved_version_opens_no_page_of_the_draft_after_it(
    services: Services, owner: Employee, marketer: Api, reviewer: Api, colleague: Api
) -> None:
    """Previews are let out version by version: others read the approved one, and only the owner the next."""
    material = await approved_material(services, marketer, reviewer, owner)
    body = {"upload_id": str(await add_upload(services, owner.person_id, pdf(2)))}
    revised = (await marketer.post(f"/materials/{material['id']}/versions", body)).ok
    await run_jobs(services)
    draft, approved = (f"/versions/{each['id']}/pages/1" for each in revised["versions"])
    assert (200, 403) == ((await colleague.get(approved)).status, (await colleague.get(draft)).status)
    assert (200, 403) == ((await reviewer.get(approved)).status, (await reviewer.get(draft)).status)
    assert 200 == (await marketer.get(draft)).status


async def test_only_the_owner_revises_and_submits(
    services: Services, client: Client, owner: Employee, marketer: Api, reviewer: Api, colleague: Api
) -> None:
    """Even an approved material, which others see, is changed by its owner alone; a manager may withdraw it."""
    manager = await sign_in(client, await add_employee(services, Role.MANAGER))
    material = await approved_material(services, marketer, reviewer, owner)
    path = f"/materials/{material['id']}"
    for other in (colleague, manager, reviewer):
        assert 403 == (await other.post(f"{path}/versions", {"upload_id": str(uuid4())})).status
        assert 403 == (await other.post(f"{path}/submit")).status
    for other in (colleague, reviewer):
        assert 403 == (await other.post(f"{path}/withdraw", {"reason": "because"})).status
    assert "withdrawn" == (await manager.post(f"{path}/withdraw", {"reason": "过期"})).ok["state"]


async def test_each_role_lists_what_it_may_read(
    services: Services, client: Client, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """For every role the list holds exactly the materials whose page opens, each with the newest version seen there."""
    await approved_material(services, marketer, reviewer, owner, title="批准的")
    draft = await create(marketer, await add_upload(services, owner.person_id, pdf()), "草稿")
    submitted = await create(marketer, await add_upload(services, owner.person_id, pdf()), "送审的")
    await run_jobs(services)
    await marketer.post(f"/materials/{submitted['id']}/submit")
    expected = {
        Role.MARKETER: {"批准的"},
        Role.MANAGER: {"批准的", "草稿", "送审的"},
        Role.REVIEWER: {"批准的", "送审的"},
        Role.AUDITOR: {"批准的", "草稿", "送审的"},
    }
    every = [each["id"] for each in (await marketer.get("/materials")).ok["items"]]
    assert 3 == len(every)
    for role, titles in expected.items():
        reader = await sign_in(client, await add_employee(services, role))
        items = (await reader.get("/materials")).ok["items"]
        assert titles == {each["title"] for each in items}
        readings = {each: await reader.get(f"/materials/{each}") for each in every}
        assert {each["id"] for each in items} == {id_ for id_, answer in readings.items() if answer.status == 200}
        assert {403} >= {answer.status for answer in readings.values() if answer.status != 200}
        newest = {each["id"]: each["version"]["number"] for each in items}
        assert newest == {id_: readings[id_].body["versions"][0]["number"] for id_ in newest}
    admin = await sign_in(client, await add_employee(services, Role.ADMIN))
    assert {403} == {(await admin.get("/materials")).status, (await admin.get(f"/materials/{draft['id']}")).status}


async def test_lists_are_filtered_and_paged(services: Services, clock: Clock, owner: Employee, marketer: Api) -> None:
    """Title parts in any case, class, state and own narrow a list; cursors walk it newest first without a gap."""
    for title in ("Spring 100% Glow", "spring sale", "Autumn"):
        clock.advance(seconds=1)
        await create(marketer, await add_upload(services, owner.person_id, pdf()), title)
    assert ["spring sale", "Spring 100% Glow"] == await titles(marketer, q="SPRING")
    assert ["Spring 100% Glow"] == await titles(marketer, q="0%")
    assert [] == await titles(marketer, q="_pring")
    assert [] == await titles(marketer, **{"class": "internal"})
    assert 3 == len(await titles(marketer, state="draft", mine="true"))
    assert [] == await titles(marketer, state="withdrawn")
    walked: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await marketer.get("/materials", limit=2, **cursor)).ok
        walked += [each["title"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert ["Autumn", "spring sale", "Spring 100% Glow"] == walked


async def titles(api: Api, **query: str) -> list[str]:
    """The titles of a list."""
    return [each["title"] for each in (await api.get("/materials", **query)).ok["items"]]


async def test_a_bad_list_query_names_its_parameter(marketer: Api) -> None:
    """A list asked wrongly says what was wrong."""
    queries = {"state": "gone", "class": "x", "limit": "101", "cursor": "x", "x": "1"}
    answers = [await marketer.get("/materials", **{name: value}) for name, value in queries.items()]
    assert [(422, {f"/{name}"}) for name in queries] == [(each.status, each.fields) for each in answers]


async def test_withdrawing_ends_every_command(
    services: Services, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """A withdrawn material tells who, when and why; it is neither revised, submitted nor withdrawn again."""
    material = await approved_material(services, marketer, reviewer, owner)
    path = f"/materials/{material['id']}"
    withdrawn = (await marketer.post(f"{path}/withdraw", {"reason": "新规定"})).ok
    assert ("withdrawn", "新规定", "李娜", None) == (
        withdrawn["state"],
        withdrawn["withdrawn"]["reason"],
        withdrawn["withdrawn"]["by"]["name"],
        withdrawn["shared_version"],
    )
    upload_id = await add_upload(services, owner.person_id, pdf())
    for command, body in (("versions", {"upload_id": str(upload_id)}), ("submit", {}), ("withdraw", {"reason": "x"})):
        refused = await marketer.post(f"{path}/{command}", body)
        assert (409, "/problems/wrong-state") == (refused.status, refused.body["type"])
    assert {"/reason"} == (await marketer.post(f"{path}/withdraw", {"reason": " "})).fields


async def test_the_same_bytes_elsewhere_are_told_to_who_may_see_them(
    services: Services, client: Client, owner: Employee, marketer: Api, reviewer: Api
) -> None:
    """A duplicate names the older material, unless that one is a draft of somebody else."""
    other = await add_employee(services, Role.MARKETER)
    theirs = await sign_in(client, other)
    first = await create(marketer, await add_upload(services, owner.person_id, pdf(2)), "第一份")
    hidden = await create(theirs, await add_upload(services, other.person_id, pdf(2)))
    assert None is hidden["duplicate_of"]
    own = await create(marketer, await add_upload(services, owner.person_id, pdf(2)))
    assert {"material_id": first["id"], "title": "第一份", "version": 1} == own["duplicate_of"]


async def test_unknown_materials_are_not_found(marketer: Api) -> None:
    """Every path below an id that never was answers 404."""
    path = f"/materials/{uuid4()}"
    answers = [
        await marketer.get(path),
        await marketer.post(f"{path}/submit"),
        await marketer.post(f"{path}/withdraw", {"reason": "x"}),
        await marketer.post(f"{path}/versions", {"upload_id": str(uuid4())}),
    ]
    assert {404} == {each.status for each in answers}
