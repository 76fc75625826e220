"""What is done to materials: made, revised, submitted, withdrawn; each in one transaction with its event.

Commands lock the material's row first, so two of them on one material happen one after the other. The same bytes are
stored once: a version of bytes that another version has shares its object, and the upload's own is discarded. Nobody
can tell: both cases take the same steps and answer alike.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import structlog

from compliance import ledger, withdrawing
from compliance.access import Action, Actor, Target, VersionState, require
from compliance.errors import NotFound, NotPrepared, NotScanned, UploadUnfinished, UploadUsed, WrongState
from compliance.events import Act, Trail
from compliance.lifecycle import STEPS, Command, met, step
from compliance.materials import clean_filename, obj_of, target_of_material
from compliance.media_types import HEAD_BYTES, TAIL_BYTES, Recognised, needs_tail, recognise
from compliance.reviewing.facts import dossier_of
from compliance.reviewing.submitting import open_review
from compliance.scanning import RETRY_AFTER_S, ask_for_scan, require_scanned
from compliance.uploads import DISCARD, FinishedUpload, finished_upload
from fileserver.materials.jobs import enqueue_scan
from fileserver.materials.reading import Story, story_of
from fileserver.materials.schemas import MaterialIn, SubmitIn
from fileserver.services import Services
from storage.database import Transaction
from storage.errors import ObjectMissing
from storage.rows import declarations, materials, versions
from storage.rows.materials import MaterialRow
from storage.rows.versions import FindingRow, VersionRow

UPLOAD_WAIT_S = 50.0  # hashing a large upload again takes a while; a request may take a minute
UPLOAD_POLL_S = 0.5
UPLOAD_RETRY_AFTER_S = 5
ALMOST_FINISHED = ("assembling", "verifying")
DETECTOR = "media-type"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A finished upload, whose it is, and what its bytes are."""

    upload_id: UUID
    uploader_id: UUID
    recognised: Recognised
    lost_keys: frozenset[str] = frozenset()  # of objects that versions of the same bytes name, and that are not there


async def create(services: Services, actor: Actor, trail: Trail, wanted: MaterialIn) -> Story:
    """A material with its first version.

    Raises AccessDenied, NotFound (no such upload of the caller's), UploadUnfinished, UploadUsed, or StorageError.
    """
    rule = require(actor, Action.MATERIAL_CREATE, Target(sensitivity=wanted.sensitivity))
    arrival = await _arrived(services, wanted.upload_id, actor.person_id)
    material = MaterialRow(
        id=uuid4(),
        owner_id=actor.person_id,
        title=wanted.title,
        description=wanted.description,
        material_class=wanted.material_class,
        sensitivity=wanted.sensitivity,
        created_at=services.clock(),
    )
    async with services.database.transaction() as tx:
        await materials.add_material(tx, material)
        version = await _add_version(services, tx, material, arrival)
        await _tell(services, tx, trail, Act.EMPLOYEE_MATERIAL_CREATE, rule, version)
        return await story_of(services, tx, actor, material)


async def revise(services: Services, actor: Actor, trail: Trail, material_id: UUID, upload_id: UUID) -> Story:
    """A new version, as draft: what was approved before stays what shares serve. Raises as `create`, and WrongState."""
    async with services.database.transaction() as tx:
        await _material_for(tx, actor, Action.MATERIAL_REVISE, material_id)
    arrival = await _arrived(services, upload_id, actor.person_id)
    async with services.database.transaction() as tx:
        material, rule = await _material_for(tx, actor, Action.MATERIAL_REVISE, material_id)
        _check_in_use(material, "revise")
        version = await _add_version(services, tx, material, arrival)
        await _tell(services, tx, trail, Act.EMPLOYEE_VERSION_CREATE, rule, version)
        return await story_of(services, tx, actor, material)


async def submit(services: Services, actor: Actor, trail: Trail, material_id: UUID, wanted: SubmitIn) -> Story:
    """Asks for a review of one version, which is prepared, and scanned under the rules and the declaration that count.

    A scan under others is made anew. Raises AccessDenied, NotFound, NotPrepared, NotScanned, ScanBlocks,
    RequirementUnmet or WrongState.
    """
    field = "version" if wanted.version else None
    async with services.database.transaction() as tx:
        material, rule = await _material_for(tx, actor, Action.MATERIAL_SUBMIT, material_id)
        version = _chosen(await versions.versions_of(tx, material_id), wanted.version)
        _check_in_use(material, Command.SUBMIT)
        dossier = await dossier_of(tx, material, version, services.clock())
        before = VersionState(version.state)
        possible = (before, Command.SUBMIT) in STEPS
        if possible and version.preparation == "pending":
            raise NotPrepared(field=field, retry_after_s=UPLOAD_RETRY_AFTER_S)
        if not (possible and dossier.outdated):
            await require_scanned(tx, version, field=field)
            await versions.set_state(tx, version.id, step(before, Command.SUBMIT, met(dossier.facts)))
            await declarations.keep_declaration(tx, version.id)
            now, by = services.clock(), actor.person_id
            review = await open_review(tx, material, version, dossier, by=by, now=now)
            await _tell(services, tx, trail, Act.EMPLOYEE_VERSION_SUBMIT, rule, version, review=str(review.id))
            return await story_of(services, tx, actor, material)
        await ask_for_scan(tx, services.jobs, version, services.clock())
    raise NotScanned(field=field, retry_after_s=RETRY_AFTER_S)  # what was asked for is kept


async def withdraw(services: Services, actor: Actor, trail: Trail, material_id: UUID, reason: str) -> Story:
    """Takes the material out of use: no share of it opens any more, and whoever holds one is told.

    Raises AccessDenied, NotFound or WrongState.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        material, rule = await _material_for(tx, actor, Action.MATERIAL_WITHDRAW, material_id)
        _check_in_use(material, "withdraw")
        await materials.withdraw_material(tx, material_id, by=actor.person_id, reason=reason, now=now)
        newest = (await versions.versions_of(tx, material_id))[0]
        digest = hashlib.sha256(reason.encode()).hexdigest()
        told = await withdrawing.tell_holders(tx, services.messages, material_id, but=actor.person_id, now=now)
        await _tell(services, tx, trail, Act.EMPLOYEE_MATERIAL_WITHDRAW, rule, newest, reason_sha256=digest, told=told)
        withdrawn = replace(material, withdrawn_at=now, withdrawn_by=actor.person_id, withdrawn_reason=reason)
        return await story_of(services, tx, actor, withdrawn)


async def _arrived(services: Services, upload_id: UUID, person_id: UUID) -> Arrival:
    """What the upload's bytes are; outside of any transaction, for this may wait."""
    upload = await _awaited(services, upload_id, person_id)
    head = await _piece(services, upload, 0, HEAD_BYTES)
    tail = await _piece(services, upload, -TAIL_BYTES, upload.size_bytes) if needs_tail(head) else b""
    recognised = recognise(head, clean_filename(upload.filename), tail)
    lost_keys = await _lost_keys(services, upload)
    return Arrival(upload_id=upload_id, uploader_id=person_id, recognised=recognised, lost_keys=lost_keys)


async def _piece(services: Services, upload: FinishedUpload, start: int, stop: int) -> bytes:
    """Part of the upload's bytes; a negative start counts from its end."""
    if not upload.size_bytes:
        return b""
    begin = start if start >= 0 else max(0, upload.size_bytes + start)
    async with aclosing(services.objects.read(upload.object_key, start=begin, stop=stop)) as pieces:
        return b"".join([piece async for piece in pieces])


async def _lost_keys(services: Services, upload: FinishedUpload) -> frozenset[str]:
    """The object that the version would share, unless it is there and whole: then these bytes must be kept, too."""
    async with services.database.transaction() as tx:
        shared = await versions.object_with_bytes(tx, upload.sha256, upload.size_bytes)
    key = shared or upload.object_key
    try:
        info = await services.objects.head(key)  # also of the upload's own: what is shared is not told by the time
    except ObjectMissing:
        log.exception("the object of a version is not there", key=key)
        return frozenset({key})
    return frozenset() if info.size_bytes == upload.size_bytes else frozenset({key})


async def _awaited(services: Services, upload_id: UUID, person_id: UUID) -> FinishedUpload:
    """The upload, once its bytes are joined and verified; waits for that, and for nothing else."""
    clock = asyncio.get_running_loop().time
    until = clock() + UPLOAD_WAIT_S
    while True:
        try:
            async with services.database.transaction() as tx:
                return await finished_upload(tx, upload_id, person_id)
        except UploadUnfinished as unfinished:
            if unfinished.params.get("state") not in ALMOST_FINISHED or clock() >= until:
                params = {**unfinished.params, "retry_after_s": UPLOAD_RETRY_AFTER_S}
                raise UploadUnfinished(field="upload_id", **params) from None
        await asyncio.sleep(UPLOAD_POLL_S)


async def _material_for(tx: Transaction, actor: Actor, action: Action, material_id: UUID) -> tuple[MaterialRow, str]:
    """The locked material and the rule that lets the actor do this to it. Raises NotFound or AccessDenied."""
    material = await materials.material_by_id(tx, material_id, lock=True)
    if material is None:
        raise NotFound(field="material_id")
    return material, require(actor, action, target_of_material(material), obj=obj_of(material_id))


def _check_in_use(material: MaterialRow, command: str) -> None:
    if material.withdrawn_at is not None:
        raise WrongState(state="withdrawn", command=command)


def _chosen(found: Sequence[VersionRow], number: int | None) -> VersionRow:
    """The version with this number, or the newest."""
    for version in found:
        if number is None or version.number == number:
            return version
    raise NotFound(field="version")


async def _add_version(services: Services, tx: Transaction, material: MaterialRow, arrival: Arrival) -> VersionRow:
    """The version, what its head made doubtful, and the job that scans and prepares it, in `tx`. Raises UploadUsed."""
    upload = await finished_upload(tx, arrival.upload_id, arrival.uploader_id)
    await versions.lock_bytes(tx, upload.sha256)
    shared = await versions.object_with_bytes(tx, upload.sha256, upload.size_bytes, but=arrival.lost_keys)
    version = VersionRow(
        id=uuid4(),
        material_id=material.id,
        number=await versions.next_number(tx, material.id),
        sha256=upload.sha256,
        size_bytes=upload.size_bytes,
        media_type=arrival.recognised.media_type,
        filename=clean_filename(upload.filename),
        object_key=shared or upload.object_key,
        upload_id=arrival.upload_id,
        uploader_id=arrival.uploader_id,
        state=VersionState.DRAFT,
        preparation="pending",
        pages_total=None,
        pages_ready=0,
        created_at=services.clock(),
    )
    if not await versions.add_version(tx, version):
        await _refuse_used(tx, arrival.upload_id)
    doubts = arrival.recognised.doubts
    await versions.add_findings(tx, [_finding(version, each.rule, each.params) for each in doubts])
    await services.jobs.enqueue(tx, DISCARD, upload_id=str(arrival.upload_id))
    await enqueue_scan(services, tx, version)
    return version


async def _refuse_used(tx: Transaction, upload_id: UUID) -> None:
    used = await versions.version_of_upload(tx, upload_id)
    if used is None:
        raise AssertionError("a version refused for its upload has a rival that has it")
    raise UploadUsed(field="upload_id", material_id=str(used.material_id), version=used.number)


def _finding(version: VersionRow, rule: str, params: dict[str, str | int]) -> FindingRow:
    return FindingRow(version_id=version.id, detector=DETECTOR, rule=rule, severity="review", place={}, params=params)


async def _tell(
    services: Services, tx: Transaction, trail: Trail, act: Act, rule: str, version: VersionRow, **det: str | int
) -> None:
    event = trail.event(
        act, why=rule, obj=obj_of(version.material_id), ver=version.sha256, det={"version": version.number, **det}
    )
    await ledger.append(tx, event, now=services.clock())
