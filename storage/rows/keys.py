"""Rows of the keys: of links, of other uses, and of people. What they hold is wrapped, never plain.

Keys of links stand in a table of their own (`signing_key`), which the release before reads too; the others are told
apart by their use.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, insert, literal, null, select, text, update

from storage.database import Transaction
from storage.schema import person_key, ring_key, signing_key

LINKS = "share-token"


@dataclass(frozen=True)
class KeyRow:
    """One key: `state` is active, overlap, verify or revoked; `public` is there for keys that sign for others."""

    use: str
    kid: int
    wrapped_secret: bytes
    state: str
    public: bytes | None


@dataclass(frozen=True)
class PersonKeyRow:
    """A person's wrapped key."""

    person_id: UUID
    wrapped_key: bytes


async def all_keys(tx: Transaction) -> tuple[KeyRow, ...]:
    """Every key but those of people; of each use the oldest first."""
    links = select(
        literal(LINKS).label("use"),
        signing_key.c.kid,
        signing_key.c.wrapped_secret,
        signing_key.c.state,
        null().label("public"),
    )
    others = select(ring_key.c.use, ring_key.c.kid, ring_key.c.wrapped_secret, ring_key.c.state, ring_key.c.public)
    rows = await tx.execute(links.union_all(others).order_by("use", "kid"))
    return tuple(KeyRow(*row) for row in rows)


async def lock_keys(tx: Transaction) -> None:
    """Nobody else adds or changes a key until `tx` ends; they are still read."""
    await tx.execute(text("LOCK TABLE signing_key, ring_key IN SHARE ROW EXCLUSIVE MODE"))


async def next_kid(tx: Transaction, use: str) -> int:
    """The id for a new key: one above the highest ever used. The caller holds the lock."""
    links, others = select(func.max(signing_key.c.kid)), select(func.max(ring_key.c.kid)).where(ring_key.c.use == use)
    return int((await tx.scalar(links if use == LINKS else others)) or 0) + 1


async def add_active_key(
    tx: Transaction, use: str, kid: int, wrapped_secret: bytes, *, public: bytes | None, former: str
) -> None:
    """Makes this key the active one; the active one before it gets the state `former`, an overlap before it ends."""
    if use == LINKS:
        await tx.execute(update(signing_key).where(signing_key.c.state == "active").values(state=former))
        await tx.execute(insert(signing_key).values(kid=kid, wrapped_secret=wrapped_secret, state="active"))
        return
    mine = update(ring_key).where(ring_key.c.use == use)
    await tx.execute(mine.where(ring_key.c.state == "overlap").values(state="verify"))
    await tx.execute(mine.where(ring_key.c.state == "active").values(state=former))
    values = {"use": use, "kid": kid, "wrapped_secret": wrapped_secret, "public": public, "state": "active"}
    await tx.execute(insert(ring_key).values(values))


async def put_state(tx: Transaction, use: str, kid: int, state: str) -> None:
    """Changes what one key may do. The caller holds the lock."""
    if use == LINKS:
        await tx.execute(update(signing_key).where(signing_key.c.kid == kid).values(state=state))
    else:
        await tx.execute(update(ring_key).where(ring_key.c.use == use, ring_key.c.kid == kid).values(state=state))


async def put_wrapped(tx: Transaction, use: str, kid: int, wrapped_secret: bytes) -> None:
    """Keeps the same secret wrapped anew. The caller holds the lock."""
    values = {"wrapped_secret": wrapped_secret}
    if use == LINKS:
        await tx.execute(update(signing_key).where(signing_key.c.kid == kid).values(values))
    else:
        await tx.execute(update(ring_key).where(ring_key.c.use == use, ring_key.c.kid == kid).values(values))


async def add_person_key(tx: Transaction, person_id: UUID, wrapped_key: bytes, kek: str) -> None:
    """Keeps a new person's wrapped key; `kek` names what it is wrapped under."""
    await tx.execute(insert(person_key).values(person_id=person_id, wrapped_key=wrapped_key, kek=kek))


async def person_key_of(tx: Transaction, person_id: UUID) -> bytes | None:
    """The wrapped key of a person; None once it is destroyed."""
    found: bytes | None = await tx.scalar(select(person_key.c.wrapped_key).where(person_key.c.person_id == person_id))
    return found


async def destroy_person_key(tx: Transaction, person_id: UUID) -> bool:
    """After this commits nobody can read the person's profile again. False if it was gone already."""
    done: CursorResult[tuple[()]] = await tx.execute(delete(person_key).where(person_key.c.person_id == person_id))
    return done.rowcount > 0


async def person_keys_not_under(tx: Transaction, kek: str, *, limit: int) -> tuple[PersonKeyRow, ...]:
    """Keys that are wrapped under another key than `kek`, locked. Waits for another process that wraps the same."""
    query = select(person_key.c.person_id, person_key.c.wrapped_key).where(person_key.c.kek != kek)
    rows = await tx.execute(query.order_by(person_key.c.person_id).limit(limit).with_for_update())
    return tuple(PersonKeyRow(*row) for row in rows)


async def put_person_key(tx: Transaction, person_id: UUID, wrapped_key: bytes, kek: str) -> None:
    """Keeps a person's key wrapped anew."""
    values = {"wrapped_key": wrapped_key, "kek": kek}
    await tx.execute(update(person_key).where(person_key.c.person_id == person_id).values(values))


async def count_by_kek(tx: Transaction) -> dict[str, int]:
    """How many people's keys are wrapped under which key; those of earlier releases under an empty name."""
    rows = await tx.execute(select(person_key.c.kek, func.count().label("people")).group_by(person_key.c.kek))
    return {row.kek: row.people for row in rows}
