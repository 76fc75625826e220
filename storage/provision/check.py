"""What an S3 server can do, found out by doing it.

What the product does on its hot path is done here with the product's own client, so that what is checked is what is
used. Versioning and object lock belong to a whole bucket and can't be taken back: they are tried in a scratch bucket.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from storage.errors import StorageError
from storage.objects import ObjectStore
from storage.provision import direct, probes
from storage.provision.bucket import describe
from storage.provision.scratch import try_object_lock, try_versioning
from storage.settings import S3Settings


@dataclass(frozen=True)
class Capability:
    """One thing a server can or can't do. Without a `needed` one the product doesn't work."""

    name: str
    ok: bool
    detail: str
    needed: bool


Probe = Callable[[ObjectStore, str], Awaitable[None]]

# Names and whether they are needed, in the order of the report.
STORE_PROBES: tuple[tuple[str, Probe, bool], ...] = (
    ("put-get", probes.put_and_get, True),
    ("range-get", probes.range_get, True),
    ("multipart", probes.multipart, True),
    ("list-parts", probes.list_parts, True),
    ("odd-keys", probes.odd_keys, True),
    ("list-uploads", probes.list_uploads, False),
)
BUCKET_PROBES: tuple[tuple[str, Callable[[S3Settings, str], None], bool], ...] = (
    ("presigned-put", probes.presigned_put, True),
    ("conditional-put", probes.conditional_put, False),
    ("versioning", lambda settings, prefix: try_versioning(settings), False),
    ("object-lock", lambda settings, prefix: try_object_lock(settings), False),
)


def check(settings: S3Settings, *, origin: str | None = None) -> tuple[Capability, ...]:
    """Tries everything in turn; direct uploads from pages of `origin` where the store has a public address.

    Raises StoreUnavailable or StoreRefused only when the bucket doesn't answer at all.
    """
    return asyncio.run(_check_all(settings, origin))


async def _check_all(settings: S3Settings, origin: str | None) -> tuple[Capability, ...]:
    prefix = f"check/{secrets.token_hex(8)}/"
    async with ObjectStore(settings) as store:
        await store.ping()
        try:
            found = [await _judge(name, probe(store, prefix), needed=needed) for name, probe, needed in STORE_PROBES]
            for name, try_it, needed in BUCKET_PROBES:
                found.append(await _judge(name, asyncio.to_thread(try_it, settings, prefix), needed=needed))
            if settings.public_url is not None:
                found.append(await _judge("direct-parts", direct.bound_parts(store, prefix), needed=False))
            if settings.public_url is not None and origin is not None:
                found.append(await _judge("direct-browsers", direct.browsers(store, prefix, origin), needed=False))
        finally:
            await _clean(store, prefix)
    return tuple(found)


async def _judge(name: str, attempt: Awaitable[None], *, needed: bool) -> Capability:
    try:
        await attempt
    except StorageError as error:
        return Capability(name, ok=False, detail=describe(error), needed=needed)
    except probes.Differs as error:
        return Capability(name, ok=False, detail=str(error), needed=needed)
    return Capability(name, ok=True, detail="", needed=needed)


async def _clean(store: ObjectStore, prefix: str) -> None:
    """What a server that lacks something lets us clean; that it doesn't is in the report already."""
    with suppress(StorageError):
        for pending in await store.list_multiparts(prefix):
            await store.abort_multipart(pending.key, pending.multipart_id)
    with suppress(StorageError):
        await store.delete_prefix(prefix)
