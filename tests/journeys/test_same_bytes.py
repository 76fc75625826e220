"""The same bytes are stored once, whoever brings them; no object that a version names is ever lost; nobody can tell."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from compliance.access import Role
from fileserver.services import Services
from fileserver.uploads import jobs
from storage.errors import ObjectMissing
from storage.rows import uploads, versions
from storage.rows.versions import VersionRow
from tests.api import Api, Client, sign_in
from tests.materials import add_upload, pdf, run_jobs
from tests.people import Employee, add_employee

BODY = pdf(2)


@pytest.fixture
async def owner(services: Services) -> Employee:
    """Who brings the bytes first."""
    return await add_employee(services, Role.MARKETER)


@pytest.fixture
async def marketer(client: Client, owner: Employee) -> Api:
    """The same, signed in."""
    return await sign_in(client, owner)


@pytest.fixture
async def rival(services: Services) -> Employee:
    """Who brings them again."""
    return await add_employee(services, Role.MARKETER)


@pytest.fixture
async def other(client: Client, rival: Employee) -> Api:
    """The same, signed in."""
    return await sign_in(client, rival)


async def made(api: Api, upload_id: UUID) -> dict[str, Any]:
    """A material of the upload."""
    wanted = {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"}
    material: dict[str, Any] = (await api.post("/materials", wanted)).ok
    return material


async def row_of(services: Services, material: dict[str, Any]) -> VersionRow:
    """Its version as stored."""
    async with services.database.transaction() as tx:
        row = await versions.version_by_id(tx, UUID(material["versions"][0]["id"]))
    assert row is not None
    return row


async def is_there(services: Services, key: str) -> bool:
    """Whether the store has it."""
    try:
        await services.objects.head(key)
    except ObjectMissing:
        return False
    return True


async def test_the_same_bytes_are_stored_once(
    services: Services, client: Client, owner: Employee, marketer: Api, rival: Employee, other: Api
) -> None:
    """Both read what they brought, from one object; the second upload's own is gone."""
    first = await made(marketer, await add_upload(services, owner.person_id, BODY))
    again = await add_upload(services, rival.person_id, BODY, "another name.pdf")
    second = await made(other, again)
    await run_jobs(services)
    one, two = await row_of(services, first), await row_of(services, second)
    assert (one.object_key, one.sha256) == (two.object_key, two.sha256)
    assert (True, False) == (await is_there(services, one.object_key), await is_there(services, f"uploads/{again}"))
    for api, row in ((marketer, one), (other, two)):
        headers = {"Authorization": f"Bearer {api.token}"}
        async with client.get(f"/api/v1/versions/{row.id}/original", headers=headers) as answer:
            assert (200, BODY) == (answer.status, await answer.read())
    assert "ready" == (await other.get(f"/materials/{second['id']}")).ok["versions"][0]["preparation"]


async def test_one_person_brings_them_twice(services: Services, owner: Employee, marketer: Api) -> None:
    """Two finished uploads of one person, used one after the other, are one object too, also as a new version."""
    uploaded = [await add_upload(services, owner.person_id, BODY) for _ in range(2)]
    material = await made(marketer, uploaded[0])
    revised = await marketer.post(f"/materials/{material['id']}/versions", {"upload_id": str(uploaded[1])})
    await run_jobs(services)
    keys = {(await row_of(services, {"versions": [each]})).object_key for each in revised.ok["versions"]}
    assert {f"uploads/{uploaded[0]}"} == keys
    assert [True, False] == [await is_there(services, f"uploads/{each}") for each in uploaded]


async def test_many_at_the_same_moment(services: Services, owner: Employee, marketer: Api) -> None:
    """Of versions made at once of the same bytes, one keeps its object, all name it, and it is there."""
    uploaded = [await add_upload(services, owner.person_id, BODY) for _ in range(6)]
    materials = await asyncio.gather(*(made(marketer, each) for each in uploaded))
    await run_jobs(services)
    (key,) = {(await row_of(services, each)).object_key for each in materials}
    assert [key] == [name for each in uploaded if await is_there(services, name := f"uploads/{each}")]


async def test_other_bytes_are_others(services: Services, owner: Employee, marketer: Api) -> None:
    """A byte more is another file, with an object of its own."""
    uploaded = [await add_upload(services, owner.person_id, BODY + bytes(extra)) for extra in range(2)]
    for each in uploaded:
        assert f"uploads/{each}" == (await row_of(services, await made(marketer, each))).object_key
    await run_jobs(services)
    assert [True, True] == [await is_there(services, f"uploads/{each}") for each in uploaded]


async def test_discarding_spares_what_versions_name(
    services: Services, owner: Employee, marketer: Api, rival: Employee, other: Api
) -> None:
    """However often the sweep runs, and for whichever upload, in whatever state its row says it is: bytes stay."""
    uploaded = await add_upload(services, owner.person_id, BODY)
    again = await add_upload(services, rival.person_id, BODY)
    await made(marketer, uploaded)
    await made(other, again)
    for upload_id in (uploaded, again, uploaded):
        await jobs.discard(services, upload_id)
    assert await is_there(services, f"uploads/{uploaded}")
    for state in ("terminated", "failed"):
        async with services.database.transaction() as tx:
            await uploads.change_state(
                tx, uploaded, before=("complete", "terminated"), after=state, now=services.clock()
            )
        await jobs.discard(services, uploaded)
        assert await is_there(services, f"uploads/{uploaded}"), state


async def test_an_upload_that_is_not_used_keeps_its_bytes(services: Services, owner: Employee, marketer: Api) -> None:
    """That the bytes are stored already changes nothing for an upload that nobody has made a version of."""
    await made(marketer, await add_upload(services, owner.person_id, BODY))
    waiting = await add_upload(services, owner.person_id, BODY)
    await jobs.discard(services, waiting)
    assert await is_there(services, f"uploads/{waiting}")


async def test_a_used_upload_is_not_terminated(
    services: Services, client: Client, owner: Employee, marketer: Api, rival: Employee, other: Api
) -> None:
    """Neither who brought the bytes first nor who brought them again can take them away from the other."""
    uploaded = {
        marketer: await add_upload(services, owner.person_id, BODY),
        other: await add_upload(services, rival.person_id, BODY),
    }
    materials = [await made(api, upload_id) for api, upload_id in uploaded.items()]
    await run_jobs(services)
    for api, upload_id in uploaded.items():
        headers = {"Authorization": f"Bearer {api.token}", "Tus-Resumable": "1.0.0"}
        async with client.delete(f"/uploads/{upload_id}", headers=headers) as refused:
            assert 409 == refused.status
    assert [True, True] == [await is_there(services, (await row_of(services, each)).object_key) for each in materials]


async def test_a_lost_object_is_not_shared(
    services: Services, owner: Employee, marketer: Api, rival: Employee, other: Api
) -> None:
    """If the store has lost the older object, the new bytes are kept, and the next versions share those."""
    lost = await made(marketer, await add_upload(services, owner.person_id, BODY))
    await services.objects.delete((await row_of(services, lost)).object_key)
    again, third = [await add_upload(services, rival.person_id, BODY) for _ in range(2)]
    kept = [await row_of(services, await made(other, each)) for each in (again, third)]
    await run_jobs(services)
    assert (f"uploads/{again}", True) == (kept[0].object_key, await is_there(services, f"uploads/{again}"))
    assert await is_there(services, kept[1].object_key)


async def test_nobody_can_tell(services: Services, owner: Employee, marketer: Api, rival: Employee, other: Api) -> None:
    """Bytes that somebody else keeps as a draft are answered like bytes that nobody has, ids and times apart."""
    await made(marketer, await add_upload(services, owner.person_id, BODY))
    known, new = [
        await made(other, await add_upload(services, rival.person_id, body)) for body in (BODY, pdf(2, trailer=b"%"))
    ]
    for material in (known, new):
        for name in ("id", "created_at"):
            material.pop(name)
        for name in ("id", "sha256", "size_bytes", "created_at"):
            material["versions"][0].pop(name)
    assert known == new
