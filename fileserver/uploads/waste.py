"""Bytes that the store has and no row names: some stores keep every attempt at a part until the upload ends.

Promises: an upload that wastes more than its length, and more than `WASTED_FREE_BYTES`, has failed; a job removes what
the store has of it. So nobody fills the store past their quota by sending again and again what is refused. What a
process that died had stored is not counted, nor is what a store failed to acknowledge: that is no client's doing.
"""

from uuid import UUID

import structlog

from fileserver.services import Services
from fileserver.uploads import names
from fileserver.uploads.errors import UploadWasteful
from storage.errors import StorageError
from storage.rows import uploads

WASTED_FREE_BYTES = 1 << 30  # whatever the length: bad connections and wrong checksums happen

log = structlog.get_logger(__name__)


async def note(services: Services, upload_id: UUID, wasted_bytes: int) -> None:
    """Counts what one request has wasted. Raises UploadWasteful when that was too much: the upload has failed then.

    A database that is away doesn't count: there the request has failed for that reason already.
    """
    try:
        wasted = await _counted(services, upload_id, wasted_bytes)
    except StorageError as error:
        log.warning("wasted bytes not counted", upload=str(upload_id), bytes=wasted_bytes, error=error.slug)
        return
    if wasted is not None and wasted.bytes > max(WASTED_FREE_BYTES, wasted.length_bytes):
        await end(services, upload_id)


async def _counted(services: Services, upload_id: UUID, wasted_bytes: int) -> uploads.Wasted | None:
    async with services.database.transaction() as tx:
        return await uploads.waste(tx, upload_id, wasted_bytes)


async def end(services: Services, upload_id: UUID) -> None:
    """The upload has failed, and its bytes go. Always raises UploadWasteful."""
    async with services.database.transaction() as tx:
        if await uploads.change_state(tx, upload_id, before=("receiving",), after="failed", now=services.clock()):
            await services.jobs.enqueue(tx, names.DISCARD, upload_id=str(upload_id))
    log.warning("upload ended: too much was sent in vain", upload=str(upload_id))
    raise UploadWasteful
