"""Rows of the signing keys and of the per-person keys; what they hold is wrapped, never plain."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update

from storage.database import Transaction
from storage.schema import person_key, signing_key


@dataclass(frozen=True)
class SigningKeyRow:
    """One signing key: `state` is active, verify or revoked."""

    kid: int
    wrapped_secret: bytes
    state: str


async def signing_keys(tx: Transaction) -> tuple[SigningKeyRow, ...]:
    """Every signing key, oldest first."""
    columns = (signing_key.c.kid, signing_key.c.wrapped_secret, signing_key.c.state)
    rows = await tx.execute(select(*columns).order_by(signing_key.c.kid))
    return tuple(SigningKeyRow(*row) for row in rows)


async def next_kid(tx: Transaction) -> int:
    """The id for a new key: one above the highest ever used. Nobody else adds a key until `tx` ends."""
    await tx.execute(text("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE"))
    return int((await tx.scalar(select(func.coalesce(func.max(signing_key.c.kid), 0)))) or 0) + 1


async def add_active_key(tx: Transaction, kid: int, wrapped_secret: bytes) -> None:
    """Makes this key the active one and lets the one before it only verify. `kid` comes from `next_kid`."""
    await tx.execute(update(signing_key).where(signing_key.c.state == "active").values(state="verify"))
    await tx.execute(insert(signing_key).values(kid=kid, wrapped_secret=wrapped_secret, state="active"))


async def add_person_key(tx: Transaction, person_id: UUID, wrapped_key: bytes) -> None:
    """Keeps a new person's wrapped key."""
    await tx.execute(insert(person_key).values(person_id=person_id, wrapped_key=wrapped_key))


async def person_key_of(tx: Transaction, person_id: UUID) -> bytes | None:
    """The wrapped key of a person; None once it is destroyed."""
    found: bytes | None = await tx.scalar(select(person_key.c.wrapped_key).where(person_key.c.person_id == person_id))
    return found


async def destroy_person_key(tx: Transaction, person_id: UUID) -> None:
    """After this commits nobody can read the person's profile again."""
    await tx.execute(delete(person_key).where(person_key.c.person_id == person_id))
