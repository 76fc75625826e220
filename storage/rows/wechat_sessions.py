"""Keys of mini-program sessions, sealed: they stay with the server, and a newer one takes the older one's place."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import identity, wechat_session_key


async def put_session_key(
    tx: Transaction, *, provider: str, app: str, subject: str, sealed: bytes, at: datetime
) -> None:
    """Keeps the newest key of an identity, and counts how many there were."""
    owner = select(identity.c.id).where(
        identity.c.provider == provider, identity.c.app == app, identity.c.subject == subject
    )
    identity_id = await tx.scalar(owner)
    row = upsert(wechat_session_key).values(identity_id=identity_id, sealed=sealed, version=1, fetched_at=at)
    newer = {"sealed": sealed, "version": wechat_session_key.c.version + 1, "fetched_at": at}
    await tx.execute(row.on_conflict_do_update(index_elements=["identity_id"], set_=newer))


async def session_key_of(tx: Transaction, person_id: UUID, app: str) -> bytes | None:
    """The sealed key of the person's session in this app, the newest one."""
    query = (
        select(wechat_session_key.c.sealed)
        .join(identity, identity.c.id == wechat_session_key.c.identity_id)
        .where(identity.c.person_id == person_id, identity.c.app == app)
        .order_by(wechat_session_key.c.fetched_at.desc())
    )
    found: bytes | None = await tx.scalar(query.limit(1))
    return found
