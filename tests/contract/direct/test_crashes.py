"""The crash windows of direct uploads: every one is entered, and what comes afterwards is as promised."""

import asyncio
import hashlib
import os
from typing import Any
from uuid import UUID

import pytest

from fileserver.services import Services
from fileserver.uploads import finishing, jobs
from fileserver.uploads.direct import service as direct_service
from storage.errors import StoreRefused, StoreUnavailable
from storage.objects import ObjectInfo, ObjectStore
from storage.rows import uploads
from tests.contract.tus.conftest import PART_BYTES
from tests.direct import BASE, DirectClient
from tests.services import Clock

BODY = os.urandom(PART_BYTES + 9)


class Crash(Exception):
    """The process stops here."""


async def crash(*_: Any, **__: Any) -> Any:
    """Stands where the process dies."""
    raise Crash


async def whole(direct: DirectClient) -> tuple[str, list[dict[str, Any]]]:
    """An upload whose parts are all in the store."""
    upload = await direct.begin(len(BODY))
    return upload, await direct.send_all(upload, BODY, PART_BYTES)


async def completes(direct: DirectClient, upload: str) -> None:
    """The upload becomes what was sent, and nothing else is left."""
    await direct.work()
    read = await direct.read(upload)
    assert ("complete", hashlib.sha256(BODY).hexdigest()) == (read["state"], read["sha256"])
    assert () == await direct.pending(upload)
    assert 1 == (await direct.tus.acts(f"/uploads/{upload}")).count("employee:upload:complete")


async def test_made_but_no_multipart_upload_begun(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client never heard of the first one; a later one begins a multipart upload by itself."""
    with monkeypatch.context() as crashing:
        crashing.setattr(direct_service, "_with_multipart", crash)
        assert 500 == (await direct.call("POST", BASE, {"size": len(BODY)})).status
    [upload] = [item["id"] for item in (await direct.tus.json("/api/v1/uploads"))["items"]]
    assert [] == await direct.listed(upload)
    parts = await direct.send_all(upload, BODY, PART_BYTES)
    assert 200 == (await direct.complete(upload, parts)).status
    await completes(direct, upload)


async def test_a_multipart_upload_begun_and_not_recorded(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one is begun; the orphan is aborted when the upload ends."""
    with monkeypatch.context() as crashing:
        crashing.setattr(uploads, "set_direct_multipart", crash)
        assert 500 == (await direct.call("POST", BASE, {"size": len(BODY)})).status
    [upload] = [item["id"] for item in (await direct.tus.json("/api/v1/uploads"))["items"]]
    parts = await direct.send_all(upload, BODY, PART_BYTES)
    assert 2 == len(await direct.pending(upload))
    assert 200 == (await direct.complete(upload, parts)).status
    await completes(direct, upload)


async def test_two_requests_begin_at_once(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One multipart upload is recorded and used by both, the other one is gone."""
    with monkeypatch.context() as crashing:
        crashing.setattr(direct_service, "_with_multipart", crash)
        assert 500 == (await direct.call("POST", BASE, {"size": len(BODY)})).status
    [upload] = [item["id"] for item in (await direct.tus.json("/api/v1/uploads"))["items"]]
    pieces = {1: BODY[:PART_BYTES], 2: BODY[PART_BYTES:]}
    parts = await asyncio.gather(*(direct.send(upload, number, piece) for number, piece in pieces.items()))
    assert 1 == len(await direct.pending(upload))
    assert 200 == (await direct.complete(upload, parts)).status
    await completes(direct, upload)


async def test_a_client_that_forgot_everything_goes_on(direct: DirectClient) -> None:
    """The list says what is there; only the rest is sent."""
    upload = await direct.begin(len(BODY))
    await direct.send(upload, 1, BODY[:PART_BYTES])
    known = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in await direct.listed(upload)]
    assert [1] == [part["PartNumber"] for part in known]
    known.append(await direct.send(upload, 2, BODY[PART_BYTES:]))
    assert 200 == (await direct.complete(upload, known)).status
    await completes(direct, upload)


async def test_recorded_and_not_assembled(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job of the same transaction assembles, without the client."""
    upload, parts = await whole(direct)
    with monkeypatch.context() as crashing:
        crashing.setattr(direct_service, "finish", crash)
        assert 500 == (await direct.complete(upload, parts)).status
    assert "assembling" == (await direct.read(upload))["state"]
    await direct.tus.let_jobs_come()
    await completes(direct, upload)


async def test_assembled_and_not_recorded(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 has completed the multipart upload, and nobody here knows: the object of the right size is it."""
    upload, parts = await whole(direct)
    with monkeypatch.context() as crashing:
        crashing.setattr(uploads, "change_state", after_the_first(uploads.change_state))
        assert 500 == (await direct.complete(upload, parts)).status
    assert ("assembling", ()) == ((await direct.read(upload))["state"], await direct.pending(upload))
    assert 200 == (await direct.complete(upload, parts)).status
    await completes(direct, upload)


def after_the_first(original: Any) -> Any:
    """Does it once, then dies."""
    calls = []

    async def call(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        return await (original if len(calls) == 1 else crash)(*arguments, **named)

    return call


async def test_the_store_falls_silent_while_completing(
    direct: DirectClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is told that it goes on; the job completes once the store is back."""
    upload, parts = await whole(direct)

    async def away(*_: Any) -> ObjectInfo:
        raise StoreUnavailable(store="s3", operation="complete_multipart_upload", detail="test")

    with monkeypatch.context() as failing:
        failing.setattr(services.objects, "complete_multipart", away)
        assert 200 == (await direct.complete(upload, parts)).status
    assert "assembling" == (await direct.read(upload))["state"]
    await direct.tus.let_jobs_come()
    await completes(direct, upload)


async def test_the_store_has_forgotten_the_parts(direct: DirectClient, object_store: ObjectStore) -> None:
    """Aborted by somebody else, a rule of the bucket for one: the upload has failed, and says so from then on."""
    upload, parts = await whole(direct)
    row = await direct.tus.row(f"/uploads/{upload}")
    await object_store.abort_multipart(row.object_key, str(row.multipart_id))
    answer = await direct.complete(upload, parts)
    assert (410, "upload-gone") == (answer.status, answer.slug)
    assert "failed" == (await direct.read(upload))["state"]
    assert 410 == (await direct.call("GET", f"{BASE}/{upload}")).status


async def test_a_part_sent_again_before_complete_never_mixes(
    direct: DirectClient, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other bytes under a recorded number: the store completes what was recorded, or the upload fails. Nothing else."""
    upload, parts = await whole(direct)
    with monkeypatch.context() as crashing:
        crashing.setattr(direct_service, "finish", crash)
        assert 500 == (await direct.complete(upload, parts)).status
    row = await direct.tus.row(f"/uploads/{upload}")
    await object_store.upload_part(row.object_key, str(row.multipart_id), 2, b"y" * 9, 9)
    await direct.complete(upload, parts)
    await direct.work()
    read = await direct.read(upload)
    assert (read["state"], read["sha256"]) in (
        ("complete", hashlib.sha256(BODY).hexdigest()),
        ("failed", None),
    )


async def test_an_object_of_another_size_fails(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is not what was announced: failed, with everything swept."""
    upload, parts = await whole(direct)
    assert 200 == (await direct.complete(upload, parts)).status
    row = await direct.tus.row(f"/uploads/{upload}")
    await direct.tus.services.objects.put(row.object_key, b"other", media_type="x/y")
    await direct.work()
    assert "failed" == (await direct.read(upload))["state"]


async def test_an_upload_that_nobody_completes_expires(direct: DirectClient, clock: Clock) -> None:
    """After its time it is ended, its parts are aborted in the store, and what was signed is forgotten."""
    upload = await direct.begin(len(BODY))
    await direct.send(upload, 1, BODY[:PART_BYTES])
    services = direct.tus.services
    clock.advance(seconds=services.config.upload_expiry_s + 1)
    assert 410 == (await direct.call("GET", f"{BASE}/{upload}")).status
    assert 1 == await jobs.expire(services)
    await direct.work()
    assert () == await direct.pending(upload)
    async with services.database.transaction() as tx:
        assert {} == await uploads.signed_parts(tx, UUID(upload))
    assert "system:upload:expire" in await direct.tus.acts(f"/uploads/{upload}")


def test_hopeless_and_hopeful_are_told_apart() -> None:
    """A wrong checksum never becomes right; a store that is away comes back."""
    for code in ("BadDigest", "InvalidPart", "InvalidRequest"):
        assert finishing._is_hopeless(StoreRefused(operation="complete_multipart_upload", code=code))
    assert not finishing._is_hopeless(StoreRefused(operation="complete_multipart_upload", code="AccessDenied"))
    assert not finishing._is_hopeless(StoreUnavailable(store="s3", operation="x", detail="y"))
