"""Rows of clinics and of who holds the relation to each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import clinic, person, viewer

PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class ClinicRow:
    """One clinic, times in UTC. `viewers` counts the people who say that they work there, blocked ones too."""

    id: UUID
    name: str
    region: str
    owner_id: UUID | None
    created_at: datetime
    viewers: int = 0
    credit_code: str | None = None
    full_name: str = ""
    merged_into: UUID | None = None  # what was listed twice


async def add_clinic(tx: Transaction, row: ClinicRow) -> bool:
    """Adds a clinic; False if the name, or the credit code, is taken."""
    values = {
        "id": row.id,
        "name": row.name,
        "region": row.region,
        "owner_id": row.owner_id,
        "created_at": row.created_at,
        "credit_code": row.credit_code,
        "full_name": row.full_name,
    }
    query = upsert(clinic).values(**values).on_conflict_do_nothing().returning(clinic.c.id)
    return (await tx.execute(query)).first() is not None


async def clinic_by_id(tx: Transaction, clinic_id: UUID, *, lock: bool = False) -> ClinicRow | None:
    """One clinic; `lock` keeps it from changing until `tx` ends."""
    query = _clinics().where(clinic.c.id == clinic_id)
    return await _one(tx, query.with_for_update(of=clinic) if lock else query)


async def clinic_by_name(tx: Transaction, name: str) -> ClinicRow | None:
    """The clinic of exactly this name."""
    return await _one(tx, _clinics().where(clinic.c.name == name))


async def list_clinics(
    tx: Transaction, *, after_name: str = "", owner_id: UUID | None = None, limit: int = PAGE_MAX
) -> tuple[ClinicRow, ...]:
    """Clinics by name (in the order of code points), beginning after `after_name`."""
    query = (
        _clinics()
        .where(clinic.c.merged_into.is_(None), clinic.c.name.collate("C") > after_name)
        .order_by(clinic.c.name.collate("C"))
        .limit(limit)
    )
    if owner_id is not None:
        query = query.where(clinic.c.owner_id == owner_id)
    return tuple(ClinicRow(**row) for row in (await tx.execute(query)).mappings())


async def find_clinics(tx: Transaction, part: str, limit: int) -> tuple[ClinicRow, ...]:
    """Clinics whose name has this part, by name."""
    named = clinic.c.name.contains(part, autoescape=True)
    query = _clinics().where(named, clinic.c.merged_into.is_(None)).order_by(clinic.c.name.collate("C"))
    return tuple(ClinicRow(**row) for row in (await tx.execute(query.limit(limit))).mappings())


async def clinic_names(tx: Transaction, clinic_ids: Collection[UUID]) -> dict[str, str]:
    """Names by the id's text; unknown ids are left out."""
    rows = await tx.execute(select(clinic.c.id, clinic.c.name).where(clinic.c.id.in_(clinic_ids)))
    return {str(row.id): row.name for row in rows}


async def clinics_owned_by(tx: Transaction, people: Collection[UUID]) -> list[UUID]:
    """Clinics that these employees hold."""
    return list(
        await tx.scalars(select(clinic.c.id).where(clinic.c.owner_id.in_(people), clinic.c.merged_into.is_(None)))
    )


async def clinic_of_code(tx: Transaction, code: str) -> UUID | None:
    """The clinic that is registered under this credit code."""
    found: UUID | None = await tx.scalar(select(clinic.c.id).where(clinic.c.credit_code == code))
    return found


async def put_details(tx: Transaction, clinic_id: UUID, *, code: str | None, full_name: str, region: str) -> None:
    """What a clinic is registered as."""
    values = {"credit_code": code, "full_name": full_name, "region": region}
    await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(**values))


def count_viewers() -> ScalarSelect[int]:
    """How many people say that they work at the clinic of the query around it; who has two ids is one."""
    query = select(func.count()).select_from(viewer).join(person, person.c.id == viewer.c.person_id)
    query = query.where(viewer.c.clinic_id == clinic.c.id, person.c.merged_into.is_(None))
    return query.correlate(clinic).scalar_subquery()


def _clinics() -> Select[Any]:
    viewers = count_viewers()
    return select(
        clinic.c.id,
        clinic.c.name,
        clinic.c.region,
        clinic.c.owner_id,
        clinic.c.created_at,
        viewers.label("viewers"),
        clinic.c.credit_code,
        clinic.c.full_name,
        clinic.c.merged_into,
    )


async def _one(tx: Transaction, query: Select[Any]) -> ClinicRow | None:
    row = (await tx.execute(query)).mappings().one_or_none()
    return ClinicRow(**row) if row else None
