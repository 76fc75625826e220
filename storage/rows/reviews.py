"""Rows of reviews: one decision on the exact bytes of one version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, insert, select, tuple_, update

from storage.database import Transaction
from storage.rows.materials import MATERIAL_COLUMNS, MaterialRow
from storage.rows.versions import VERSION_COLUMNS, VersionRow
from storage.schema import material, review, version

PAGE_MAX = 100
PENDING = "pending"


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """One review as stored; `sha256` names the bytes that it is about."""

    id: UUID
    version_id: UUID
    sha256: str
    rule_set_version: str
    state: str
    submitted_by: UUID
    submitted_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewCase:
    """A review with what it is about."""

    review: ReviewRow
    version: VersionRow
    material: MaterialRow


REVIEW_COLUMNS = tuple(review.c[field.name] for field in fields(ReviewRow))
_PARTS = (("r", REVIEW_COLUMNS), ("v", VERSION_COLUMNS), ("m", MATERIAL_COLUMNS))


async def add_review(tx: Transaction, row: ReviewRow) -> None:
    """Adds a pending review; the database allows one per version."""
    await tx.execute(insert(review).values({field.name: getattr(row, field.name) for field in fields(row)}))


async def case_by_id(tx: Transaction, review_id: UUID) -> ReviewCase | None:
    """The review with its version and material."""
    row = (await tx.execute(_cases().where(review.c.id == review_id))).one_or_none()
    return None if row is None else _case(row)


async def pending_cases(
    tx: Transaction, *, after: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> Sequence[ReviewCase]:
    """What waits for a decision, oldest first; a withdrawn material waits for nothing any more."""
    query = _cases().where(review.c.state == PENDING, material.c.withdrawn_at.is_(None))
    at = tuple_(review.c.submitted_at, review.c.id)
    if after is not None:
        query = query.where(at > after)
    query = query.order_by(review.c.submitted_at, review.c.id).limit(min(limit, PAGE_MAX))
    return [_case(row) for row in await tx.execute(query)]


async def decided_cases(
    tx: Transaction,
    states: Collection[str],
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[ReviewCase]:
    """What was decided, the latest decision first."""
    query = _cases().where(review.c.state.in_(states))
    at = tuple_(review.c.decided_at, review.c.id)
    if before is not None:
        query = query.where(at < before)
    query = query.order_by(review.c.decided_at.desc(), review.c.id.desc()).limit(min(limit, PAGE_MAX))
    return [_case(row) for row in await tx.execute(query)]


async def reviews_of(tx: Transaction, version_ids: Collection[UUID]) -> dict[UUID, list[ReviewRow]]:
    """The reviews of these versions, oldest first; versions without any are left out."""
    query = select(*REVIEW_COLUMNS).where(review.c.version_id.in_(version_ids))
    found: dict[UUID, list[ReviewRow]] = {}
    for row in await tx.execute(query.order_by(review.c.submitted_at, review.c.id)):
        found.setdefault(row.version_id, []).append(ReviewRow(**row._asdict()))
    return found


async def decide_review(tx: Transaction, review_id: UUID, *, state: str, by: UUID, reason: str, now: datetime) -> bool:
    """Records the decision. False if somebody decided before: there is one decision, whoever races."""
    query = update(review).where(review.c.id == review_id, review.c.state == PENDING)
    done = await tx.execute(query.values(state=state, decided_by=by, decided_at=now, reason=reason))
    return bool(done.rowcount == 1)


def _cases() -> Select[Any]:
    columns = [column.label(f"{prefix}_{column.key}") for prefix, part in _PARTS for column in part]
    joined = review.join(version, version.c.id == review.c.version_id).join(
        material, material.c.id == version.c.material_id
    )
    return select(*columns).select_from(joined)


def _case(row: Row[Any]) -> ReviewCase:
    values = row._asdict()
    return ReviewCase(
        review=ReviewRow(**{field.name: values[f"r_{field.name}"] for field in fields(ReviewRow)}),
        version=VersionRow(**{field.name: values[f"v_{field.name}"] for field in fields(VersionRow)}),
        material=MaterialRow(**{field.name: values[f"m_{field.name}"] for field in fields(MaterialRow)}),
    )
