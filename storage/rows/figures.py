"""Counts and newest rows for the start page of the console. They name nobody: names are in profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from storage.database import Transaction
from storage.schema import clinic, material, share, version, viewer, visit

PAGE_MAX = 50


@dataclass(frozen=True, kw_only=True)
class RecentVisit:
    """One visit, with what it was to and where the visitor works."""

    share_id: UUID
    material_title: str
    person_id: UUID
    clinic_name: str
    started_at: datetime


async def materials_by_state(tx: Transaction) -> Mapping[str, int]:
    """How many materials there are in each state of their newest version, `withdrawn` included."""
    newest = (
        select(version.c.material_id, version.c.state)
        .ext(distinct_on(version.c.material_id))
        .order_by(version.c.material_id, version.c.number.desc())
        .subquery()
    )
    state = case((material.c.withdrawn_at.is_not(None), literal("withdrawn")), else_=newest.c.state).label("state")
    query = select(state, func.count()).join_from(material, newest, newest.c.material_id == material.c.id)
    return {name: int(count) for name, count in await tx.execute(query.group_by(state))}


async def open_shares(tx: Transaction, now: datetime) -> int:
    """How many shares are neither revoked, expired nor used up, of materials that are in use."""
    query = (
        select(func.count())
        .select_from(share.join(material, material.c.id == share.c.material_id))
        .where(
            share.c.revoked_at.is_(None),
            share.c.expires_at > now,
            or_(share.c.visits_max.is_(None), share.c.visits_used < share.c.visits_max),
            material.c.withdrawn_at.is_(None),
        )
    )
    return int(await tx.scalar(query) or 0)


async def visits_since(tx: Transaction, since: datetime) -> int:
    """How many visits began at this time or later."""
    return int(await tx.scalar(select(func.count()).where(visit.c.started_at >= since)) or 0)


async def recent_visits(tx: Transaction, limit: int) -> Sequence[RecentVisit]:
    """The newest visits first."""
    query = (
        select(
            visit.c.share_id,
            material.c.title.label("material_title"),
            visit.c.person_id,
            clinic.c.name.label("clinic_name"),
            visit.c.started_at,
        )
        .join(share, share.c.id == visit.c.share_id)
        .join(material, material.c.id == share.c.material_id)
        .join(viewer, viewer.c.person_id == visit.c.person_id)
        .join(clinic, clinic.c.id == viewer.c.clinic_id)
        .order_by(visit.c.started_at.desc(), visit.c.id)
        .limit(min(limit, PAGE_MAX))
    )
    return [RecentVisit(**row._asdict()) for row in await tx.execute(query)]
