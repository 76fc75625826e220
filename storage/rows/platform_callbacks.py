"""Rows of what platforms pushed: each message once, each signature for one message."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.schema import platform_callback, platform_nonce


@dataclass(frozen=True, kw_only=True)
class CallbackRow:
    """One message; `sealed` is empty once it was handled."""

    id: UUID
    platform: str
    message_hash: str
    kind: str
    subject_hash: str
    sealed: bytes | None = field(repr=False)
    said_at: datetime
    received_at: datetime
    handled_at: datetime | None = None


COLUMNS = tuple(platform_callback.c)


async def take_nonce(tx: Transaction, nonce_hash: str, message_hash: str, at: datetime) -> bool:
    """False when the signature came with another message before. Two at the same moment wait for each other."""
    values = {"hash": nonce_hash, "message_hash": message_hash, "seen_at": at}
    query = insert(platform_nonce).values(values).on_conflict_do_nothing().returning(platform_nonce.c.hash)
    if (await tx.execute(query)).first() is not None:
        return True
    kept = await tx.scalar(select(platform_nonce.c.message_hash).where(platform_nonce.c.hash == nonce_hash))
    return bool(kept == message_hash)


async def add_callback(tx: Transaction, row: CallbackRow) -> bool:
    """Keeps the message; False when it was kept before, handled or not."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    query = insert(platform_callback).values(values).on_conflict_do_nothing(index_elements=["message_hash"])
    return (await tx.execute(query.returning(platform_callback.c.id))).first() is not None


async def lock_unhandled(tx: Transaction, callback_id: UUID) -> CallbackRow | None:
    """The message, if nobody has handled it, for this transaction alone."""
    query = select(*COLUMNS).where(platform_callback.c.id == callback_id, platform_callback.c.handled_at.is_(None))
    row = (await tx.execute(query.with_for_update())).mappings().one_or_none()
    return CallbackRow(**row) if row else None


async def is_superseded(tx: Transaction, row: CallbackRow) -> bool:
    """Whether something that was said later about the same thing was handled already."""
    query = select(
        exists().where(
            platform_callback.c.subject_hash == row.subject_hash,
            platform_callback.c.said_at > row.said_at,
            platform_callback.c.handled_at.is_not(None),
        )
    )
    return bool(await tx.scalar(query))


async def told_since(tx: Transaction, platform: str, kind: str, at: datetime, *, waiting_from: datetime) -> bool:
    """Whether something of this kind came after `at`, or came from `waiting_from` on and nobody has handled it yet."""
    told = platform_callback.c.received_at
    query = select(
        exists().where(
            platform_callback.c.platform == platform,
            platform_callback.c.kind == kind,
            told >= waiting_from,
            or_(told > at, platform_callback.c.handled_at.is_(None)),
        )
    )
    return bool(await tx.scalar(query))


async def end_callback(tx: Transaction, callback_id: UUID, at: datetime) -> None:
    """It was handled; what it said is forgotten."""
    query = update(platform_callback).where(platform_callback.c.id == callback_id)
    await tx.execute(query.values(handled_at=at, sealed=None))


async def forget_before(tx: Transaction, before: datetime) -> int:
    """Removes signatures and messages of before; returns how many messages."""
    await tx.execute(delete(platform_nonce).where(platform_nonce.c.seen_at < before))
    return (await tx.execute(delete(platform_callback).where(platform_callback.c.received_at < before))).rowcount
