"""Rows that say what each reviewer answers for."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.schema import account, discipline_taken, reviewer_discipline

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


async def taken(tx: Transaction) -> dict[UUID, dict[str, frozenset[UUID]]]:
    """What was taken from each acting reviewer and nobody else has stood by, and who took it."""
    acting = discipline_taken.join(account, account.c.person_id == discipline_taken.c.person_id)
    columns = (discipline_taken.c.person_id, discipline_taken.c.discipline, discipline_taken.c.taken_by)
    query = select(*columns).select_from(acting).where(account.c.role == REVIEWER, account.c.disabled_at.is_(None))
    found: dict[UUID, dict[str, frozenset[UUID]]] = {}
    for person_id, discipline, taken_by in await tx.execute(query):
        of_person = found.setdefault(person_id, {})
        of_person[discipline] = of_person.get(discipline, frozenset()) | {taken_by}
    return found


async def held_by_others(tx: Transaction, person_id: UUID) -> frozenset[str]:
    """What acting reviewers but this one answer for. Whoever else asks this waits until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("reviewer_disciplines", 0))))
    held = await disciplines(tx)
    return frozenset().union(*(names for each, names in held.items() if each != person_id))


async def put_disciplines(tx: Transaction, person_id: UUID, wanted: Collection[str], *, by: UUID | None = None) -> None:
    """What this reviewer answers for from now on; what they did before stays whose setting it was.

    What `by` takes away is kept as taken by them, unless they gave it; what others took before is stood by.
    """
    mine, names = reviewer_discipline.c.person_id == person_id, sorted(wanted)
    if by is not None:
        others = (discipline_taken.c.person_id == person_id, discipline_taken.c.taken_by != by)
        await tx.execute(delete(discipline_taken).where(*others, discipline_taken.c.discipline.not_in(names)))
        lost = select(reviewer_discipline.c.person_id, reviewer_discipline.c.discipline, literal(by))
        lost = lost.where(mine, reviewer_discipline.c.discipline.not_in(names))
        lost = lost.where(reviewer_discipline.c.set_by.is_distinct_from(by))
        columns = ["person_id", "discipline", "taken_by"]
        await tx.execute(insert(discipline_taken).from_select(columns, lost).on_conflict_do_nothing())
    await tx.execute(delete(reviewer_discipline).where(mine, reviewer_discipline.c.discipline.not_in(names)))
    if names:
        rows = [{"person_id": person_id, "discipline": each, "set_by": by} for each in names]
        await tx.execute(insert(reviewer_discipline).values(rows).on_conflict_do_nothing())
