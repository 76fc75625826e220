"""Rows of sign-in providers, of browsers that were sent to one, and of who somebody is to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from storage.database import Transaction
from storage.schema import identity, sign_in_attempt, sign_in_provider, sign_in_provider_change

HISTORY_MAX = 50
PROVIDERS_MAX = 20


@dataclass(frozen=True, kw_only=True)
class ProviderRow:
    """One provider. `sealed_secret` is wrapped by the master key; empty for a public client."""

    id: UUID
    slug: str
    label: str
    issuer: str
    client_id: str
    sealed_secret: bytes = field(repr=False)
    kek: str
    scopes: str
    login_claim: str
    revision: int
    disabled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """A state that a provider was in, and who brought it there."""

    provider_id: UUID
    revision: int
    facts: Mapping[str, Any]
    reason: str
    changed_by: UUID
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class AttemptRow:
    """A browser that was sent to a provider, and what for."""

    state_hash: bytes = field(repr=False)
    browser_hash: bytes = field(repr=False)
    provider: str
    purpose: str
    session_id: UUID | None
    next_path: str
    expires_at: datetime


PROVIDER = tuple(sign_in_provider.c[name] for name in ProviderRow.__dataclass_fields__)
CHANGE = tuple(sign_in_provider_change.c[name] for name in ChangeRow.__dataclass_fields__)
ATTEMPT = tuple(sign_in_attempt.c[name] for name in AttemptRow.__dataclass_fields__)


async def list_providers(tx: Transaction, *, enabled: bool = False) -> tuple[ProviderRow, ...]:
    """All providers by name, or those that may be used."""
    query = select(*PROVIDER).order_by(sign_in_provider.c.slug)
    if enabled:
        query = query.where(sign_in_provider.c.disabled_at.is_(None))
    return tuple(ProviderRow(**row) for row in (await tx.execute(query)).mappings())


async def provider_by_slug(tx: Transaction, slug: str) -> ProviderRow | None:
    """The provider with this name in addresses."""
    row = (await tx.execute(select(*PROVIDER).where(sign_in_provider.c.slug == slug))).mappings().one_or_none()
    return ProviderRow(**row) if row else None


async def lock_providers(tx: Transaction) -> None:
    """Nobody else adds or changes a provider until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("sign_in_provider", 0))))


async def put_provider(tx: Transaction, row: ProviderRow, change: ChangeRow) -> None:
    """Adds a provider, or replaces it, with the line of its history. The caller holds the lock."""
    values = {column.name: getattr(row, column.name) for column in PROVIDER}
    if change.revision == 1:
        await tx.execute(insert(sign_in_provider).values(**values))
    else:
        await tx.execute(update(sign_in_provider).where(sign_in_provider.c.id == row.id).values(**values))
    await tx.execute(
        insert(sign_in_provider_change).values(**{column.name: getattr(change, column.name) for column in CHANGE})
    )


async def put_sealed(tx: Transaction, provider_id: UUID, sealed_secret: bytes, kek: str) -> None:
    """Keeps the same secret wrapped anew."""
    mine = update(sign_in_provider).where(sign_in_provider.c.id == provider_id)
    await tx.execute(mine.values(sealed_secret=sealed_secret, kek=kek))


async def history(tx: Transaction) -> Sequence[ChangeRow]:
    """What was changed, newest first."""
    query = (
        select(*CHANGE)
        .order_by(sign_in_provider_change.c.changed_at.desc(), sign_in_provider_change.c.revision.desc())
        .limit(HISTORY_MAX)
    )
    return [ChangeRow(**row) for row in (await tx.execute(query)).mappings()]


async def add_attempt(tx: Transaction, row: AttemptRow) -> None:
    """Remembers a browser that is expected back."""
    await tx.execute(insert(sign_in_attempt).values(**{column.name: getattr(row, column.name) for column in ATTEMPT}))


async def take_attempt(tx: Transaction, state_hash: bytes) -> AttemptRow | None:
    """The attempt with this state, which is gone with this call: of many at once one gets it."""
    query = delete(sign_in_attempt).where(sign_in_attempt.c.state_hash == state_hash).returning(*ATTEMPT)
    row = (await tx.execute(query)).mappings().one_or_none()
    return AttemptRow(**row) if row else None


async def delete_attempts_over(tx: Transaction, before: datetime) -> int:
    """Forgets browsers that never came back; returns how many."""
    return (await tx.execute(delete(sign_in_attempt).where(sign_in_attempt.c.expires_at < before))).rowcount


async def has_identity(tx: Transaction, person_id: UUID, provider: str, app: str) -> bool:
    """Whether the person is some subject of this provider already."""
    query = select(identity.c.id).where(
        identity.c.person_id == person_id, identity.c.provider == provider, identity.c.app == app
    )
    return (await tx.execute(query.limit(1))).first() is not None
