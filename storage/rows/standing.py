"""Who a person is at this moment, read anew for every decision: role, clinic, and whether they may still act."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from storage.database import Transaction
from storage.schema import account, clinic, person, viewer


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A person as the access decision needs them. Viewers have clinic and job, employees neither."""

    person_id: UUID
    pseudonym: str
    role: str
    active: bool
    verified: bool
    clinic_id: UUID | None
    clinic_name: str
    job: str | None


async def standing_of(tx: Transaction, person_id: UUID) -> Standing | None:
    """The person's standing; None if there is no such person, or one who is neither employee nor viewer."""
    query = (
        select(
            person.c.pseudonym,
            person.c.erased_at,
            account.c.role,
            account.c.disabled_at,
            viewer.c.clinic_id,
            clinic.c.name,
            viewer.c.job,
            viewer.c.verified_at,
            viewer.c.blocked_at,
        )
        .select_from(
            person.outerjoin(account, account.c.person_id == person.c.id)
            .outerjoin(viewer, viewer.c.person_id == person.c.id)
            .outerjoin(clinic, clinic.c.id == viewer.c.clinic_id)
        )
        .where(person.c.id == person_id)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None or (row.role is None and row.job is None):
        return None
    return Standing(
        person_id=person_id,
        pseudonym=row.pseudonym,
        role=row.role or "viewer",
        active=row.erased_at is None and row.disabled_at is None and row.blocked_at is None,
        verified=row.verified_at is not None,
        clinic_id=row.clinic_id,
        clinic_name=row.name or "",
        job=row.job,
    )
