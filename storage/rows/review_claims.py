"""Rows of claims: who is at work on which approval, and until when nobody else is let in."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import review_claim


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """One claim; it ends by itself."""

    review_id: UUID
    discipline: str
    person_id: UUID
    claimed_at: datetime
    expires_at: datetime


COLUMNS = tuple(review_claim.c[each.name] for each in fields(ClaimRow))


async def claims_of(tx: Transaction, review_ids: Collection[UUID], now: datetime) -> dict[UUID, list[ClaimRow]]:
    """The claims on these reviews that are in force; reviews without any are left out."""
    query = select(*COLUMNS).where(review_claim.c.review_id.in_(review_ids), review_claim.c.expires_at > now)
    found: dict[UUID, list[ClaimRow]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.review_id, []).append(ClaimRow(**row._asdict()))
    return found


async def claim(tx: Transaction, row: ClaimRow) -> bool:
    """Takes the claim, or takes it again. False while somebody else holds it."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    taken = upsert(review_claim).values(values).on_conflict_do_update(
        index_elements=["review_id", "discipline"],
        set_=values,
        where=or_(review_claim.c.person_id == row.person_id, review_claim.c.expires_at <= row.claimed_at),
    )  # fmt: skip
    return await tx.scalar(taken.returning(review_claim.c.review_id)) is not None


async def release(tx: Transaction, review_id: UUID, person_id: UUID | None = None) -> int:
    """Gives up the person's claims on a review, or everybody's; how many there were."""
    query = delete(review_claim).where(review_claim.c.review_id == review_id)
    if person_id is not None:
        query = query.where(review_claim.c.person_id == person_id)
    return int((await tx.execute(query)).rowcount)
