"""Rows that a merge moves, and puts back: which tables know a clinic or a person, by which column.

Promise: `move` says which rows it changed, by their keys, and `put_back` changes exactly those that still are where it
put them; a row that is new, or went elsewhere since, stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, cast, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import (
    clinic,
    clinic_contact,
    duplicate,
    identity,
    invitation,
    invitation_use,
    merge,
    person,
    session,
    share,
    viewer,
)

LIST_MAX = 200


@dataclass(frozen=True)
class Moved:
    """A column that names a clinic or a person, and the key of its table."""

    table: Table
    column: Column[Any]
    key: tuple[Column[Any], ...]


OF_CLINIC: Mapping[str, Moved] = {
    "viewer": Moved(viewer, viewer.c.clinic_id, (viewer.c.person_id,)),
    "share": Moved(share, share.c.audience_clinic_id, (share.c.id,)),
    "invitation": Moved(invitation, invitation.c.clinic_id, (invitation.c.id,)),
    "clinic_contact": Moved(
        clinic_contact, clinic_contact.c.clinic_id, (clinic_contact.c.external_userid, clinic_contact.c.employee_id)
    ),
}
OF_PERSON: Mapping[str, Moved] = {
    "identity": Moved(identity, identity.c.person_id, (identity.c.id,)),
    "share": Moved(share, share.c.audience_person_id, (share.c.id,)),
    "invitation_use": Moved(invitation_use, invitation_use.c.person_id, (invitation_use.c.id,)),
}


@dataclass(frozen=True, kw_only=True)
class MergeRow:
    """One clinic or person taken into another, times in UTC."""

    id: UUID
    kind: str
    kept_id: UUID
    merged_id: UUID
    cause: str
    reason: str
    undo: dict[str, Any]
    merged_by: UUID | None
    merged_at: datetime
    undone_by: UUID | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DuplicateRow:
    """Two that may be one."""

    id: UUID
    kind: str
    first_id: UUID
    second_id: UUID
    grounds: list[str]
    state: str
    found_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str


MERGE = tuple(merge.c[each.name] for each in fields(MergeRow))
DUPLICATE = tuple(duplicate.c[each.name] for each in fields(DuplicateRow))


async def move(tx: Transaction, moved: Moved, from_id: UUID, to_id: UUID) -> list[list[str]]:
    """Has rows name the other; returns their keys as texts."""
    query = update(moved.table).where(moved.column == from_id)
    if moved.table is invitation_use:  # who came by the same invitation twice stays as they are
        theirs = select(invitation_use.c.invitation_id).where(invitation_use.c.person_id == to_id)
        query = query.where(invitation_use.c.invitation_id.not_in(theirs))
    rows = await tx.execute(query.values({moved.column.key: to_id}).returning(*moved.key))
    return sorted([str(part) for part in row] for row in rows)


async def put_back(tx: Transaction, moved: Moved, from_id: UUID, to_id: UUID, keys: Sequence[Sequence[str]]) -> None:
    """Has these rows name `from_id` again, as far as they still name `to_id`."""
    for key in keys:
        query = update(moved.table).where(moved.column == to_id)
        for column, text in zip(moved.key, key, strict=True):
            query = query.where(column == cast(text, column.type))
        await tx.execute(query.values({moved.column.key: from_id}))


async def count(tx: Transaction, moved: Moved, from_id: UUID) -> int:
    """How many rows would move."""
    return len((await tx.execute(select(*moved.key).where(moved.column == from_id))).all())


async def clinics(tx: Transaction, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, dict[str, Any]]:
    """What these clinics are registered as; `lock` keeps it so until `tx` ends."""
    query = select(clinic.c.id, clinic.c.name, clinic.c.full_name, clinic.c.credit_code, clinic.c.merged_into)
    query = query.where(clinic.c.id.in_(ids)).order_by(clinic.c.id)
    rows = await tx.execute(query.with_for_update() if lock else query)
    return {row["id"]: dict(row) for row in rows.mappings()}


async def put_clinic(tx: Transaction, clinic_id: UUID, **values: Any) -> None:
    """Changes what a clinic is registered as."""
    await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(**values))


async def people(tx: Transaction, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, dict[str, Any]]:
    """What is known for sure of these people; `lock` keeps it so until `tx` ends."""
    query = select(person.c.id, person.c.kind, person.c.strong_key, person.c.merged_into, person.c.erased_at)
    query = query.where(person.c.id.in_(ids)).order_by(person.c.id)
    rows = await tx.execute(query.with_for_update() if lock else query)
    return {row["id"]: dict(row) for row in rows.mappings()}


async def put_person(tx: Transaction, person_id: UUID, **values: Any) -> None:
    """Changes what a person is taken for."""
    await tx.execute(update(person).where(person.c.id == person_id).values(**values))


async def end_sessions(tx: Transaction, person_id: UUID, at: datetime) -> None:
    """Signs a person out everywhere."""
    query = update(session).where(session.c.person_id == person_id, session.c.ended_at.is_(None))
    await tx.execute(query.values(ended_at=at))


async def add_merge(tx: Transaction, row: MergeRow) -> None:
    """Writes a merge down."""
    await tx.execute(insert(merge).values({each.name: getattr(row, each.name) for each in fields(MergeRow)}))


async def merge_by_id(tx: Transaction, merge_id: UUID, *, lock: bool = False) -> MergeRow | None:
    """One merge; `lock` keeps it from changing until `tx` ends."""
    query = select(*MERGE).where(merge.c.id == merge_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return MergeRow(**row) if row else None


async def standing_merge(tx: Transaction, kind: str, merged_id: UUID) -> MergeRow | None:
    """The merge that made this id another name of something else."""
    query = select(*MERGE).where(merge.c.kind == kind, merge.c.merged_id == merged_id, merge.c.undone_at.is_(None))
    row = (await tx.execute(query)).mappings().one_or_none()
    return MergeRow(**row) if row else None


async def newer_merge(tx: Transaction, row: MergeRow) -> bool:
    """Whether either of the two took part in another merge after this one that stands."""
    both = (row.kept_id, row.merged_id)
    query = select(merge.c.id).where(
        merge.c.kind == row.kind,
        merge.c.undone_at.is_(None),
        merge.c.id != row.id,
        merge.c.merged_at >= row.merged_at,
        merge.c.kept_id.in_(both) | merge.c.merged_id.in_(both),
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def end_merge(tx: Transaction, merge_id: UUID, by: UUID | None, at: datetime) -> None:
    """Notes that a merge was undone."""
    await tx.execute(update(merge).where(merge.c.id == merge_id).values(undone_by=by, undone_at=at))


async def list_merges(tx: Transaction, *, limit: int = LIST_MAX) -> Sequence[MergeRow]:
    """Merges, the newest first."""
    rows = await tx.execute(select(*MERGE).order_by(merge.c.merged_at.desc(), merge.c.id).limit(limit))
    return [MergeRow(**row) for row in rows.mappings()]


async def add_duplicate(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Puts a pair into the queue; False if it was there before, whatever was decided."""
    adding = upsert(duplicate).values(**values, state="open").on_conflict_do_nothing().returning(duplicate.c.id)
    return (await tx.execute(adding)).first() is not None


async def duplicate_by_id(tx: Transaction, duplicate_id: UUID, *, lock: bool = False) -> DuplicateRow | None:
    """One pair; `lock` keeps it from changing until `tx` ends."""
    query = select(*DUPLICATE).where(duplicate.c.id == duplicate_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return DuplicateRow(**row) if row else None


async def list_duplicates(tx: Transaction, *, state: str = "open", limit: int = LIST_MAX) -> Sequence[DuplicateRow]:
    """Pairs in this state, the newest first."""
    query = select(*DUPLICATE).where(duplicate.c.state == state)
    rows = await tx.execute(query.order_by(duplicate.c.found_at.desc(), duplicate.c.id).limit(limit))
    return [DuplicateRow(**row) for row in rows.mappings()]


async def put_duplicate(tx: Transaction, pair: tuple[str, UUID, UUID], values: Mapping[str, Any]) -> None:
    """Decides about a pair, if it is in the queue; the order of the two doesn't matter."""
    kind, *both = pair
    first, second = sorted(both)
    query = update(duplicate).where(
        tuple_(duplicate.c.kind, duplicate.c.first_id, duplicate.c.second_id) == tuple_(kind, first, second)
    )
    await tx.execute(query.values(**values))
