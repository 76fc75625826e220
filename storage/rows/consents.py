"""Rows of consents: what somebody agreed to, when, in which words, and whether they took it back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import consent, viewer

LISTED_MAX = 200


@dataclass(frozen=True, kw_only=True)
class ConsentRow:
    """One agreement; times in UTC, `session` as events name it."""

    id: UUID
    person_id: UUID
    purpose: str
    version: int
    language: str
    text_sha256: str
    session: str
    given_at: datetime
    withdrawn_at: datetime | None = None


COLUMNS = tuple(consent.c[name] for name in ConsentRow.__dataclass_fields__)


async def add_consent(tx: Transaction, row: ConsentRow) -> bool:
    """Keeps an agreement; False if the same version is in force already."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    adding = upsert(consent).values(values).on_conflict_do_nothing().returning(consent.c.id)
    return (await tx.execute(adding)).first() is not None


async def consents_of(tx: Transaction, person_id: UUID) -> tuple[ConsentRow, ...]:
    """Everything that somebody ever agreed to, newest first."""
    query = select(*COLUMNS).where(consent.c.person_id == person_id)
    query = query.order_by(consent.c.given_at.desc(), consent.c.id).limit(LISTED_MAX)
    return tuple(ConsentRow(**row) for row in (await tx.execute(query)).mappings())


async def taken_back(tx: Transaction, person_ids: Collection[UUID]) -> tuple[str, ...]:
    """Purposes that one of these took back after the last agreement that is still in force under any of their ids."""
    in_force = func.max(consent.c.given_at).filter(consent.c.withdrawn_at.is_(None))
    query = select(consent.c.purpose).where(consent.c.person_id.in_(person_ids)).group_by(consent.c.purpose)
    query = query.having(func.max(consent.c.withdrawn_at) >= in_force)
    return tuple(await tx.scalars(query.order_by(consent.c.purpose)))


async def withdraw_consents(
    tx: Transaction, person_ids: Collection[UUID], purposes: tuple[str, ...], *, at: datetime, session: str
) -> int:
    """Notes that agreements to these purposes are taken back, under all these ids; how many were in force."""
    query = (
        update(consent)
        .where(consent.c.person_id.in_(person_ids), consent.c.purpose.in_(purposes), consent.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_session=session)
    )
    return (await tx.execute(query)).rowcount


async def note_consented(tx: Transaction, person_id: UUID, version: int) -> None:
    """Repeats beside the viewer which version is in force, 0 for none: each request reads it there."""
    await tx.execute(update(viewer).where(viewer.c.person_id == person_id).values(consented=version))
