"""The contract of ObjectStore for multipart uploads, on a real S3 server."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from storage.errors import MultipartMissing, ObjectMissing, StoreRefused
from storage.objects import ObjectStore, Part

# S3's smallest part but the last.
PART_BYTES = 5 * 1024 * 1024
BODY = os.urandom(2 * PART_BYTES + 7)
TYPE = "video/mp4"


class ClientLeft(OSError):
    """What a request's body raises when its sender is gone."""


async def pieces_of(body: bytes, *, then: Exception | None = None) -> AsyncIterator[bytes]:
    """The body in pieces of odd size, and then perhaps an accident."""
    for start in range(0, len(body), 99_999):
        yield body[start : start + 99_999]
    if then is not None:
        raise then


@pytest.fixture
async def upload(object_store: ObjectStore, key_prefix: str) -> tuple[str, str]:
    """A key and the id of its multipart upload."""
    return key_prefix + "big", await object_store.create_multipart(key_prefix + "big", media_type=TYPE)


async def test_parts_become_one_object(object_store: ObjectStore, upload: tuple[str, str]) -> None:
    """Parts sent in any order, as a stream or as bytes, are joined by number; completing again changes nothing."""
    first, second, third = BODY[:PART_BYTES], BODY[PART_BYTES : 2 * PART_BYTES], BODY[2 * PART_BYTES :]
    parts = [
        await object_store.upload_part(*upload, 2, second, len(second)),
        await object_store.upload_part(*upload, 1, pieces_of(first), len(first)),
        await object_store.upload_part(*upload, 3, pieces_of(third), len(third)),
    ]
    parts.sort(key=lambda part: part.number)
    assert tuple(parts) == await object_store.list_parts(*upload)
    info = await object_store.complete_multipart(*upload, parts)
    assert info.size_bytes == len(BODY)
    assert info == await object_store.complete_multipart(*upload, parts)
    assert await object_store.read_all(upload[0], limit_bytes=len(BODY)) == BODY


async def test_a_part_sent_again_replaces_the_first(object_store: ObjectStore, upload: tuple[str, str]) -> None:
    """Of several attempts at one number the one that is named by its ETag, the last, becomes the object."""
    await object_store.upload_part(*upload, 1, b"first", 5)
    part = await object_store.upload_part(*upload, 1, b"second!", 7)
    assert part in await object_store.list_parts(*upload)
    await object_store.complete_multipart(*upload, [part])
    assert await object_store.read_all(upload[0], limit_bytes=7) == b"second!"


async def test_all_parts_are_listed(object_store: ObjectStore, upload: tuple[str, str]) -> None:
    """More parts than a listing's page come back complete and in order."""
    limit = asyncio.Semaphore(32)

    async def send(number: int) -> Part:
        async with limit:
            return await object_store.upload_part(*upload, number, b"x" * (number % 7 + 1), number % 7 + 1)

    sent = await asyncio.gather(*map(send, range(1, 1006)))
    assert tuple(sent) == await object_store.list_parts(*upload)


async def test_an_abandoned_source_leaves_no_part(object_store: ObjectStore, upload: tuple[str, str]) -> None:
    """When the source breaks off, its own error comes out and the store keeps nothing; the connection serves others."""
    left = ClientLeft("gone")
    with pytest.raises(ClientLeft) as raised:
        await object_store.upload_part(*upload, 1, pieces_of(BODY[:2_000_000], then=left), PART_BYTES)
    assert raised.value is left
    assert await object_store.list_parts(*upload) == ()


@pytest.mark.parametrize("announced_bytes", [1_999_999, 2_000_001])
async def test_a_source_of_another_length_leaves_no_part(
    object_store: ObjectStore, upload: tuple[str, str], announced_bytes: int
) -> None:
    """More or fewer bytes than announced are refused, streamed or not."""
    for chunks in (pieces_of(BODY[:2_000_000]), BODY[:2_000_000]):
        with pytest.raises(ValueError, match="bytes"):
            await object_store.upload_part(*upload, 1, chunks, announced_bytes)
    assert await object_store.list_parts(*upload) == ()


async def test_a_cancelled_part_leaves_no_part(object_store: ObjectStore, upload: tuple[str, str]) -> None:
    """Cancelling the task that sends a part cuts it."""
    half_sent = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield BODY[:PART_BYTES]
        half_sent.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(object_store.upload_part(*upload, 1, pieces(), len(BODY)))
    await half_sent.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await object_store.list_parts(*upload) == ()


async def test_an_unknown_part_is_refused(object_store: ObjectStore, upload: tuple[str, str]) -> None:
    """Completing with a part the store doesn't hold fails, and the upload stays."""
    part = await object_store.upload_part(*upload, 1, BODY[:PART_BYTES], PART_BYTES)
    with pytest.raises(StoreRefused, match="InvalidPart"):
        await object_store.complete_multipart(*upload, [part, Part(2, 1, "0" * 32)])
    assert (part,) == await object_store.list_parts(*upload)


async def test_another_object_under_the_key_is_no_completion(
    object_store: ObjectStore, upload: tuple[str, str]
) -> None:
    """When the upload is gone, only an object of the parts' size counts as its result."""
    part = await object_store.upload_part(*upload, 1, BODY, len(BODY))
    await object_store.abort_multipart(*upload)
    await object_store.put(upload[0], b"something else", media_type=TYPE)
    with pytest.raises(MultipartMissing):
        await object_store.complete_multipart(*upload, [part])


async def test_a_part_copied_from_an_object(
    object_store: ObjectStore, upload: tuple[str, str], key_prefix: str
) -> None:
    """Bytes that the store has become parts without being sent: a range of a large object, or all of a small one."""
    await object_store.put(key_prefix + "large", BODY, media_type=TYPE)
    await object_store.put(key_prefix + "small", b"abc", media_type=TYPE)
    parts = [
        await object_store.copy_part(*upload, 1, key_prefix + "large", (7, 7 + PART_BYTES), PART_BYTES),
        await object_store.copy_part(*upload, 2, key_prefix + "small", None, 3),
    ]
    assert tuple(parts) == await object_store.list_parts(*upload)
    await object_store.complete_multipart(*upload, parts)
    joined = BODY[7 : 7 + PART_BYTES] + b"abc"
    assert joined == await object_store.read_all(upload[0], limit_bytes=len(joined))


async def test_a_part_copied_from_nothing(object_store: ObjectStore, upload: tuple[str, str], key_prefix: str) -> None:
    """An object that is not there is told from a multipart upload that is not."""
    with pytest.raises(ObjectMissing):
        await object_store.copy_part(*upload, 1, key_prefix + "none", None, 3)
