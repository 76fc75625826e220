"""Rows of verifications: each question to a service whether a name is somebody's, and how it ended."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from storage.database import Transaction
from storage.schema import person, verification, viewer

LISTED_MAX = 200


@dataclass(frozen=True, kw_only=True)
class VerificationRow:
    """One question. `sealed` is for a check that goes on elsewhere, under the person's own key."""

    id: UUID
    person_id: UUID
    method: str
    provider: str
    input_hash: str = field(repr=False)
    state: str
    result: str
    strong_key: str | None = field(repr=False)
    sealed: bytes | None = field(repr=False)
    started_at: datetime
    ended_at: datetime | None
    valid_until: datetime | None


COLUMNS = tuple(verification.c[name] for name in VerificationRow.__dataclass_fields__)
SETTLED = ("started", "verified", "duplicate", "mismatch", "invalid")


async def add_verification(tx: Transaction, row: VerificationRow) -> None:
    """Keeps a question that is about to be asked."""
    await tx.execute(insert(verification).values({column.name: getattr(row, column.name) for column in COLUMNS}))


async def settled_by_input(tx: Transaction, person_id: UUID, input_hash: str) -> VerificationRow | None:
    """The question with this very input that is under way or was answered for good."""
    query = select(*COLUMNS).where(
        verification.c.person_id == person_id,
        verification.c.input_hash == input_hash,
        verification.c.state.in_(SETTLED),
    )
    return _one((await tx.execute(query)).mappings().one_or_none())


async def verification_by_id(tx: Transaction, verification_id: UUID) -> VerificationRow | None:
    """One question, its row locked until `tx` ends."""
    query = select(*COLUMNS).where(verification.c.id == verification_id).with_for_update()
    return _one((await tx.execute(query)).mappings().one_or_none())


async def newest_of(tx: Transaction, person_id: UUID) -> VerificationRow | None:
    """The question that was asked last for this person."""
    query = select(*COLUMNS).where(verification.c.person_id == person_id)
    query = query.order_by(verification.c.started_at.desc(), verification.c.ended_at.desc()).limit(1)
    return _one((await tx.execute(query)).mappings().one_or_none())


async def verified_of(tx: Transaction, person_id: UUID) -> VerificationRow | None:
    """The verification of this person that lasts longest."""
    query = select(*COLUMNS).where(verification.c.person_id == person_id, verification.c.state == "verified")
    query = query.order_by(verification.c.valid_until.desc(), verification.c.id).limit(1)
    return _one((await tx.execute(query)).mappings().one_or_none())


async def methods_of(
    tx: Transaction, person_ids: Collection[UUID], *, strong_key: str | None = None, without: UUID | None = None
) -> set[str]:
    """How these people were ever asked about, without one question; with a key: how it was proved that it is theirs."""
    query = select(verification.c.method).distinct().where(verification.c.person_id.in_(person_ids))
    if strong_key is not None:
        query = query.where(verification.c.strong_key == strong_key, verification.c.state == "verified")
    if without is not None:
        query = query.where(verification.c.id != without)
    return set(await tx.scalars(query))


async def end_row(tx: Transaction, verification_id: UUID, **values: Any) -> None:
    """Notes how a question ended."""
    await tx.execute(update(verification).where(verification.c.id == verification_id).values(**values))


async def asked_since(tx: Transaction, since: datetime, person_id: UUID | None = None) -> tuple[int, datetime | None]:
    """How many questions were asked since then, by one person or by all; and when the first of them was."""
    query = select(func.count(), func.min(verification.c.started_at)).where(verification.c.started_at > since)
    if person_id is not None:
        query = query.where(verification.c.person_id == person_id)
    count, first = (await tx.execute(query)).one()
    return count, first


async def lock_strong_key(tx: Transaction, strong_key: str) -> None:
    """Lets nobody else name somebody by it until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(strong_key, 0))))


async def put_verified(tx: Transaction, person_id: UUID, *, at: datetime, until: datetime) -> None:
    """Notes beside the viewer how long their name counts as verified, if they have a place of work already."""
    query = update(viewer).where(viewer.c.person_id == person_id)
    await tx.execute(query.values(verified_at=at, verified_until=until))


async def end_verification(tx: Transaction, person_id: UUID) -> None:
    """Nothing counts as verified any more, and what names the person for good is let go."""
    await tx.execute(
        update(viewer).where(viewer.c.person_id == person_id).values(verified_at=None, verified_until=None)
    )
    await tx.execute(update(person).where(person.c.id == person_id).values(strong_key=None))
    await tx.execute(
        update(verification)
        .where(verification.c.person_id == person_id, verification.c.state.in_(SETTLED))
        .values(state="over", strong_key=None, sealed=None)
    )


async def person_by_strong_key(tx: Transaction, strong_key: str) -> UUID | None:
    """Whose verified name and ID number these are."""
    found: UUID | None = await tx.scalar(select(person.c.id).where(person.c.strong_key == strong_key))
    return found


async def put_strong_key(tx: Transaction, person_id: UUID, strong_key: str | None) -> None:
    """Names a person for good. The database refuses the second one."""
    await tx.execute(update(person).where(person.c.id == person_id).values(strong_key=strong_key))


async def strong_keys_of(tx: Transaction, person_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """What names these people for good."""
    found = await tx.execute(select(person.c.id, person.c.strong_key).where(person.c.id.in_(person_ids)))
    return {row.id: row.strong_key for row in found}


async def end_same_input(tx: Transaction, person_id: UUID, row: VerificationRow) -> None:
    """Ends this person's answers to the same input as `row`'s, which takes their place."""
    query = update(verification).where(
        verification.c.person_id == person_id,
        verification.c.input_hash == row.input_hash,
        verification.c.state.in_(SETTLED),
        verification.c.id != row.id,
    )
    await tx.execute(query.values(state="over", sealed=None))


def _one(row: Any) -> VerificationRow | None:
    return None if row is None else VerificationRow(**row)
