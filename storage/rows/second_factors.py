"""Rows of second factors: sealed TOTP secrets, and hashes of recovery codes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import recovery_code, totp


@dataclass(frozen=True, kw_only=True)
class TotpRow:
    """One person's TOTP, times in UTC. Without `confirmed_at` it is only being enrolled."""

    person_id: UUID
    sealed_secret: bytes = field(repr=False)
    last_step: int
    confirmed_at: datetime | None


COLUMNS = tuple(totp.c[name] for name in TotpRow.__dataclass_fields__)


async def totp_of(tx: Transaction, person_id: UUID, *, lock: bool = False) -> TotpRow | None:
    """A person's TOTP, confirmed or not; `lock` makes others wait who try a code in the same moment."""
    query = select(*COLUMNS).where(totp.c.person_id == person_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return TotpRow(**row) if row else None


async def enrolled_among(tx: Transaction, person_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these people who have a confirmed TOTP."""
    query = select(totp.c.person_id).where(totp.c.person_id.in_(person_ids), totp.c.confirmed_at.is_not(None))
    return frozenset((await tx.execute(query)).scalars())


async def put_pending(tx: Transaction, person_id: UUID, sealed_secret: bytes, now: datetime) -> bool:
    """Begins an enrolment, in place of one that was not confirmed; False if a confirmed one stands."""
    row = upsert(totp).values(person_id=person_id, sealed_secret=sealed_secret, created_at=now)
    query = row.on_conflict_do_update(
        index_elements=["person_id"],
        set_={"sealed_secret": row.excluded.sealed_secret, "created_at": now, "last_step": 0},
        where=totp.c.confirmed_at.is_(None),
    )
    return (await tx.execute(query.returning(totp.c.person_id))).first() is not None


async def put_confirmed(tx: Transaction, person_id: UUID, now: datetime) -> None:
    """From now on the person is asked for codes."""
    await tx.execute(update(totp).where(totp.c.person_id == person_id).values(confirmed_at=now))


async def put_last_step(tx: Transaction, person_id: UUID, step: int) -> None:
    """No code of this step or an earlier one counts again."""
    await tx.execute(update(totp).where(totp.c.person_id == person_id).values(last_step=step))


async def replace_recovery_codes(tx: Transaction, person_id: UUID, hashes: Iterable[str], now: datetime) -> None:
    """These are the person's recovery codes, and no others."""
    await tx.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    values = [{"person_id": person_id, "code_hash": each, "created_at": now} for each in hashes]
    await tx.execute(insert(recovery_code), values)


async def use_recovery_code(tx: Transaction, person_id: UUID, code_hash: str, now: datetime) -> bool:
    """Uses one up; False for one that is unknown or used. Of two at once one succeeds."""
    query = update(recovery_code).where(
        recovery_code.c.person_id == person_id,
        recovery_code.c.code_hash == code_hash,
        recovery_code.c.used_at.is_(None),
    )
    done: CursorResult[tuple[()]] = await tx.execute(query.values(used_at=now))
    return done.rowcount == 1


async def recovery_codes_left(tx: Transaction, person_id: UUID) -> int:
    """How many were not used yet."""
    query = select(func.count()).where(recovery_code.c.person_id == person_id, recovery_code.c.used_at.is_(None))
    return int(await tx.scalar(query) or 0)


async def remove_factors(tx: Transaction, person_id: UUID) -> bool:
    """Forgets a person's TOTP and recovery codes; False if there was no confirmed TOTP."""
    await tx.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    query = delete(totp).where(totp.c.person_id == person_id).returning(totp.c.confirmed_at)
    return (await tx.execute(query)).scalar_one_or_none() is not None
