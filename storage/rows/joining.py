"""Rows of people who turn out to be one: locked together, and what moves from one to the other."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update

from storage.database import Transaction
from storage.schema import identity, legal_hold, person, viewer, wechat_session_key


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What must not differ between two people who are made one."""

    person_id: UUID
    pseudonym: str
    created_at: datetime
    merged_into: UUID | None
    strong_key: str | None = field(repr=False)
    is_shut: bool  # blocked or erased
    is_held: bool  # under a legal hold


async def lock_people(tx: Transaction, person_ids: Collection[UUID]) -> dict[UUID, Joined]:
    """These people, their rows and their viewers' rows locked until `tx` ends, in the order of their ids."""
    await tx.execute(select(person.c.id).where(person.c.id.in_(person_ids)).order_by(person.c.id).with_for_update())
    await tx.execute(
        select(viewer.c.person_id)
        .where(viewer.c.person_id.in_(person_ids))
        .order_by(viewer.c.person_id)
        .with_for_update()
    )
    held = exists().where(legal_hold.c.person_id == person.c.id, legal_hold.c.lifted_at.is_(None))
    query = (
        select(
            person.c.id,
            person.c.pseudonym,
            person.c.created_at,
            person.c.merged_into,
            person.c.strong_key,
            person.c.erased_at,
            viewer.c.blocked_at,
            held.label("is_held"),
        )
        .outerjoin(viewer, viewer.c.person_id == person.c.id)
        .where(person.c.id.in_(person_ids))
    )
    return {
        row.id: Joined(
            person_id=row.id,
            pseudonym=row.pseudonym,
            created_at=row.created_at,
            merged_into=row.merged_into,
            strong_key=row.strong_key,
            is_shut=row.erased_at is not None or row.blocked_at is not None,
            is_held=row.is_held,
        )
        for row in await tx.execute(query)
    }


async def move_identities(tx: Transaction, absorbed: UUID, kept: UUID) -> int:
    """Lets everything that led to one lead to the other; how many. Keys sealed for the one are let go."""
    theirs = select(identity.c.id).where(identity.c.person_id == absorbed)
    await tx.execute(delete(wechat_session_key).where(wechat_session_key.c.identity_id.in_(theirs)))
    query = update(identity).where(identity.c.person_id == absorbed).values(person_id=kept)
    return (await tx.execute(query)).rowcount


async def put_merged(tx: Transaction, absorbed: UUID, kept: UUID) -> None:
    """Makes an id an alias, and what was an alias of it too."""
    await tx.execute(
        update(person).where((person.c.id == absorbed) | (person.c.merged_into == absorbed)).values(merged_into=kept)
    )


async def aliases_of(tx: Transaction, person_id: UUID) -> tuple[UUID, ...]:
    """The other ids of this person."""
    return tuple((await tx.execute(select(person.c.id).where(person.c.merged_into == person_id))).scalars())
