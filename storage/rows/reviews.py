"""Rows of reviews: the decision on the exact bytes of one version, and the queue of those that wait for one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, insert, select, tuple_, update

from storage.database import Transaction
from storage.rows.homes import path_of, region_of
from storage.rows.materials import MATERIAL_COLUMNS, MaterialRow
from storage.rows.scoping import Scope, in_scope
from storage.rows.versions import VERSION_COLUMNS, VersionRow
from storage.schema import material, review, review_claim, review_step, version

PAGE_MAX = 100
PENDING = "pending"
APPROVED = "approved"


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """One review as stored; `sha256` names the bytes that it is about. `risk`: 0 low, 1 medium, 2 high."""

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
    due_at: datetime | None = None
    risk: int = 0
    four_eyes: bool = False
    told_by: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewCase:
    """A review with what it is about."""

    review: ReviewRow
    version: VersionRow
    material: MaterialRow


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Which waiting reviews to list; None means any. `overdue_at`: due before this time."""

    material_class: str | None = None
    risk: int | None = None
    discipline: str | None = None  # an approval in it is still missing
    overdue_at: datetime | None = None
    claimed_by: UUID | None = None
    unclaimed: bool = False
    now: datetime | None = None  # with `claimed_by` or `unclaimed`: when claims must be in force


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision: the last word on a review, and the rule set that it was given under."""

    state: str
    by: UUID
    reason: str
    rule_set_version: str
    at: datetime


Order = Literal["due", "risk"]
Cursor = tuple[datetime, UUID]

REVIEW_COLUMNS = tuple(review.c[each.name] for each in fields(ReviewRow))
DUE = func.coalesce(review.c.due_at, review.c.submitted_at)
_PARTS = (("r", REVIEW_COLUMNS), ("v", VERSION_COLUMNS), ("m", MATERIAL_COLUMNS))


async def add_review(tx: Transaction, row: ReviewRow) -> None:
    """Adds a pending review; the database allows one per version."""
    await tx.execute(insert(review).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def case_by_id(tx: Transaction, review_id: UUID) -> ReviewCase | None:
    """The review with its version and material."""
    row = (await tx.execute(_cases().where(review.c.id == review_id))).one_or_none()
    return None if row is None else _case(row)


async def approved_case(tx: Transaction, version_id: UUID) -> ReviewCase | None:
    """The review that approved this version."""
    query = _cases().where(review.c.version_id == version_id, review.c.state == APPROVED)
    row = (await tx.execute(query.order_by(review.c.decided_at.desc()).limit(1))).one_or_none()
    return None if row is None else _case(row)


async def pending_cases(
    tx: Transaction,
    readable: Scope,
    where: Waiting | None = None,
    *,
    order: Order = "due",
    after: tuple[int, datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[ReviewCase]:
    """What waits for a decision and may be read; a withdrawn material waits for nothing any more.

    By `due`: what is due first, the riskier of two due at the same moment. By `risk`: the riskiest, then what is due
    first. `after` is (risk, due, id) of the last one seen.
    """
    query = _cases().where(review.c.state == PENDING, material.c.withdrawn_at.is_(None), *_narrowed(where or Waiting()))
    query = query.where(_in(readable))
    risk_last = -review.c.risk  # so that every column goes upwards
    keys = (DUE, risk_last, review.c.id) if order == "due" else (risk_last, DUE, review.c.id)
    if after is not None:
        risk, due, last_id = after
        query = query.where(tuple_(*keys) > ((due, -risk, last_id) if order == "due" else (-risk, due, last_id)))
    return [_case(row) for row in await tx.execute(query.order_by(*keys).limit(min(limit, PAGE_MAX)))]


async def decided_cases(
    tx: Transaction, readable: Scope, states: Collection[str], *, before: Cursor | None = None, limit: int = PAGE_MAX
) -> Sequence[ReviewCase]:
    """What was decided and may be read, the latest decision first."""
    query = _cases().where(review.c.state.in_(states), _in(readable))
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


async def decide_review(tx: Transaction, review_id: UUID, decided: Decided) -> bool:
    """Records the decision. False if somebody decided before: there is one decision, whoever races."""
    query = update(review).where(review.c.id == review_id, review.c.state == PENDING)
    values = {
        "state": decided.state,
        "decided_by": decided.by,
        "decided_at": decided.at,
        "reason": decided.reason,
        "rule_set_version": decided.rule_set_version,
    }
    return bool((await tx.execute(query.values(values))).rowcount == 1)


async def wait_again(tx: Transaction, review_id: UUID, *, due_at: datetime, four_eyes: bool) -> None:
    """The review waits for a decision, as if none had been given."""
    values = {
        "state": PENDING,
        "due_at": due_at,
        "four_eyes": four_eyes,
        "decided_by": None,
        "decided_at": None,
        "reason": "",
    }
    await tx.execute(update(review).where(review.c.id == review_id).values(values))


async def without_steps(tx: Transaction, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Reviews that wait or approved and name no approval that they need, in the order of their ids, behind `after`."""
    stepless = ~exists().where(review_step.c.review_id == review.c.id)
    query = select(review.c.id).where(review.c.state.in_((PENDING, APPROVED)), stepless)
    if after is not None:
        query = query.where(review.c.id > after)
    return list(await tx.scalars(query.order_by(review.c.id).limit(limit)))


def due_of(row: ReviewRow) -> datetime:
    """When it is due, as the queue is sorted: a review of an earlier release is due since it was submitted."""
    return row.due_at or row.submitted_at


def _in(readable: Scope) -> ColumnElement[bool]:
    return in_scope(
        readable,
        owner_id=material.c.owner_id,
        path=path_of(material.c.owner_id),
        region=region_of(material.c.owner_id),
        sensitivity=material.c.sensitivity,
        state=version.c.state,
    )


def _narrowed(where: Waiting) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    in_force = and_(review_claim.c.review_id == review.c.id, review_claim.c.expires_at > (where.now or func.now()))
    if where.material_class is not None:
        found.append(material.c.material_class == where.material_class)
    if where.risk is not None:
        found.append(review.c.risk == where.risk)
    if where.discipline is not None:
        missing = and_(review_step.c.review_id == review.c.id, review_step.c.signature_id.is_(None))
        found.append(exists().where(missing, review_step.c.discipline == where.discipline))
    if where.overdue_at is not None:
        found.append(where.overdue_at > DUE)
    if where.claimed_by is not None:
        found.append(exists().where(in_force, review_claim.c.person_id == where.claimed_by))
    if where.unclaimed:
        found.append(~exists().where(in_force))
    return found


def _cases() -> Select[Any]:
    columns = [column.label(f"{prefix}_{column.key}") for prefix, part in _PARTS for column in part]
    joined = review.join(version, version.c.id == review.c.version_id).join(
        material, material.c.id == version.c.material_id
    )
    return select(*columns).select_from(joined)


def _case(row: Row[Any]) -> ReviewCase:
    values = row._asdict()
    return ReviewCase(
        review=ReviewRow(**{each.name: values[f"r_{each.name}"] for each in fields(ReviewRow)}),
        version=VersionRow(**{each.name: values[f"v_{each.name}"] for each in fields(VersionRow)}),
        material=MaterialRow(**{each.name: values[f"m_{each.name}"] for each in fields(MaterialRow)}),
    )
