"""Upload-Concat: uploads put together of partial ones (extension concatenation)."""

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import ClientResponse
from yarl import URL

from compliance.access import Role
from compliance.errors import UploadPartial
from compliance.events import Trail
from compliance.uploads import finished_upload
from fileserver.accounts import tokens
from fileserver.http.scopes import Scope
from fileserver.services import Services
from fileserver.uploads import concat, finishing, jobs, joining
from storage.errors import PartRefused, StoreRefused, StoreUnavailable
from storage.objects import ObjectStore
from storage.rows import quotas
from tests.api import Client
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_faults import Faults, faults
from tests.contract.tus.test_patch import assert_complete
from tests.people import add_employee
from tests.services import Clock
from tests.uploads import STREAM, VERSION, WAIT_MAX_S, Tus, metadata

__all__ = ["faults"]

NOBODY = "b8a1c2f0-0000-4000-8000-000000000000"
PARTIAL = {"Upload-Concat": "partial"}


async def partial(tus: Tus, body: bytes) -> str:
    """A complete partial upload; returns its path."""
    path = await tus.create(len(body), PARTIAL)
    if body:
        assert 204 == (await tus.patch(path, 0, body)).status
    return path


async def concatenated(tus: Tus, urls: Sequence[str], **values: str) -> ClientResponse:
    """The answer to the making of a final upload."""
    sent = {**VERSION, "Upload-Concat": f"final;{' '.join(urls)}", **(metadata(**values) if values else {})}
    return await tus.request("POST", "/uploads/", sent)


async def final(tus: Tus, urls: Sequence[str]) -> str:
    """A final upload of these; returns its path."""
    answer = await concatenated(tus, urls)
    assert 201 == answer.status, await answer.text()
    return URL(answer.headers["Location"]).path


@pytest.mark.parametrize(
    "sizes",
    [
        (5, 6),
        (0, 7, 0),
        (0, 0),
        (2 * PART_BYTES, PART_BYTES + 1000),
        (PART_BYTES + 1, 3, PART_BYTES - 5, PART_BYTES + 7),
        (3 * PART_BYTES + 17,),
    ],
)
async def test_the_bytes_follow_each_other_in_the_given_order(tus: Tus, sizes: Sequence[int]) -> None:
    """Wherever the seams lie: inside a part, between parts, several in one; the SHA-256 is that of the whole."""
    bodies = [os.urandom(size) for size in sizes]
    paths = [await partial(tus, body) for body in bodies]
    path = await final(tus, paths)
    await tus.work()
    await assert_complete(tus, path, b"".join(bodies))


async def test_a_part_may_be_used_again(tus: Tus) -> None:
    """Twice in one upload, in another order in another; addresses may be whole or relative."""
    one, two = os.urandom(1000), os.urandom(2000)
    first, second = await partial(tus, one), await partial(tus, two)
    absolute = tus.services.config.public_url + second
    path, other = await final(tus, [first, absolute, first]), await final(tus, [absolute, second.split("/")[-1]])
    await tus.work()
    await assert_complete(tus, path, one + two + one)
    await assert_complete(tus, other, two + two)


async def test_head_before_and_after(tus: Tus) -> None:
    """The length at once, the offset only when it has been put together; Upload-Concat as it was sent."""
    paths = [await partial(tus, b"abc"), await partial(tus, b"defg")]
    urls = [paths[0], tus.services.config.public_url + paths[1]]
    path = await final(tus, urls)
    for expected in (None, "7"):
        answer = await tus.request("HEAD", path, VERSION)
        assert (200, "7", expected, f"final;{' '.join(urls)}") == (
            answer.status, *map(answer.headers.get, ("Upload-Length", "Upload-Offset", "Upload-Concat")),
        )  # fmt: skip
        await tus.work()
    head = await tus.request("HEAD", paths[0], VERSION)
    assert ("partial", "3") == (head.headers["Upload-Concat"], head.headers["Upload-Offset"])


async def test_metadata_is_that_of_the_final_upload(tus: Tus) -> None:
    """What the parts were called does not matter."""
    named = await tus.create(3, {**PARTIAL, **metadata(filename="part"), **STREAM}, b"abc")
    answer = await concatenated(tus, [named], filename="whole.pdf")
    seen = await tus.json("/api/v1" + URL(answer.headers["Location"]).path)
    assert ("whole.pdf", "final", "assembling") == (seen["filename"], seen["concat"], seen["state"])


async def test_progress_is_told(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many bytes have been put together, and then how many have been verified."""
    monkeypatch.setattr(joining, "AT_ONCE_MAX", 1)
    path = await final(tus, [await partial(tus, os.urandom(size)) for size in (PART_BYTES + 10, 1000)])
    with monkeypatch.context() as broken:
        broken.setattr(ObjectStore, "upload_part", _refused)
        broken.setattr(joining, "ATTEMPTS_MAX", 1)
        with pytest.raises(StoreRefused):
            await finishing.finish(tus.services, (await tus.row(path)).id)
    assert PART_BYTES == (await tus.json("/api/v1" + path))["offset_bytes"]


async def _refused(*_: object, **__: object) -> None:
    raise StoreRefused(operation="upload_part", code="AccessDenied")


async def test_headers_that_do_not_fit(tus: Tus, subtests: pytest.Subtests) -> None:
    """400 names the header; a final upload says no length."""
    for headers, field in [
        ({"Upload-Concat": "final;"}, "/Upload-Concat"),
        ({"Upload-Concat": "final"}, "/Upload-Concat"),
        ({"Upload-Concat": f"final;https://elsewhere.example/uploads/{NOBODY}"}, "/Upload-Concat"),
        ({"Upload-Concat": f"final;/files/{NOBODY}"}, "/Upload-Concat"),
        ({"Upload-Concat": "final;/uploads/none"}, "/Upload-Concat"),
        ({"Upload-Concat": "final;/uploads/a", "Upload-Length": "5"}, "/Upload-Length"),
        ({"Upload-Concat": "final;/uploads/a", "Upload-Defer-Length": "1"}, "/Upload-Defer-Length"),
    ]:
        with subtests.test(str((headers, field))):
            answer = await tus.request("POST", "/uploads/", {**VERSION, **headers})
            assert (400, ("upload-header-invalid", [field])) == (answer.status, await tus.problem(answer))


async def test_bytes_that_are_no_text_are_refused(tus: Tus) -> None:
    """They can't be stored; 400 as for any other address that is not ours."""
    url = tus.address.with_path(await partial(tus, b"hello"))
    where = str(url).encode().replace(b"//", b"//\xff@", 1)
    reader, writer = await asyncio.open_connection(tus.address.host, tus.address.port)
    head = f"POST /uploads/ HTTP/1.1\r\nHost: {tus.address.authority}\r\nAuthorization: Bearer {tus.token}\r\n"
    try:
        writer.write(head.encode() + b"Tus-Resumable: 1.0.0\r\nUpload-Concat: final;" + where + b"\r\n\r\n")
        async with asyncio.timeout(WAIT_MAX_S):
            assert 400 == int((await reader.readline()).split()[1])
    finally:
        writer.close()


async def test_limits(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """On how many parts there are, and on how long they are together."""
    path = await partial(tus, b"abc")
    monkeypatch.setattr(concat, "SOURCES_MAX", 2)
    assert 400 == (await concatenated(tus, [path] * 3)).status
    limited = tus.services.config.model_copy(update={"upload_size_max_bytes": 5})
    monkeypatch.setitem(vars(tus.services), "config", limited)
    assert 413 == (await concatenated(tus, [path] * 2)).status


async def test_parts_that_can_not_be_used(tus: Tus) -> None:
    """Unfinished: 409; no partial upload: 400; terminated: 410; a final one: 400. Nothing is made then."""
    whole = await tus.create(3)
    await tus.patch(whole, 0, b"abc")
    made = await final(tus, [await partial(tus, b"abc")])
    unfinished, gone = await tus.create(3, PARTIAL), await partial(tus, b"abc")
    await tus.request("DELETE", gone, VERSION)
    before = len((await tus.json("/api/v1/uploads"))["items"])
    assert [409, 400, 410, 400, 404] == [
        (await concatenated(tus, [path])).status for path in (unfinished, whole, gone, made, f"/uploads/{NOBODY}")
    ]
    assert before == len((await tus.json("/api/v1/uploads"))["items"])


async def test_parts_of_somebody_else_are_not_found(tus: Tus, client: Client, services: Services) -> None:
    """404, as if they were not there."""
    path = await partial(tus, b"abc")
    somebody = await add_employee(services, Role.MARKETER)
    async with services.database.transaction() as tx:
        scopes = [Scope.UPLOADS_WRITE]
        token = await tokens.create(tx, Trail(), somebody.person_id, label="t", scopes=scopes, now=services.clock())
    answer = await concatenated(Tus.at(client, services, token.text), [path])
    assert (404, ("not-found", ["/Upload-Concat"])) == (answer.status, await tus.problem(answer))


async def test_a_final_upload_takes_no_bytes(tus: Tus) -> None:
    """403, before and after it is put together, and at its making 400."""
    part = await partial(tus, b"abc")
    path = await final(tus, [part])
    for _ in range(2):
        answer = await tus.patch(path, 0, b"x")
        assert (403, ("upload-final", [])) == (answer.status, await tus.problem(answer))
        await tus.work()
    made = await tus.request("POST", "/uploads/", {**VERSION, **STREAM, "Upload-Concat": f"final;{part}"}, b"abc")
    assert 400 == made.status


async def test_a_part_is_no_file(tus: Tus) -> None:
    """It has no SHA-256, and no version can be made of it."""
    path = await partial(tus, b"abc")
    row = await tus.row(path)
    assert ("complete", None) == (row.state, row.sha256)
    async with tus.services.database.transaction() as tx:
        with pytest.raises(UploadPartial):
            await finished_upload(tx, row.id, row.person_id)


async def test_parts_go_an_hour_after_the_final_upload_is_done(tus: Tus, clock: Clock) -> None:
    """Not while it is put together, whatever the time; then with all that is stored of them."""
    body = os.urandom(PART_BYTES + 10)
    part = await partial(tus, body)
    path = await final(tus, [part])
    clock.advance(seconds=tus.services.config.upload_expiry_s)
    assert 0 == await jobs.expire(tus.services)
    assert 409 == (await tus.request("DELETE", part, VERSION)).status
    await tus.work()
    clock.advance(seconds=1)
    assert 1 == await jobs.expire(tus.services)
    await tus.work()
    row = await tus.row(part)
    assert ("terminated", 0) == (row.state, await tus.services.objects.delete_prefix(row.object_key))
    await assert_complete(tus, path, body)


async def test_the_hour(tus: Tus, clock: Clock) -> None:
    """A client may use a part once more until then."""
    part = await partial(tus, b"abc")
    await final(tus, [part])
    await tus.work()
    assert clock.now + timedelta(hours=1) == (await tus.row(part)).expires_at


async def test_parts_that_nobody_used_expire(tus: Tus, clock: Clock) -> None:
    """As unfinished uploads do."""
    await partial(tus, b"abc")
    clock.advance(seconds=tus.services.config.upload_expiry_s)
    assert 1 == await jobs.expire(tus.services)


async def test_a_part_whose_time_is_over_is_gone(tus: Tus, clock: Clock) -> None:
    """Also while the job that ends it has not come yet."""
    part = await partial(tus, b"abc")
    clock.advance(seconds=tus.services.config.upload_expiry_s)
    assert 410 == (await concatenated(tus, [part])).status


async def test_a_store_that_copies_no_parts(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then they are read and sent: the final upload is put together all the same."""

    async def refused(*_: object, **__: object) -> None:
        raise StoreRefused(operation="upload_part_copy", code="NotImplemented")

    monkeypatch.setattr(ObjectStore, "copy_part", refused)
    bodies = [os.urandom(2 * PART_BYTES + 1000), os.urandom(PART_BYTES)]
    path = await final(tus, [await partial(tus, body) for body in bodies])
    await tus.work()
    await assert_complete(tus, path, b"".join(bodies))


@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
@pytest.mark.parametrize("method", ["copy_part", "upload_part", "create_multipart", "complete_multipart"])
async def test_a_store_that_fails_in_between(tus: Tus, faults: Faults, method: str, *, persisted: bool) -> None:
    """The job goes on where it stood; every byte is there once, and nothing else stays behind."""
    bodies = [os.urandom(2 * PART_BYTES + 1000), os.urandom(PART_BYTES)]
    paths = [await partial(tus, body) for body in bodies]
    path = await final(tus, paths)
    faults.fail(method, 1, StoreUnavailable(operation=method, detail="down"), persisted=persisted)
    row = await tus.row(path)
    with pytest.raises(StoreUnavailable):
        await finishing.finish(tus.services, row.id)
    await tus.work()
    await assert_complete(tus, path, b"".join(bodies))
    assert () == await tus.services.objects.list_multiparts(row.object_key)


async def test_a_part_that_the_store_refuses_is_sent_again(tus: Tus, faults: Faults) -> None:
    """Read anew from the partial uploads."""
    bodies = [os.urandom(PART_BYTES + 1000), os.urandom(PART_BYTES)]
    paths = [await partial(tus, body) for body in bodies]
    path = await final(tus, paths)
    faults.fail("upload_part", 1, PartRefused(key="k", number=1, detail="cut"))
    await finishing.finish(tus.services, (await tus.row(path)).id)
    await tus.work()
    await assert_complete(tus, path, b"".join(bodies))


async def test_a_final_upload_that_is_terminated_meanwhile(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being put together ends, and nothing stays in the store."""
    path = await final(tus, [await partial(tus, os.urandom(2 * PART_BYTES))])
    row, real = await tus.row(path), ObjectStore.create_multipart

    async def terminated(store: ObjectStore, key: str, *, media_type: str) -> str:
        assert 204 == (await tus.request("DELETE", path, VERSION)).status
        return await real(store, key, media_type=media_type)

    monkeypatch.setattr(ObjectStore, "create_multipart", terminated)
    await tus.work()
    assert "terminated" == (await tus.row(path)).state
    assert () == await tus.services.objects.list_multiparts(row.object_key)


async def test_a_final_upload_counts_instead_of_its_partial_ones(tus: Tus) -> None:
    """Whoever has room for the file can send it in parts; a partial upload named twice needs the room twice."""
    person_id = (await tus.row(await tus.create(0))).person_id
    async with tus.services.database.transaction() as tx:
        await quotas.put_quota(tx, quotas.PERSON, str(person_id), 11, tus.services.clock())
    urls = [await partial(tus, b"hello"), await partial(tus, b"world!")]
    refused = await concatenated(tus, [*urls, urls[0]])
    assert (413, "upload-quota-exceeded") == (refused.status, (await tus.problem(refused))[0])
    assert 413 == (await tus.request("POST", "/uploads/", {**VERSION, "Upload-Length": "1"})).status
    path = await final(tus, urls)
    await tus.work()
    await assert_complete(tus, path, b"helloworld!")
