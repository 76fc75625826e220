"""Rows of desk visits: one employee reading one version inside the brand."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from storage.database import Transaction
from storage.rows.visits import new_copy_id
from storage.schema import desk_visit


@dataclass(frozen=True, kw_only=True)
class DeskVisitRow:
    """One of them; all that the employee is shown of the version meanwhile carries `copy_id`, by the key `kid`."""

    id: UUID
    version_id: UUID
    person_id: UUID
    copy_id: int
    kid: int
    started_at: datetime
    expires_at: datetime


COLUMNS = tuple(desk_visit.c[field.name] for field in fields(DeskVisitRow))


async def running_desk_visit(tx: Transaction, version_id: UUID, person_id: UUID, now: datetime) -> DeskVisitRow | None:
    """The newest one that still runs."""
    query = (
        select(*COLUMNS)
        .where(
            desk_visit.c.version_id == version_id, desk_visit.c.person_id == person_id, desk_visit.c.expires_at > now
        )
        .order_by(desk_visit.c.started_at.desc(), desk_visit.c.id)
        .limit(1)
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else DeskVisitRow(**row._asdict())


async def lock_desk(tx: Transaction, version_id: UUID, person_id: UUID) -> None:
    """Until `tx` ends nobody else begins one of this employee to this version."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"desk:{version_id}:{person_id}", 0))))


async def add_desk_visit(
    tx: Transaction, *, version_id: UUID, person_id: UUID, kid: int, lasts: tuple[datetime, datetime]
) -> DeskVisitRow:
    """Begins one with a fresh copy id; `lasts` from its first moment to its end."""
    started_at, expires_at = lasts
    row = DeskVisitRow(
        id=uuid4(),
        version_id=version_id,
        person_id=person_id,
        copy_id=new_copy_id(),
        kid=kid,
        started_at=started_at,
        expires_at=expires_at,
    )
    await tx.execute(insert(desk_visit).values({field.name: getattr(row, field.name) for field in fields(row)}))
    return row
