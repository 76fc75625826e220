"""Rows of sessions: found by the SHA-256 of their token, ended but not removed until they are long over."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from storage.database import Transaction
from storage.rows.standing import STANDING, Standing, to_standing
from storage.schema import person, session

LISTED_MAX = 100


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """One session, times in UTC. `expires_at` is the absolute limit."""

    id: UUID
    person_id: UUID
    csrf_token: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None


COLUMNS = (
    session.c.id,
    session.c.person_id,
    session.c.csrf_token,
    session.c.created_at,
    session.c.seen_at,
    session.c.expires_at,
    session.c.ended_at,
)


BY_HASH = (
    STANDING.add_columns(*(column.label(f"session_{column.name}") for column in COLUMNS))
    .join(session, session.c.person_id == person.c.id)
    .where(session.c.token_hash == bindparam("hash"))
)


async def add_session(tx: Transaction, row: SessionRow, token_hash: bytes) -> None:
    """Keeps a new session under the hash of its token."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    await tx.execute(insert(session).values(token_hash=token_hash, **values))


async def session_by_hash(tx: Transaction, token_hash: bytes) -> tuple[SessionRow, Standing] | None:
    """The session with this token and the standing of its person, in one query; ended and expired ones too."""
    row = (await tx.execute(BY_HASH, {"hash": token_hash})).one_or_none()
    standing = to_standing(row) if row else None
    if row is None or standing is None:
        return None
    return SessionRow(**{column.name: getattr(row, f"session_{column.name}") for column in COLUMNS}), standing


async def session_by_id(tx: Transaction, session_id: UUID) -> SessionRow | None:
    """One session, ended and expired ones too."""
    row = (await tx.execute(select(*COLUMNS).where(session.c.id == session_id))).mappings().one_or_none()
    return SessionRow(**row) if row else None


async def touch_session(tx: Transaction, session_id: UUID, seen_at: datetime) -> None:
    """Notes that the session was used."""
    await tx.execute(update(session).where(session.c.id == session_id).values(seen_at=seen_at))


async def live_sessions_of(
    tx: Transaction, person_id: UUID, *, now: datetime, seen_since: datetime
) -> tuple[SessionRow, ...]:
    """A person's sessions that still work, newest first."""
    query = (
        select(*COLUMNS)
        .where(session.c.person_id == person_id, session.c.ended_at.is_(None))
        .where(session.c.expires_at > now, session.c.seen_at > seen_since)
        .order_by(session.c.created_at.desc(), session.c.id)
        .limit(LISTED_MAX)
    )
    return tuple(SessionRow(**row) for row in (await tx.execute(query)).mappings())


async def end_session(tx: Transaction, person_id: UUID, session_id: UUID, at: datetime) -> bool:
    """Ends one session of this person; False if there is none that had not ended."""
    query = update(session).where(
        session.c.id == session_id, session.c.person_id == person_id, session.c.ended_at.is_(None)
    )
    return (await tx.execute(query.values(ended_at=at))).rowcount == 1


async def end_sessions_of(tx: Transaction, person_id: UUID, at: datetime, *, keep: UUID | None = None) -> int:
    """Ends every session of this person but `keep`; returns how many."""
    query = update(session).where(session.c.person_id == person_id, session.c.ended_at.is_(None))
    if keep is not None:
        query = query.where(session.c.id != keep)
    return (await tx.execute(query.values(ended_at=at))).rowcount


async def delete_sessions_over(tx: Transaction, before: datetime) -> int:
    """Removes the sessions whose absolute limit passed before `before`; returns how many."""
    return (await tx.execute(delete(session).where(session.c.expires_at < before))).rowcount
