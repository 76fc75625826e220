"""Small files that one creation brings whole: complete at once or not there at all."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace

import pytest

import fileserver.app as application
from compliance import ledger
from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import service as accounts
from fileserver.services import Services
from fileserver.uploads import pace, unused, whole
from fileserver.uploads.errors import UploadQuotaExceeded
from fileserver.uploads.names import OBJECTS, object_key
from fileserver.uploads.service import new_row
from fileserver.uploads.unused import Unused
from storage.errors import StoreUnavailable
from storage.rows import quotas
from storage.rows.departments import departments_called
from tests.contract.tus.test_patch import assert_complete
from tests.people import Employee, add_employee
from tests.services import Clock
from tests.uploads import STREAM, VERSION, WAIT_MAX_S, Tus, checksum, metadata

BODY = os.urandom(64 << 10)


def headers(body: bytes) -> dict[str, str]:
    """Of a creation that brings all of it."""
    return {**VERSION, **STREAM, "Upload-Length": str(len(body)), **metadata(filename="照片.jpg")}


@pytest.mark.parametrize("size_bytes", [1, 64 << 10, whole.SIZE_MAX_BYTES])
async def test_complete_in_one_request(tus: Tus, size_bytes: int) -> None:
    """The answer says the whole length; bytes, SHA-256 and both events are there."""
    body = os.urandom(size_bytes)
    answer = await tus.request("POST", "/uploads/", headers(body), body)
    assert (201, str(size_bytes)) == (answer.status, answer.headers["Upload-Offset"])
    path = answer.headers["Location"].removeprefix(str(tus.services.config.public_url))
    await assert_complete(tus, path, body)
    assert hashlib.sha256(body).hexdigest() == (await tus.row(path)).sha256
    assert ["employee:upload:create", "employee:upload:complete"] == await tus.acts(path)


async def test_a_trickle_is_given_up(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """408 although it is never silent for long: a few bytes a minute would hold a place, of which there are few."""
    monkeypatch.setattr(pace, "PATIENCE_S", 0)
    monkeypatch.setattr(pace, "RATE_MIN_BYTES_S", 1 << 60)
    reader, writer = await asyncio.open_connection(tus.address.host, tus.address.port)
    sent = {"Host": tus.address.authority, "Authorization": f"Bearer {tus.token}", **headers(b"x" * 100)}
    lines = ["POST /uploads/ HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "Content-Length: 100"]
    try:
        writer.write("\r\n".join([*lines, "", "x" * 60]).encode())
        async with asyncio.timeout(WAIT_MAX_S):
            assert 408 == int((await reader.readline()).split()[1])
    finally:
        writer.close()
    assert [] == (await tus.json("/api/v1/uploads"))["items"]


async def test_many_at_once(tus: Tus) -> None:
    """Each of thirty is its own upload with its own bytes."""
    bodies = [os.urandom(1000 + number) for number in range(30)]
    answers = await asyncio.gather(*(tus.request("POST", "/uploads/", headers(body), body) for body in bodies))
    assert {201} == {answer.status for answer in answers}
    paths = [answer.headers["Location"].removeprefix(str(tus.services.config.public_url)) for answer in answers]
    assert bodies == [await tus.stored(path) for path in paths]


async def test_a_wrong_checksum_leaves_nothing(tus: Tus) -> None:
    """Neither a row nor an object."""
    answer = await tus.request("POST", "/uploads/", headers(BODY) | checksum(BODY[:-1]), BODY)
    assert (460, ("checksum-mismatch", [])) == (answer.status, await tus.problem(answer))
    assert [] == (await tus.json("/api/v1/uploads"))["items"]


async def test_over_the_quota_leaves_nothing(tus: Tus, marketer: Employee, clock: Clock) -> None:
    """The first that fits is kept, the next is refused, and its object is gone."""
    async with tus.services.database.transaction() as tx:
        await quotas.put_quota(tx, quotas.PERSON, str(marketer.person_id), len(BODY) + 10, clock.now)
    assert 201 == (await tus.request("POST", "/uploads/", headers(BODY), BODY)).status
    answer = await tus.request("POST", "/uploads/", headers(BODY), BODY)
    assert "upload-quota-exceeded" == (await tus.problem(answer))[0]
    (kept,) = (await tus.json("/api/v1/uploads"))["items"]
    assert 1 == await tus.services.objects.delete_prefix(object_key(kept["id"]))


async def test_a_log_that_fails_leaves_no_upload(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """No event, no upload: the client hears that it may try again."""

    async def failing(*_: object, **__: object) -> None:
        raise StoreUnavailable(store="postgresql")

    monkeypatch.setattr(ledger, "append_all", failing)
    answer = await tus.request("POST", "/uploads/", headers(BODY), BODY)
    assert 503 == answer.status
    assert [] == (await tus.json("/api/v1/uploads"))["items"]


async def test_a_commit_that_is_done_after_all(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection broke in the middle of the commit, and PostgreSQL finishes it later: the bytes are still there."""
    lost = list[Sequence[whole.Whole]]()

    async def losing(_: Services, _unused: Unused, batch: Sequence[whole.Whole]) -> Sequence[Exception | None]:
        lost.append(batch)
        raise StoreUnavailable(store="postgresql")

    monkeypatch.setattr(application, "record", losing)
    assert 503 == (await tus.request("POST", "/uploads/", headers(BODY), BODY)).status
    await whole.record(tus.services, Unused(), lost[0])
    await assert_complete(tus, f"/uploads/{lost[0][0].row.id}", BODY)


async def test_a_right_that_ended_meanwhile(tus: Tus, services: Services, marketer: Employee) -> None:
    """Somebody disabled while their file trickles in is refused when it is there."""
    head = [f"{name}: {value}" for name, value in headers(BODY).items()]
    reader, writer = await asyncio.open_connection(tus.address.host, tus.address.port)
    lines = ["POST /uploads/ HTTP/1.1", f"Host: {tus.address.authority}", f"Authorization: Bearer {tus.token}", *head]
    writer.write("\r\n".join([*lines, f"Content-Length: {len(BODY)}", "", ""]).encode() + BODY[:1000])
    await writer.drain()
    async with services.database.transaction() as tx:
        await accounts.disable(tx, Trail(role="operator"), marketer.person_id, now=services.clock())
    writer.write(BODY[1000:])
    status = int((await reader.readline()).split()[1])
    writer.close()
    assert status in (401, 403)


async def test_colleagues_of_one_batch_keep_together(services: Services) -> None:
    """Their department's room is there once, also for files that are recorded in one transaction."""
    two = [await add_employee(services, Role.MARKETER) for _ in range(2)]
    async with services.database.transaction() as tx:
        for each in two:
            await accounts.put_department(tx, Trail(), each.person_id, "华东", now=services.clock())
        (east,) = await departments_called(tx, "华东")
        await quotas.put_quota(tx, quotas.DEPARTMENT, str(east.id), len(BODY) + 10, services.clock())
    rows = [new_row(services, each.actor, len(BODY), {}) for each in two]
    batch = [whole.Whole(row=replace(row, state="complete", sha256="0" * 64), trail=Trail()) for row in rows]
    first, second = await whole.record(services, Unused(), batch)
    assert first is None
    assert isinstance(second, UploadQuotaExceeded)


async def stored_count(tus: Tus) -> int:
    """How many objects of uploads there are; tests before this one have left some."""
    return len([found async for page in tus.services.objects.list_pages(OBJECTS) for found in page])


@pytest.mark.parametrize("body", [BODY, b"", None], ids=["whole", "empty", "begun"])
async def test_too_many_that_nobody_uses(tus: Tus, monkeypatch: pytest.MonkeyPatch, body: bytes | None) -> None:
    """However small they are: the next one is refused, whichever way it would come, until one is gone."""
    monkeypatch.setattr(unused, "UNUSED_MAX", 3)
    paths = [await tus.create(0), *[await tus.create(len(BODY), headers(BODY), BODY) for _ in range(2)]]
    sent = headers(BODY) if body else {**VERSION, "Upload-Length": "0" if body == b"" else "5"}
    answer = await tus.request("POST", "/uploads/", sent, body or None)
    assert (429, "too-many-uploads") == (answer.status, (await tus.problem(answer))[0])
    assert 204 == (await tus.request("DELETE", paths[0], VERSION)).status
    assert 201 == (await tus.request("POST", "/uploads/", sent, body or None)).status


async def test_too_many_in_one_batch(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that come together count for each other, and nothing is left of those that are refused."""
    monkeypatch.setattr(unused, "UNUSED_MAX", 3)
    before = await stored_count(tus)
    answers = await asyncio.gather(*(tus.request("POST", "/uploads/", headers(BODY), BODY) for _ in range(8)))
    assert [201] * 3 + [429] * 5 == sorted(answer.status for answer in answers)
    assert 3 == await stored_count(tus) - before
