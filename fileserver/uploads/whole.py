"""A small file that one request brings whole: stored by one PutObject, recorded together with others that came with it.

The row and both events are written once the bytes are stored and hashed; the answer follows their commit. So a request
that is cut off has made nothing, and one whose process dies between the two has left an object that no row names: the
sweep finds it (`orphans`). Whoever brings the bytes is asked again, when they are there, whether they still may.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from aiohttp import web

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.batches import Batches
from compliance.errors import AccessDenied
from compliance.events import Act, Event, Trail
from compliance.visits import actor_of
from fileserver.services import Services
from fileserver.uploads import names, quotas, service
from fileserver.uploads.body import Body, Memory
from fileserver.uploads.errors import ChecksumMismatch, TooManyUploads, UploadCut, UploadQuotaExceeded
from fileserver.uploads.headers import Checksum
from fileserver.uploads.port import OCTETS
from fileserver.uploads.quotas import Limits
from fileserver.uploads.unused import UNUSED_MAX, Unused
from storage.database import Transaction
from storage.errors import StorageError
from storage.rows import uploads
from storage.rows.standing import standings_of
from storage.rows.uploads import UploadRow

SIZE_MAX_BYTES = 1 << 20
WHOLE = "whole"  # the one attempt there is
REFUSALS = (AccessDenied, TooManyUploads, UploadQuotaExceeded)  # of what is stored already

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A file that is stored and not yet recorded."""

    row: UploadRow
    trail: Trail


WHOLES = web.AppKey("WHOLES", Batches[Whole])


def fits(length: int | None, body_bytes: int | None) -> bool:
    """Whether a creation brings all there is, and little of it."""
    return length is not None and length == body_bytes and 0 < length <= SIZE_MAX_BYTES


async def take_whole(
    services: Services,
    wholes: Batches[Whole],
    actor: Actor,
    trail: Trail,
    body: Body,
    *,
    length: int,
    metadata: dict[str, str],
    checksum: Checksum | None,
) -> UploadRow:
    """The complete upload.

    Raises AccessDenied, UploadTooLarge, TooManyUploads, UploadQuotaExceeded, ChecksumMismatch, StorageError and why the
    body ended early; no row is left of it then, unless only the answer to the commit was lost.
    """
    service.check_size(services, length)
    require(actor, Action.UPLOAD_CREATE)
    stored, sha256 = await _received(body, length, checksum)
    row = service.new_row(services, actor, length, metadata)
    row = replace(
        row,
        object_key=names.single_key(row.id, WHOLE),
        offset_bytes=length,
        state="complete",
        sha256=sha256,
        verified_bytes=length,
        expires_at=None,
    )
    await services.objects.put(row.object_key, [stored], media_type=OCTETS)
    try:
        await wholes.do(Whole(row=row, trail=trail))
    except REFUSALS:
        await _forget(services, row)
        raise
    return row


async def _received(body: Body, length: int, checksum: Checksum | None) -> tuple[memoryview, str]:
    whole, sha256 = Memory(length), hashlib.sha256()
    check: Any = checksum.hasher() if checksum else None
    while whole.filled_bytes < length:
        if not await body.pour(whole, (sha256, check) if check else (sha256,), length - whole.filled_bytes):
            raise UploadCut
    if checksum and check.digest() != checksum.digest:
        raise ChecksumMismatch
    return whole.view, sha256.hexdigest()


async def _forget(services: Services, row: UploadRow) -> None:
    """An object that was refused. Not for other failures: what was to be committed may turn out to have been."""
    try:
        await services.objects.delete(row.object_key)
    except StorageError as error:
        log.warning("an unrecorded object stays until the sweep", error=error.slug)


async def record(services: Services, unused: Unused, batch: Sequence[Whole]) -> Sequence[Exception | None]:
    """All of them in one transaction; for each what refused it, or None."""
    async with services.database.transaction() as tx:
        people = Counter(whole.row.person_id for whole in batch)
        standings = await standings_of(tx, people)
        limits = await quotas.limits_of(tx, services.config, people)
        left = {person: await unused.take(tx, person, wanted) for person, wanted in people.items()}
        actors = {person: actor_of(standing, services.clock()) for person, standing in standings.items()}
        verdicts = [_verdict(whole, actors.get(whole.row.person_id), limits, left) for whole in batch]
        taken = [(whole, rule) for whole, rule in zip(batch, verdicts, strict=True) if isinstance(rule, str)]
        if taken:
            await _add(tx, taken)
    return [None if isinstance(verdict, str) else verdict for verdict in verdicts]


def _verdict(whole: Whole, actor: Actor | None, limits: Limits, left: dict[UUID, int]) -> str | Exception:
    """The rule that lets it in, which then counts against what is left for the next; or why it may not be."""
    row, needed = whole.row, whole.row.length_bytes or 0
    try:
        if actor is None:
            raise AccessDenied("actor-inactive")
        rule = require(actor, Action.UPLOAD_CREATE, obj=names.obj_of(row.id))
        if not left[row.person_id]:
            raise TooManyUploads(uploads_max=UNUSED_MAX)
        limits.take(row.person_id, needed)
    except REFUSALS as refusal:
        return refusal
    left[row.person_id] -= 1
    return rule


async def _add(tx: Transaction, taken: Sequence[tuple[Whole, str]]) -> None:
    await uploads.add_uploads(tx, [whole.row for whole, _ in taken])
    told = [event for whole, rule in taken for event in _events(whole, rule)]
    await ledger.append_all(tx, told, now=taken[-1][0].row.created_at)


def _events(whole: Whole, rule: str) -> Iterator[Event]:
    obj, detail = names.obj_of(whole.row.id), dict[str, str | int]({"bytes": whole.row.length_bytes or 0})
    yield whole.trail.event(Act.EMPLOYEE_UPLOAD_CREATE, why=rule, obj=obj, det=detail)
    yield whole.trail.event(Act.EMPLOYEE_UPLOAD_COMPLETE, why=rule, obj=obj, ver=whole.row.sha256 or "", det=detail)
