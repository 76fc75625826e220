"""The SHA-256 of an object that this process did not see arrive: read it once, and say how far that is."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any
from uuid import UUID

from fileserver.services import Services
from fileserver.uploads.finishing import complete, fail
from storage.errors import ObjectCutShort, ObjectMissing
from storage.rows import uploads
from storage.rows.uploads import UploadRow

BATCH_BYTES = 4 << 20  # hashed at a time, in a thread
PROGRESS_BYTES = 64 << 20


async def verify(services: Services, upload_id: UUID) -> None:
    """Hash the object and complete the upload. A job that dies begins anew. Raises StorageError to be tried again."""
    async with services.database.transaction() as tx:
        row = await uploads.upload_by_id(tx, upload_id)
    if row is None or row.state != "verifying":
        return
    try:
        sha256, size_bytes = await _read(services, row)
    except ObjectMissing as error:
        await fail(services, upload_id, error)
        return
    if size_bytes != row.length_bytes:
        key, expected = row.object_key, row.size_bytes
        await fail(services, upload_id, ObjectCutShort(key=key, expected_bytes=expected, received_bytes=size_bytes))
        return
    async with services.database.transaction() as tx:
        await complete(services, tx, row, sha256)


async def _read(services: Services, row: UploadRow) -> tuple[str, int]:
    sha256, size_bytes, noted = hashlib.sha256(), 0, 0
    async with aclosing(services.objects.read(row.object_key)) as pieces:
        async for batch in _batches(pieces):
            size_bytes += await asyncio.to_thread(_update, sha256, batch)
            if size_bytes - noted >= PROGRESS_BYTES:
                noted = size_bytes
                async with services.database.transaction() as tx:
                    await uploads.set_verified(tx, row.id, noted, services.clock())
    return sha256.hexdigest(), size_bytes


async def _batches(pieces: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    batch, size_bytes = list[bytes](), 0
    async for piece in pieces:
        batch.append(piece)
        size_bytes += len(piece)
        if size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _update(sha256: Any, batch: Iterable[bytes]) -> int:
    count = 0
    for piece in batch:
        sha256.update(piece)
        count += len(piece)
    return count
