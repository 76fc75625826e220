"""PATCH: bytes go where the offset says, and count once they are stored and recorded."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable

import pytest

from fileserver.uploads.blocks import BLOCK_BYTES
from tests.contract.tus.conftest import PART_BYTES
from tests.uploads import STREAM, VERSION, Body, Tus


async def chunked(*pieces: bytes) -> AsyncIterator[bytes]:
    """A body whose length is not announced."""
    for piece in pieces:
        yield piece


async def assert_complete(tus: Tus, path: str, body: bytes) -> None:
    """The object has exactly these bytes, and so says the SHA-256."""
    row = await tus.row(path)
    assert ("complete", hashlib.sha256(body).hexdigest()) == (row.state, row.sha256)
    assert body == await tus.stored(path)


@pytest.mark.parametrize("size_bytes", [1, 100_000, PART_BYTES, PART_BYTES + 1, 12_345_678])
async def test_one_patch_brings_the_whole_file(tus: Tus, size_bytes: int) -> None:
    """Whatever the size, the stored object has the same bytes, and its SHA-256 is known at once."""
    body = os.urandom(size_bytes)
    path = await tus.create(size_bytes)
    answer = await tus.patch(path, 0, body)
    assert (204, str(size_bytes)) == (answer.status, answer.headers["Upload-Offset"])
    await assert_complete(tus, path, body)


async def test_memory_is_used_again(tus: Tus) -> None:
    """The blocks of parts that the store has acknowledged wait for the next upload."""
    await tus.patch(await tus.create(2 * PART_BYTES), 0, bytes(2 * PART_BYTES))
    assert 2 * PART_BYTES // BLOCK_BYTES >= len(tus.receptions.blocks._idle) >= PART_BYTES // BLOCK_BYTES


@pytest.mark.parametrize("step", [PART_BYTES // 4 * 3, PART_BYTES, PART_BYTES * 2 - 1])
async def test_many_patches_bring_the_file(tus: Tus, step: int) -> None:
    """Steps that are smaller than a part, a part, or between: none fits the parts and all arrive."""
    body = os.urandom(PART_BYTES * 3 + 17)
    path = await tus.create(len(body))
    for start in range(0, len(body), step):
        answer = await tus.patch(path, start, body[start : start + step])
        assert str(min(start + step, len(body))) == answer.headers["Upload-Offset"]
    await assert_complete(tus, path, body)


async def test_a_small_file_in_pieces(tus: Tus) -> None:
    """Less than a part, brought by several requests, is one object in the end and leaves nothing else."""
    path = await tus.create(30)
    for start in (0, 10, 20):
        await tus.patch(path, start, b"0123456789")
    await assert_complete(tus, path, b"0123456789" * 3)
    await tus.work()
    row = await tus.row(path)
    assert 0 == await tus.services.objects.delete_prefix(f"tails/{row.id}/")
    await assert_complete(tus, path, b"0123456789" * 3)


async def test_a_body_without_announced_length(tus: Tus) -> None:
    """Chunked transfer coding works as well, also across parts."""
    body = os.urandom(PART_BYTES + 1000)
    path = await tus.create(len(body))
    assert 204 == (await tus.patch(path, 0, chunked(body[:10], body[10:]))).status
    await assert_complete(tus, path, body)


@pytest.mark.parametrize("as_body", [b"".join, lambda pieces: chunked(*pieces)], ids=["announced", "chunked"])
async def test_more_bytes_than_the_length(tus: Tus, as_body: Callable[[list[bytes]], Body]) -> None:
    """413, and the upload is not complete, whether or not the body's size was announced."""
    path = await tus.create(10)
    answer = await tus.patch(path, 0, as_body([b"x" * 10, b"x"]))
    assert (413, ("upload-too-large", [])) == (answer.status, await tus.problem(answer))
    assert 0 == await tus.offset(path)


@pytest.mark.parametrize("offset", [0, 4, 99])
async def test_another_offset(tus: Tus, offset: int) -> None:
    """409 says where the upload stands; nothing changes."""
    path = await tus.create(10)
    await tus.patch(path, 0, b"abc")
    answer = await tus.patch(path, offset, b"de")
    assert (409, ("offset-mismatch", ["/Upload-Offset"])) == (answer.status, await tus.problem(answer))
    assert 3 == await tus.offset(path)


async def test_nothing_to_send(tus: Tus) -> None:
    """An empty PATCH is 204, under way and also when the upload is complete; more bytes then are 413."""
    path = await tus.create(3)
    assert (204, "0") == ((answer := await tus.patch(path, 0, b"")).status, answer.headers["Upload-Offset"])
    await tus.patch(path, 0, b"abc")
    assert (204, "3") == ((answer := await tus.patch(path, 3, b"")).status, answer.headers["Upload-Offset"])
    assert [413, 413] == [(await tus.patch(path, 3, more)).status for more in (b"d", chunked(b"d"))]


async def test_headers_that_do_not_fit(tus: Tus, subtests: pytest.Subtests) -> None:
    """Refused without touching the upload."""
    for headers, status in [
        ({"Content-Type": "application/json"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Upload-Offset": "1_0"}, 400),
        ({"Tus-Resumable": "0.2.2"}, 412),
    ]:
        with subtests.test(str((headers, status))):
            path = await tus.create(10)
            sent = {**VERSION, **STREAM, "Upload-Offset": "0", **headers}
            assert status == (await tus.request("PATCH", path, sent, b"abc")).status
            assert 0 == await tus.offset(path)


@pytest.mark.parametrize("as_body", [b"".join, lambda pieces: chunked(*pieces)], ids=["announced", "chunked"])
async def test_refusals_do_not_depend_on_the_transfer(tus: Tus, as_body: Callable[[list[bytes]], Body]) -> None:
    """415, 409, 410 and 404, whether or not the body's size was announced; nothing arrives."""
    path, gone = await tus.create(10), await tus.create(10)
    await tus.request("DELETE", gone, VERSION)
    asked = [
        (path, {"Content-Type": "text/plain"}, 415),
        (path, {"Upload-Offset": "1"}, 409),
        (gone, {}, 410),
        ("/uploads/b8a1c2f0-0000-4000-8000-000000000000", {}, 404),
    ]
    for where, headers, status in asked:
        answer = await tus.patch(where, 0, as_body([b"ab", b"c"]), headers)
        assert (status, False) == (answer.status, "Upload-Offset" in answer.headers)
    assert 0 == await tus.offset(path)


async def test_the_body_is_asked_for_only_when_it_is_wanted(tus: Tus) -> None:
    """`Expect: 100-continue` gets 100 for a good request, and the refusal at once for a bad one."""
    path = await tus.create(3)
    async with tus.open_patch(path, 0, 3, {"Expect": "100-continue"}) as wanted:
        assert 100 == await wanted.status()
        await wanted.reader.readline()
        await wanted.send(b"abc")
        assert 204 == await wanted.status()
    async with tus.open_patch(path, 1, 3, {"Expect": "100-continue"}) as refused:
        assert 409 == await refused.status()
