"""Rows of codes that were sent to somebody: of the code, and of whom it was sent to, keyed hashes only."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, update

from storage.database import Transaction
from storage.schema import one_time_code


@dataclass(frozen=True, kw_only=True)
class CodeRow:
    """A code that was sent, times in UTC."""

    id: UUID
    purpose: str
    subject_hash: str
    code_hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime


async def add_code(tx: Transaction, row: CodeRow) -> None:
    """Keeps a new code."""
    values = {name: getattr(row, name) for name in CodeRow.__dataclass_fields__}
    await tx.execute(insert(one_time_code).values(**values))


async def end_codes(tx: Transaction, purpose: str, subject_hash: str, at: datetime) -> None:
    """Every code of this purpose that this subject still holds is over."""
    mine = update(one_time_code).where(
        one_time_code.c.purpose == purpose,
        one_time_code.c.subject_hash == subject_hash,
        one_time_code.c.used_at.is_(None),
        one_time_code.c.expires_at > at,
    )
    await tx.execute(mine.values(expires_at=at))


async def count_try(
    tx: Transaction, code_id: UUID, purpose: str, subject_hash: str, *, tries_max: int, now: datetime
) -> str | None:
    """Counts one try and returns the hash to compare with; None, and nothing counted, for a code that is over.

    The row stays locked until `tx` ends: whoever tries in the same moment waits, and then finds it used.
    """
    counted = (
        update(one_time_code)
        .where(
            one_time_code.c.id == code_id,
            one_time_code.c.purpose == purpose,
            one_time_code.c.subject_hash == subject_hash,
            one_time_code.c.used_at.is_(None),
            one_time_code.c.expires_at > now,
            one_time_code.c.tries < tries_max,
        )
        .values(tries=one_time_code.c.tries + 1)
        .returning(one_time_code.c.code_hash)
    )
    found: str | None = await tx.scalar(counted)
    return found


async def put_used(tx: Transaction, code_id: UUID, at: datetime) -> None:
    """The code did what it was for."""
    await tx.execute(update(one_time_code).where(one_time_code.c.id == code_id).values(used_at=at))


async def delete_codes_over(tx: Transaction, before: datetime) -> int:
    """Removes codes that were over before `before`; returns how many."""
    return (await tx.execute(delete(one_time_code).where(one_time_code.c.expires_at < before))).rowcount
