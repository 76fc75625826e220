"""Upload-Defer-Length: a file whose length is said when it is known (extension creation-defer-length)."""

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from yarl import URL

from fileserver.config import Config
from fileserver.services import SEALING_MAX
from fileserver.uploads import finishing
from storage.errors import PartRefused, StoreUnavailable
from storage.objects import ObjectStore, Part
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_faults import Faults, faults
from tests.contract.tus.test_patch import assert_complete, chunked
from tests.uploads import STREAM, VERSION, Tus

__all__ = ["faults"]

DEFERRED = {"Upload-Defer-Length": "1"}
SIZE_MAX_BYTES = 3 * PART_BYTES


@pytest.fixture
def config(config: Config) -> Config:
    """The largest upload is one that a test can send."""
    return config.model_copy(update={"upload_size_max_bytes": SIZE_MAX_BYTES})


async def begun(tus: Tus, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> str:
    """Makes an upload without a length and returns its path."""
    answer = await tus.request("POST", "/uploads/", {**VERSION, **DEFERRED, **(headers or {})}, body)
    assert 201 == answer.status, await answer.text()
    return URL(answer.headers["Location"]).path


def said(length: int) -> dict[str, str]:
    """Upload-Length beside a PATCH."""
    return {"Upload-Length": str(length)}


async def test_head_tells_that_the_length_is_not_known(tus: Tus) -> None:
    """Upload-Defer-Length: 1 until it is said, Upload-Length from then on; JSON says null."""
    path = await begun(tus)
    assert 204 == (await tus.patch(path, 0, b"abc")).status
    before = await tus.request("HEAD", path, VERSION)
    assert ("3", "1", None) == tuple(map(before.headers.get, ("Upload-Offset", "Upload-Defer-Length", "Upload-Length")))
    assert (await tus.json("/api/v1" + path))["length_bytes"] is None
    assert 204 == (await tus.patch(path, 3, b"d", said(10))).status
    after = await tus.request("HEAD", path, VERSION)
    assert ("4", None, "10") == tuple(map(after.headers.get, ("Upload-Offset", "Upload-Defer-Length", "Upload-Length")))


@pytest.mark.parametrize("step", [1000, PART_BYTES, PART_BYTES // 2 + 1])
async def test_the_length_comes_with_the_last_bytes(tus: Tus, step: int) -> None:
    """As a client does that reads a stream to its end; nothing is lost, whatever the steps."""
    body = os.urandom(step * 2 + 17)
    path = await begun(tus)
    assert 204 == (await tus.patch(path, 0, body[:step])).status
    assert 204 == (await tus.patch(path, step, chunked(body[step : 2 * step]))).status
    assert 204 == (await tus.patch(path, 2 * step, body[2 * step :], said(len(body)))).status
    await assert_complete(tus, path, body)


@pytest.mark.parametrize("size_bytes", [1000, PART_BYTES, PART_BYTES + 1000])
async def test_the_length_comes_after_the_last_bytes(tus: Tus, size_bytes: int) -> None:
    """An empty PATCH that says it completes the upload; the same again is fine."""
    body = os.urandom(size_bytes)
    path = await begun(tus, STREAM, body)
    for _ in range(2):
        answer = await tus.patch(path, size_bytes, b"", said(size_bytes))
        assert (204, str(size_bytes)) == (answer.status, answer.headers["Upload-Offset"])
        await assert_complete(tus, path, body)
    await tus.work()
    assert 0 == await tus.services.objects.delete_prefix(f"tails/{(await tus.row(path)).id}/")
    await assert_complete(tus, path, body)


async def test_the_length_comes_with_the_first_bytes(tus: Tus) -> None:
    """Then it is an upload like any other, and a small one is one object."""
    path = await begun(tus)
    assert 204 == (await tus.patch(path, 0, b"abc", said(6))).status
    assert 204 == (await tus.patch(path, 3, b"def")).status
    await assert_complete(tus, path, b"abcdef")


async def test_nothing_at_all(tus: Tus) -> None:
    """A length of 0 completes at once, with the SHA-256 of nothing."""
    path = await begun(tus)
    assert 204 == (await tus.patch(path, 0, b"", said(0))).status
    assert hashlib.sha256().hexdigest() == (await tus.row(path)).sha256
    await assert_complete(tus, path, b"")


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"Upload-Defer-Length": "0"}, "/Upload-Defer-Length"),
        ({"Upload-Defer-Length": "1", "Upload-Length": "5"}, "/Upload-Defer-Length"),
        ({}, "/Upload-Length"),
    ],
)
async def test_one_of_length_and_deferral(tus: Tus, headers: Mapping[str, str], field: str) -> None:
    """Neither, both or another value than 1: 400 names the header."""
    answer = await tus.request("POST", "/uploads/", {**VERSION, **headers})
    assert (400, ("upload-header-invalid", [field])) == (answer.status, await tus.problem(answer))


@pytest.mark.parametrize("length", [2, 5, 11])
async def test_a_length_does_not_change(tus: Tus, length: int) -> None:
    """What was said stays, for uploads that were made with a length too; nothing else of the PATCH counts."""
    for path in (await begun(tus), await tus.create(10)):
        assert 204 == (await tus.patch(path, 0, b"abc", said(10))).status
        answer = await tus.patch(path, 3, b"d", said(length))
        assert (400, ("upload-header-invalid", ["/Upload-Length"])) == (answer.status, await tus.problem(answer))
        assert ("3", "10") == (
            (head := await tus.request("HEAD", path, VERSION)).headers["Upload-Offset"], head.headers["Upload-Length"],
        )  # fmt: skip


async def test_a_length_never_cuts_off_what_arrived(tus: Tus) -> None:
    """Less than the offset is 400, less than the body brings is 413, and the length is still open then."""
    path = await begun(tus)
    await tus.patch(path, 0, b"abc")
    assert 400 == (await tus.patch(path, 3, b"", said(2))).status
    assert 413 == (await tus.patch(path, 3, b"def", said(5))).status
    assert 409 == (await tus.patch(path, 0, b"", said(3))).status
    assert "1" == (await tus.request("HEAD", path, VERSION)).headers["Upload-Defer-Length"]
    assert 204 == (await tus.patch(path, 3, b"def", said(6))).status
    await assert_complete(tus, path, b"abcdef")


async def test_the_largest_upload_is_the_largest(tus: Tus) -> None:
    """An unknown length is no way around the limit: 413 at the byte that passes it, announced, chunked or said."""
    path = await begun(tus)
    body = os.urandom(SIZE_MAX_BYTES)
    assert 413 == (await tus.patch(path, 0, b"x", said(SIZE_MAX_BYTES + 1))).status
    assert 204 == (await tus.patch(path, 0, body)).status
    assert [413, 413] == [(await tus.patch(path, SIZE_MAX_BYTES, more)).status for more in (b"x", chunked(b"x"))]
    assert 204 == (await tus.patch(path, SIZE_MAX_BYTES, b"", said(SIZE_MAX_BYTES))).status
    await assert_complete(tus, path, body)


@pytest.mark.parametrize("method", ["upload_part", "complete_multipart"])
@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
async def test_a_store_that_fails_when_the_length_is_said(
    tus: Tus, faults: Faults, method: str, *, persisted: bool
) -> None:
    """The length counts, and the next question or the job completes the upload, once."""
    body = os.urandom(PART_BYTES + 1000)
    path = await begun(tus, STREAM, body)
    faults.fail(method, 1, StoreUnavailable(operation=method, detail="down"), persisted=persisted)
    assert 503 == (await tus.patch(path, len(body), b"", said(len(body)))).status
    assert "assembling" == (await tus.row(path)).state
    assert len(body) == await tus.offset(path)
    await finishing.finish(tus.services, (await tus.row(path)).id)
    await assert_complete(tus, path, body)


async def test_a_last_part_that_the_store_refuses_once(tus: Tus, faults: Faults) -> None:
    """The stored bytes are read and sent again; the client does not notice."""
    body = os.urandom(PART_BYTES + 1000)
    path = await begun(tus, STREAM, body)
    faults.fail("upload_part", 1, PartRefused(key="k", number=2, detail="cut"))
    assert 204 == (await tus.patch(path, len(body), b"", said(len(body)))).status
    await assert_complete(tus, path, body)


async def test_few_last_parts_are_made_at_once(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lengths are said: the stored bytes go through as a stream, for a bounded number of uploads."""
    real, under_way, most, bodies = ObjectStore.upload_part, 0, 0, list[Any]()

    async def watched(store: ObjectStore, key: str, multipart_id: str, number: int, body: Any, size: int) -> Part:
        nonlocal under_way, most
        under_way, most = under_way + 1, max(most, under_way + 1)
        bodies.append(body)
        try:
            return await real(store, key, multipart_id, number, body, size)
        finally:
            under_way -= 1

    paths = [await begun(tus, STREAM, b"x" * 1000) for _ in range(SEALING_MAX + 3)]
    monkeypatch.setattr(ObjectStore, "upload_part", watched)
    answers = await asyncio.gather(*(tus.patch(path, 1000, b"", said(1000)) for path in paths))
    assert {204} == {answer.status for answer in answers}
    assert 1 < most <= SEALING_MAX
    assert not any(isinstance(body, (bytes, Sequence)) for body in bodies)
