"""Rows of the approvals that a review needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import insert, select, update

from storage.database import Transaction
from storage.schema import review, review_step


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One approval; `signature_id` is None until it is given."""

    review_id: UUID
    discipline: str
    stage: int
    signature_id: UUID | None = None


COLUMNS = tuple(review_step.c[each.name] for each in fields(StepRow))


async def add_steps(tx: Transaction, rows: Sequence[StepRow]) -> None:
    """Adds what a review needs."""
    await tx.execute(
        insert(review_step), [{each.name: getattr(row, each.name) for each in fields(row)} for row in rows]
    )


async def steps_of(tx: Transaction, review_ids: Collection[UUID]) -> dict[UUID, tuple[StepRow, ...]]:
    """What these reviews need, in order; a review of an earlier release that was decided has nothing."""
    query = select(*COLUMNS).where(review_step.c.review_id.in_(review_ids))
    found: dict[UUID, tuple[StepRow, ...]] = {}
    for row in await tx.execute(query.order_by(review_step.c.stage, review_step.c.discipline)):
        found[row.review_id] = (*found.get(row.review_id, ()), StepRow(**row._asdict()))
    return found


async def asked_for(tx: Transaction) -> frozenset[str]:
    """The disciplines whose approval some review waits for or will."""
    query = select(review_step.c.discipline).distinct().join(review, review.c.id == review_step.c.review_id)
    waiting = query.where(review.c.state == "pending", review_step.c.signature_id.is_(None))
    return frozenset(await tx.scalars(waiting))


async def reopen_steps(tx: Transaction, review_id: UUID) -> int:
    """Asks for every approval of a review anew; how many had been given."""
    query = update(review_step).where(review_step.c.review_id == review_id, review_step.c.signature_id.is_not(None))
    return int((await tx.execute(query.values(signature_id=None))).rowcount)


async def sign_step(tx: Transaction, review_id: UUID, discipline: str, signature_id: UUID) -> bool:
    """Marks an approval as given. False if it was given before."""
    query = update(review_step).where(
        review_step.c.review_id == review_id,
        review_step.c.discipline == discipline,
        review_step.c.signature_id.is_(None),
    )
    return bool((await tx.execute(query.values(signature_id=signature_id))).rowcount == 1)
