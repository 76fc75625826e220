"""Rows of visits: one viewer opening one share."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, func, insert, select, tuple_, update

from storage.database import Transaction
from storage.schema import material, share, visit

COPY_ID_BITS = 48
PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class VisitRow:
    """One visit; `version_id` is the bytes that were approved when it began.

    The hidden mark of all that it is served carries `copy_id`, and is made with the key `kid`.
    """

    id: UUID
    share_id: UUID
    version_id: UUID
    person_id: UUID
    copy_id: int
    kid: int
    started_at: datetime
    expires_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class OpenedRow:
    """What somebody opened: the newest visit to each share, and how to come to it again while it is open.

    `is_open` looks at the share itself and its material; what closes it from above is `shares.standing`'s.
    """

    title: str
    started_at: datetime
    runs_until: datetime
    share_id: UUID
    share_kid: int
    share_token_id: bytes
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class ForwardedRow:
    """A link that somebody passed on; `readers` are the other people who opened it."""

    title: str
    made_at: datetime
    share_id: UUID
    readers: int
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Visited:
    """How often somebody opened anything of one tree, and when last."""

    visits: int
    last_at: datetime


def new_copy_id() -> int:
    """A fresh copy id. Two alike among a million are one chance in five hundred; a unique column refuses the second."""
    return secrets.randbits(COPY_ID_BITS)


COLUMNS = tuple(visit.c[field.name] for field in fields(VisitRow))


async def add_visit(
    tx: Transaction, *, share_id: UUID, version_id: UUID, person_id: UUID, kid: int, lasts: tuple[datetime, datetime]
) -> VisitRow:
    """Begins a visit with a fresh copy id; `lasts` from its first moment to its end."""
    now, expires_at = lasts
    row = VisitRow(
        id=uuid4(),
        share_id=share_id,
        version_id=version_id,
        person_id=person_id,
        copy_id=new_copy_id(),
        kid=kid,
        started_at=now,
        expires_at=expires_at,
        seen_at=now,
    )
    await tx.execute(insert(visit).values({field.name: getattr(row, field.name) for field in fields(row)}))
    return row


async def visit_by_id(tx: Transaction, visit_id: UUID) -> VisitRow | None:
    """The visit, whoever's it is."""
    row = (await tx.execute(select(*COLUMNS).where(visit.c.id == visit_id))).one_or_none()
    return None if row is None else VisitRow(**row._asdict())


async def running_visit(
    tx: Transaction, *, share_id: UUID, version_id: UUID, person_id: UUID, now: datetime
) -> VisitRow | None:
    """The viewer's visit to these bytes that still runs, so that opening the link again does not count twice."""
    query = (
        select(*COLUMNS)
        .where(
            visit.c.share_id == share_id,
            visit.c.version_id == version_id,
            visit.c.person_id == person_id,
            visit.c.expires_at > now,
        )
        .order_by(visit.c.started_at.desc())
        .limit(1)
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else VisitRow(**row._asdict())


async def touch_visit(tx: Transaction, visit_id: UUID, now: datetime) -> None:
    """Notes that the visit was seen alive."""
    await tx.execute(update(visit).where(visit.c.id == visit_id).values(seen_at=now))


async def visits_of_share(
    tx: Transaction, share_id: UUID, *, before: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> Sequence[VisitRow]:
    """The newest visits of a share first; `before` continues after the last one seen."""
    query = select(*COLUMNS).where(visit.c.share_id == share_id).order_by(visit.c.started_at.desc(), visit.c.id.desc())
    if before is not None:
        query = query.where(tuple_(visit.c.started_at, visit.c.id) < tuple_(*before))
    return [VisitRow(**row._asdict()) for row in await tx.execute(query.limit(min(limit, PAGE_MAX)))]


async def visits_in_trees(
    tx: Transaction, root_ids: Collection[UUID], person_ids: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], Visited]:
    """By root share and person. Found by whose visits they are, so that the size of a tree costs nothing."""
    query = (
        select(share.c.root_id, visit.c.person_id, func.count().label("visits"), func.max(visit.c.started_at))
        .join(share, share.c.id == visit.c.share_id)
        .where(visit.c.person_id.in_(person_ids), share.c.root_id.in_(root_ids))
        .group_by(share.c.root_id, visit.c.person_id)
    )
    return {
        (root_id, person_id): Visited(visits=visits, last_at=last_at)
        for root_id, person_id, visits, last_at in await tx.execute(query)
    }


async def opened_by(
    tx: Transaction, person_ids: Collection[UUID], now: datetime, limit: int = PAGE_MAX
) -> Sequence[OpenedRow]:
    """The shares that somebody opened, under whichever of their ids, the newest visit first."""
    times = func.max(visit.c.started_at).label("started_at"), func.max(visit.c.expires_at).label("runs_until")
    newest = (
        select(visit.c.share_id, *times).where(visit.c.person_id.in_(person_ids)).group_by(visit.c.share_id).subquery()
    )
    is_open = and_(share.c.revoked_at.is_(None), share.c.expires_at > now, material.c.withdrawn_at.is_(None))
    query = (
        select(
            material.c.title,
            newest.c.started_at,
            newest.c.runs_until,
            newest.c.share_id,
            share.c.kid.label("share_kid"),
            share.c.token_id.label("share_token_id"),
            is_open.label("is_open"),
        )
        .join(share, share.c.id == newest.c.share_id)
        .join(material, material.c.id == share.c.material_id)
        .order_by(newest.c.started_at.desc())
        .limit(min(limit, PAGE_MAX))
    )
    return [OpenedRow(**row) for row in (await tx.execute(query)).mappings()]


async def forwarded_by(
    tx: Transaction, person_ids: Collection[UUID], now: datetime, limit: int = PAGE_MAX
) -> Sequence[ForwardedRow]:
    """The links that somebody passed on, under whichever of their ids, the newest first."""
    others = select(func.count(visit.c.person_id.distinct())).where(
        visit.c.share_id == share.c.id, visit.c.person_id.not_in(person_ids)
    )
    is_open = and_(share.c.revoked_at.is_(None), share.c.expires_at > now, material.c.withdrawn_at.is_(None))
    query = (
        select(
            material.c.title,
            share.c.created_at.label("made_at"),
            share.c.id.label("share_id"),
            others.scalar_subquery().label("readers"),
            is_open.label("is_open"),
        )
        .join(material, material.c.id == share.c.material_id)
        .where(share.c.creator_id.in_(person_ids), share.c.parent_id.is_not(None))
        .order_by(share.c.created_at.desc(), share.c.id)
        .limit(min(limit, PAGE_MAX))
    )
    return [ForwardedRow(**row) for row in (await tx.execute(query)).mappings()]
