"""Rows that say what each reviewer answers for."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, insert, select

from storage.database import Transaction
from storage.schema import account, reviewer_discipline

REVIEWER = "reviewer"


async def disciplines(tx: Transaction, person_ids: Collection[UUID] | None = None) -> dict[UUID, frozenset[str]]:
    """What these reviewers (None: all) answer for; who answers for nothing or may not act any more is left out."""
    acting = reviewer_discipline.join(account, account.c.person_id == reviewer_discipline.c.person_id)
    query = select(reviewer_discipline.c.person_id, reviewer_discipline.c.discipline).select_from(acting)
    query = query.where(account.c.role == REVIEWER, account.c.disabled_at.is_(None))
    if person_ids is not None:
        query = query.where(reviewer_discipline.c.person_id.in_(person_ids))
    found: dict[UUID, frozenset[str]] = {}
    for person_id, discipline in await tx.execute(query):
        found[person_id] = found.get(person_id, frozenset()) | {discipline}
    return found


async def put_disciplines(tx: Transaction, person_id: UUID, wanted: Collection[str]) -> None:
    """What this reviewer answers for from now on."""
    await tx.execute(delete(reviewer_discipline).where(reviewer_discipline.c.person_id == person_id))
    if wanted:
        rows = [{"person_id": person_id, "discipline": each} for each in sorted(wanted)]
        await tx.execute(insert(reviewer_discipline), rows)
