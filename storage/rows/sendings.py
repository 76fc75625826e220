"""Rows of sendings that a platform confirmed, each once by its key."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import share_sending


async def add_sendings(
    tx: Transaction, share_id: UUID, channel: str, keys: Collection[str], now: datetime
) -> frozenset[str]:
    """Notes sendings of a share; the keys that were not known before."""
    if not keys:
        return frozenset()
    rows = [{"share_id": share_id, "key": each, "channel": channel, "sent_at": now} for each in sorted(keys)]
    adding = upsert(share_sending).values(rows).on_conflict_do_nothing().returning(share_sending.c.key)
    return frozenset(await tx.scalars(adding))
