"""What happens once every byte is recorded: the parts become one object, and its SHA-256 becomes known.

assembling → complete when this process hashed every byte on the way; assembling → verifying → complete when it did not
(another node, a restart) and a job has to read the object once. Every step may be repeated by anybody: the request that
brought the last byte, a later HEAD, or a job.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Trail
from compliance.visits import person_now
from fileserver.services import Services
from fileserver.uploads import names
from fileserver.uploads.errors import UploadGone
from fileserver.uploads.joining import join, streamed
from fileserver.uploads.names import FINAL, PARTIAL
from fileserver.uploads.port import OCTETS
from storage.database import Transaction
from storage.errors import MultipartMissing, ObjectCutShort, ObjectMissing, StorageError, StoreRefused
from storage.objects import Part
from storage.rows import upload_sources, uploads
from storage.rows.uploads import PartRow, TailRow, UploadRow

# S3's codes for parts that will never make this object: a late part replaced one, one got lost, or a checksum is wrong.
HOPELESS_CODES = frozenset(
    {"BadDigest", "EntityTooSmall", "InvalidPart", "InvalidPartOrder", "InvalidRequest", "NoSuchUpload"}
)
PARTIAL_KEPT = timedelta(hours=1)  # after the final upload is done; a client may use them once more

log = structlog.get_logger(__name__)


async def finish(services: Services, upload_id: UUID, sha256: str | None = None) -> None:
    """Assemble the upload if that is what it waits for. `sha256` is of exactly its bytes; None: a job will find out.

    Raises UploadGone when the parts can't become the object any more, StorageError when a later try may succeed.
    """
    async with services.database.transaction() as tx:
        row = await uploads.upload_by_id(tx, upload_id)
        parts, tails = await uploads.parts_of(tx, upload_id), await uploads.tails_of(tx, upload_id)
    if row is None or row.state != "assembling":
        return
    try:
        if row.concat == FINAL and row.length_bytes:
            row, parts = await join(services, row, parts)
        await _assemble(services, row, await _sealed(services, row, tails) if tails else parts)
    except StorageError as error:
        if not _is_hopeless(error):
            raise
        if not await _is_assembled(services, row):
            await fail(services, row.id, error)
            raise UploadGone from error
        sha256 = None  # by somebody else: what they put together is read
    async with services.database.transaction() as tx:
        if sha256 is not None or row.concat == PARTIAL:
            await complete(services, tx, row, sha256)
        else:
            await _to_be_verified(services, tx, row)


async def _to_be_verified(services: Services, tx: Transaction, row: UploadRow) -> None:
    now, offset_bytes = services.clock(), row.size_bytes  # a final upload has come so far only now
    before, after = ("assembling",), "verifying"
    if await uploads.change_state(tx, row.id, before=before, after=after, now=now, offset_bytes=offset_bytes):
        lock = names.lock_of(names.VERIFY, row.id)
        await services.jobs.enqueue(tx, names.VERIFY, key=lock, upload_id=str(row.id))


async def _sealed(services: Services, row: UploadRow, tails: tuple[TailRow, ...]) -> tuple[PartRow, ...]:
    """The parts, after the tails have become the last one: a length that was said once all bytes were there.

    Whoever else does the same at this moment brings the same bytes; one of the two is recorded.
    """
    start, number = tails[0].offset_bytes, tails[0].offset_bytes // row.part_size_bytes + 1

    async def read() -> AsyncGenerator[bytes]:
        for tail in tails:
            async for piece in services.objects.read(tail.object_key):
                yield piece

    where = row.object_key, str(row.multipart_id), number
    async with services.sealing:
        sent = await streamed(services.objects, *where, read, row.size_bytes - start)
    async with services.database.transaction() as tx:
        if await uploads.drop_tails(tx, row.id, below=row.size_bytes):
            part = PartRow(number=number, offset_bytes=start, size_bytes=sent.size_bytes, etag=sent.etag)
            await uploads.add_parts(tx, row.id, [part])
        return await uploads.parts_of(tx, row.id)


async def _assemble(services: Services, row: UploadRow, parts: tuple[PartRow, ...]) -> None:
    if not row.length_bytes:
        await services.objects.put(row.object_key, b"", media_type=OCTETS)
    elif row.multipart_id is not None:  # without one, a single PutObject has made the object already
        listed = [Part(part.number, part.size_bytes, part.etag, part.checksum) for part in parts]
        await services.objects.complete_multipart(row.object_key, row.multipart_id, listed)


async def _is_assembled(services: Services, row: UploadRow) -> bool:
    """Whether another Complete was faster: a store may refuse the second one in any words."""
    try:
        return (await services.objects.head(row.object_key)).size_bytes == row.size_bytes
    except ObjectMissing:
        return False


def _is_hopeless(error: StorageError) -> bool:
    if isinstance(error, StoreRefused):
        return error.params.get("code") in HOPELESS_CODES
    return isinstance(error, (MultipartMissing, ObjectCutShort, ObjectMissing))


async def complete(services: Services, tx: Transaction, row: UploadRow, sha256: str | None) -> None:
    """The upload is done: its SHA-256 stands in the row and in the log. Does nothing when somebody was faster.

    A partial upload has none, and goes when its time is over; those of a final one an hour after it is done.
    """
    now, partial = services.clock(), row.concat == PARTIAL
    changed = await uploads.change_state(
        tx,
        row.id,
        before=("assembling", "verifying"),
        after="complete",
        now=now,
        sha256=sha256,
        verified_bytes=0 if partial else row.size_bytes,
        expires_at=row.expires_at if partial else None,
    )
    if not changed:
        return
    person = await person_now(tx, row.person_id)
    trail = Trail(who=person.pseudonym, role=person.role)
    detail = {"bytes": row.size_bytes}
    event = trail.event(Act.EMPLOYEE_UPLOAD_COMPLETE, obj=names.obj_of(row.id), ver=sha256 or "", det=detail)
    await ledger.append(tx, event, now=now)
    if row.concat == FINAL:
        await upload_sources.release_sources(tx, row.id, now + PARTIAL_KEPT)
    # A request that broke off may have left a tail, or an object under an attempt's key.
    await services.jobs.enqueue(tx, names.DISCARD, upload_id=str(row.id))


async def fail(
    services: Services, upload_id: UUID, error: StorageError, *, before: Sequence[str] = ("assembling", "verifying")
) -> bool:
    """The bytes can't become what they should: the client has to make a new upload. False if it isn't in `before`."""
    async with services.database.transaction() as tx:
        changed = await uploads.change_state(tx, upload_id, before=before, after="failed", now=services.clock())
        if changed:
            await services.jobs.enqueue(tx, names.DISCARD, upload_id=str(upload_id))
    if changed:
        log.error("upload failed", upload=str(upload_id), error=error.slug)
    return changed
