"""What the product does with its bucket, once, with the answers looked at. Each raises what failed, or Differs."""

import os
from datetime import timedelta

from storage.objects import ObjectStore
from storage.provision.bucket import client_for, http_pool, storage_errors
from storage.settings import S3Settings

# S3's smallest part but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html.
PART_BYTES = 5 * 1024 * 1024
MEDIA_TYPE = "application/octet-stream"
PRESIGN_FOR = timedelta(minutes=5)
OK, PRECONDITION_FAILED, CONFLICT = 200, 412, 409


class Differs(Exception):
    """The server answered, and not as S3 does."""


def expect(what: str, *, holds: bool) -> None:
    """Raises Differs unless it holds."""
    if not holds:
        raise Differs(what)


async def put_and_get(store: ObjectStore, prefix: str) -> None:
    """An object comes back as it was put."""
    body = os.urandom(70_000)
    await store.put(prefix + "whole", body, media_type=MEDIA_TYPE)
    expect("other bytes came back", holds=await store.read_all(prefix + "whole", limit_bytes=len(body)) == body)


async def range_get(store: ObjectStore, prefix: str) -> None:
    """A range of an object is exactly that range."""
    body = os.urandom(1000)
    await store.put(prefix + "range", body, media_type=MEDIA_TYPE)
    pieces = [piece async for piece in store.read(prefix + "range", start=100, stop=300)]
    expect("another range came back", holds=b"".join(pieces) == body[100:300])


async def multipart(store: ObjectStore, prefix: str) -> None:
    """Two parts become one object, in order, and completing twice does no harm."""
    key, body = prefix + "multipart", os.urandom(PART_BYTES + 1000)
    upload = await store.create_multipart(key, media_type=MEDIA_TYPE)
    second = await store.upload_part(key, upload, 2, body[PART_BYTES:], 1000)
    first = await store.upload_part(key, upload, 1, body[:PART_BYTES], PART_BYTES)
    await store.complete_multipart(key, upload, (first, second))
    await store.complete_multipart(key, upload, (first, second))
    expect("the parts were joined to other bytes", holds=await store.read_all(key, limit_bytes=len(body)) == body)


async def list_parts(store: ObjectStore, prefix: str) -> None:
    """The parts of an unfinished upload are listed with number, size and ETag: resuming rests on it."""
    key = prefix + "listed"
    upload = await store.create_multipart(key, media_type=MEDIA_TYPE)
    part = await store.upload_part(key, upload, 1, b"x" * 1000, 1000)
    expect("the listing differs from what was sent", holds=await store.list_parts(key, upload) == (part,))
    await store.abort_multipart(key, upload)


async def list_uploads(store: ObjectStore, prefix: str) -> None:
    """An unfinished upload is listed: finding abandoned ones rests on it."""
    key = prefix + "pending"
    upload = await store.create_multipart(key, media_type=MEDIA_TYPE)
    listed = [pending.multipart_id for pending in await store.list_multiparts(key)]
    expect("an unfinished upload isn't listed", holds=listed == [upload])
    await store.abort_multipart(key, upload)


async def odd_keys(store: ObjectStore, prefix: str) -> None:
    """Keys may hold spaces, plus and percent signs and Chinese."""
    key = prefix + "a b+c%2Fd=e&f?g#h~资料.pdf"
    await store.put(key, b"odd", media_type=MEDIA_TYPE)
    expect("another key was stored", holds=await store.read_all(key, limit_bytes=3) == b"odd")


def presigned_put(settings: S3Settings, prefix: str) -> None:
    """A signed URL stores an object without any other credential."""
    expect("the signed URL was refused", holds=_put(settings, prefix + "presigned", {}) == OK)


def conditional_put(settings: S3Settings, prefix: str) -> None:
    """`If-None-Match: *` stores the first object and refuses the second."""
    condition = {"If-None-Match": "*"}
    expect("the first was refused", holds=_put(settings, prefix + "once", condition) == OK)
    second = _put(settings, prefix + "once", condition)
    expect("the second replaced the first", holds=second in (PRECONDITION_FAILED, CONFLICT))


def _put(settings: S3Settings, key: str, headers: dict[str, str]) -> int:
    with storage_errors("put_object"):
        url = client_for(settings).get_presigned_url("PUT", settings.bucket, key, expires=PRESIGN_FOR)
        return http_pool().request("PUT", url, body=b"probe", headers=headers).status
