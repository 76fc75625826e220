"""Rows of quotas: how much a person, or everybody of a department together, may keep; and how much they do keep.

What counts: an upload that is not over, by its length, or by what has arrived while the length is not known; a finished
upload that no version was made of; and the versions that somebody made. A partial upload counts until a final one is
put together of it, which counts instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, and_, cast, delete, exists, func, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.selectable import Subquery

from storage.database import Transaction
from storage.rows.uploads import UNFINISHED
from storage.schema import account, person, upload, upload_quota, upload_source, version

PERSON, DEPARTMENT = "person", "department"
PAGE_MAX = 200
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('upload_quota:' || CAST(:department AS text), 0))")


@dataclass(frozen=True, kw_only=True)
class QuotaRow:
    """One limit. `subject` is a person's id or a department's name; `login` is the person's, None for departments."""

    scope: str
    subject: str
    size_max_bytes: int
    created_at: datetime
    login: str | None


async def put_quota(tx: Transaction, scope: str, subject: str, size_max_bytes: int, now: datetime) -> None:
    """Sets a limit, or replaces it."""
    row = upsert(upload_quota).values(scope=scope, subject=subject, size_max_bytes=size_max_bytes, created_at=now)
    changed = {"size_max_bytes": size_max_bytes, "created_at": now}
    await tx.execute(row.on_conflict_do_update(index_elements=["scope", "subject"], set_=changed))


async def remove_quota(tx: Transaction, scope: str, subject: str) -> bool:
    """Forgets a limit; False if there was none."""
    gone = delete(upload_quota).where(upload_quota.c.scope == scope, upload_quota.c.subject == subject)
    return (await tx.execute(gone)).rowcount == 1


async def quota_of(tx: Transaction, scope: str, subject: str) -> int | None:
    """The limit of one person or department; None if none was set."""
    query = select(upload_quota.c.size_max_bytes)
    found: int | None = await tx.scalar(query.where(upload_quota.c.scope == scope, upload_quota.c.subject == subject))
    return found


async def list_quotas(tx: Transaction, *, after: tuple[str, str] = ("", ""), limit: int = PAGE_MAX) -> list[QuotaRow]:
    """The limits that were set, departments first, beginning after the one named."""
    quota = upload_quota.c
    whose = and_(quota.scope == PERSON, cast(account.c.person_id, Text) == quota.subject)
    behind = or_(quota.scope > after[0], and_(quota.scope == after[0], quota.subject > after[1]))
    query = select(*quota, account.c.login).select_from(upload_quota.outerjoin(account, whose)).where(behind)
    rows = await tx.execute(query.order_by(quota.scope, quota.subject).limit(min(limit, PAGE_MAX)))
    return [QuotaRow(**row) for row in rows.mappings()]


async def department_of(tx: Transaction, person_id: UUID) -> str:
    """The department of an employee; empty for none."""
    return await tx.scalar(select(account.c.department).where(account.c.person_id == person_id)) or ""


async def lock(tx: Transaction, person_id: UUID, department: str) -> None:
    """Nobody else counts for this person, or for the department unless it is empty, until `tx` ends."""
    await tx.execute(select(person.c.id).where(person.c.id == person_id).with_for_update(key_share=True))
    if department:
        await tx.execute(LOCK, {"department": department})


async def used_by_people(tx: Transaction, people: Sequence[UUID]) -> Mapping[UUID, int]:
    """How much each of these people keeps; who keeps nothing is left out."""
    kept = _kept()
    query = select(kept.c.person_id, func.sum(kept.c.size_bytes)).where(kept.c.person_id.in_(people))
    return {person_id: int(size) for person_id, size in await tx.execute(query.group_by(kept.c.person_id))}


async def used_by_departments(tx: Transaction, departments: Sequence[str]) -> Mapping[str, int]:
    """How much the people of each of these departments keep together; a department without anything is left out."""
    kept = _kept()
    people = kept.join(account, account.c.person_id == kept.c.person_id)
    query = select(account.c.department, func.sum(kept.c.size_bytes)).select_from(people)
    query = query.where(account.c.department.in_(departments)).group_by(account.c.department)
    return {department: int(size) for department, size in await tx.execute(query)}


def _kept() -> Subquery:
    """Everything that counts, as (person_id, size_bytes)."""
    used = exists().where(version.c.upload_id == upload.c.id)
    final = upload.alias("final")
    joined = exists().where(
        upload_source.c.source_id == upload.c.id,
        final.c.id == upload_source.c.upload_id,
        final.c.state.not_in(("terminated", "failed")),
    )
    uploads = select(
        upload.c.person_id, func.coalesce(upload.c.length_bytes, upload.c.offset_bytes).label("size_bytes")
    ).where(
        or_(upload.c.state.in_(UNFINISHED), and_(upload.c.state == "complete", ~used)),
        or_(upload.c.concat.is_(None), upload.c.concat != "partial", ~joined),
    )
    versions = select(version.c.uploader_id.label("person_id"), version.c.size_bytes)
    return union_all(uploads, versions).subquery("kept")
