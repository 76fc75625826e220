"""Rows that say what each reviewer answers for."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

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


async def settings(tx: Transaction) -> dict[UUID, dict[str, UUID | None]]:
    """What each acting reviewer answers for, and whose setting that is; None: nobody's that is known."""
    acting = reviewer_discipline.join(account, account.c.person_id == reviewer_discipline.c.person_id)
    columns = (reviewer_discipline.c.person_id, reviewer_discipline.c.discipline, reviewer_discipline.c.set_by)
    query = select(*columns).select_from(acting).where(account.c.role == REVIEWER, account.c.disabled_at.is_(None))
    found: dict[UUID, dict[str, UUID | None]] = {}
    for person_id, discipline, set_by in await tx.execute(query):
        found.setdefault(person_id, {})[discipline] = set_by
    return found


async def put_disciplines(tx: Transaction, person_id: UUID, wanted: Collection[str], *, by: UUID | None = None) -> None:
    """What this reviewer answers for from now on; what they did before stays whose setting it was."""
    mine = reviewer_discipline.c.person_id == person_id
    await tx.execute(delete(reviewer_discipline).where(mine, reviewer_discipline.c.discipline.not_in(sorted(wanted))))
    if wanted:
        rows = [{"person_id": person_id, "discipline": each, "set_by": by} for each in sorted(wanted)]
        await tx.execute(insert(reviewer_discipline).values(rows).on_conflict_do_nothing())
