"""Rows of comments on versions under review: pinned to a place, answered, resolved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from storage.database import Transaction
from storage.schema import review_comment


@dataclass(frozen=True, kw_only=True)
class CommentRow:
    """One comment. An answer has a parent, and neither a place nor a resolution of its own."""

    id: UUID
    review_id: UUID
    parent_id: UUID | None
    person_id: UUID
    place: Mapping[str, Any]
    body: str
    created_at: datetime
    resolved_by: UUID | None = None
    resolved_at: datetime | None = None


COLUMNS = tuple(review_comment.c[each.name] for each in fields(CommentRow))


async def add(tx: Transaction, row: CommentRow) -> None:
    """Adds a comment or an answer."""
    await tx.execute(insert(review_comment).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def comments_of(tx: Transaction, review_ids: Collection[UUID]) -> dict[UUID, list[CommentRow]]:
    """The comments on these reviews, oldest first."""
    query = select(*COLUMNS).where(review_comment.c.review_id.in_(review_ids))
    found: dict[UUID, list[CommentRow]] = {}
    for row in await tx.execute(query.order_by(review_comment.c.created_at, review_comment.c.id)):
        found.setdefault(row.review_id, []).append(CommentRow(**row._asdict()))
    return found


async def by_id(tx: Transaction, comment_id: UUID) -> CommentRow | None:
    """One comment."""
    row = (await tx.execute(select(*COLUMNS).where(review_comment.c.id == comment_id))).one_or_none()
    return None if row is None else CommentRow(**row._asdict())


async def count(tx: Transaction, review_id: UUID) -> int:
    """How many comments a review has, answers counted."""
    query = select(func.count()).select_from(review_comment).where(review_comment.c.review_id == review_id)
    return int(await tx.scalar(query) or 0)


async def resolve(tx: Transaction, comment_id: UUID, *, by: UUID | None, now: datetime | None) -> None:
    """Marks a thread as settled, or (None) as open again."""
    query = update(review_comment).where(review_comment.c.id == comment_id)
    await tx.execute(query.values(resolved_by=by, resolved_at=now))
