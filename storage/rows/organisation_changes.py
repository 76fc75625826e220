"""Rows of what became of accounts, departments and regions; added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, or_, select

from storage.database import Transaction
from storage.schema import account_change, organisation_change

CHANGES_MAX = 200


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One change: from what to what, why, by whom (None: a directory, or the operator) and when."""

    subject_id: UUID
    kind: str
    before: str
    after: str
    reason: str
    changed_by: UUID | None
    changed_at: datetime


async def add_account_change(tx: Transaction, row: ChangeRow) -> None:
    """Keeps what became of the account of the person `subject_id`."""
    await tx.execute(insert(account_change).values(id=uuid4(), person_id=row.subject_id, **_values(row)))


async def add_department_change(tx: Transaction, row: ChangeRow) -> None:
    """Keeps what became of a department."""
    await tx.execute(insert(organisation_change).values(id=uuid4(), department_id=row.subject_id, **_values(row)))


async def add_region_change(tx: Transaction, row: ChangeRow) -> None:
    """Keeps what became of a region."""
    await tx.execute(insert(organisation_change).values(id=uuid4(), region_id=row.subject_id, **_values(row)))


async def account_changes(tx: Transaction, person_id: UUID) -> Sequence[ChangeRow]:
    """What became of an account, newest first."""
    table = account_change.c
    columns = (table.kind, table.before, table.after, table.reason, table.changed_by, table.changed_at)
    query = select(table.person_id.label("subject_id"), *columns).where(table.person_id == person_id)
    rows = await tx.execute(query.order_by(table.changed_at.desc(), table.id).limit(CHANGES_MAX))
    return [ChangeRow(**row) for row in rows.mappings()]


async def organisation_changes(tx: Transaction, subject_id: UUID | None = None) -> Sequence[ChangeRow]:
    """What became of a department or region, or of all of them, newest first."""
    table = organisation_change.c
    columns = (table.kind, table.before, table.after, table.reason, table.changed_by, table.changed_at)
    query = select(func.coalesce(table.department_id, table.region_id).label("subject_id"), *columns)
    if subject_id is not None:
        query = query.where(or_(table.department_id == subject_id, table.region_id == subject_id))
    rows = await tx.execute(query.order_by(table.changed_at.desc(), table.id).limit(CHANGES_MAX))
    return [ChangeRow(**row) for row in rows.mappings()]


def _values(row: ChangeRow) -> dict[str, object]:
    return {
        "kind": row.kind,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "changed_by": row.changed_by,
        "changed_at": row.changed_at,
    }
