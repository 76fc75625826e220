"""Uploads as things: made, taken up, looked at and terminated, each in one transaction with its event.

The bytes themselves are the business of `receiving`; what happens once all are there, of `finishing`.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, Target, require
from compliance.errors import NotFound, WrongState
from compliance.events import Act, Trail
from compliance.uploads import encoded
from fileserver.services import Services
from fileserver.uploads import names, quotas, unused
from fileserver.uploads.errors import (
    OffsetMismatch,
    TooManyUploads,
    UploadBusy,
    UploadFinal,
    UploadGone,
    UploadHeaderInvalid,
    UploadTooLarge,
    UploadWrongWay,
)
from fileserver.uploads.flight import STREAMED
from fileserver.uploads.layout import Layout, part_size_for, part_size_for_deferred
from fileserver.uploads.port import OCTETS
from storage.database import Asked, Transaction
from storage.rows import upload_sources, uploads
from storage.rows.uploads import TailRow, UploadRow

UNFINISHED_MAX = 100
RECENT = timedelta(days=7)
EMPTY_SHA256 = hashlib.sha256().hexdigest()
GONE = ("terminated", "failed")
ATTEMPT_BYTES = 6
ASSEMBLE_DELAY_S = 60  # the request itself assembles at once; the job is for a process that died before it could


class HeldElsewhere(Exception):
    """Another process was the last to receive the upload, and may be at it."""

    def __init__(self, holder: UUID) -> None:
        super().__init__(str(holder))
        self.holder = holder


@dataclass(frozen=True, kw_only=True)
class TakenUp:
    """An upload in the hands of one request: only under `row.fence` can a step be recorded.

    `attempt` is in the keys of what this request stores and has not recorded.
    """

    row: UploadRow
    attempt: str
    size_max_bytes: int  # of any upload here
    tails: tuple[TailRow, ...] = ()

    @property
    def layout(self) -> Layout:
        """Where its bytes go."""
        return Layout(self.row.length_bytes, self.row.part_size_bytes, self.size_max_bytes)


@dataclass(frozen=True, kw_only=True)
class SeenUpload:
    """An upload, and the material that a version was made of it for."""

    row: UploadRow
    material_id: UUID | None


async def create(
    services: Services,
    actor: Actor,
    trail: Trail,
    *,
    length: int | None,
    metadata: dict[str, str],
    way: str = STREAMED,
    concat: str | None = None,
) -> UploadRow:
    """Makes an upload, or one that is to be a part of another (`concat` says "partial").

    One of length 0 is complete at once; None: the length is said later.

    Raises AccessDenied, UploadTooLarge, TooManyUploads, UploadQuotaExceeded.
    """
    check_size(services, length)
    row = replace(new_row(services, actor, length, metadata), way=way)
    if concat:
        row = replace(row, concat=concat, sha256=None, expires_at=row.created_at + _lifetime(services))
    obj = names.obj_of(row.id)
    rule = require(actor, Action.UPLOAD_CREATE, obj=obj)
    if length == 0:
        await services.objects.put(row.object_key, b"", media_type=OCTETS)
    async with services.database.transaction() as tx:
        await add(services, tx, trail, row, rule)
    return row


def check_size(services: Services, length: int | None) -> None:
    """Raises UploadTooLarge for a length that no upload here may have."""
    size_max_bytes = services.config.upload_size_max_bytes
    if length is not None and length > size_max_bytes:
        raise UploadTooLarge(size_max_bytes=size_max_bytes)


async def add(
    services: Services,
    tx: Transaction,
    trail: Trail,
    row: UploadRow,
    rule: str,
    sources: Sequence[tuple[UUID, str]] = (),
) -> None:
    """The upload becomes a row and an event, with the ids and addresses of the partial uploads that it is made of.

    Raises TooManyUploads, UploadQuotaExceeded.
    """
    if await uploads.count_unfinished(tx, row.person_id) >= UNFINISHED_MAX:
        raise TooManyUploads(uploads_max=UNFINISHED_MAX)
    if await uploads.count_unused(tx, row.person_id, unused.UNUSED_MAX) >= unused.UNUSED_MAX:
        raise TooManyUploads(uploads_max=unused.UNUSED_MAX)
    await uploads.add_upload(tx, row)
    if sources:
        await upload_sources.add_sources(tx, row.id, sources)  # before the quota: it counts in their place
    await quotas.check(tx, services.config, row.person_id, row.length_bytes or 0)
    obj, detail = names.obj_of(row.id), dict[str, str | int]()
    detail |= {} if row.length_bytes is None else {"bytes": row.length_bytes}
    detail |= {} if row.way == STREAMED else {"way": row.way}
    created = trail.event(Act.EMPLOYEE_UPLOAD_CREATE, why=rule, obj=obj, det=detail)
    await ledger.append(tx, created, now=row.created_at)
    if row.state == "complete":
        completed = trail.event(Act.EMPLOYEE_UPLOAD_COMPLETE, why=rule, obj=obj, ver=row.sha256 or "", det={"bytes": 0})
        await ledger.append(tx, completed, now=row.created_at)


def new_row(services: Services, actor: Actor, length: int | None, metadata: dict[str, str]) -> UploadRow:
    """An upload as it begins."""
    now, upload_id = services.clock(), names.new_id(services.mark)
    size_max_bytes = services.config.upload_size_max_bytes
    row = UploadRow(
        id=upload_id,
        person_id=actor.person_id,
        length_bytes=length,
        metadata=metadata,
        object_key=names.object_key(upload_id),
        part_size_bytes=part_size_for_deferred(size_max_bytes) if length is None else part_size_for(length),
        created_at=now,
        updated_at=now,
        expires_at=now + _lifetime(services),
    )
    return row if length != 0 else replace(row, state="complete", sha256=EMPTY_SHA256, expires_at=None)


def _lifetime(services: Services) -> timedelta:
    return timedelta(seconds=services.config.upload_expiry_s)


async def check(services: Services, actor: Actor, action: Action, upload_id: UUID) -> None:
    """Raises NotFound, AccessDenied or UploadGone: before anything is done to an upload, even ending older requests."""
    async with services.database.transaction() as tx:
        await allowed(tx, actor, action, upload_id, services.clock())


async def take_up(
    services: Services,
    actor: Actor,
    upload_id: UUID,
    *,
    holder: UUID,
    asked: bool = False,
    offset: int | None = None,
    body_bytes: int | None = 0,
    length: int | None = None,
) -> TakenUp:
    """Puts the upload into the hands of a request of the process `holder`, in which no other is at work on it.

    Raises HeldElsewhere while another process may be receiving it, unless that one has been `asked` to let go: from
    here on it can't record any more.

    With `offset` the caller means to write there, and may say the `length` of an upload that was made without one; if
    all its bytes are there already, it is to be assembled. Raises OffsetMismatch, UploadTooLarge, UploadHeaderInvalid
    for a length that can't be, UploadQuotaExceeded, and as `check`.
    """
    action = Action.UPLOAD_READ if offset is None else Action.UPLOAD_WRITE
    database = services.database

    async def free(where: Asked, *, lock: bool = False) -> UploadRow:
        row = await allowed(where, actor, action, upload_id, services.clock(), lock=lock)
        if row.way != STREAMED:
            raise UploadWrongWay(way=row.way)
        if row.state == "receiving" and row.holder not in (None, holder) and not asked:
            raise HeldElsewhere(row.holder)
        if offset is not None:
            _check_place(row, offset)
        return row

    if length is None:  # nothing changes: each request that brings bytes asks this
        async with database.driver() as driver:
            taken = await _taken(services, driver, await free(driver), body_bytes)
        if _is_held(taken.row, holder):
            return taken
        async with database.transaction() as tx:
            return replace(taken, row=await _moved(tx, taken.row, holder))
    async with database.transaction() as tx:
        row = await free(tx, lock=True)
        row = row if offset is None else await _with_length(services, tx, row, length)
        taken = await _taken(services, tx, row, body_bytes)
        if _is_held(taken.row, holder):
            return taken
        # A request of the other process doesn't know the length: it must not record up to it any more.
        return replace(taken, row=await _moved(tx, row, holder))


async def _taken(services: Services, asked: Asked, row: UploadRow, body_bytes: int | None) -> TakenUp:
    """The row with all that a request needs to bring so many bytes."""
    taken = TakenUp(
        row=row,
        attempt=secrets.token_hex(ATTEMPT_BYTES),
        size_max_bytes=services.config.upload_size_max_bytes,
        tails=await uploads.tails_of(asked, row.id) if row.offset_bytes % row.part_size_bytes else (),
    )
    if body_bytes is not None and row.offset_bytes + body_bytes > taken.layout.end_max_bytes:
        raise UploadTooLarge(size_max_bytes=taken.layout.end_max_bytes)
    return taken


def _is_held(row: UploadRow, holder: UUID) -> bool:
    """Whether it is in this process's hands, or in need of none."""
    return row.state != "receiving" or row.holder == holder


async def _moved(tx: Transaction, row: UploadRow, holder: UUID) -> UploadRow:
    """The row in the hands of another process, as it is once the old one can't change it any more."""
    latest = await uploads.upload_by_id(tx, row.id, lock=True)
    if latest is None or (latest.state, latest.offset_bytes) != (row.state, row.offset_bytes):
        raise UploadBusy
    latest = replace(latest, fence=latest.fence + 1, holder=holder)
    await uploads.set_holder(tx, row.id, latest.fence, holder)
    return latest


def _check_place(row: UploadRow, offset: int) -> None:
    """Bytes go to where it stands."""
    if row.concat == names.FINAL:
        raise UploadFinal
    if offset != row.offset_bytes:
        raise OffsetMismatch(field="Upload-Offset", rule="offset-mismatch", offset_bytes=row.offset_bytes)


async def _with_length(services: Services, tx: Transaction, row: UploadRow, length: int) -> UploadRow:
    """The row after the client has said the length; saying it again is fine, changing it is not."""
    if length == row.length_bytes:
        return row
    if row.length_bytes is not None:
        raise UploadHeaderInvalid(field="Upload-Length", rule="length-changed")
    if length < row.offset_bytes:
        raise UploadHeaderInvalid(field="Upload-Length", rule="length-below-offset")
    layout = Layout(None, row.part_size_bytes, services.config.upload_size_max_bytes)
    if length > layout.end_max_bytes:
        raise UploadTooLarge(size_max_bytes=layout.end_max_bytes)
    row = replace(row, length_bytes=length, state="assembling" if length == row.offset_bytes else row.state)
    await uploads.set_length(tx, row.id, length, row.state)
    await quotas.check(tx, services.config, row.person_id, length - row.offset_bytes)
    if row.state == "assembling":
        await services.jobs.enqueue(tx, names.ASSEMBLE, delay_s=ASSEMBLE_DELAY_S, upload_id=str(row.id))
    return row


async def terminate(services: Services, actor: Actor, trail: Trail, upload_id: UUID) -> None:
    """Forgets the upload and its bytes.

    Raises WrongState when a version was made of it, or while another upload is put together of it.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.UPLOAD_TERMINATE, upload_id, now, lock=True)
        if await uploads.is_used(tx, upload_id):
            raise WrongState(state="used", command="terminate")
        if await upload_sources.is_needed(tx, upload_id):
            raise WrongState(state="assembling", command="terminate")
        await uploads.change_state(tx, upload_id, before=(row.state,), after="terminated", now=now)
        await ledger.append(tx, trail.event(Act.EMPLOYEE_UPLOAD_TERMINATE, obj=names.obj_of(upload_id)), now=now)
        await services.jobs.enqueue(tx, names.DISCARD, upload_id=str(upload_id))


async def read(services: Services, actor: Actor, upload_id: UUID) -> SeenUpload:
    """One upload of the actor, gone or not; reading disturbs nobody. Raises NotFound, AccessDenied."""
    async with services.database.transaction() as tx:
        return (await _seen(tx, [await _own(tx, actor, Action.UPLOAD_READ, upload_id)]))[0]


async def listed(
    services: Services,
    actor: Actor,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
    fingerprint: str | None = None,
) -> Sequence[SeenUpload]:
    """The actor's uploads that are unfinished or recent, or all those of one fingerprint; newest first."""
    require(actor, Action.UPLOAD_READ, Target(owner_id=actor.person_id))
    which = uploads.Which(since=services.clock() - RECENT, fingerprint=fingerprint and encoded(fingerprint))
    async with services.database.transaction() as tx:
        rows = await uploads.list_uploads(tx, actor.person_id, which, before=before, limit=limit)
        return await _seen(tx, rows)


async def _seen(tx: Transaction, rows: Sequence[UploadRow]) -> Sequence[SeenUpload]:
    used = await uploads.materials_of(tx, [row.id for row in rows])
    return [SeenUpload(row=row, material_id=used.get(row.id)) for row in rows]


async def allowed(
    asked: Asked, actor: Actor, action: Action, upload_id: UUID, now: datetime, *, lock: bool = False
) -> UploadRow:
    """The upload, if the actor may do this to it now. Raises NotFound, AccessDenied, UploadGone."""
    row = await _own(asked, actor, action, upload_id, lock=lock)
    expired = row.state == "receiving" and row.expires_at is not None and row.expires_at <= now
    if expired or row.state in GONE:
        raise UploadGone
    return row


async def _own(asked: Asked, actor: Actor, action: Action, upload_id: UUID, *, lock: bool = False) -> UploadRow:
    row = await uploads.upload_by_id(asked, upload_id, lock=lock)
    if row is None:
        raise NotFound(field="upload_id")
    require(actor, action, Target(owner_id=row.person_id), obj=names.obj_of(upload_id))
    return row
