"""Sessions of signed-in people: begun with a fresh random token, over when idle, when old, or when somebody ends them.

Only the SHA-256 of a token is kept, so a copy of the database signs nobody in. The token is 256 random bits (OWASP
ASVS 7.2.3), made anew at every sign-in. `seen_at` is written at most once in SEEN_EVERY_S, so the idle limit may strike
that much early and never late. How a token travels (cookie or header) is the caller's matter.
"""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.access import Role
from compliance.events import Act, Trail, short_hash
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import sessions as rows
from storage.rows.standing import Standing

TOKEN_BYTES = 32
PREFIX = "sst_"  # tells a session's token from an API token (ss_) before any look-up
SEEN_EVERY_S = 60
KEEP_OVER_DAYS = 30


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lives without a request, and at most."""

    idle_s: int
    absolute_s: int


@dataclass(frozen=True, kw_only=True)
class NewSession:
    """A session just begun: the only moment at which its token is known."""

    id: UUID
    token: str = field(repr=False)
    csrf_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class LiveSession:
    """A session that works now, and whose it is."""

    id: UUID
    csrf_token: str = field(repr=False)
    standing: Standing


async def start(tx: Transaction, person_id: UUID, *, limits: SessionLimits, now: datetime) -> NewSession:
    """Begins a session. The caller has locked the row that says whether this person may sign in."""
    new = NewSession(
        id=uuid4(),
        token=PREFIX + secrets.token_urlsafe(TOKEN_BYTES),
        csrf_token=secrets.token_urlsafe(TOKEN_BYTES),
        expires_at=now + timedelta(seconds=limits.absolute_s),
    )
    row = rows.SessionRow(
        id=new.id,
        person_id=person_id,
        csrf_token=new.csrf_token,
        created_at=now,
        seen_at=now,
        expires_at=new.expires_at,
        ended_at=None,
    )
    await rows.add_session(tx, row, hash_of(new.token))
    return new


def trail_in(trail: Trail, session_id: UUID, *, pseudonym: str, role: str, org: str = "") -> Trail:
    """The trail of a request that began a session, told as that of the person who is signed in by it."""
    return replace(trail, who=pseudonym, org=org, role=role, sess=short_hash(str(session_id)))


async def find(tx: Transaction, token: str, *, limits: SessionLimits, now: datetime) -> LiveSession | None:
    """The live session with this token, noted as used now; None for any other token."""
    found = await rows.session_by_hash(tx, hash_of(token))
    if found is None:
        return None
    row, standing = found
    idle_since = now - timedelta(seconds=limits.idle_s)
    if row.ended_at is not None or row.expires_at <= now or row.seen_at <= idle_since:
        return None
    if row.seen_at <= now - timedelta(seconds=SEEN_EVERY_S):
        await rows.touch_session(tx, row.id, now)
    return LiveSession(id=row.id, csrf_token=row.csrf_token, standing=standing)


async def end(tx: Transaction, trail: Trail, person_id: UUID, session_id: UUID, *, now: datetime) -> bool:
    """Ends and logs one session of this person, who is the trail's; False if there is none that had not ended."""
    if not await rows.end_session(tx, person_id, session_id, now):
        return False
    act = Act.VIEWER_SESSION_END if trail.role == Role.VIEWER.value else Act.EMPLOYEE_SESSION_END
    await append(tx, trail.event(act, det={"session": short_hash(str(session_id))}), now=now)
    return True


async def live_of(
    tx: Transaction, person_id: UUID, *, limits: SessionLimits, now: datetime
) -> tuple[rows.SessionRow, ...]:
    """A person's sessions that work now, newest first."""
    return await rows.live_sessions_of(tx, person_id, now=now, seen_since=now - timedelta(seconds=limits.idle_s))


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Removes sessions that have been over for long; returns how many. For a periodic job."""
    return await rows.delete_sessions_over(tx, now - timedelta(days=KEEP_OVER_DAYS))


def hash_of(token: str) -> bytes:
    """What is kept of a token. No salt: 256 random bits can't be guessed."""
    return hashlib.sha256(token.encode()).digest()
