"""Rows of links that were made ahead: each hangs on a visit, and becomes a share when it is used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from storage.database import Transaction
from storage.rows.shares import COLUMNS, ShareRow, share_by_token_id
from storage.schema import forward_pool, share, visit


@dataclass(frozen=True, kw_only=True)
class PooledRow:
    """One of them; `share_id` None: not used yet."""

    token_id: bytes
    kid: int
    visit_id: UUID
    issued_at: datetime
    expires_at: datetime
    share_id: UUID | None


POOLED = (
    forward_pool.c.token_id,
    forward_pool.c.kid,
    forward_pool.c.visit_id,
    forward_pool.c.issued_at,
    forward_pool.c.expires_at,
    forward_pool.c.share_id,
)


async def lock_visit(tx: Transaction, visit_id: UUID) -> None:
    """Until `tx` ends nobody else makes links ahead for this visit."""
    await tx.execute(select(visit.c.id).where(visit.c.id == visit_id).with_for_update(key_share=True))


async def unused(tx: Transaction, visit_id: UUID, now: datetime, limit: int) -> Sequence[PooledRow]:
    """The visit's links that were not used yet, the newest first."""
    query = select(*POOLED).where(
        forward_pool.c.visit_id == visit_id, forward_pool.c.share_id.is_(None), forward_pool.c.expires_at > now
    )
    rows = await tx.execute(query.order_by(forward_pool.c.issued_at.desc(), forward_pool.c.token_id).limit(limit))
    return [PooledRow(**row._asdict()) for row in rows]


async def add(tx: Transaction, rows: Sequence[PooledRow]) -> None:
    """Adds links."""
    await tx.execute(insert(forward_pool), [dict(vars(row)) for row in rows])


async def hold(tx: Transaction, token_id: bytes, now: datetime) -> PooledRow | None:
    """The link, held until `tx` ends, so that it is used once; None: none was made ahead under it, or it is over."""
    query = select(*POOLED).where(forward_pool.c.token_id == token_id, forward_pool.c.expires_at > now)
    row = (await tx.execute(query.with_for_update())).one_or_none()
    return None if row is None else PooledRow(**row._asdict())


async def use(tx: Transaction, token_id: bytes, share_id: UUID) -> None:
    """The link is this share from now on."""
    await tx.execute(update(forward_pool).where(forward_pool.c.token_id == token_id).values(share_id=share_id))


async def share_behind(tx: Transaction, token_id: bytes, now: datetime) -> ShareRow | None:
    """The share that a genuine token names; of a link made ahead and not used yet, the one it will hang on."""
    found = await share_by_token_id(tx, token_id)
    if found is not None:
        return found
    ahead = forward_pool.join(visit, visit.c.id == forward_pool.c.visit_id).join(share, share.c.id == visit.c.share_id)
    query = (
        select(*COLUMNS, forward_pool.c.kid.label("ahead_kid"))
        .select_from(ahead)
        .where(forward_pool.c.token_id == token_id, forward_pool.c.share_id.is_(None), forward_pool.c.expires_at > now)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    kid = values.pop("ahead_kid")
    return replace(ShareRow(**values), kid=kid, token_id=token_id)


async def forget(tx: Transaction, now: datetime) -> None:
    """Drops links whose time to be used is over."""
    await tx.execute(delete(forward_pool).where(forward_pool.c.expires_at <= now))
