"""Rows of places of work that nobody listed, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from storage.database import Transaction
from storage.schema import clinic_request

LISTED_MAX = 200


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """Somebody says that they work at a place of this name; `for_id` is the employee whose share led here.

    `credit_code` is what they said besides, checked to be one; nobody knows yet whether it is that place's.
    """

    id: UUID
    person_id: UUID
    name: str
    job: str
    state: str
    requested_at: datetime
    for_id: UUID | None
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    clinic_id: UUID | None = None
    credit_code: str | None = None


COLUMNS = tuple(clinic_request.c[name] for name in RequestRow.__dataclass_fields__)


async def put_request(tx: Transaction, row: RequestRow) -> RequestRow:
    """Keeps a request, or changes the one that waits already; the row that waits now. The caller holds the person."""
    changing = (
        update(clinic_request)
        .where(clinic_request.c.person_id == row.person_id, clinic_request.c.state == "pending")
        .values(
            name=row.name,
            credit_code=row.credit_code,
            job=row.job,
            requested_at=row.requested_at,
            for_id=row.for_id,
        )
        .returning(*COLUMNS)
    )
    waiting = (await tx.execute(changing)).mappings().one_or_none()
    if waiting is not None:
        return RequestRow(**waiting)
    await tx.execute(insert(clinic_request).values({column.name: getattr(row, column.name) for column in COLUMNS}))
    return row


async def newest_of(tx: Transaction, person_id: UUID) -> RequestRow | None:
    """What this person asked for last."""
    query = select(*COLUMNS).where(clinic_request.c.person_id == person_id)
    return _one((await tx.execute(query.order_by(clinic_request.c.requested_at.desc()).limit(1))).mappings().first())


async def request_by_id(tx: Transaction, request_id: UUID, *, lock: bool = False) -> RequestRow | None:
    """One request; `lock` keeps the row from changing until `tx` ends. The caller holds the person before that."""
    query = select(*COLUMNS).where(clinic_request.c.id == request_id)
    return _one((await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none())


async def pending(tx: Transaction) -> tuple[RequestRow, ...]:
    """Requests that wait, oldest first."""
    query = select(*COLUMNS).where(clinic_request.c.state == "pending")
    query = query.order_by(clinic_request.c.requested_at, clinic_request.c.id).limit(LISTED_MAX)
    return tuple(RequestRow(**row) for row in (await tx.execute(query)).mappings())


async def decide(tx: Transaction, row: RequestRow, *, by: UUID, at: datetime, clinic_id: UUID | None) -> None:
    """Accepts a request as this clinic, or refuses it."""
    state = "refused" if clinic_id is None else "accepted"
    query = update(clinic_request).where(clinic_request.c.id == row.id)
    await tx.execute(query.values(state=state, decided_by=by, decided_at=at, clinic_id=clinic_id))


def _one(row: Any) -> RequestRow | None:
    return None if row is None else RequestRow(**row)
