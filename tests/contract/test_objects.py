"""The contract of ObjectStore, on a real S3 server."""

import os
from collections.abc import AsyncIterator

import pytest

from storage.errors import MultipartMissing, ObjectMissing, ObjectTooLarge, RangeUnsatisfiable
from storage.objects import ObjectInfo, ObjectStore

PART_BYTES = 5 * 1024 * 1024


async def collect(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def pieces_of(body: bytes, piece_bytes: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), piece_bytes):
        yield body[start : start + piece_bytes]


@pytest.mark.parametrize("size_bytes", [0, 1, 100_000, 3_000_000])
async def test_reads_back_what_was_put(object_store: ObjectStore, key_prefix: str, size_bytes: int) -> None:
    """An object comes back byte by byte, and its size is known without reading it."""
    body = os.urandom(size_bytes)
    info = await object_store.put(key_prefix + "a", body, media_type="image/png")
    assert info == await object_store.head(key_prefix + "a") == ObjectInfo(key_prefix + "a", size_bytes, info.etag)
    assert body == await collect(object_store.read(key_prefix + "a"))


async def test_multipart(object_store: ObjectStore, key_prefix: str) -> None:
    """Parts sent as stream and as bytes are joined in order."""
    key, body = key_prefix + "big", os.urandom(2 * PART_BYTES + 7)
    first, second, third = body[:PART_BYTES], body[PART_BYTES : 2 * PART_BYTES], body[2 * PART_BYTES :]
    multipart = await object_store.create_multipart(key, media_type="video/mp4")
    parts = [
        await object_store.upload_part(key, multipart, 2, second, len(second)),
        await object_store.upload_part(key, multipart, 1, pieces_of(first), len(first)),
        await object_store.upload_part(key, multipart, 3, third, len(third)),
    ]
    parts.sort(key=lambda part: part.number)
    assert tuple(parts) == await object_store.list_parts(key, multipart)
    info = await object_store.complete_multipart(key, multipart, parts)
    assert info.size_bytes == len(body)
    assert body == await collect(object_store.read(key))
