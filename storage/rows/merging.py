"""Rows that a merge moves, and puts back: which tables know a clinic or a person, by which column.

Promise: `move` says which rows it changed, by their keys, and `put_back` changes exactly those that still are where it
put them; a row that is new, or went elsewhere since, stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, and_, cast, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.rows.verifications import SETTLED
from storage.schema import (
    clinic,
    clinic_contact,
    clinic_request,
    consent,
    duplicate,
    identity,
    invitation,
    invitation_use,
    merge,
    person,
    session,
    share,
    share_addressee,
    share_bar,
    verification,
    viewer,
    visit,
    wechat_session_key,
)

LIST_MAX = 200
PROOF = ("verified_at", "verified_until", "consented")
WORKPLACE = ("clinic_id", "job", *PROOF)

Condition = Callable[[UUID], ColumnElement[bool]]


def _came_otherwise(kept_id: UUID) -> ColumnElement[bool]:
    """Who came by the same invitation twice stays as they are."""
    theirs = select(invitation_use.c.invitation_id).where(invitation_use.c.person_id == kept_id)
    return invitation_use.c.invitation_id.not_in(theirs)


def _agreed_to_more(kept_id: UUID) -> ColumnElement[bool]:
    """Agreements in force that the other neither has nor took back since; what was taken back stays with who did."""
    table, other, later = consent.c, consent.alias("other"), consent.alias("later")
    since = select(later.c.id).where(
        later.c.person_id == kept_id, later.c.purpose == table.purpose, later.c.withdrawn_at >= table.given_at
    )
    theirs = select(other.c.purpose, other.c.version).where(
        other.c.person_id == kept_id, other.c.withdrawn_at.is_(None)
    )
    agreed = tuple_(table.purpose, table.version).not_in(theirs)
    return and_(table.withdrawn_at.is_(None), agreed, ~since.exists())


def _asked_otherwise(kept_id: UUID) -> ColumnElement[bool]:
    """Questions that the other did not ask, too; a check that goes on elsewhere is sealed for who began it."""
    table, other = verification.c, verification.alias("other")
    theirs = select(other.c.input_hash).where(other.c.person_id == kept_id, other.c.state.in_(SETTLED))
    return and_(table.sealed.is_(None), or_(table.state.not_in(SETTLED), table.input_hash.not_in(theirs)))


def _waits_alone(kept_id: UUID) -> ColumnElement[bool]:
    """Of two requests that wait only one can."""
    table, other = clinic_request.c, clinic_request.alias("other")
    waits = select(other.c.id).where(other.c.person_id == kept_id, other.c.state == "pending").exists()
    return or_(table.state != "pending", ~waits)


@dataclass(frozen=True)
class Moved:
    """A column that names a clinic or a person, the key of its table, and which rows can move (None: all)."""

    table: Table
    column: Column[Any]
    key: tuple[Column[Any], ...]
    movable: Condition | None = None

    def rows(self, from_id: UUID, to_id: UUID) -> ColumnElement[bool]:
        """The rows that would move from one to the other."""
        named = self.column == from_id
        return named if self.movable is None else and_(named, self.movable(to_id))


OF_CLINIC: Mapping[str, Moved] = {
    "viewer": Moved(viewer, viewer.c.clinic_id, (viewer.c.person_id,)),
    "share": Moved(share, share.c.audience_clinic_id, (share.c.id,)),
    "share_addressee": Moved(share_addressee, share_addressee.c.clinic_id, (share_addressee.c.id,)),
    "invitation": Moved(invitation, invitation.c.clinic_id, (invitation.c.id,)),
    "clinic_contact": Moved(
        clinic_contact, clinic_contact.c.clinic_id, (clinic_contact.c.external_userid, clinic_contact.c.employee_id)
    ),
    "alias": Moved(clinic, clinic.c.merged_into, (clinic.c.id,)),
}
OF_PERSON: Mapping[str, Moved] = {
    "identity": Moved(identity, identity.c.person_id, (identity.c.id,)),
    "share": Moved(share, share.c.audience_person_id, (share.c.id,)),
    "share_addressee": Moved(share_addressee, share_addressee.c.person_id, (share_addressee.c.id,)),
    "share_bar": Moved(share_bar, share_bar.c.person_id, (share_bar.c.id,)),
    "invitation_use": Moved(invitation_use, invitation_use.c.person_id, (invitation_use.c.id,), _came_otherwise),
    "consent": Moved(consent, consent.c.person_id, (consent.c.id,), _agreed_to_more),
    "verification": Moved(verification, verification.c.person_id, (verification.c.id,), _asked_otherwise),
    "clinic_request": Moved(clinic_request, clinic_request.c.person_id, (clinic_request.c.id,), _waits_alone),
    # Other names lead to who goes on at once, never by way of another name.
    "alias": Moved(person, person.c.merged_into, (person.c.id,)),
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
    query = update(moved.table).where(moved.rows(from_id, to_id))
    rows = await tx.execute(query.values({moved.column.key: to_id}).returning(*moved.key))
    return sorted([str(part) for part in row] for row in rows)


async def put_back(tx: Transaction, moved: Moved, from_id: UUID, to_id: UUID, keys: Sequence[Sequence[str]]) -> None:
    """Has these rows name `from_id` again, as far as they still name `to_id`."""
    for key in keys:
        query = update(moved.table).where(moved.column == to_id)
        for column, text in zip(moved.key, key, strict=True):
            query = query.where(column == cast(text, column.type))
        await tx.execute(query.values({moved.column.key: from_id}))


async def count(tx: Transaction, moved: Moved, from_id: UUID, to_id: UUID) -> int:
    """How many rows would move."""
    query = select(func.count()).select_from(moved.table).where(moved.rows(from_id, to_id))
    return int(await tx.scalar(query) or 0)


async def clinics(tx: Transaction, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, dict[str, Any]]:
    """What these clinics are registered as; `lock` keeps it so until `tx` ends.

    Held with them are who works there and the invitations to there, first: people who come in take hold of their own
    row, then of an invitation, and then of a clinic, and nobody may wait in a ring.
    """
    if lock:
        for named, key in ((viewer.c.clinic_id, viewer.c.person_id), (invitation.c.clinic_id, invitation.c.id)):
            held = select(key).where(named.in_(ids)).order_by(key)
            await tx.execute(held.with_for_update(key_share=True))
    query = select(clinic.c.id, clinic.c.name, clinic.c.full_name, clinic.c.credit_code, clinic.c.merged_into)
    query = query.where(clinic.c.id.in_(ids)).order_by(clinic.c.id)
    rows = await tx.execute(query.with_for_update() if lock else query)
    return {row["id"]: dict(row) for row in rows.mappings()}


async def put_clinic(tx: Transaction, clinic_id: UUID, **values: Any) -> None:
    """Changes what a clinic is registered as."""
    await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(**values))


async def put_person(tx: Transaction, person_id: UUID, **values: Any) -> None:
    """Changes what a person is taken for."""
    await tx.execute(update(person).where(person.c.id == person_id).values(**values))


async def workplace_of(tx: Transaction, person_id: UUID) -> dict[str, Any] | None:
    """Where a viewer works, as what, and what is proved of them; None without a place of work."""
    query = select(*(viewer.c[name] for name in WORKPLACE)).where(viewer.c.person_id == person_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return dict(row) if row else None


async def put_workplace(tx: Transaction, person_id: UUID, values: Mapping[str, Any]) -> None:
    """Keeps those of WORKPLACE that `values` has; for somebody without a place of work it needs all of them."""
    if set(WORKPLACE) - set(values):
        await tx.execute(update(viewer).where(viewer.c.person_id == person_id).values(**values))
        return
    row = upsert(viewer).values(person_id=person_id, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=dict(values)))


async def drop_workplace(tx: Transaction, person_id: UUID) -> bool:
    """Takes a place of work away again; False for somebody who opened something with it."""
    opened = select(visit.c.id).where(visit.c.person_id == person_id).exists()
    dropping = delete(viewer).where(viewer.c.person_id == person_id, ~opened)
    return (await tx.execute(dropping)).rowcount == 1


async def forget_session_keys(tx: Transaction, person_id: UUID) -> None:
    """Lets go of keys of mini-program sessions, which are sealed for one person: the next sign-in brings another."""
    theirs = select(identity.c.id).where(identity.c.person_id == person_id)
    await tx.execute(delete(wechat_session_key).where(wechat_session_key.c.identity_id.in_(theirs)))


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


async def note_duplicate(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Puts a pair into the queue, or adds its grounds to those of the pair that waits there; a decision stands."""
    if await add_duplicate(tx, values):
        return
    table = duplicate.c
    pair = tuple_(table.kind, table.first_id, table.second_id)
    key = tuple_(values["kind"], values["first_id"], values["second_id"])
    waiting = select(table.id, table.grounds).where(pair == key, table.state == "open").with_for_update()
    row = (await tx.execute(waiting)).one_or_none()
    if row is not None:
        grounds = sorted({*row.grounds, *values["grounds"]})
        await tx.execute(update(duplicate).where(table.id == row.id).values(grounds=grounds))


async def told_apart(tx: Transaction, kind: str, one: UUID, two: UUID) -> bool:
    """Whether somebody said that these two are not the same, or undid a merge of them."""
    first, second = sorted((one, two))
    dismissed = select(duplicate.c.id).where(
        duplicate.c.kind == kind,
        duplicate.c.first_id == first,
        duplicate.c.second_id == second,
        duplicate.c.state == "dismissed",
    )
    undone = select(merge.c.id).where(
        merge.c.kind == kind,
        merge.c.undone_at.is_not(None),
        merge.c.kept_id.in_((one, two)),
        merge.c.merged_id.in_((one, two)),
    )
    return bool(await tx.scalar(select(or_(dismissed.exists(), undone.exists()))))


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
