"""Rows of sessions: found by the SHA-256 of their token, ended but not removed until they are long over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    LargeBinary,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from storage.database import Transaction
from storage.direct import Driver, Prepared
from storage.rows.arrays import array
from storage.rows.standing import STANDING, Standing, to_standing
from storage.schema import account, person, session, totp

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
    device: str = ""  # what the browser calls itself
    address: str = ""  # the network that it began from
    methods: Sequence[str] = ()  # what its person proved who they are with
    fresh_at: datetime | None = None  # when they last did; None: when it began
    limited: str = ""  # the only thing that it is good for; empty: everything
    provider_id: UUID | None = None  # of the sign-in provider that vouched
    provider_session: str = ""  # keyed hash of that provider's own session

    @property
    def proved_at(self) -> datetime:
        """When the person last proved who they are."""
        return self.fresh_at or self.created_at


COLUMNS = tuple(session.c[name] for name in SessionRow.__dataclass_fields__)
_NAMES = tuple(column.name for column in COLUMNS)
_PLACE = slice(-1 - len(COLUMNS), -1)  # in a row of BY_HASHES
ENROLLED = exists().where(totp.c.person_id == session.c.person_id, totp.c.confirmed_at.is_not(None))


_HASHES = bindparam("hashes", type_=ARRAY(LargeBinary))
BY_HASHES = Prepared(
    STANDING.add_columns(
        session.c.token_hash,
        *(column.label(f"session_{column.name}") for column in COLUMNS),
        ENROLLED.label("second_factor"),
    )
    .join(session, session.c.person_id == person.c.id)
    .where(session.c.token_hash == any_(_HASHES))
)
# A session that somebody holds is being ended or renewed: nobody waits for that.
TOUCHED = (
    select(session.c.id)
    .where(session.c.id == any_(bindparam("touched", type_=ARRAY(Uuid))))
    .order_by(session.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
TOUCH = Prepared(update(session).where(session.c.id.in_(TOUCHED)).values(seen_at=bindparam("at")))


@dataclass(frozen=True, kw_only=True)
class FoundSession:
    """A session, who its person is now, and whether they have a second factor."""

    row: SessionRow
    standing: Standing
    second_factor: bool


async def add_session(tx: Transaction, row: SessionRow, token_hash: bytes) -> None:
    """Keeps a new session under the hash of its token."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    await tx.execute(insert(session).values(token_hash=token_hash, **values))


async def sessions_by_hash(driver: Driver, token_hashes: Collection[bytes]) -> dict[bytes, FoundSession]:
    """The sessions with these tokens, in one query. Ended and expired ones too."""
    found = {}
    for row in await BY_HASHES.all(driver, hashes=list(token_hashes)):
        standing = to_standing(row)
        if standing is not None:
            kept = SessionRow(**dict(zip(_NAMES, row[_PLACE], strict=True)))
            found[row.token_hash] = FoundSession(row=kept, standing=standing, second_factor=row.second_factor)
    return found


async def session_by_id(tx: Transaction, session_id: UUID) -> SessionRow | None:
    """One session, ended and expired ones too."""
    row = (await tx.execute(select(*COLUMNS).where(session.c.id == session_id))).mappings().one_or_none()
    return SessionRow(**row) if row else None


async def touch_sessions(driver: Driver, session_ids: Collection[UUID], seen_at: datetime) -> None:
    """Notes that these sessions were used."""
    await TOUCH.run(driver, touched=array(session_ids), at=seen_at)


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


async def put_fresh(
    tx: Transaction, session_id: UUID, token_hash: bytes, at: datetime, *, methods: Sequence[str], limited: str
) -> bool:
    """Its person proved anew who they are: from now on another token leads to it. False if it ended meanwhile."""
    query = update(session).where(session.c.id == session_id, session.c.ended_at.is_(None))
    values = {"token_hash": token_hash, "fresh_at": at, "seen_at": at, "methods": list(methods), "limited": limited}
    return (await tx.execute(query.values(**values))).rowcount == 1


async def end_sessions_of_provider(
    tx: Transaction, provider_id: UUID, at: datetime, *, person_id: UUID | None, provider_session: str
) -> tuple[SessionRow, ...]:
    """Ends those that this provider vouched for: of one of its own sessions, or of a person; returns them."""
    query = update(session).where(session.c.provider_id == provider_id, session.c.ended_at.is_(None))
    if provider_session:
        query = query.where(session.c.provider_session == provider_session)
    if person_id is not None:
        query = query.where(session.c.person_id == person_id)
    rows = await tx.execute(query.values(ended_at=at).returning(*COLUMNS))
    return tuple(SessionRow(**row) for row in rows.mappings())


async def limit_sessions_of(tx: Transaction, person_ids: Collection[UUID], limited: str) -> int:
    """From the next request on what these people began by password is good for one thing only; how many sessions."""
    query = update(session).where(session.c.person_id.in_(person_ids), session.c.ended_at.is_(None))
    return (await tx.execute(query.where(by_password()).values(limited=limited))).rowcount


def by_password() -> ColumnElement[bool]:
    """A session that neither a sign-in provider nor WeCom vouched for, which ask for factors of their own."""
    return and_(session.c.provider_id.is_(None), ~session.c.methods.contains(["wecom"]))


async def lift_limit(tx: Transaction, limited: str, roles: Collection[str]) -> None:
    """Sessions of people of these roles that were good for this one thing are good for everything again."""
    people = select(account.c.person_id).where(account.c.role.in_(roles))
    query = update(session).where(session.c.limited == limited, session.c.person_id.in_(people))
    await tx.execute(query.values(limited=""))


async def end_limited_of(tx: Transaction, person_id: UUID, at: datetime, *, keep: UUID | None) -> int:
    """Ends the sessions of this person that are good for one thing only, but `keep`; returns how many."""
    query = update(session).where(
        session.c.person_id == person_id, session.c.ended_at.is_(None), session.c.limited != ""
    )
    if keep is not None:
        query = query.where(session.c.id != keep)
    return (await tx.execute(query.values(ended_at=at))).rowcount


async def delete_sessions_over(tx: Transaction, before: datetime) -> int:
    """Removes the sessions whose absolute limit passed before `before`; returns how many."""
    return (await tx.execute(delete(session).where(session.c.expires_at < before))).rowcount
