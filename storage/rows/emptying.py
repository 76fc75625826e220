"""Emptying whole tables while others read them."""

from collections.abc import Sequence

from sqlalchemy import Table, delete, text

from storage.database import Transaction

EMPTYING_MAX_MS = 30 * 60 * 1_000  # years of rows take longer than a statement otherwise may


async def empty(tx: Transaction, tables: Sequence[Table]) -> None:
    """Deletes every row, in this order.

    Readers see the rows until `tx` commits, and neither wait nor are waited for: TRUNCATE would have both. What `tx`
    does afterwards may take as long too.
    """
    await tx.execute(text(f"SET LOCAL statement_timeout = {EMPTYING_MAX_MS}"))
    for table in tables:
        await tx.execute(delete(table))
