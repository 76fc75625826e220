"""Rows of the chats that links were first opened in, and of how many people opened them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select

from storage.database import Transaction
from storage.schema import share_chat, visit


async def first_chat(tx: Transaction, share_id: UUID) -> bytes | None:
    """The keyed hash of the chat that the link was first opened in, where one is known."""
    found: bytes | None = await tx.scalar(select(share_chat.c.chat).where(share_chat.c.share_id == share_id))
    return found


async def put_first(tx: Transaction, share_id: UUID, chat: bytes, at: datetime) -> None:
    """Keeps it. The caller holds the share's row."""
    await tx.execute(insert(share_chat).values(share_id=share_id, chat=chat, first_at=at))


async def count_viewers(tx: Transaction, share_id: UUID, *, limit: int) -> int:
    """How many people have opened this very link, up to so many."""
    people = select(visit.c.person_id).where(visit.c.share_id == share_id).distinct().limit(limit).subquery()
    return int(await tx.scalar(select(func.count()).select_from(people)) or 0)
