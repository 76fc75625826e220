"""Rows of who an employee is at sign-in providers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from storage.database import Transaction
from storage.schema import identity


@dataclass(frozen=True, kw_only=True)
class IdentityRow:
    """One of them: oidc or wecom; the issuer or corporation; what it calls them."""

    id: UUID
    provider: str
    app: str
    subject: str
    created_at: datetime


COLUMNS = tuple(identity.c[each.name] for each in fields(IdentityRow))


async def identities_of(tx: Transaction, person_id: UUID) -> Sequence[IdentityRow]:
    """A person's, the oldest first."""
    query = select(*COLUMNS).where(identity.c.person_id == person_id).order_by(identity.c.created_at, identity.c.id)
    return [IdentityRow(**row) for row in (await tx.execute(query)).mappings()]


async def identity_of(tx: Transaction, person_id: UUID, identity_id: UUID) -> IdentityRow | None:
    """One of this person's, held until `tx` ends."""
    query = select(*COLUMNS).where(identity.c.person_id == person_id, identity.c.id == identity_id)
    row = (await tx.execute(query.with_for_update())).mappings().one_or_none()
    return IdentityRow(**row) if row else None


async def remove(tx: Transaction, identity_id: UUID) -> None:
    """It leads to nobody any more."""
    await tx.execute(delete(identity).where(identity.c.id == identity_id))
