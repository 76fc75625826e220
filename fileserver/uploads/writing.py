"""The body of a request into an upload: what the verbs of tus and of the IETF's draft have in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from compliance.access import Action
from compliance.errors import NotFound
from fileserver.http.call import Call
from fileserver.uploads import body, service
from fileserver.uploads.errors import UploadTooLarge
from fileserver.uploads.handover import HANDOVER
from fileserver.uploads.headers import Checksum
from fileserver.uploads.intake import conclude, take_in
from fileserver.uploads.names import FINAL
from fileserver.uploads.receptions import RECEPTIONS, Reception, Receptions
from fileserver.uploads.service import TakenUp
from storage.rows.uploads import UploadRow


def location(call: Call, upload_id: UUID) -> str:
    """The upload's address, absolute: some clients can't follow another."""
    return f"{call.services.config.public_url}/uploads/{upload_id}"


def receptions_of(call: Call) -> Receptions:
    """Who receives what in this process."""
    return call.request.config_dict[RECEPTIONS]


def upload_id_of(call: Call) -> UUID:
    """The upload in the path; what is no id names no upload."""
    try:
        return UUID(call.request.match_info["upload_id"])
    except ValueError:
        raise NotFound(field="upload_id") from None


async def look(call: Call, upload_id: UUID) -> UploadRow:
    """Where the upload stands. An older request that still writes is ended first, so that the answer stays true."""
    async with _held(call, Action.UPLOAD_READ, upload_id):
        taken = await _taken_up(call, upload_id)
        await _conclude_if_due(call, taken)
    return taken.row


async def terminate(call: Call, upload_id: UUID) -> None:
    """Forgets the upload and its bytes; an older request that still writes is ended first."""
    async with _held(call, Action.UPLOAD_TERMINATE, upload_id):
        await service.terminate(call.services, call.actor, call.trail, upload_id)


async def write(
    call: Call,
    upload_id: UUID,
    offset: int,
    *,
    length: int | None = None,
    checksum: Checksum | None = None,
    is_last: bool = False,
) -> tuple[UploadRow, int]:
    """The upload as it was taken up, and the offset reached. Without right, no older request is ended.

    `is_last` says that the file ends with this body, wherever that may be.
    """
    size_bytes = body.body_bytes(call.request)
    async with _held(call, Action.UPLOAD_WRITE, upload_id) as reception:
        taken = await _taken_up(call, upload_id, offset=offset, body_bytes=size_bytes, length=length)
        reached = await _take_in(call, reception, taken, size_bytes, checksum)
        if is_last and reached != taken.row.length_bytes:
            taken = await _taken_up(call, upload_id, offset=reached, length=reached)
            await _conclude_if_due(call, taken)
    return taken.row, reached


@asynccontextmanager
async def _held(call: Call, action: Action, upload_id: UUID) -> AsyncIterator[Reception]:
    """The upload, with nobody else of this process at work on it. Who has no right to it ends nobody's request."""
    receptions = receptions_of(call)
    if receptions.holds(upload_id):
        await service.check(call.services, call.actor, action, upload_id)
    async with receptions.hold(upload_id) as reception:
        yield reception


async def _taken_up(
    call: Call, upload_id: UUID, *, offset: int | None = None, body_bytes: int | None = 0, length: int | None = None
) -> TakenUp:
    """`service.take_up`, after another process that may be receiving the upload has been asked to let go of it."""
    handover = call.request.config_dict[HANDOVER]

    async def take_up(*, asked: bool) -> TakenUp:
        return await service.take_up(
            call.services, call.actor, upload_id,
            holder=handover.process, asked=asked, offset=offset, body_bytes=body_bytes, length=length,
        )  # fmt: skip

    try:
        return await take_up(asked=False)
    except service.HeldElsewhere as elsewhere:
        await handover.ask(upload_id, elsewhere.holder)
    return await take_up(asked=True)


async def _take_in(
    call: Call, reception: Reception, taken: TakenUp, size_bytes: int | None, checksum: Checksum | None
) -> int:
    async with body.opened(call.request, reception) as arriving:
        if taken.row.state != "receiving":
            if not await body.is_over(arriving):
                raise UploadTooLarge(size_max_bytes=taken.layout.end_max_bytes)
            await _conclude_if_due(call, taken)
            return taken.row.offset_bytes
        return await take_in(
            call.services, receptions_of(call), reception, taken, arriving, body_bytes=size_bytes, checksum=checksum
        )


async def _conclude_if_due(call: Call, taken: TakenUp) -> None:
    if taken.row.state == "assembling" and taken.row.concat != FINAL:
        await conclude(call.services, receptions_of(call), taken.row.id, taken.row.fence, taken.row.offset_bytes)
