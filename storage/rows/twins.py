"""What duplicates are looked for among: clinics and viewers that were not merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from storage.database import Transaction
from storage.schema import clinic, person, viewer

LOOKED_AT_MAX = 20_000


@dataclass(frozen=True)
class ClinicTwin:
    """A clinic and what it is registered as."""

    id: UUID
    name: str
    full_name: str
    credit_code: str | None


@dataclass(frozen=True)
class ViewerTwin:
    """A viewer, where they work, and the keyed hash of a verified name and number if there is one."""

    id: UUID
    clinic_id: UUID | None
    strong_key: str | None


async def clinics(tx: Transaction) -> Sequence[ClinicTwin]:
    """Clinics, the newest first."""
    query = select(clinic.c.id, clinic.c.name, clinic.c.full_name, clinic.c.credit_code)
    query = query.where(clinic.c.merged_into.is_(None)).order_by(clinic.c.created_at.desc()).limit(LOOKED_AT_MAX)
    return [ClinicTwin(*row) for row in await tx.execute(query)]


async def viewers(tx: Transaction) -> Sequence[ViewerTwin]:
    """Viewers who are not erased, the newest first."""
    query = select(person.c.id, viewer.c.clinic_id, person.c.strong_key).join(viewer, viewer.c.person_id == person.c.id)
    query = query.where(person.c.merged_into.is_(None), person.c.erased_at.is_(None))
    rows = await tx.execute(query.order_by(person.c.created_at.desc()).limit(LOOKED_AT_MAX))
    return [ViewerTwin(*row) for row in rows]
