"""Rows of the sign-in policy: the newest is in force, the others are its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select

from storage.database import Transaction
from storage.rows import sessions
from storage.schema import account, session, sign_in_policy, totp

HISTORY_MAX = 50


@dataclass(frozen=True, kw_only=True)
class PolicyRow:
    """What is asked of whom, since when."""

    revision: int
    second_factor_roles: Sequence[str]
    local_sign_in: str
    signing_factor: str
    reason: str
    changed_by: UUID
    changed_at: datetime


COLUMNS = tuple(sign_in_policy.c[name] for name in PolicyRow.__dataclass_fields__)


async def newest(tx: Transaction) -> PolicyRow | None:
    """The policy in force; None if nobody ever set one."""
    query = select(*COLUMNS).order_by(sign_in_policy.c.revision.desc()).limit(1)
    row = (await tx.execute(query)).mappings().one_or_none()
    return PolicyRow(**row) if row else None


async def history(tx: Transaction) -> tuple[PolicyRow, ...]:
    """What was in force, newest first."""
    query = select(*COLUMNS).order_by(sign_in_policy.c.revision.desc()).limit(HISTORY_MAX)
    return tuple(PolicyRow(**row) for row in (await tx.execute(query)).mappings())


async def lock_policy(tx: Transaction) -> None:
    """Nobody else changes the policy until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("sign_in_policy", 0))))


async def add_policy(tx: Transaction, row: PolicyRow) -> None:
    """From now on this one is in force."""
    await tx.execute(insert(sign_in_policy).values(**{column.name: getattr(row, column.name) for column in COLUMNS}))


async def lacking_factor(tx: Transaction, roles: Sequence[str]) -> tuple[UUID, ...]:
    """People of these roles who are signed in by password, by no provider or WeCom, and have no second factor."""
    enrolled = select(totp.c.person_id).where(totp.c.confirmed_at.is_not(None))
    query = (
        select(session.c.person_id)
        .distinct()
        .join(account, account.c.person_id == session.c.person_id)
        .where(session.c.ended_at.is_(None), sessions.by_password(), account.c.role.in_(roles))
        .where(session.c.person_id.not_in(enrolled))
    )
    return tuple((await tx.execute(query)).scalars())
