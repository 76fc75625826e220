"""Sessions of signed-in people: begun with a fresh random token, over when idle, when old, or when somebody ends them.

Only the SHA-256 of a token is kept, so a copy of the database signs nobody in. The token is 256 random bits (OWASP
ASVS 7.2.3), made anew at every sign-in. `seen_at` is written at most once in SEEN_EVERY_S, so the idle limit may strike
that much early and never late. How a token travels (cookie or header) is the caller's matter.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.access import Role
from compliance.batches import Batches
from compliance.errors import NotFound
from compliance.events import Act, Trail, short_hash
from compliance.ledger import append
from storage.database import Database, Transaction
from storage.rows import sessions as rows
from storage.rows.standing import Standing

TOKEN_BYTES = 32
PREFIX = "sst_"  # tells a session's token from an API token (ss_) before any look-up
SEEN_EVERY_S = 60
KEEP_OVER_DAYS = 30
ASKED_MAX = 64  # sessions in one question
ASKED_AT_ONCE = 2
FRESH_S = 10 * 60  # so long after somebody proved who they are they are not asked again


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lives without a request, and at most."""

    idle_s: int
    absolute_s: int


LimitsOf = Callable[[str], SessionLimits]
"""How long sessions of a role live."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """How a session began, for its person to recognise it by, and for what may be done in it."""

    device: str = ""
    address: str = ""  # a network, as events tell it; never a whole address
    methods: Sequence[str] = ()
    limited: str = ""  # the only thing that it is good for
    provider_id: UUID | None = None
    provider_session: str = field(default="", repr=False)  # keyed hash


NOTHING_KNOWN = Begun()
ENROL = "enrol"  # a session that is good for nothing but setting up the second factor that is asked of its person


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
    proved_at: datetime
    methods: Sequence[str]
    limited: str
    second_factor: bool  # whether its person has one


async def start(
    tx: Transaction, person_id: UUID, *, limits: SessionLimits, now: datetime, begun: Begun = NOTHING_KNOWN
) -> NewSession:
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
        device=begun.device,
        address=begun.address,
        methods=tuple(begun.methods),
        fresh_at=now,
        limited=begun.limited,
        provider_id=begun.provider_id,
        provider_session=begun.provider_session,
    )
    await rows.add_session(tx, row, hash_of(new.token))
    return new


def trail_in(trail: Trail, session_id: UUID, *, pseudonym: str, role: str, org: str = "") -> Trail:
    """The trail of a request that began a session, told as that of the person who is signed in by it."""
    return replace(trail, who=pseudonym, org=org, role=role, sess=short_hash(str(session_id)))


async def freshen(
    tx: Transaction, session_id: UUID, *, methods: Sequence[str], limited: str = "", now: datetime
) -> str:
    """The person proved anew who they are: the session goes on under a new token, and the old one is dead.

    The token that repeats with each form stays, so that pages that are open go on working. Raises NotFound for a
    session that ended meanwhile.
    """
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    if not await rows.put_fresh(tx, session_id, hash_of(token), now, methods=methods, limited=limited):
        raise NotFound
    return token


@dataclass
class _Asked:
    """A token that somebody asks for, and what was found."""

    token_hash: bytes
    found: rows.FoundSession | None = None


class Sessions:
    """Finds sessions by their tokens: those that are asked for while a question is under way share the next.

    Nobody gets an answer that is older than their question.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked = Batches(self._ask, batch_max=ASKED_MAX, at_once=ASKED_AT_ONCE)
        self._used = Batches(self._touch, batch_max=ASKED_MAX)

    async def find(self, token: str, *, limits_of: LimitsOf, now: datetime) -> LiveSession | None:
        """The live session with this token, noted as used now; None for any other. Raises StoreUnavailable."""
        asked = _Asked(hash_of(token))
        await self._asked.do(asked)
        if asked.found is None or not _lives(asked.found, limits_of, now):
            return None
        row = asked.found.row
        if row.seen_at <= now - timedelta(seconds=SEEN_EVERY_S):
            await self._used.do((row.id, now))
        return LiveSession(
            id=row.id,
            csrf_token=row.csrf_token,
            standing=asked.found.standing,
            proved_at=row.proved_at,
            methods=tuple(row.methods),
            limited=row.limited,
            second_factor=asked.found.second_factor,
        )

    async def _ask(self, batch: Sequence[_Asked]) -> Sequence[None]:
        async with self._database.driver() as driver:
            found = await rows.sessions_by_hash(driver, {each.token_hash for each in batch})
        for each in batch:
            each.found = found.get(each.token_hash)
        return [None] * len(batch)

    async def _touch(self, batch: Sequence[tuple[UUID, datetime]]) -> Sequence[None]:
        async with self._database.driver() as driver:
            await rows.touch_sessions(driver, {used for used, _ in batch}, max(at for _, at in batch))
        return [None] * len(batch)


def _lives(found: rows.FoundSession, limits_of: LimitsOf, now: datetime) -> bool:
    limits = limits_of(found.standing.role)
    return _goes_on(found.row, limits, now) and found.row.seen_at > now - timedelta(seconds=limits.idle_s)


def _goes_on(row: rows.SessionRow, limits: SessionLimits, now: datetime) -> bool:
    ends_at = min(row.expires_at, row.created_at + timedelta(seconds=limits.absolute_s))
    return row.ended_at is None and ends_at > now


async def lasts(tx: Transaction, session_id: UUID, *, limits: SessionLimits, now: datetime) -> bool:
    """Whether a session has neither been ended nor reached its age, however long it has been idle."""
    row = await rows.session_by_id(tx, session_id)
    return row is not None and _goes_on(row, limits, now)


async def end(tx: Transaction, trail: Trail, person_id: UUID, session_id: UUID, *, now: datetime) -> bool:
    """Ends and logs one session of this person, who is the trail's; False if there is none that had not ended."""
    if not await rows.end_session(tx, person_id, session_id, now):
        return False
    act = Act.VIEWER_SESSION_END if trail.role == Role.VIEWER.value else Act.EMPLOYEE_SESSION_END
    await append(tx, trail.event(act, det={"session": short_hash(str(session_id))}), now=now)
    return True


async def end_others(tx: Transaction, trail: Trail, person_id: UUID, keep: UUID, *, now: datetime) -> int:
    """Ends and logs every session of this person, who is the trail's, but `keep`; returns how many."""
    ended = await rows.end_sessions_of(tx, person_id, now, keep=keep)
    if ended:
        act = Act.VIEWER_SESSION_END if trail.role == Role.VIEWER.value else Act.EMPLOYEE_SESSION_END
        await append(tx, trail.event(act, det={"others": ended}), now=now)
    return ended


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
