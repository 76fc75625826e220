"""Rows of procedures: which approvals a class needs. Rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from storage.database import Transaction
from storage.schema import review_procedure

HISTORY_MAX = 200


@dataclass(frozen=True, kw_only=True)
class ProcedureRow:
    """One setting as stored; the newest of a class is in force."""

    id: UUID
    material_class: str
    stages: list[list[str]]
    four_eyes: bool
    due_days: int
    reason: str
    set_by: UUID
    set_at: datetime


COLUMNS = tuple(review_procedure.c[each.name].label(each.name) for each in fields(ProcedureRow))
NEWEST_FIRST = (review_procedure.c.set_at.desc(), review_procedure.c.id.desc())


async def add(tx: Transaction, row: ProcedureRow) -> None:
    """Puts a procedure in force."""
    await tx.execute(insert(review_procedure).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def newest(tx: Transaction, material_class: str, *, but: UUID | None = None) -> ProcedureRow | None:
    """What is in force for the class, not counting what `but` has set; None while nobody else has set anything."""
    query = select(*COLUMNS).where(review_procedure.c.material_class == material_class).order_by(*NEWEST_FIRST)
    if but is not None:
        query = query.where(review_procedure.c.set_by != but)
    row = (await tx.execute(query.limit(1))).one_or_none()
    return None if row is None else ProcedureRow(**row._asdict())


async def history(tx: Transaction) -> Sequence[ProcedureRow]:
    """What was set, the latest first."""
    query = select(*COLUMNS).order_by(*NEWEST_FIRST).limit(HISTORY_MAX)
    return [ProcedureRow(**row._asdict()) for row in await tx.execute(query)]
