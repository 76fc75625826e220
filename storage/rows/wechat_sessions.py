"""Keys of mini-program sessions, sealed: they stay with the server, and a newer one takes the older one's place."""

from datetime import datetime

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
