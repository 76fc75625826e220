"""Counters of attempts in fixed windows. The table is unlogged: a crash of PostgreSQL forgets them, nothing else."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import rate_limit

Window = tuple[str, datetime]  # bucket, start of the window


async def count_up(tx: Transaction, windows: Sequence[Window]) -> dict[str, int]:
    """Adds one to each window and returns the new count by bucket.

    The rows stay locked until `tx` ends, taken in the order of their buckets, so concurrent attempts queue up.
    """
    rows = [{"bucket": bucket, "window_start": start, "count": 1} for bucket, start in sorted(windows)]
    query = upsert(rate_limit).values(rows)
    query = query.on_conflict_do_update(
        index_elements=["bucket", "window_start"], set_={"count": rate_limit.c.count + 1}
    )
    counted = await tx.execute(query.returning(rate_limit.c.bucket, rate_limit.c.count.label("counted")))
    return {row.bucket: row.counted for row in counted}


async def counts_in(tx: Transaction, windows: Sequence[Window]) -> dict[str, int]:
    """The counts of these windows by bucket; a window that nobody counted in is left out."""
    key = tuple_(rate_limit.c.bucket, rate_limit.c.window_start)
    query = select(rate_limit.c.bucket, rate_limit.c.count.label("counted")).where(key.in_(list(windows)))
    return {row.bucket: row.counted for row in await tx.execute(query)}


async def count_down(tx: Transaction, bucket: str, start: datetime) -> None:
    """Takes back one count in a window, never below zero."""
    query = update(rate_limit).where(rate_limit.c.bucket == bucket, rate_limit.c.window_start == start)
    await tx.execute(query.values(count=func.greatest(rate_limit.c.count - 1, 0)))


async def forget(tx: Transaction, bucket: str) -> None:
    """Removes every window of one bucket."""
    await tx.execute(delete(rate_limit).where(rate_limit.c.bucket == bucket))


async def counted_since(tx: Transaction, bucket: str, since: datetime) -> bool:
    """Whether the bucket has a window that began at or after `since`."""
    query = select(rate_limit.c.bucket).where(rate_limit.c.bucket == bucket, rate_limit.c.window_start >= since)
    return (await tx.execute(query.limit(1))).first() is not None


async def forget_before(tx: Transaction, prefix: str, before: datetime) -> int:
    """Removes the windows of buckets with this prefix that began before `before`; returns how many."""
    old = delete(rate_limit).where(
        rate_limit.c.bucket.startswith(prefix, autoescape=True), rate_limit.c.window_start < before
    )
    return (await tx.execute(old)).rowcount
