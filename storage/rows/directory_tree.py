"""Rows of departments that a directory names: the same tree, below the brand's own root."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update

from storage.database import Transaction
from storage.schema import account, department


@dataclass(frozen=True, kw_only=True)
class PartRow:
    """An open department."""

    id: UUID
    parent_id: UUID | None
    name: str
    source: str
    external_id: str


async def parts(tx: Transaction) -> Sequence[PartRow]:
    """Every open department."""
    query = select(*(department.c[each.name] for each in fields(PartRow))).where(department.c.closed_at.is_(None))
    return [PartRow(**row) for row in (await tx.execute(query)).mappings()]


async def add_part(tx: Transaction, row: PartRow) -> None:
    """Adds a department; `departments.rebuild` makes it part of the tree."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    await tx.execute(insert(department).values(**values, path=[row.id]))


async def put_part(tx: Transaction, row: PartRow) -> None:
    """Writes name, place and source of a department anew."""
    values = {"parent_id": row.parent_id, "name": row.name, "source": row.source, "external_id": row.external_id}
    await tx.execute(update(department).where(department.c.id == row.id).values(**values))


async def close_part(tx: Transaction, department_id: UUID) -> None:
    """Nobody is put there any more."""
    await tx.execute(
        update(department).where(department.c.id == department_id).values(closed_at=text("clock_timestamp()"))
    )


async def place(tx: Transaction, person_id: UUID, department_id: UUID | None) -> None:
    """Says where somebody works; None for nowhere: a manager reaches nobody else's clinics then."""
    name = select(department.c.name).where(department.c.id == department_id).scalar_subquery()
    values = {"department_id": department_id, "department": name if department_id else ""}
    await tx.execute(update(account).where(account.c.person_id == person_id).values(**values))


async def place_of(tx: Transaction, person_id: UUID) -> UUID | None:
    """Where somebody works."""
    found: UUID | None = await tx.scalar(select(account.c.department_id).where(account.c.person_id == person_id))
    return found


def new_part(parent_id: UUID, name: str, source: str, external_id: str) -> PartRow:
    """A department to be added."""
    return PartRow(id=uuid4(), parent_id=parent_id, name=name, source=source, external_id=external_id)
