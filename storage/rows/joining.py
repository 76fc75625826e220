"""Rows of people who turn out to be one: locked together, and what moves from one to the other."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from storage.database import Transaction
from storage.schema import legal_hold, person, viewer


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What must not differ between two people who are made one."""

    person_id: UUID
    pseudonym: str
    kind: str
    created_at: datetime
    merged_into: UUID | None
    strong_key: str | None = field(repr=False)
    is_erased: bool
    is_blocked: bool
    is_held: bool  # under a legal hold

    @property
    def is_shut(self) -> bool:
        """Whether nobody gets in as them."""
        return self.is_erased or self.is_blocked


async def lock_people(tx: Transaction, person_ids: Collection[UUID]) -> dict[UUID, Joined]:
    """These people, their rows and their viewers' rows locked until `tx` ends, in the order of their ids.

    Whoever there is nobody of is left out.
    """
    await tx.execute(select(person.c.id).where(person.c.id.in_(person_ids)).order_by(person.c.id).with_for_update())
    await tx.execute(
        select(viewer.c.person_id)
        .where(viewer.c.person_id.in_(person_ids))
        .order_by(viewer.c.person_id)
        .with_for_update()
    )
    return await people(tx, person_ids)


async def people(tx: Transaction, person_ids: Collection[UUID]) -> dict[UUID, Joined]:
    """The same, of this moment alone."""
    held = exists().where(legal_hold.c.person_id == person.c.id, legal_hold.c.lifted_at.is_(None))
    query = (
        select(
            person.c.id,
            person.c.pseudonym,
            person.c.kind,
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
            kind=row.kind,
            created_at=row.created_at,
            merged_into=row.merged_into,
            strong_key=row.strong_key,
            is_erased=row.erased_at is not None,
            is_blocked=row.blocked_at is not None,
            is_held=row.is_held,
        )
        for row in await tx.execute(query)
    }
