"""Rows of pages that a platform was asked about, by its trace ids.

Two say something of one trace id, in any order: who asked (`note_asked`) and who heard the verdict (`note_verdict`).
Each gets the row as it is then, and the second of them, whichever it is, finds it whole: they wait for each other at
the trace id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.schema import picture_check

Answer = Literal["pass", "review", "risky", "unchecked"]


@dataclass(frozen=True, kw_only=True)
class PictureCheckRow:
    """One page under one trace id. Without a version it is a verdict that came early; `verdict` None is waited for."""

    trace_id: str
    version_id: UUID | None = None
    scan_id: UUID | None = None
    page: int | None = None
    verdict: Answer | None = None
    label: int = 0
    cause: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None


COLUMNS = tuple(picture_check.c[each.name] for each in fields(PictureCheckRow))


async def note_asked(
    tx: Transaction, trace_id: str, *, version_id: UUID, scan_id: UUID, page: int, at: datetime
) -> PictureCheckRow:
    """The platform was asked about this page; with the verdict, if that came first."""
    said = {"version_id": version_id, "scan_id": scan_id, "page": page, "asked_at": at}
    query = insert(picture_check).values(trace_id=trace_id, **said)
    query = query.on_conflict_do_update(index_elements=["trace_id"], set_=said)
    return PictureCheckRow(**(await tx.execute(query.returning(*COLUMNS))).one()._asdict())


async def note_verdict(
    tx: Transaction, trace_id: str, *, verdict: Answer, label: int, cause: str, at: datetime
) -> PictureCheckRow | None:
    """The platform said this; None if it had said something before. It may come after it was waited for in vain."""
    said = {"verdict": verdict, "label": label, "cause": cause, "answered_at": at}
    query = insert(picture_check).values(trace_id=trace_id, **said)
    before = picture_check.c.verdict
    query = query.on_conflict_do_update(
        index_elements=["trace_id"], set_=said, where=before.is_(None) | (before == "unchecked")
    )
    row = (await tx.execute(query.returning(*COLUMNS))).one_or_none()
    return None if row is None else PictureCheckRow(**row._asdict())


async def give_up(tx: Transaction, trace_id: str, *, cause: str, at: datetime) -> PictureCheckRow | None:
    """Nothing is waited for any more; None if there is a verdict by now."""
    query = update(picture_check).where(picture_check.c.trace_id == trace_id, picture_check.c.verdict.is_(None))
    values = query.values(verdict="unchecked", cause=cause, answered_at=at)
    row = (await tx.execute(values.returning(*COLUMNS))).one_or_none()
    return None if row is None else PictureCheckRow(**row._asdict())


async def adopt(tx: Transaction, version_id: UUID, scan_id: UUID) -> Sequence[PictureCheckRow]:
    """What was asked of this version and needs no asking again joins this scan; by page. Nothing comes in meanwhile."""
    query = update(picture_check).where(
        picture_check.c.version_id == version_id, picture_check.c.verdict.is_distinct_from("unchecked")
    )
    rows = await tx.execute(query.values(scan_id=scan_id).returning(*COLUMNS))
    return sorted((PictureCheckRow(**row._asdict()) for row in rows), key=lambda each: each.page or 0)


async def are_waited_for(tx: Transaction, version_id: UUID) -> bool:
    """Whether a verdict on a page of this version is still to come."""
    waiting = exists().where(picture_check.c.version_id == version_id, picture_check.c.verdict.is_(None))
    return bool(await tx.scalar(select(waiting)))


async def overdue(tx: Transaction, before: datetime, limit: int) -> Sequence[str]:
    """Trace ids of what was asked before this time and is still waited for, oldest first."""
    query = select(picture_check.c.trace_id).where(picture_check.c.verdict.is_(None), picture_check.c.asked_at < before)
    return list(await tx.scalars(query.order_by(picture_check.c.asked_at).limit(limit)))


async def forget_early(tx: Transaction, before: datetime) -> int:
    """Removes verdicts of before this time that nobody had asked for; how many."""
    query = delete(picture_check).where(picture_check.c.version_id.is_(None), picture_check.c.answered_at < before)
    return (await tx.execute(query)).rowcount
