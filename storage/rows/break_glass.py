"""Rows of broken glass: who was let in to what, why, until when, and how often it was used."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import break_glass

LISTED_MAX = 200
AT_ONCE_MAX = 100


@dataclass(frozen=True, kw_only=True)
class GlassRow:
    """One grant. `material_id` None: the log. `ended_by` None with an end: nobody of the brand ended it."""

    id: UUID
    person_id: UUID
    material_id: UUID | None
    reason: str
    minutes: int
    started_at: datetime
    ends_at: datetime
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    uses: int = 0


_COLUMNS = tuple(break_glass.c[each.name] for each in fields(GlassRow))


async def add(tx: Transaction, row: GlassRow) -> bool:
    """Adds a grant; False while the person has one for the same thing that nobody has ended."""
    values = {name: value for name, value in vars(row).items() if value is not None}
    adding = upsert(break_glass).values(**values).on_conflict_do_nothing().returning(break_glass.c.id)
    return (await tx.execute(adding)).first() is not None


async def by_id(tx: Transaction, grant_id: UUID, *, lock: bool = False) -> GlassRow | None:
    """One grant; `lock` keeps it from changing until `tx` ends."""
    query = select(*_COLUMNS).where(break_glass.c.id == grant_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return GlassRow(**row) if row else None


async def listed(tx: Transaction, limit: int = LISTED_MAX) -> Sequence[GlassRow]:
    """All there was, the newest first."""
    query = select(*_COLUMNS).order_by(break_glass.c.started_at.desc(), break_glass.c.id).limit(min(limit, LISTED_MAX))
    return [GlassRow(**row) for row in (await tx.execute(query)).mappings()]


async def over(tx: Transaction, now: datetime) -> Sequence[GlassRow]:
    """Grants whose time is over and whose end nobody has written down, locked; some at a time."""
    query = select(*_COLUMNS).where(break_glass.c.ended_at.is_(None), break_glass.c.ends_at <= now)
    rows = await tx.execute(query.order_by(break_glass.c.ends_at).limit(AT_ONCE_MAX).with_for_update())
    return [GlassRow(**row) for row in rows.mappings()]


async def open_of(tx: Transaction, person_id: UUID) -> Sequence[GlassRow]:
    """What somebody broke and nobody has ended."""
    query = select(*_COLUMNS).where(break_glass.c.person_id == person_id, break_glass.c.ended_at.is_(None))
    rows = await tx.execute(query.order_by(break_glass.c.started_at, break_glass.c.id))
    return [GlassRow(**row) for row in rows.mappings()]


async def put_ended(tx: Transaction, grant_id: UUID, at: datetime, by: UUID | None) -> None:
    """Writes down the end."""
    await tx.execute(update(break_glass).where(break_glass.c.id == grant_id).values(ended_at=at, ended_by=by))


async def count_use(tx: Transaction, person_id: UUID, material_id: UUID | None, now: datetime) -> GlassRow | None:
    """One more use of the person's open grant for this thing; None if there is none."""
    table = break_glass.c
    thing: ColumnElement[bool] = table.material_id.is_not_distinct_from(material_id)
    mine = (table.person_id == person_id, table.ended_at.is_(None), table.ends_at > now, thing)
    counting = update(break_glass).where(*mine).values(uses=table.uses + 1).returning(*_COLUMNS)
    row = (await tx.execute(counting)).mappings().one_or_none()
    return GlassRow(**row) if row else None
