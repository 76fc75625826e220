"""Visits as what a leak is traced to: copies, by the id that their mark carries, and the pages they were served."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import desk_visit, page_features, rendition, share, version, visit

COPIES_MAX = 200_000  # that one question looks at
PAGES_MAX = 5_000


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What is known of a leak beforehand; None where nothing is. A share stands for all that was forwarded from it."""

    material_id: UUID | None = None
    share_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CopyRow:
    """What one visit was served: its mark carries `copy_id`, made by the hidden mark's key `kid`.

    `share_id` is None for an employee's reading inside the brand.
    """

    copy_id: int
    kid: int
    visit_id: UUID
    share_id: UUID | None
    version_id: UUID
    material_id: UUID
    person_id: UUID
    version_number: int
    version_sha256: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class ServedRow:
    """What was drawn on a copy: the way in that it was served through, and when. Few bytes: there are many of them."""

    copy_id: int
    share_id: UUID | None
    version_id: UUID
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """A page that copies were made of: its base rendition, and its features (None until they are made)."""

    version_id: UUID
    version_sha256: str
    page: int
    object_key: str
    features: bytes | None


_SERVED = union_all(
    select(
        visit.c.copy_id,
        visit.c.kid,
        visit.c.id.label("visit_id"),
        visit.c.share_id,
        share.c.root_id,
        visit.c.version_id,
        visit.c.person_id,
        visit.c.started_at,
    ).join(share, share.c.id == visit.c.share_id),
    select(
        desk_visit.c.copy_id,
        desk_visit.c.kid,
        desk_visit.c.id,
        null(),
        null(),
        desk_visit.c.version_id,
        desk_visit.c.person_id,
        desk_visit.c.started_at,
    ),
).subquery("served")
_COPY = (
    _SERVED.c.copy_id,
    _SERVED.c.kid,
    _SERVED.c.visit_id,
    _SERVED.c.share_id,
    _SERVED.c.version_id,
    version.c.material_id,
    _SERVED.c.person_id,
    version.c.number.label("version_number"),
    version.c.sha256.label("version_sha256"),
    _SERVED.c.started_at,
)


async def copies_by_id(tx: Transaction, copy_ids: Collection[int], where: Narrowing) -> dict[int, CopyRow]:
    """The copies that were really served among these ids; unknown ones are left out."""
    query = _narrowed(select(*_COPY), where).where(_SERVED.c.copy_id.in_(copy_ids))
    found = [CopyRow(**row._asdict()) for row in await tx.execute(query)]
    return {row.copy_id: row for row in found}


async def copy_ids(tx: Transaction, where: Narrowing, version_id: UUID | None = None) -> dict[int, list[int]]:
    """Every copy, of a version if one is given, by the key of its mark, the newest first, at most COPIES_MAX."""
    query = _narrowed(select(_SERVED.c.kid, _SERVED.c.copy_id), where)
    if version_id is not None:
        query = query.where(_SERVED.c.version_id == version_id)
    newest_first = query.order_by(_SERVED.c.started_at.desc(), _SERVED.c.copy_id)
    found: dict[int, list[int]] = {}
    for kid, copy_id in await tx.execute(newest_first.limit(COPIES_MAX)):
        found.setdefault(kid, []).append(copy_id)
    return found


async def newest_copies(tx: Transaction, where: Narrowing) -> Sequence[ServedRow]:
    """Every copy, the newest first, at most COPIES_MAX."""
    columns = (_SERVED.c[each.name] for each in fields(ServedRow))
    newest_first = _narrowed(select(*columns), where).order_by(_SERVED.c.started_at.desc(), _SERVED.c.copy_id)
    return [ServedRow(*row) for row in await tx.execute(newest_first.limit(COPIES_MAX))]


async def count_copies(tx: Transaction, where: Narrowing) -> int:
    """How many copies there are to choose from."""
    return int(await tx.scalar(_narrowed(select(func.count()), where)) or 0)


async def served_pages(tx: Transaction, where: Narrowing) -> Sequence[PageRow]:
    """Every page of every version that copies were made of, the newest versions first, at most PAGES_MAX."""
    served = _narrowed(select(_SERVED.c.version_id), where)
    query = (
        select(
            rendition.c.version_id,
            version.c.sha256.label("version_sha256"),
            rendition.c.page,
            rendition.c.object_key,
            page_features.c.features,
        )
        .join(version, version.c.id == rendition.c.version_id)
        .outerjoin(
            page_features,
            (page_features.c.version_id == rendition.c.version_id) & (page_features.c.page == rendition.c.page),
        )
        .where(rendition.c.kind == "page", rendition.c.version_id.in_(served))
        .order_by(version.c.created_at.desc(), rendition.c.version_id, rendition.c.page)
        .limit(PAGES_MAX)
    )
    return [PageRow(**row._asdict()) for row in await tx.execute(query)]


async def pages_without_features(tx: Transaction, limit: int) -> Sequence[PageRow]:
    """The oldest pages whose features are still to be made, of versions that are ready."""
    made = select(page_features.c.page).where(
        page_features.c.version_id == rendition.c.version_id, page_features.c.page == rendition.c.page
    )
    query = (
        select(
            rendition.c.version_id,
            version.c.sha256.label("version_sha256"),
            rendition.c.page,
            rendition.c.object_key,
        )
        .join(version, version.c.id == rendition.c.version_id)
        .where(rendition.c.kind == "page", version.c.preparation == "ready", ~made.exists())
        .order_by(version.c.created_at, rendition.c.version_id, rendition.c.page)
        .limit(limit)
    )
    return [PageRow(**row._asdict(), features=None) for row in await tx.execute(query)]


async def put_features(tx: Transaction, version_id: UUID, page: int, features: bytes) -> None:
    """Keeps what a page looks like; making it twice leaves one."""
    row = upsert(page_features).values(version_id=version_id, page=page, features=features)
    again = row.on_conflict_do_update(index_elements=["version_id", "page"], set_={"features": features})
    await tx.execute(again)


def _narrowed(query: Select[Any], where: Narrowing) -> Select[Any]:
    """Of everything that was served, with its version."""
    query = query.select_from(_SERVED.join(version, version.c.id == _SERVED.c.version_id))
    if where.material_id is not None:
        query = query.where(version.c.material_id == where.material_id)
    if where.share_id is not None:
        query = query.where(or_(_SERVED.c.share_id == where.share_id, _SERVED.c.root_id == where.share_id))
    if where.since is not None:
        query = query.where(_SERVED.c.started_at >= where.since)
    if where.until is not None:
        query = query.where(_SERVED.c.started_at < where.until)
    return query
