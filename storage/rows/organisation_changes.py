"""Rows of what became of accounts, departments and regions; added, never changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert

from storage.database import Transaction
from storage.schema import account_change, organisation_change


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One change: from what to what, why, by whom (None: the operator) and when."""

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


def _values(row: ChangeRow) -> dict[str, object]:
    return {
        "kind": row.kind,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "changed_by": row.changed_by,
        "changed_at": row.changed_at,
    }
