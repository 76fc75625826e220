"""Rows of signed trail reviews, and counts over a span of the tree: whole blocks as counted, the edges one by one."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, text

from storage.database import Transaction
from storage.schema import ledger_checkpoint, trail_review

REVIEWS_MAX = 100


@dataclass(frozen=True, kw_only=True)
class TrailReviewRow:
    """One signed review of the leaves from `first_index` up to and without `size`; `root` is the tree's at `size`."""

    id: UUID
    first_index: int
    size: int
    root: bytes
    person_id: UUID
    signed_at: datetime
    meaning: str
    note: str
    event_id: int


_BLOCKS = text(
    "SELECT w.value AS act, b.res, CAST(sum(b.n) AS bigint) AS n FROM event_block b "
    "JOIN event_word w ON w.code = b.act WHERE b.block >= :start AND b.block < :stop GROUP BY 1, 2"
)
_EDGE = text(
    "SELECT w.value AS act, i.res, count(*) AS n FROM ledger_leaf l JOIN event_index i ON i.id = l.event_id "
    "JOIN event_word w ON w.code = i.act WHERE l.index >= :start AND l.index < :stop GROUP BY 1, 2"
)


async def lock_reviews(tx: Transaction) -> None:
    """Lets nobody else sign until `tx` ends."""
    await tx.execute(text("LOCK TABLE trail_review IN SHARE ROW EXCLUSIVE MODE"))


async def add_review(tx: Transaction, row: TrailReviewRow) -> None:
    """Adds a review. A span that begins where another one does is refused by the database."""
    await tx.execute(insert(trail_review).values(**{name: getattr(row, name) for name in row.__dataclass_fields__}))


async def list_reviews(tx: Transaction) -> tuple[TrailReviewRow, ...]:
    """The newest reviews first."""
    query = select(trail_review).order_by(trail_review.c.size.desc()).limit(REVIEWS_MAX)
    return tuple(TrailReviewRow(**row._mapping) for row in await tx.execute(query))  # noqa: SLF001  # SQLAlchemy's public name for it


async def last_size(tx: Transaction, at_most: int) -> int:
    """The size of the newest checkpoint that commits to no more than so many leaves; 0 without one."""
    query = select(ledger_checkpoint.c.size).where(ledger_checkpoint.c.size <= at_most)
    return int(await tx.scalar(query.order_by(ledger_checkpoint.c.size.desc()).limit(1)) or 0)


async def count_span(tx: Transaction, start: int, stop: int, block_leaves: int) -> Counter[tuple[str, int]]:
    """How many events a span of the tree holds, by act and result; the index must have all of it."""
    first, last = -(-start // block_leaves), stop // block_leaves
    counted: Counter[tuple[str, int]] = Counter()
    if first > last:
        edges, blocks = [(start, stop)], None
    else:
        edges, blocks = [(start, first * block_leaves), (last * block_leaves, stop)], (first, last)
    if blocks is not None:
        for row in await tx.execute(_BLOCKS, {"start": blocks[0], "stop": blocks[1]}):
            counted[row.act, row.res] += row.n
    for low, high in edges:
        if low < high:
            for row in await tx.execute(_EDGE, {"start": low, "stop": high}):
                counted[row.act, row.res] += row.n
    return counted
