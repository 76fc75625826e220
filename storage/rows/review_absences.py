"""Rows of absences: from which day to which a reviewer is away, and who acts for them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from storage.database import Transaction
from storage.schema import review_absence

LIST_MAX = 200


@dataclass(frozen=True, kw_only=True)
class AbsenceRow:
    """One absence; `ends_on` is its last day. Ended by nobody: its last day was over."""

    id: UUID
    person_id: UUID
    deputy_id: UUID | None
    starts_on: date
    ends_on: date
    set_by: UUID
    set_at: datetime
    ended_by: UUID | None = None
    ended_at: datetime | None = None


COLUMNS = tuple(review_absence.c[each.name] for each in fields(AbsenceRow))
OPEN = review_absence.c.ended_at.is_(None)


async def add(tx: Transaction, row: AbsenceRow) -> None:
    """Adds an absence."""
    await tx.execute(insert(review_absence).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def on_day(tx: Transaction, day: date) -> Sequence[AbsenceRow]:
    """Who is away on this day, and who would be if somebody else had not ended it early."""
    early = review_absence.c.ended_by.is_not(None) & (review_absence.c.ended_by != review_absence.c.person_id)
    query = select(*COLUMNS).where(OPEN | early, review_absence.c.starts_on <= day, review_absence.c.ends_on >= day)
    return [AbsenceRow(**row._asdict()) for row in await tx.execute(query)]


async def by_id(tx: Transaction, absence_id: UUID) -> AbsenceRow | None:
    """One absence, locked until `tx` ends."""
    query = select(*COLUMNS).where(review_absence.c.id == absence_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else AbsenceRow(**row._asdict())


async def newest(tx: Transaction) -> Sequence[AbsenceRow]:
    """Absences, the latest first; ended ones too."""
    query = select(*COLUMNS).order_by(review_absence.c.starts_on.desc(), review_absence.c.id).limit(LIST_MAX)
    return [AbsenceRow(**row._asdict()) for row in await tx.execute(query)]


async def overlapping(tx: Transaction, person_id: UUID, starts_on: date, ends_on: date) -> bool:
    """Whether the person has an absence already that shares a day with these."""
    query = select(review_absence.c.id).where(
        OPEN,
        review_absence.c.person_id == person_id,
        review_absence.c.starts_on <= ends_on,
        review_absence.c.ends_on >= starts_on,
    )
    return await tx.scalar(query.limit(1)) is not None


async def end(tx: Transaction, absence_id: UUID, *, by: UUID | None, now: datetime) -> bool:
    """Ends an absence. False if it had ended."""
    query = update(review_absence).where(review_absence.c.id == absence_id, OPEN)
    return bool((await tx.execute(query.values(ended_by=by, ended_at=now))).rowcount == 1)


async def over(tx: Transaction, day: date, limit: int) -> Sequence[AbsenceRow]:
    """Open absences whose last day was before this one, locked; rows that somebody else has locked are left to them."""
    query = select(*COLUMNS).where(OPEN, review_absence.c.ends_on < day).order_by(review_absence.c.ends_on)
    rows = await tx.execute(query.limit(limit).with_for_update(skip_locked=True))
    return [AbsenceRow(**row._asdict()) for row in rows]
