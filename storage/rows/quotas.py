"""Rows of quotas: how much a person, or a department with all below it, may keep; and how much they do keep.

What counts: an upload that is not over, by its length, or by what has arrived while the length is not known; a finished
upload that no version was made of; and the versions that somebody made. A partial upload counts until a final one is
put together of it, which counts instead.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, and_, any_, bindparam, case, cast, delete, exists, func, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.selectable import Subquery

from storage.database import Transaction
from storage.rows.departments import place_of
from storage.rows.uploads import UNFINISHED, is_claimed
from storage.schema import account, department, evidence, person, upload, upload_quota, upload_source, version

Subject = tuple[str, str]  # a scope, and the id of a person or of a department

PERSON, DEPARTMENT = "person", "department"
PAGE_MAX = 200
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('upload_quota:' || CAST(:department AS text), 0))")


@dataclass(frozen=True, kw_only=True)
class QuotaRow:
    """One limit. `subject` is the id of a person, whose `login` it says, or of a department, whose name and place."""

    scope: str
    subject: str
    size_max_bytes: int
    created_at: datetime
    login: str | None
    name: str | None
    place: str | None


async def put_quota(tx: Transaction, scope: str, subject: str, size_max_bytes: int, now: datetime) -> None:
    """Sets a limit, or replaces it."""
    row = upsert(upload_quota).values(scope=scope, subject=subject, size_max_bytes=size_max_bytes, created_at=now)
    changed = {"size_max_bytes": size_max_bytes, "created_at": now}
    await tx.execute(row.on_conflict_do_update(index_elements=["scope", "subject"], set_=changed))


async def remove_quota(tx: Transaction, scope: str, subject: str) -> bool:
    """Forgets a limit; False if there was none."""
    gone = delete(upload_quota).where(upload_quota.c.scope == scope, upload_quota.c.subject == subject)
    return (await tx.execute(gone)).rowcount == 1


HOME, ABOVE = department.alias("home"), department.alias("above")
OF_PERSON, OF_DEPARTMENT = upload_quota.alias("of_person"), upload_quota.alias("of_department")
BINDING = (
    select(
        account.c.person_id,
        OF_PERSON.c.size_max_bytes.label("person_bytes"),
        ABOVE.c.id,
        ABOVE.c.name,
        OF_DEPARTMENT.c.size_max_bytes.label("department_bytes"),
    )
    .select_from(
        account.outerjoin(
            OF_PERSON, and_(OF_PERSON.c.scope == PERSON, OF_PERSON.c.subject == cast(account.c.person_id, Text))
        )
        .outerjoin(HOME, HOME.c.id == account.c.department_id)
        .outerjoin(ABOVE, ABOVE.c.id == any_(HOME.c.path))
        .outerjoin(
            OF_DEPARTMENT, and_(OF_DEPARTMENT.c.scope == DEPARTMENT, OF_DEPARTMENT.c.subject == cast(ABOVE.c.id, Text))
        )
    )
    .where(account.c.person_id.in_(bindparam("people", expanding=True)))
    .order_by(func.cardinality(ABOVE.c.path).desc())
)


@dataclass(frozen=True, kw_only=True)
class LevelRow:
    """A department that somebody works in, or that is above it, and what was set for it; None: nothing was."""

    id: UUID
    name: str
    allowed_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class BindingRow:
    """What was set for an employee, None for nothing; and their departments, the nearest first, the root last."""

    person_bytes: int | None
    departments: tuple[LevelRow, ...]


async def binding_of(tx: Transaction, people: Collection[UUID]) -> Mapping[UUID, BindingRow]:
    """The limits that were set for these employees. One question: it is asked for every upload."""
    found = dict[UUID, BindingRow]()
    for row in await tx.execute(BINDING, {"people": list(people)}):
        level = (LevelRow(id=row.id, name=row.name, allowed_bytes=row.department_bytes),) if row.id else ()
        nearer = found[row.person_id].departments if row.person_id in found else ()
        found[row.person_id] = BindingRow(person_bytes=row.person_bytes, departments=(*nearer, *level))
    return found


async def list_quotas(tx: Transaction, *, after: tuple[str, str] = ("", ""), limit: int = PAGE_MAX) -> list[QuotaRow]:
    """The limits that were set, departments first, beginning after the one named."""
    quota = upload_quota.c
    whose = and_(quota.scope == PERSON, cast(account.c.person_id, Text) == quota.subject)
    behind = or_(quota.scope > after[0], and_(quota.scope == after[0], quota.subject > after[1]))
    place = case((department.c.id.is_not(None), place_of(department)))
    where = and_(quota.scope == DEPARTMENT, cast(department.c.id, Text) == quota.subject)
    query = select(*quota, account.c.login, department.c.name, place.label("place"))
    query = query.select_from(upload_quota.outerjoin(account, whose).outerjoin(department, where)).where(behind)
    rows = await tx.execute(query.order_by(quota.scope, quota.subject).limit(min(limit, PAGE_MAX)))
    return [QuotaRow(**row) for row in rows.mappings()]


async def lock(tx: Transaction, people: Collection[UUID], departments: Collection[UUID]) -> None:
    """Nobody else counts for these until `tx` ends; taken in one order, so that none wait for each other in a ring."""
    found = select(person.c.id).where(person.c.id.in_(people)).order_by(person.c.id)
    await tx.execute(found.with_for_update(key_share=True))
    for each in sorted(departments):
        await tx.execute(LOCK, {"department": str(each)})


async def used_by_people(tx: Transaction, people: Collection[UUID]) -> Mapping[UUID, int]:
    """How much each of these people keeps; who keeps nothing is left out."""
    kept = _kept()
    query = select(kept.c.person_id, func.sum(kept.c.size_bytes)).where(kept.c.person_id.in_(people))
    return {person_id: int(size) for person_id, size in await tx.execute(query.group_by(kept.c.person_id))}


async def used_by_departments(tx: Transaction, departments: Collection[UUID]) -> Mapping[UUID, int]:
    """How much everybody in each of these departments or below it keeps together; without anything it is left out."""
    kept = _kept()
    people = kept.join(account, account.c.person_id == kept.c.person_id).join(
        HOME, HOME.c.id == account.c.department_id
    )
    query = select(ABOVE.c.id, func.sum(kept.c.size_bytes))
    query = query.select_from(people.join(ABOVE, ABOVE.c.id == any_(HOME.c.path)))
    rows = await tx.execute(query.where(ABOVE.c.id.in_(departments)).group_by(ABOVE.c.id))
    return {department_id: int(size) for department_id, size in rows}


def _kept() -> Subquery:
    """Everything that counts, as (person_id, size_bytes)."""
    final = upload.alias("final")
    joined = exists().where(
        upload_source.c.source_id == upload.c.id,
        final.c.id == upload_source.c.upload_id,
        final.c.state.not_in(("terminated", "failed")),
    )
    uploads = select(
        upload.c.person_id, func.coalesce(upload.c.length_bytes, upload.c.offset_bytes).label("size_bytes")
    ).where(
        or_(upload.c.state.in_(UNFINISHED), and_(upload.c.state == "complete", ~is_claimed(upload.c.id))),
        or_(upload.c.concat.is_(None), upload.c.concat != "partial", ~joined),
    )
    versions = select(version.c.uploader_id.label("person_id"), version.c.size_bytes)
    proofs = select(evidence.c.added_by.label("person_id"), evidence.c.size_bytes)
    return union_all(uploads, versions, proofs).subquery("kept")
