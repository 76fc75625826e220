"""What is done to declarations: each change is a revision of its own, in one transaction with its event.

Commands lock the material's row first, as all commands on materials do. A declaration changes while the material's
newest version is a draft or changes to it were asked for; evidence may still be added while it is under review. What a
version was submitted with stays with it (`version.declaration_revision`).
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from compliance import glass, ledger
from compliance.access import Action, Actor, VersionState, decide, require
from compliance.certificate_numbers import UnknownForm, number_of
from compliance.declaring import Declared, china_day, declared_of
from compliance.errors import InvalidValue, NotFound, UploadUsed, WrongState
from compliance.events import Act, Trail
from compliance.materials import clean_filename, obj_of, target_of, target_of_material
from compliance.media_types import HEAD_BYTES, PDF, recognise
from compliance.profiles import profiles_of
from compliance.scanning import ask_for_scan
from compliance.uploads import finished_upload
from fileserver.answers import Names
from fileserver.declarations.jobs import enqueue
from fileserver.declarations.schemas import DeclarationIn, DeclaredCertificateIn, EvidenceIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import certificates, declarations, materials, scans, uploads, versions
from storage.rows.certificates import CertificateRow
from storage.rows.declarations import EDITABLE, DeclarationRow, DeclaredCertificate, EvidenceRow, StandingCertificate
from storage.rows.materials import MaterialRow
from storage.rows.versions import VersionRow

# Of evidence: what people look at, and nothing that runs.
PROOF_TYPES = frozenset(
    {PDF, "image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/heic", "image/avif"}
)
EVIDENCE_MAX = 100  # of one material, removed ones included
REVISIONS_SHOWN = 50
Editable = Literal["all", "evidence", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A material's declaration as its reader sees it."""

    material: MaterialRow
    declared: Declared
    standing: Sequence[StandingCertificate]
    evidence: Sequence[EvidenceRow]
    history: Sequence[tuple[DeclarationRow, Sequence[StandingCertificate]]]
    editable: Editable
    names: Names
    today: date


async def read(services: Services, actor: Actor, trail: Trail, material_id: UUID) -> Paper:
    """What is declared. Raises NotFound, or AccessDenied for who may not read the material."""
    async with services.database.transaction() as tx:
        material = await materials.material_by_id(tx, material_id)
        if material is None:
            raise NotFound(field="material_id")
        require_reader(actor, material, await versions.versions_of(tx, material_id))
        await glass.used(tx, trail, actor, Action.MATERIAL_READ, material_id, now=services.clock())
        return await _paper(services, tx, material)


def require_reader(actor: Actor, material: MaterialRow, every: Sequence[VersionRow]) -> str:
    """The rule by which one of the versions may be read about. Raises AccessDenied."""
    readable = [each for each in every if _may_read(actor, material, each)]
    version = (readable or list(every))[0]
    return require(actor, Action.MATERIAL_READ, target_of(material, version), obj=obj_of(material.id))


async def declare(services: Services, actor: Actor, trail: Trail, material_id: UUID, wanted: DeclarationIn) -> Paper:
    """A new revision. Raises AccessDenied, NotFound, WrongState, or InvalidValue naming the field that contradicts."""
    now = services.clock()
    async with services.database.transaction() as tx:
        material, rule, editable = await _for_change(tx, actor, material_id)
        if editable != "all":
            raise WrongState(state="submitted", command="declare")
        today = china_day(now)
        named = [await _checked(tx, at, each, today) for at, each in enumerate(wanted.certificates)]
        _check_alike(named)
        material = await _reclassed(tx, material, wanted)
        history = await declarations.declarations_of(tx, material_id)
        row = DeclarationRow(
            material_id=material_id,
            revision=history[0].revision + 1 if history else 1,
            product=wanted.product,
            region=wanted.region,
            campaign=wanted.campaign,
            declared_by=actor.person_id,
            declared_at=now,
        )
        await declarations.add_declaration(tx, row, named)
        await _scan_again(services, tx, material_id)
        det: dict[str, str | int] = {
            "revision": row.revision,
            "certificates": len(named),
            "class": material.material_class,
            "facts_sha256": _digest(wanted),
        }
        event = trail.event(Act.EMPLOYEE_DECLARATION_CHANGE, why=rule, obj=obj_of(material_id), det=det)
        await ledger.append(tx, event, now=now)
        return await _paper(services, tx, material)


async def attach(services: Services, actor: Actor, trail: Trail, material_id: UUID, wanted: EvidenceIn) -> Paper:
    """Attaches a finished upload: a PDF or a picture.

    Raises AccessDenied, NotFound, InvalidValue, UploadUnfinished, UploadUsed, WrongState.
    """
    now = services.clock()
    media_type = await _media_type(services, actor, material_id, wanted.upload_id)
    async with services.database.transaction() as tx:
        material, rule, editable = await _for_change(tx, actor, material_id)
        if editable == "nothing":
            raise WrongState(state="decided", command="attach")
        upload = await finished_upload(tx, wanted.upload_id, actor.person_id)
        if await uploads.is_used(tx, wanted.upload_id):
            raise UploadUsed(field="upload_id", material_id=str(material_id), version=0)
        if len(await declarations.evidence_of(tx, material_id)) >= EVIDENCE_MAX:
            raise InvalidValue(field="upload_id", rule="too-long", max_length=EVIDENCE_MAX)
        row = EvidenceRow(
            id=uuid4(),
            material_id=material_id,
            kind=wanted.kind,
            note=wanted.note,
            sha256=upload.sha256,
            size_bytes=upload.size_bytes,
            media_type=media_type,
            filename=clean_filename(upload.filename),
            object_key=upload.object_key,
            upload_id=wanted.upload_id,
            added_by=actor.person_id,
            added_at=now,
        )
        await declarations.add_evidence(tx, row)
        await enqueue(tx, services.jobs, row.id)
        await _tell(tx, trail, Act.EMPLOYEE_EVIDENCE_ADD, rule, row, now=now)
        return await _paper(services, tx, material)


async def remove(services: Services, actor: Actor, trail: Trail, material_id: UUID, evidence_id: UUID) -> Paper:
    """Takes a file off the declaration; its bytes and its record stay. Raises AccessDenied, NotFound, WrongState."""
    now = services.clock()
    async with services.database.transaction() as tx:
        material, rule, editable = await _for_change(tx, actor, material_id)
        row = await declarations.evidence_by_id(tx, evidence_id)
        if row is None or row.material_id != material_id or row.removed_at is not None:
            raise NotFound(field="evidence_id")
        if editable != "all":
            raise WrongState(state="submitted", command="remove")
        await declarations.remove_evidence(tx, evidence_id, by=actor.person_id, now=now)
        await _tell(tx, trail, Act.EMPLOYEE_EVIDENCE_REMOVE, rule, row, now=now)
        return await _paper(services, tx, material)


async def _media_type(services: Services, actor: Actor, material_id: UUID, upload_id: UUID) -> str:
    """What the upload's first bytes are; outside of the transaction that attaches it, for the store is asked.

    Raises InvalidValue for an empty file, and for what is neither a PDF nor a picture from its first byte on.
    """
    async with services.database.transaction() as tx:
        await _for_change(tx, actor, material_id)
        upload = await finished_upload(tx, upload_id, actor.person_id)
    if not upload.size_bytes:
        raise InvalidValue(field="upload_id", rule="evidence-empty")
    async with aclosing(services.objects.read(upload.object_key, start=0, stop=HEAD_BYTES)) as pieces:
        head = b"".join([piece async for piece in pieces])
    found = recognise(head, clean_filename(upload.filename), b"")
    if found.media_type not in PROOF_TYPES or any(doubt.rule != "extension-mismatch" for doubt in found.doubts):
        raise InvalidValue(field="upload_id", rule="evidence-type")
    return found.media_type


async def _scan_again(services: Services, tx: Transaction, material_id: UUID) -> None:
    """What the rules find depends on class and certificates; a scan that has not begun will read what is said now."""
    waiting = [each for each in await versions.versions_of(tx, material_id) if each.state in EDITABLE]
    newest = await scans.newest_scans(tx, [each.id for each in waiting])
    for version in waiting:
        scan = newest.get(version.id)
        if scan is None or scan.state != "waiting":
            await ask_for_scan(tx, services.jobs, version, services.clock())


def _may_read(actor: Actor, material: MaterialRow, version: VersionRow) -> bool:
    return decide(actor, Action.MATERIAL_READ, target_of(material, version)).allowed


def editable_of(material: MaterialRow, newest: VersionRow) -> Editable:
    """What of the declaration may change now."""
    if material.withdrawn_at is not None:
        return "nothing"
    if newest.state in EDITABLE:
        return "all"
    return "evidence" if newest.state == VersionState.SUBMITTED else "nothing"


async def _for_change(tx: Transaction, actor: Actor, material_id: UUID) -> tuple[MaterialRow, str, Editable]:
    material = await materials.material_by_id(tx, material_id, lock=True)
    if material is None:
        raise NotFound(field="material_id")
    rule = require(actor, Action.MATERIAL_DECLARE, target_of_material(material), obj=obj_of(material_id))
    newest = (await versions.versions_of(tx, material_id))[0]
    return material, rule, editable_of(material, newest)


async def _reclassed(tx: Transaction, material: MaterialRow, wanted: DeclarationIn) -> MaterialRow:
    if wanted.material_class in (None, material.material_class):
        return material
    if any(each.state != VersionState.DRAFT for each in await versions.versions_of(tx, material.id)):
        raise InvalidValue(field="class", rule="class-fixed")
    await materials.set_class(tx, material.id, wanted.material_class)
    return replace(material, material_class=wanted.material_class)


async def _checked(tx: Transaction, at: int, said: DeclaredCertificateIn, today: date) -> DeclaredCertificate:
    """The certificate in its one spelling with its end. Raises InvalidValue naming the field that contradicts."""
    try:
        number = number_of(said.kind, said.number)
    except UnknownForm as unknown:
        raise InvalidValue(field=f"/certificates/{at}/number", rule=unknown.rule) from None
    until = said.valid_until or number.until_max
    field = f"/certificates/{at}/{'valid_until' if said.valid_until else 'number'}"
    if number.until_max and until and not (number.until_min or until) <= until <= number.until_max:
        raise InvalidValue(field=field, rule="certificate-end", end=number.until_max.isoformat())
    entry = await certificates.certificate_by_number(tx, said.kind, number.text)
    if entry is not None:
        until = _registered_end(entry, said.valid_until, field, at)
    if until is not None and until < today:
        raise InvalidValue(field=field, rule="certificate-expired", end=until.isoformat())
    return DeclaredCertificate(kind=said.kind, number=number.text, valid_until=until)


def _registered_end(entry: CertificateRow, declared: date | None, field: str, at: int) -> date | None:
    if entry.status != "active":
        raise InvalidValue(field=f"/certificates/{at}/number", rule="certificate-suspended")
    if declared is not None and declared != entry.valid_until:
        end = entry.valid_until.isoformat() if entry.valid_until else "–"
        raise InvalidValue(field=field, rule="certificate-register-end", end=end)
    return entry.valid_until


def _check_alike(named: Sequence[DeclaredCertificate]) -> None:
    seen: set[tuple[str, str]] = set()
    for at, each in enumerate(named):
        if (each.kind, each.number) in seen:
            raise InvalidValue(field=f"/certificates/{at}/number", rule="repeated")
        seen.add((each.kind, each.number))


def _digest(wanted: DeclarationIn) -> str:
    said = wanted.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def _paper(services: Services, tx: Transaction, material: MaterialRow) -> Paper:
    declared = await declared_of(tx, material.id)
    if declared is None:
        raise NotFound(field="material_id")
    history = list(await declarations.declarations_of(tx, material.id))[:REVISIONS_SHOWN]
    named = [await declarations.certificates_of(tx, material.id, each.revision) for each in history]
    proofs = await declarations.evidence_of(tx, material.id)
    people = {each.declared_by for each in history} | {each.added_by for each in proofs}
    people |= {each.removed_by for each in proofs if each.removed_by}
    newest = (await versions.versions_of(tx, material.id))[0]
    return Paper(
        material=material,
        declared=declared,
        standing=named[0] if named else (),
        evidence=proofs,
        history=list(zip(history, named, strict=True)),
        editable=editable_of(material, newest),
        names=await profiles_of(tx, services.keys.master, person_ids=people),
        today=china_day(services.clock()),
    )


async def _tell(tx: Transaction, trail: Trail, act: Act, rule: str, row: EvidenceRow, *, now: datetime) -> None:
    det: dict[str, str | int] = {
        "evidence": str(row.id),
        "kind": row.kind,
        "sha256": row.sha256,
        "size_bytes": row.size_bytes,
    }
    await ledger.append(tx, trail.event(act, why=rule, obj=obj_of(row.material_id), det=det), now=now)
