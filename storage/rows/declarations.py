"""Rows of declarations: what was said of a material, revision by revision, and the evidence attached."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from storage.database import Transaction
from storage.rows.versions import VersionRow
from storage.schema import certificate, declared_certificate, evidence, material, material_declaration, version

EDITABLE = ("draft", "changes_requested")  # nobody has to rely on what is declared yet
RegisteredStatus = Literal["active", "suspended", "revoked"]
ScanState = Literal["waiting", "clean", "refused", "not_scanned"]


@dataclass(frozen=True, kw_only=True)
class DeclarationRow:
    """One revision of what a marketer said of a material."""

    material_id: UUID
    revision: int
    product: str
    region: str
    campaign: str
    declared_by: UUID
    declared_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeclaredCertificate:
    """A certificate's number as declared."""

    kind: str
    number: str
    valid_until: date | None


@dataclass(frozen=True, kw_only=True)
class StandingCertificate(DeclaredCertificate):
    """The same with the register's entry of this number; no status: it isn't in the register."""

    certificate_id: UUID | None
    status: RegisteredStatus | None
    registered_until: date | None
    registered_from: date | None


@dataclass(frozen=True, kw_only=True)
class MaterialFacts:
    """A material's class and one revision of its declaration, if there is any."""

    material_class: str
    declaration: DeclarationRow | None


@dataclass(frozen=True, kw_only=True)
class EvidenceRow:
    """One attached file; removed ones stay as a record."""

    id: UUID
    material_id: UUID
    kind: str
    note: str
    sha256: str
    size_bytes: int
    media_type: str
    filename: str
    object_key: str
    upload_id: UUID | None
    added_by: UUID
    added_at: datetime
    removed_by: UUID | None = None
    removed_at: datetime | None = None
    scan_state: ScanState = "waiting"
    scan_rule: str = ""  # why it is refused, or was not scanned
    scan_attempts: int = 0
    scanned_at: datetime | None = None


DECLARATION_COLUMNS = tuple(material_declaration.c[field.name] for field in fields(DeclarationRow))
EVIDENCE_COLUMNS = tuple(evidence.c[field.name] for field in fields(EvidenceRow))


async def add_declaration(tx: Transaction, row: DeclarationRow, certificates: Sequence[DeclaredCertificate]) -> None:
    """Adds a revision; the caller holds the material's lock."""
    await tx.execute(insert(material_declaration).values({each.name: getattr(row, each.name) for each in fields(row)}))
    values = [
        {
            "material_id": row.material_id,
            "revision": row.revision,
            "position": position,
            "kind": each.kind,
            "number": each.number,
            "valid_until": each.valid_until,
        }
        for position, each in enumerate(certificates)
    ]
    if values:
        await tx.execute(insert(declared_certificate), values)


async def campaigns_of(tx: Transaction, material_ids: Collection[UUID] | None = None) -> dict[UUID, str]:
    """The campaign that each of these materials, or each of all, was last declared for; those without are left out."""
    newest = (
        select(material_declaration.c.material_id, material_declaration.c.campaign)
        .ext(distinct_on(material_declaration.c.material_id))
        .order_by(material_declaration.c.material_id, material_declaration.c.revision.desc())
    )
    if material_ids is not None:
        newest = newest.where(material_declaration.c.material_id.in_(material_ids))
    return {row.material_id: row.campaign for row in await tx.execute(newest) if row.campaign}


async def declarations_of(tx: Transaction, material_id: UUID) -> Sequence[DeclarationRow]:
    """Every revision, newest first."""
    query = select(*DECLARATION_COLUMNS).where(material_declaration.c.material_id == material_id)
    rows = await tx.execute(query.order_by(material_declaration.c.revision.desc()))
    return [DeclarationRow(**row._asdict()) for row in rows]


async def facts_of(tx: Transaction, material_id: UUID, *, version_id: UUID | None = None) -> MaterialFacts | None:
    """The material's newest declaration, or the one that the version is submitted with; None: no such material.

    A version that isn't submitted yet, or is to be submitted again, will be with the newest.
    """
    material_class = await tx.scalar(select(material.c.material_class).where(material.c.id == material_id))
    if material_class is None:
        return None
    query = select(*DECLARATION_COLUMNS).where(material_declaration.c.material_id == material_id)
    if version_id is not None:
        submitted = (
            select(version.c.declaration_revision)
            .where(version.c.id == version_id, version.c.state.not_in(EDITABLE))
            .scalar_subquery()
        )
        query = query.where(material_declaration.c.revision <= func.coalesce(submitted, 2**31 - 1))
    row = (await tx.execute(query.order_by(material_declaration.c.revision.desc()).limit(1))).one_or_none()
    return MaterialFacts(
        material_class=material_class, declaration=DeclarationRow(**row._asdict()) if row is not None else None
    )


async def revision_of(tx: Transaction, row: VersionRow) -> int:
    """The revision of the declaration that counts for a version; 0: none was made."""
    facts = await facts_of(tx, row.material_id, version_id=row.id)
    return facts.declaration.revision if facts and facts.declaration else 0


async def certificates_of(tx: Transaction, material_id: UUID, revision: int) -> Sequence[StandingCertificate]:
    """What a revision names, in its order, with the register's entries."""
    same = (certificate.c.kind == declared_certificate.c.kind) & (certificate.c.number == declared_certificate.c.number)
    query = (
        select(
            declared_certificate.c.kind,
            declared_certificate.c.number,
            declared_certificate.c.valid_until,
            certificate.c.id.label("certificate_id"),
            certificate.c.status,
            certificate.c.valid_until.label("registered_until"),
            certificate.c.valid_from.label("registered_from"),
        )
        .select_from(declared_certificate.outerjoin(certificate, same))
        .where(declared_certificate.c.material_id == material_id, declared_certificate.c.revision == revision)
        .order_by(declared_certificate.c.position)
    )
    return [StandingCertificate(**row._asdict()) for row in await tx.execute(query)]


async def keep_declaration(tx: Transaction, version_id: UUID) -> None:
    """Notes on a version that is submitted now which declaration it is submitted with; 0: none was made."""
    newest = (
        select(func.coalesce(func.max(material_declaration.c.revision), 0))
        .where(material_declaration.c.material_id == version.c.material_id)
        .scalar_subquery()
    )
    await tx.execute(update(version).where(version.c.id == version_id).values(declaration_revision=newest))


async def add_evidence(tx: Transaction, row: EvidenceRow) -> None:
    """Adds a file."""
    await tx.execute(insert(evidence).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def evidence_of(tx: Transaction, material_id: UUID) -> Sequence[EvidenceRow]:
    """Every file that was ever attached, oldest first."""
    query = select(*EVIDENCE_COLUMNS).where(evidence.c.material_id == material_id)
    rows = await tx.execute(query.order_by(evidence.c.added_at, evidence.c.id))
    return [EvidenceRow(**row._asdict()) for row in rows]


async def evidence_by_id(tx: Transaction, evidence_id: UUID) -> EvidenceRow | None:
    """One file, removed or not."""
    row = (await tx.execute(select(*EVIDENCE_COLUMNS).where(evidence.c.id == evidence_id))).one_or_none()
    return None if row is None else EvidenceRow(**row._asdict())


async def evidence_kinds(tx: Transaction, material_id: UUID) -> frozenset[str]:
    """Which kinds of evidence are attached now; only what was looked at and is clean proves something."""
    query = select(evidence.c.kind).where(
        evidence.c.material_id == material_id, evidence.c.removed_at.is_(None), evidence.c.scan_state == "clean"
    )
    return frozenset(await tx.scalars(query.distinct()))


async def note_scan(tx: Transaction, evidence_id: UUID, state: ScanState, rule: str, now: datetime) -> bool:
    """What a look at a file came to. False if a look came to an end before: what is clean or refused stays so."""
    open_states = evidence.c.scan_state.in_(("waiting", "not_scanned"))
    query = update(evidence).where(evidence.c.id == evidence_id, open_states)
    values = {
        "scan_state": state,
        "scan_rule": rule,
        "scan_attempts": evidence.c.scan_attempts + 1,
        "scanned_at": now,
    }
    return bool((await tx.execute(query.values(values))).rowcount == 1)


async def unscanned_evidence(
    tx: Transaction, states: Collection[ScanState], limit: int, *, attempts_max: int
) -> Sequence[UUID]:
    """Files in these states that were looked at fewer than `attempts_max` times, oldest first."""
    query = select(evidence.c.id).where(
        evidence.c.scan_state.in_(("waiting", "not_scanned")),
        evidence.c.scan_state.in_(states),
        evidence.c.scan_attempts < attempts_max,
    )
    return list(await tx.scalars(query.order_by(evidence.c.added_at, evidence.c.id).limit(limit)))


async def remove_evidence(tx: Transaction, evidence_id: UUID, *, by: UUID, now: datetime) -> bool:
    """Marks a file as removed. False if it was before."""
    query = update(evidence).where(evidence.c.id == evidence_id, evidence.c.removed_at.is_(None))
    return bool((await tx.execute(query.values(removed_by=by, removed_at=now))).rowcount == 1)


async def evidence_below(tx: Transaction, prefix: str) -> bool:
    """Whether evidence names an object whose key begins so: then it must stay."""
    return bool(await tx.scalar(select(exists().where(evidence.c.object_key.startswith(prefix, autoescape=True)))))
