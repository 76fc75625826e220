"""One request's bytes from beginning to end: taken in, recorded, and the upload concluded if they were its last.

The running SHA-256 goes from request to request through `Receptions`; without it a job reads the object later.
"""

import hashlib
from typing import Any
from uuid import UUID

from fileserver.services import Services
from fileserver.uploads import waste
from fileserver.uploads.body import Body
from fileserver.uploads.finishing import finish
from fileserver.uploads.headers import Checksum
from fileserver.uploads.names import PARTIAL
from fileserver.uploads.receiving import Intake, Receiver
from fileserver.uploads.receptions import Reception, Receptions, RunningHash
from fileserver.uploads.recording import Recording
from fileserver.uploads.service import TakenUp
from storage.errors import StorageError


async def take_in(
    services: Services,
    receptions: Receptions,
    reception: Reception,
    taken: TakenUp,
    body: Body,
    *,
    body_bytes: int | None,
    checksum: Checksum | None,
) -> int:
    """The new offset, which is stored, recorded and, at the upload's length, assembled.

    Raises why the body ended early or was refused (fileserver.uploads.errors), UploadWasteful, AccessDenied,
    StorageError.
    """
    row = taken.row
    recording = Recording(services, taken)
    if body_bytes != 0:
        await recording.prepare()
    receiver = Receiver(
        Intake(
            layout=taken.layout, offset=row.offset_bytes, tails=taken.tails, body_bytes=body_bytes, checksum=checksum
        ),
        objects=services.objects,
        send=recording.send,
        recorder=recording,
        reception=reception,
        blocks=receptions.blocks,
        sha256=_hash_so_far(receptions, taken),
    )
    try:
        with receptions.room(row.person_id, taken.layout.places), receptions.flights.flying(row.id, reception.flight):
            await receiver.run(body)
    finally:
        if receiver.recorded_hash:
            running = RunningHash(row.fence, receiver.recorded, receiver.recorded_hash)
            receptions.leave_hash(row.id, running)
        if receiver.stray_bytes:
            await waste.note(services, row.id, receiver.stray_bytes)
    if receiver.recorded == row.length_bytes:
        await conclude(services, receptions, row.id, row.fence, receiver.recorded)
    return receiver.recorded


def _hash_so_far(receptions: Receptions, taken: TakenUp) -> Any:
    running = receptions.take_hash(taken.row.id, taken.row.fence, taken.row.offset_bytes)
    if taken.row.concat == PARTIAL:
        return None  # nobody asks for it
    if running is not None:
        return running.sha256
    return None if taken.row.offset_bytes else hashlib.sha256()


async def conclude(services: Services, receptions: Receptions, upload_id: UUID, fence: int, offset: int) -> None:
    """Assemble an upload of which all bytes are recorded. Raises UploadGone, StorageError."""
    running = receptions.take_hash(upload_id, fence, offset)
    if running is None and not offset:
        running = RunningHash(fence, offset, hashlib.sha256())
    try:
        await finish(services, upload_id, running.sha256.hexdigest() if running else None)
    except StorageError:
        if running:
            receptions.leave_hash(upload_id, running)
        raise
