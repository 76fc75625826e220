"""API tokens: what a program signs in with, limited by scopes and time, and only ever shown once.

A token narrows what its owner may do and never widens it. Only its SHA-256 is kept.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail
from compliance.ledger import append
from compliance.sessions import SEEN_EVERY_S, hash_of
from fileserver.http.scopes import Scope
from storage.database import Transaction
from storage.direct import Driver
from storage.rows import tokens as rows
from storage.rows.standing import Standing
from storage.rows.tokens import TokenRow

PREFIX = "ss_"
TOKEN_BYTES = 32
DAYS_DEFAULT = 90
DAYS_MAX = 366
LABEL_CHARS_MAX = 60


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token just made: the only moment at which its text is known."""

    row: TokenRow
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LiveToken:
    """A token that works now, and whose it is."""

    id: UUID
    scopes: frozenset[str]
    standing: Standing


async def create(
    tx: Transaction,
    trail: Trail,
    person_id: UUID,
    *,
    label: str,
    scopes: Iterable[Scope],
    days: int = DAYS_DEFAULT,
    now: datetime,
) -> NewToken:
    """Makes a token for this person. Raises InvalidValue for a time that is too long."""
    if not 1 <= days <= DAYS_MAX:
        raise InvalidValue(field="days", rule="less-than-equal", le=DAYS_MAX)
    text = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    row = TokenRow(
        id=uuid4(),
        person_id=person_id,
        label=label,
        scopes=tuple(sorted(set(scopes))),
        created_at=now,
        expires_at=now + timedelta(days=days),
        revoked_at=None,
        used_at=None,
    )
    await rows.add_token(tx, row, hash_of(text))
    details: dict[str, str | int] = {"scopes": " ".join(row.scopes), "days": days}
    await append(tx, trail.event(Act.EMPLOYEE_TOKEN_CREATE, obj=f"token:{row.id}", det=details), now=now)
    return NewToken(row=row, text=text)


async def find(driver: Driver, text: str, *, now: datetime) -> LiveToken | None:
    """The live token with this text, noted as used now; None for any other text."""
    found = await rows.token_by_hash(driver, hash_of(text))
    if found is None:
        return None
    row, standing = found
    if not row.works_at(now):
        return None
    if row.used_at is None or row.used_at <= now - timedelta(seconds=SEEN_EVERY_S):
        await rows.touch_token(driver, row.id, now)
    return LiveToken(id=row.id, scopes=frozenset(row.scopes), standing=standing)


async def revoke(tx: Transaction, trail: Trail, person_id: UUID, token_id: UUID, now: datetime) -> None:
    """Revokes one of the person's own tokens. Raises NotFound."""
    if not await rows.revoke_token(tx, person_id, token_id, now):
        raise NotFound
    await append(tx, trail.event(Act.EMPLOYEE_TOKEN_REVOKE, obj=f"token:{token_id}"), now=now)
