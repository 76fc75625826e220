"""Rows of API tokens: found by the SHA-256 of the token, revoked but never removed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, or_, select, update

from storage.database import Transaction
from storage.direct import Driver, Prepared
from storage.rows.standing import STANDING, Standing, to_standing
from storage.schema import api_token, person

LISTED_MAX = 200
WORKING_MAX = 1_000


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """One API token, times in UTC."""

    id: UUID
    person_id: UUID
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def works_at(self, moment: datetime) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > moment)


COLUMNS = (
    api_token.c.id,
    api_token.c.person_id,
    api_token.c.label,
    api_token.c.scopes,
    api_token.c.created_at,
    api_token.c.expires_at,
    api_token.c.revoked_at,
    api_token.c.used_at,
)


BY_HASH = Prepared(
    STANDING.add_columns(*(column.label(f"token_{column.name}") for column in COLUMNS))
    .join(api_token, api_token.c.person_id == person.c.id)
    .where(api_token.c.token_hash == bindparam("hash"))
)
TOUCH = Prepared(update(api_token).where(api_token.c.id == bindparam("touched")).values(used_at=bindparam("used_at")))


async def add_token(tx: Transaction, row: TokenRow, token_hash: bytes) -> None:
    """Keeps a new token under its hash."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    await tx.execute(insert(api_token).values(**{**values, "token_hash": token_hash, "scopes": list(row.scopes)}))


async def token_by_hash(driver: Driver, token_hash: bytes) -> tuple[TokenRow, Standing] | None:
    """The token and the standing of its person, in one query; revoked and expired ones too."""
    row = await BY_HASH.one(driver, hash=token_hash)
    standing = to_standing(row) if row else None
    if row is None or standing is None:
        return None
    return _token({column.name: getattr(row, f"token_{column.name}") for column in COLUMNS}), standing


async def touch_token(driver: Driver, token_id: UUID, used_at: datetime) -> None:
    """Notes that the token was used."""
    await TOUCH.run(driver, touched=token_id, used_at=used_at)


async def tokens_of(tx: Transaction, person_id: UUID) -> tuple[TokenRow, ...]:
    """A person's tokens that are not revoked, newest first; expired ones too."""
    query = (
        select(*COLUMNS)
        .where(api_token.c.person_id == person_id, api_token.c.revoked_at.is_(None))
        .order_by(api_token.c.created_at.desc(), api_token.c.id)
        .limit(LISTED_MAX)
    )
    return tuple(_token(dict(row)) for row in (await tx.execute(query)).mappings())


async def token_by_id(tx: Transaction, token_id: UUID) -> TokenRow | None:
    """One token, revoked and expired ones too."""
    row = (await tx.execute(select(*COLUMNS).where(api_token.c.id == token_id))).mappings().one_or_none()
    return _token(dict(row)) if row else None


async def labels_of(tx: Transaction, token_ids: Collection[UUID]) -> dict[str, str]:
    """The labels of these tokens, by their ids as texts."""
    query = select(api_token.c.id, api_token.c.label).where(api_token.c.id.in_(token_ids))
    return {str(token_id): label for token_id, label in await tx.execute(query)}


async def working(tx: Transaction, now: datetime) -> tuple[TokenRow, ...]:
    """Everybody's tokens that work now, newest first."""
    query = (
        select(*COLUMNS)
        .where(api_token.c.revoked_at.is_(None), or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > now))
        .order_by(api_token.c.created_at.desc(), api_token.c.id)
        .limit(WORKING_MAX)
    )
    return tuple(_token(dict(row)) for row in (await tx.execute(query)).mappings())


async def revoke_token(tx: Transaction, person_id: UUID, token_id: UUID, at: datetime) -> bool:
    """Revokes one token of this person; False if there is none that was not revoked."""
    query = update(api_token).where(
        api_token.c.id == token_id, api_token.c.person_id == person_id, api_token.c.revoked_at.is_(None)
    )
    return (await tx.execute(query.values(revoked_at=at))).rowcount == 1


async def revoke_tokens_of(tx: Transaction, person_id: UUID, at: datetime) -> int:
    """Revokes every token of this person; returns how many."""
    query = update(api_token).where(api_token.c.person_id == person_id, api_token.c.revoked_at.is_(None))
    return (await tx.execute(query.values(revoked_at=at))).rowcount


def _token(values: Mapping[str, Any]) -> TokenRow:
    return TokenRow(**{**values, "scopes": tuple(values["scopes"])})
