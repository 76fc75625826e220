"""Rows of the register of certificates: entries, every state they were in, what depends on them, what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import (
    certificate,
    certificate_change,
    certificate_warning,
    declared_certificate,
    declared_warning,
    material,
    material_declaration,
    share,
    version,
)

PAGE_MAX = 100
LINKED_MAX = 200


@dataclass(frozen=True, kw_only=True)
class CertificateRow:
    """One entry as it stands; `valid_until` is the last day, None: without end."""

    id: UUID
    kind: str
    number: str
    holder: str
    product: str
    scope: str
    valid_from: date
    valid_until: date | None
    status: str
    revision: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """A state that an entry was in, who brought it about and why."""

    certificate_id: UUID
    revision: int
    facts: Mapping[str, Any]
    reason: str
    changed_by: UUID
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class CertificateFilter:
    """Which entries; None means any. `ends_by` keeps those that end on or before a day."""

    kind: str | None = None
    status: str | None = None
    part: str | None = None  # of number, holder or product
    ends_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class LinkedMaterial:
    """A material that names the entry; `depends`: the version that its shares serve was submitted with it."""

    id: UUID
    title: str
    owner_id: UUID
    created_at: datetime
    depends: bool


@dataclass(frozen=True, kw_only=True)
class DeclaredEnd:
    """A declared certificate that is not in the register; `depends`: what the material's shares serve rests on it."""

    material_id: UUID
    kind: str
    number: str
    valid_until: date
    owner_id: UUID
    depends: bool


COLUMNS = tuple(certificate.c[field.name] for field in fields(CertificateRow))
CHANGE_COLUMNS = tuple(certificate_change.c[field.name] for field in fields(ChangeRow))


async def add_certificate(tx: Transaction, row: CertificateRow) -> bool:
    """Adds an entry. False if this number of this kind is in the register."""
    adding = upsert(certificate).values({field.name: getattr(row, field.name) for field in fields(row)})
    adding = adding.on_conflict_do_nothing(index_elements=["kind", "number"])
    return await tx.scalar(adding.returning(certificate.c.id)) is not None


async def put_certificate(tx: Transaction, row: CertificateRow) -> None:
    """Writes an entry anew; the caller holds its lock."""
    values = {field.name: getattr(row, field.name) for field in fields(row) if field.name not in ("id", "created_at")}
    await tx.execute(update(certificate).where(certificate.c.id == row.id).values(values))


async def add_change(tx: Transaction, row: ChangeRow) -> None:
    """Keeps a state."""
    await tx.execute(insert(certificate_change).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def certificate_by_id(tx: Transaction, certificate_id: UUID, *, lock: bool = False) -> CertificateRow | None:
    """The entry; `lock` keeps it from changing until `tx` ends."""
    return await _one(tx, select(*COLUMNS).where(certificate.c.id == certificate_id), lock=lock)


async def certificate_by_number(
    tx: Transaction, kind: str, number: str, *, lock: bool = False
) -> CertificateRow | None:
    """The entry of a number in its canonical form."""
    return await _one(tx, select(*COLUMNS).where(certificate.c.kind == kind, certificate.c.number == number), lock=lock)


async def list_certificates(
    tx: Transaction,
    where: CertificateFilter,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[CertificateRow]:
    """Entries, newest first; `before` continues after the last one seen."""
    query = select(*COLUMNS).order_by(certificate.c.created_at.desc(), certificate.c.id.desc())
    if where.kind is not None:
        query = query.where(certificate.c.kind == where.kind)
    if where.status is not None:
        query = query.where(certificate.c.status == where.status)
    if where.ends_by is not None:
        query = query.where(certificate.c.valid_until <= where.ends_by)
    if where.part:
        columns = (certificate.c.number, certificate.c.holder, certificate.c.product)
        query = query.where(or_(*(column.icontains(where.part, autoescape=True) for column in columns)))
    if before is not None:
        at, last_id = before
        created = certificate.c.created_at
        query = query.where(or_(created < at, and_(created == at, certificate.c.id < last_id)))
    return [CertificateRow(**row._asdict()) for row in await tx.execute(query.limit(min(limit, PAGE_MAX)))]


async def changes_of(tx: Transaction, certificate_id: UUID) -> Sequence[ChangeRow]:
    """Every state of an entry, newest first."""
    query = select(*CHANGE_COLUMNS).where(certificate_change.c.certificate_id == certificate_id)
    rows = await tx.execute(query.order_by(certificate_change.c.revision.desc()))
    return [ChangeRow(**row._asdict()) for row in rows]


async def linked_materials(
    tx: Transaction, kind: str, number: str, *, before: tuple[datetime, UUID] | None = None
) -> Sequence[LinkedMaterial]:
    """The materials that name this number, in what was declared last or in what their shares serve; newest first.

    At most LINKED_MAX; `before` continues after the last one.
    """
    declared = declared_certificate.c
    newest, depends = _in_declaration()
    query = (
        select(
            material.c.id,
            material.c.title,
            material.c.owner_id,
            material.c.created_at,
            func.bool_or(and_(depends, material.c.withdrawn_at.is_(None))).label("depends"),
        )
        .select_from(declared_certificate.join(material, material.c.id == declared.material_id))
        .where(declared.kind == kind, declared.number == number, or_(depends, newest))
        .group_by(material.c.id, material.c.title, material.c.owner_id, material.c.created_at)
        .order_by(material.c.created_at.desc(), material.c.id.desc())
    )
    if before is not None:
        query = query.where(tuple_(material.c.created_at, material.c.id) < before)
    return [LinkedMaterial(**row._asdict()) for row in await tx.execute(query.limit(LINKED_MAX))]


def _in_declaration() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Of a declared certificate: whether its material declared it last; whether what its shares serve rests on it."""
    declared = declared_certificate.c
    newest = (
        select(func.max(material_declaration.c.revision))
        .where(material_declaration.c.material_id == declared.material_id)
        .correlate(declared_certificate)
        .scalar_subquery()
    )
    served = (
        select(version.c.declaration_revision)
        .where(version.c.material_id == declared.material_id, version.c.state == "approved")
        .order_by(version.c.number.desc())
        .limit(1)
        .correlate(declared_certificate)
        .scalar_subquery()
    )
    return declared.revision == newest, func.coalesce(served == declared.revision, False)  # SQL's false


async def every_linked(tx: Transaction, kind: str, number: str) -> list[LinkedMaterial]:
    """All of them, however many."""
    found: list[LinkedMaterial] = []
    while True:
        before = (found[-1].created_at, found[-1].id) if found else None
        more = await linked_materials(tx, kind, number, before=before)
        found += more
        if len(more) < LINKED_MAX:
            return found


async def declared_ending_by(tx: Transaction, day: date) -> Sequence[DeclaredEnd]:
    """Declared certificates that the register does not have and that end by this day, whose end was not told yet.

    In what a material that is in use declared last, or in what its shares serve.
    """
    declared = declared_certificate.c
    newest, depends = _in_declaration()
    registered = select(certificate.c.id).where(
        certificate.c.kind == declared.kind, certificate.c.number == declared.number
    )
    told = select(declared_warning.c.material_id).where(
        declared_warning.c.material_id == declared.material_id,
        declared_warning.c.kind == declared.kind,
        declared_warning.c.number == declared.number,
        declared_warning.c.valid_until == declared.valid_until,
        declared_warning.c.days_ahead == 0,
    )
    named = (declared.material_id, declared.kind, declared.number, declared.valid_until)
    query = (
        select(*named, material.c.owner_id, func.bool_or(depends).label("depends"))
        .select_from(declared_certificate.join(material, material.c.id == declared.material_id))
        .where(declared.valid_until <= day, material.c.withdrawn_at.is_(None))
        .where(or_(depends, newest), ~registered.exists(), ~told.exists())
        .group_by(*named, material.c.owner_id)
        .order_by(declared.valid_until, declared.material_id, declared.kind, declared.number)
    )
    return [DeclaredEnd(**row._asdict()) for row in await tx.execute(query)]


async def note_declared_told(tx: Transaction, row: DeclaredEnd, days_ahead: int, now: datetime) -> bool:
    """Notes that something is told of such an end. False if it was told before, by whichever worker."""
    noting = upsert(declared_warning).values(
        material_id=row.material_id,
        kind=row.kind,
        number=row.number,
        valid_until=row.valid_until,
        days_ahead=days_ahead,
        told_at=now,
    )
    noted = await tx.execute(noting.on_conflict_do_nothing().returning(declared_warning.c.days_ahead))
    return noted.first() is not None


async def entered_by(tx: Transaction, kind: str, number: str) -> UUID | None:
    """Who brought about the state that the register's entry of this number is in."""
    query = (
        select(certificate_change.c.changed_by)
        .select_from(certificate_change.join(certificate, certificate.c.id == certificate_change.c.certificate_id))
        .where(certificate.c.kind == kind, certificate.c.number == number)
        .order_by(certificate_change.c.revision.desc())
        .limit(1)
    )
    return cast("UUID | None", await tx.scalar(query))


async def open_roots(tx: Transaction, material_id: UUID, now: datetime) -> Sequence[UUID]:
    """Shares of a material that employees made and that are open; what was passed on hangs on them."""
    query = select(share.c.id).where(
        share.c.material_id == material_id,
        share.c.parent_id.is_(None),
        share.c.revoked_at.is_(None),
        share.c.expires_at > now,
    )
    return list(await tx.scalars(query.order_by(share.c.created_at)))


async def ending_by(tx: Transaction, day: date) -> Sequence[CertificateRow]:
    """Entries in force that end on or before this day and whose end was not told yet, the first to end first."""
    told = (
        select(certificate_warning.c.certificate_id)
        .where(
            certificate_warning.c.certificate_id == certificate.c.id,
            certificate_warning.c.valid_until == certificate.c.valid_until,
            certificate_warning.c.days_ahead == 0,
        )
        .exists()
    )
    query = select(*COLUMNS).where(certificate.c.status == "active", certificate.c.valid_until <= day, ~told)
    rows = await tx.execute(query.order_by(certificate.c.valid_until, certificate.c.id))
    return [CertificateRow(**row._asdict()) for row in rows]


async def note_told(tx: Transaction, row: CertificateRow, days_ahead: int, now: datetime) -> bool:
    """Notes that something is told of an entry's end. False if it was told before, by whichever worker."""
    noting = upsert(certificate_warning).values(
        certificate_id=row.id, valid_until=row.valid_until, days_ahead=days_ahead, told_at=now
    )
    noted = await tx.execute(noting.on_conflict_do_nothing().returning(certificate_warning.c.days_ahead))
    return noted.first() is not None


async def _one(tx: Transaction, query: Select[Any], *, lock: bool) -> CertificateRow | None:
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else CertificateRow(**row._asdict())
