"""Rows of saved searches: sealed, each its owner's."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from storage.database import Transaction
from storage.schema import saved_search


@dataclass(frozen=True)
class SavedSearchRow:
    """One search as it is kept."""

    id: UUID
    sealed: bytes = field(repr=False)
    created_at: datetime


async def add_saved_search(tx: Transaction, search_id: UUID, person_id: UUID, sealed: bytes, now: datetime) -> None:
    """Adds one."""
    await tx.execute(insert(saved_search).values(id=search_id, person_id=person_id, sealed=sealed, created_at=now))


async def count_saved_searches(tx: Transaction, person_id: UUID) -> int:
    """How many somebody has."""
    query = select(func.count()).select_from(saved_search).where(saved_search.c.person_id == person_id)
    return int(await tx.scalar(query) or 0)


async def saved_searches(tx: Transaction, person_id: UUID) -> tuple[SavedSearchRow, ...]:
    """Somebody's, the oldest first."""
    query = select(saved_search.c.id, saved_search.c.sealed, saved_search.c.created_at)
    query = query.where(saved_search.c.person_id == person_id).order_by(saved_search.c.created_at, saved_search.c.id)
    return tuple(SavedSearchRow(row.id, row.sealed, row.created_at) for row in await tx.execute(query))


async def remove_saved_search(tx: Transaction, search_id: UUID, person_id: UUID) -> bool:
    """Removes one of somebody's; whether there was one."""
    query = delete(saved_search).where(saved_search.c.id == search_id, saved_search.c.person_id == person_id)
    return (await tx.execute(query.returning(saved_search.c.id))).first() is not None
