"""Rows of who was served a material: every visit through every share, and every reading inside the brand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from storage.database import Transaction
from storage.schema import desk_visit, share, version, visit

PAGE_MAX = 1_000


@dataclass(frozen=True, kw_only=True)
class SeenRow:
    """One visit: who saw which copy through which share, whose share it was, and how far it went from there."""

    visit_id: UUID
    person_id: UUID
    share_id: UUID
    passed_by: UUID  # who made the share: the employee, or the viewer who passed it on
    depth: int
    version_number: int
    sha256: str
    copy_id: int
    started_at: datetime
    seen_at: datetime
    passed_on: int  # shares that this person made of this share


@dataclass(frozen=True, kw_only=True)
class ReadRow:
    """One employee reading a version inside the brand."""

    id: UUID
    person_id: UUID
    version_number: int
    sha256: str
    copy_id: int
    started_at: datetime


async def read_by(
    tx: Transaction,
    material_id: UUID,
    *,
    person_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[ReadRow]:
    """Employees' readings of a material, newest first; `person_id` narrows to those of one."""
    started = desk_visit.c.started_at
    query = (
        select(
            desk_visit.c.id,
            desk_visit.c.person_id,
            version.c.number.label("version_number"),
            version.c.sha256,
            desk_visit.c.copy_id,
            started,
        )
        .select_from(desk_visit.join(version, version.c.id == desk_visit.c.version_id))
        .where(version.c.material_id == material_id)
    )
    if person_id is not None:
        query = query.where(desk_visit.c.person_id == person_id)
    if before is not None:
        at, last_id = before
        query = query.where(or_(started < at, and_(started == at, desk_visit.c.id < last_id)))
    query = query.order_by(started.desc(), desk_visit.c.id.desc()).limit(min(limit, PAGE_MAX))
    return [ReadRow(**row._asdict()) for row in await tx.execute(query)]


async def seen_by(
    tx: Transaction,
    material_id: UUID,
    *,
    sponsor_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[SeenRow]:
    """Visits to a material, newest first; `sponsor_id` narrows to the shares of one employee and forwards of them."""
    child = share.alias("child")
    passed_on = (
        select(func.count())
        .select_from(child)
        .where(child.c.parent_id == visit.c.share_id, child.c.creator_id == visit.c.person_id)
        .correlate(visit)
        .scalar_subquery()
    )
    query = (
        select(
            visit.c.id.label("visit_id"),
            visit.c.person_id,
            visit.c.share_id,
            share.c.creator_id.label("passed_by"),
            share.c.depth,
            version.c.number.label("version_number"),
            version.c.sha256,
            visit.c.copy_id,
            visit.c.started_at,
            visit.c.seen_at,
            passed_on.label("passed_on"),
        )
        .select_from(
            visit.join(share, share.c.id == visit.c.share_id).join(version, version.c.id == visit.c.version_id)
        )
        .where(share.c.material_id == material_id)
    )
    if sponsor_id is not None:
        query = query.where(share.c.sponsor_id == sponsor_id)
    if before is not None:
        at, last_id = before
        started = visit.c.started_at
        query = query.where(or_(started < at, and_(started == at, visit.c.id < last_id)))
    query = query.order_by(visit.c.started_at.desc(), visit.c.id.desc()).limit(min(limit, PAGE_MAX))
    return [SeenRow(**row._asdict()) for row in await tx.execute(query)]
