"""The contract of ObjectStore, on a real S3 server."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from storage.errors import MultipartMissing, ObjectMissing, ObjectTooLarge, RangeUnsatisfiable
from storage.objects import ObjectInfo, ObjectStore

BODY = os.urandom(1000)
TYPE = "application/octet-stream"


async def collect(pieces: AsyncIterator[bytes]) -> bytes:
    """All of a stream."""
    return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize("size_bytes", [0, 1, 100_000, 3_000_000])
async def test_reads_back_what_was_put(object_store: ObjectStore, key_prefix: str, size_bytes: int) -> None:
    """An object comes back byte by byte, and its size is known without reading it."""
    body = os.urandom(size_bytes)
    info = await object_store.put(key_prefix + "a", body, media_type="image/png")
    assert info == await object_store.head(key_prefix + "a") == ObjectInfo(key_prefix + "a", size_bytes, info.etag)
    assert info.etag
    assert body == await collect(object_store.read(key_prefix + "a"))


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (0, 1000), (10, 20), (999, 1000), (10, None), (990, 5000), (0, None), (7, 7), (5000, 5000)],
)
async def test_reads_ranges(object_store: ObjectStore, key_prefix: str, start: int, stop: int | None) -> None:
    """A range holds exactly the bytes a slice would."""
    await object_store.put(key_prefix + "a", BODY, media_type=TYPE)
    assert await collect(object_store.read(key_prefix + "a", start=start, stop=stop)) == BODY[start:stop]


async def test_refuses_ranges_behind_the_end(object_store: ObjectStore, key_prefix: str) -> None:
    """A range that begins behind the last byte is an error, and so is one that runs backwards."""
    await object_store.put(key_prefix + "a", BODY, media_type=TYPE)
    with pytest.raises(RangeUnsatisfiable):
        await collect(object_store.read(key_prefix + "a", start=1000))
    with pytest.raises(ValueError, match="not a range"):
        await collect(object_store.read(key_prefix + "a", start=5, stop=4))


async def test_missing_objects_are_named(object_store: ObjectStore, key_prefix: str) -> None:
    """Reading and asking raise ObjectMissing with the key; deleting what isn't there is fine."""
    key = key_prefix + "nothing"
    for attempt in (object_store.head(key), collect(object_store.read(key))):
        with pytest.raises(ObjectMissing) as missing:
            await attempt
        assert missing.value.params == {"key": key}
    await object_store.delete(key)


async def test_read_all_has_a_limit(object_store: ObjectStore, key_prefix: str) -> None:
    """An object as large as the limit is read, a larger one isn't."""
    await object_store.put(key_prefix + "a", BODY, media_type=TYPE)
    assert await object_store.read_all(key_prefix + "a", limit_bytes=1000) == BODY
    with pytest.raises(ObjectTooLarge):
        await object_store.read_all(key_prefix + "a", limit_bytes=999)
    await object_store.put(key_prefix + "empty", b"", media_type=TYPE)
    assert await object_store.read_all(key_prefix + "empty", limit_bytes=0) == b""


@pytest.mark.parametrize(
    "name", ["a b+c", "100%/%2F/..%2e", "资料 – 脸部.pdf", "q?x=1&y#z", "~!*'();:@$,[]\"<>|^`{}", "é"]
)
async def test_any_key_is_itself(object_store: ObjectStore, key_prefix: str, name: str) -> None:
    """Keys with characters that mean something in URLs are stored, listed, read and deleted as themselves."""
    key = key_prefix + name
    await object_store.put(key, BODY, media_type=TYPE)
    multipart = await object_store.create_multipart(key + "m", media_type=TYPE)
    part = await object_store.upload_part(key + "m", multipart, 1, BODY, len(BODY))
    assert [pending.key for pending in await object_store.list_multiparts(key_prefix)] == [key + "m"]
    await object_store.complete_multipart(key + "m", multipart, [part])
    assert await object_store.read_all(key, limit_bytes=1000) == BODY
    await object_store.delete(key)
    with pytest.raises(ObjectMissing):
        await object_store.head(key)
    assert await object_store.delete_prefix(key_prefix) == 1


@pytest.mark.parametrize("key", ["", "a//b", "/a", "a/", "a/../b", "./a", "a\\b", "a\nb", "x" * 1025])
async def test_keys_servers_disagree_about_are_refused(object_store: ObjectStore, key: str) -> None:
    """A key that a server might take for another one is refused before anything is sent."""
    with pytest.raises(ValueError, match="not a portable key"):
        await object_store.put(key, BODY, media_type=TYPE)
    with pytest.raises(ValueError, match="not a portable key"):
        await object_store.delete(key)


async def test_delete_prefix_takes_all_of_it_and_nothing_else(object_store: ObjectStore, key_prefix: str) -> None:
    """More objects than a listing's page go, a neighbour with a longer name stays; the whole bucket is never meant."""
    keys = [f"{key_prefix}a/{number}" for number in range(1005)]
    limit = asyncio.Semaphore(32)

    async def put(key: str) -> None:
        async with limit:
            await object_store.put(key, b"x", media_type=TYPE)

    await asyncio.gather(*map(put, [*keys, key_prefix + "ab"]))
    assert await object_store.delete_prefix(key_prefix + "a/") == 1005
    assert await object_store.delete_prefix(key_prefix + "a/") == 0
    assert (await object_store.head(key_prefix + "ab")).size_bytes == 1
    with pytest.raises(ValueError, match="empty prefix"):
        await object_store.delete_prefix("")


async def test_ping_answers(object_store: ObjectStore) -> None:
    """A store that is there is ready."""
    await object_store.ping()


async def test_missing_uploads_are_missing(object_store: ObjectStore, key_prefix: str) -> None:
    """An aborted upload takes no parts, lists none and can't be completed; aborting again is fine."""
    key = key_prefix + "a"
    multipart = await object_store.create_multipart(key, media_type=TYPE)
    part = await object_store.upload_part(key, multipart, 1, BODY, len(BODY))
    await object_store.abort_multipart(key, multipart)
    await object_store.abort_multipart(key, multipart)
    for attempt in (
        object_store.upload_part(key, multipart, 1, BODY, len(BODY)),
        object_store.list_parts(key, multipart),
        object_store.complete_multipart(key, multipart, [part]),
    ):
        with pytest.raises(MultipartMissing):
            await attempt
    assert await object_store.list_multiparts(key_prefix) == ()
