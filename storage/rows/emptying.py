"""Emptying whole tables while others read them, and other work on all rows there are."""

from collections.abc import Sequence

from sqlalchemy import Table, delete, text

from storage.database import Transaction

WHOLE_MAX_MS = 30 * 60 * 1_000  # years of rows take longer than a statement otherwise may


async def take_long(tx: Transaction) -> None:
    """Lets each statement of `tx` from now on take as long as all rows of a table need."""
    await tx.execute(text(f"SET LOCAL statement_timeout = {WHOLE_MAX_MS}"))


async def empty(tx: Transaction, tables: Sequence[Table]) -> None:
    """Deletes every row, in this order.

    Readers see the rows until `tx` commits, and neither wait nor are waited for: TRUNCATE would have both. What `tx`
    does afterwards may take as long too.
    """
    await take_long(tx)
    for table in tables:
        await tx.execute(delete(table))
