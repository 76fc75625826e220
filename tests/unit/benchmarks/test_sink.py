"""The benchmarks' sink is enough of S3 for our own object store, and for the chunks that other clients send."""

import os
from collections.abc import AsyncIterator

import aiohttp
import pytest

from benchmarks.uploads.sink.objects import KEEP_MAX_BYTES, Shelf
from benchmarks.uploads.sink.serving import listen
from storage.errors import MultipartMissing, ObjectMissing, StoreRefused
from storage.objects import ObjectStore, Part
from storage.settings import S3Settings

PART_BYTES = 5 << 20
TYPE = "text/plain"


@pytest.fixture
def shelf() -> Shelf:
    """What the sink holds."""
    return Shelf()


@pytest.fixture
async def url(shelf: Shelf) -> AsyncIterator[str]:
    """Where the sink serves."""
    async with await listen(shelf, 0) as server:
        yield "http://{}:{}".format(*server.sockets[0].getsockname())


@pytest.fixture
async def store(url: str) -> AsyncIterator[ObjectStore]:
    """Our object store before the sink."""
    async with ObjectStore(S3Settings(url, "any", "any")) as opened:
        yield opened


async def test_a_small_object_is_kept(store: ObjectStore) -> None:
    """What was put is read back, whole or a range of it, until it is deleted."""
    info = await store.put("tails/a b/0", b"0123456789", media_type=TYPE)
    assert info == await store.head("tails/a b/0")
    assert b"0123456789" == await store.read_all("tails/a b/0", limit_bytes=10)
    assert b"345" == b"".join([piece async for piece in store.read("tails/a b/0", start=3, stop=6)])
    assert 1 == await store.delete_prefix("tails/")
    with pytest.raises(ObjectMissing):
        await store.head("tails/a b/0")


async def test_parts_are_counted_and_dropped(store: ObjectStore, shelf: Shelf) -> None:
    """Parts complete to an object of their size, and their bytes are nowhere."""
    upload_id = await store.create_multipart("big", media_type=TYPE)
    sent = [
        await store.upload_part("big", upload_id, number, os.urandom(size), size)
        for number, size in ((1, PART_BYTES), (2, 7))
    ]
    assert tuple(sent) == await store.list_parts("big", upload_id)
    info = await store.complete_multipart("big", upload_id, sent)
    assert PART_BYTES + 7 == info.size_bytes
    assert shelf.objects["big"].body is None
    assert bytes(7) == b"".join([piece async for piece in store.read("big", start=PART_BYTES)])
    assert {"UploadPart": 2, "CreateMultipartUpload": 1}.items() <= shelf.requests.items()
    assert PART_BYTES + 7 <= shelf.received_bytes


async def test_only_its_own_parts_complete(store: ObjectStore) -> None:
    """A part that the sink doesn't know, or an upload that was aborted, doesn't complete."""
    upload_id = await store.create_multipart("big", media_type=TYPE)
    part = await store.upload_part("big", upload_id, 1, b"x", 1)
    with pytest.raises(StoreRefused, match="InvalidPart"):
        await store.complete_multipart("big", upload_id, [part, Part(2, 1, "0" * 32)])
    assert ["big"] == [each.key for each in await store.list_multiparts("b")]
    await store.abort_multipart("big", upload_id)
    with pytest.raises(MultipartMissing):
        await store.complete_multipart("big", upload_id, [part])


async def test_pages_are_followed(store: ObjectStore) -> None:
    """A listing longer than a page comes in pages."""
    upload_id = await store.create_multipart("many", media_type=TYPE)
    sent = [await store.upload_part("many", upload_id, number, b"x", 1) for number in range(1, 1003)]
    assert tuple(sent) == await store.list_parts("many", upload_id)


async def test_chunks_within_chunks_are_opened(url: str, shelf: Shelf) -> None:
    """A body framed by an SDK and by HTTP is what was in the frames, with its metadata."""

    async def framed() -> AsyncIterator[bytes]:
        yield b"5\r\nhello\r\n6\r"
        yield b"\n world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"

    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Decoded-Content-Length": "11",
        "X-Amz-Meta-Upload-Id": "7",
        "Expect": "100-continue",
    }
    async with aiohttp.ClientSession() as http:
        async with http.put(f"{url}/bucket/key", data=framed(), headers=headers) as put:
            assert put.ok
        async with http.get(f"{url}/bucket/key") as got:
            assert ("7", b"hello world") == (got.headers["X-Amz-Meta-Upload-Id"], await got.read())
    assert 11 == shelf.objects["key"].size_bytes


async def test_a_big_object_is_dropped(store: ObjectStore, shelf: Shelf) -> None:
    """More than the limit is counted only."""
    await store.put("big", bytes(KEEP_MAX_BYTES + 1), media_type=TYPE)
    assert (KEEP_MAX_BYTES + 1, None) == (shelf.objects["big"].size_bytes, shelf.objects["big"].body)
