"""Rows of viewers and of the identities that lead to them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.rows.people import SealedProfile
from storage.schema import clinic, identity, person, person_key, profile, viewer

PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class ViewerRow:
    """One viewer, times in UTC. `provider` is the sign-in that verified them first."""

    person_id: UUID
    pseudonym: str
    clinic_id: UUID
    clinic_name: str
    job: str
    created_at: datetime
    verified_at: datetime | None
    verified_until: datetime | None
    provider: str | None
    blocked_at: datetime | None
    blocked_reason: str


async def person_by_identity(tx: Transaction, *, provider: str, app: str, subject: str) -> UUID | None:
    """Whom this identity leads to."""
    query = select(identity.c.person_id).where(
        identity.c.provider == provider, identity.c.app == app, identity.c.subject == subject
    )
    found: UUID | None = await tx.scalar(query)
    return found


async def people_by_subjects(tx: Transaction, *, provider: str, subjects: Collection[str]) -> dict[str, UUID]:
    """Whom these identities of one provider lead to; unknown ones are left out."""
    query = select(identity.c.subject, identity.c.person_id).where(
        identity.c.provider == provider, identity.c.app == "", identity.c.subject.in_(subjects)
    )
    return {row.subject: row.person_id for row in await tx.execute(query)}


async def add_identity(tx: Transaction, person_id: UUID, *, provider: str, app: str, subject: str) -> bool:
    """Lets an identity lead to this person; False if it leads to somebody already."""
    row = upsert(identity).values(id=uuid4(), person_id=person_id, provider=provider, app=app, subject=subject)
    query = row.on_conflict_do_nothing(index_elements=["provider", "app", "subject"]).returning(identity.c.id)
    return (await tx.execute(query)).first() is not None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """For how long a viewer's name counts as verified, and which version of the consent they gave; 0: none."""

    verified_at: datetime | None
    verified_until: datetime | None
    consented: int


async def put_viewer(tx: Transaction, person_id: UUID, *, clinic_id: UUID, job: str, proof: Proof) -> None:
    """Gives a person a place of work, or another one; blocking stays as it is."""
    values = {"clinic_id": clinic_id, "job": job, **asdict(proof)}
    row = upsert(viewer).values(person_id=person_id, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))


async def viewer_by_id(tx: Transaction, person_id: UUID, *, lock: bool = False) -> ViewerRow | None:
    """One viewer; `lock` keeps the row from changing until `tx` ends."""
    query = _viewers().where(viewer.c.person_id == person_id)
    row = (await tx.execute(query.with_for_update(of=viewer) if lock else query)).mappings().one_or_none()
    return ViewerRow(**row) if row else None


async def known_viewers(tx: Transaction, ids: Collection[UUID]) -> set[UUID]:
    """Those of these ids that are viewers'."""
    query = select(viewer.c.person_id).where(viewer.c.person_id.in_(ids), viewer.c.clinic_id.is_not(None))
    return set((await tx.execute(query)).scalars())


async def list_viewers(
    tx: Transaction,
    *,
    clinic_id: UUID | None = None,
    blocked: bool | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> tuple[ViewerRow, ...]:
    """Viewers, newest first, without those who are another one by now.

    `before` continues after the (created_at, person_id) last seen. None means any.
    """
    query = (
        _viewers()
        .where(person.c.merged_into.is_(None))
        .order_by(person.c.created_at.desc(), person.c.id.desc())
        .limit(limit)
    )
    if clinic_id is not None:
        query = query.where(viewer.c.clinic_id == clinic_id)
    if blocked is not None:
        query = query.where(viewer.c.blocked_at.is_not(None) if blocked else viewer.c.blocked_at.is_(None))
    if before is not None:
        query = query.where(tuple_(person.c.created_at, person.c.id) < before)
    return tuple(ViewerRow(**row) for row in (await tx.execute(query)).mappings())


async def put_blocked(tx: Transaction, person_id: UUID, at: datetime | None, reason: str = "") -> None:
    """Blocks a viewer from `at` on, or lets them in again with None."""
    query = update(viewer).where(viewer.c.person_id == person_id)
    await tx.execute(query.values(blocked_at=at, blocked_reason=reason))


async def newest_profiles(tx: Transaction, kinds: tuple[str, ...], limit: int) -> tuple[SealedProfile, ...]:
    """The sealed profiles of the newest people of these kinds who are not erased."""
    query = (
        select(person.c.id, person.c.pseudonym, person.c.kind, profile.c.sealed, person_key.c.wrapped_key)
        .join(profile, profile.c.person_id == person.c.id)
        .join(person_key, person_key.c.person_id == person.c.id)
        .where(person.c.kind.in_(kinds), person.c.erased_at.is_(None), person.c.merged_into.is_(None))
        .order_by(person.c.created_at.desc(), person.c.id)
        .limit(limit)
    )
    return tuple(SealedProfile(*row) for row in await tx.execute(query))


def _viewers() -> Select[Any]:
    first = (
        select(identity.c.provider)
        .where(identity.c.person_id == viewer.c.person_id)
        .order_by(identity.c.created_at, identity.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            viewer.c.person_id,
            person.c.pseudonym,
            viewer.c.clinic_id,
            clinic.c.name.label("clinic_name"),
            viewer.c.job,
            person.c.created_at,
            viewer.c.verified_at,
            viewer.c.verified_until,
            first.label("provider"),
            viewer.c.blocked_at,
            func.coalesce(viewer.c.blocked_reason, "").label("blocked_reason"),
        )
        .join(person, person.c.id == viewer.c.person_id)
        .join(clinic, clinic.c.id == viewer.c.clinic_id)
    )
