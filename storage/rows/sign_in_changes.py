"""Rows of what was done to somebody's ways in; added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from storage.database import Transaction
from storage.schema import sign_in_change

HISTORY_MAX = 100


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One change, time in UTC. `detail` is an id, or a provider's name."""

    person_id: UUID
    kind: str
    detail: str
    reason: str
    changed_by: UUID
    changed_at: datetime


async def add(
    tx: Transaction, person_id: UUID, kind: str, *, by: UUID, at: datetime, detail: str = "", reason: str = ""
) -> None:
    """Keeps a change."""
    values = {"person_id": person_id, "kind": kind, "detail": detail, "reason": reason}
    await tx.execute(insert(sign_in_change).values(id=uuid4(), changed_by=by, changed_at=at, **values))


async def of(tx: Transaction, person_id: UUID | None = None, *, kind: str = "") -> Sequence[ChangeRow]:
    """What was done to this person's ways in, or to everybody's; the newest first."""
    query = select(*(sign_in_change.c[each.name] for each in fields(ChangeRow)))
    if person_id is not None:
        query = query.where(sign_in_change.c.person_id == person_id)
    if kind:
        query = query.where(sign_in_change.c.kind == kind)
    rows = await tx.execute(query.order_by(sign_in_change.c.changed_at.desc(), sign_in_change.c.id).limit(HISTORY_MAX))
    return [ChangeRow(**row) for row in rows.mappings()]
