"""Rows of what is asked at a share's door, and of who has answered.

A gate is an employee's share's; all that was forwarded from it asks the same, so it is looked up by the root.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import pledge, pledge_text, share, share_gate, share_item, share_unlock

OPEN = "none"


@dataclass(frozen=True, kw_only=True)
class GateRow:
    """What a share asks; `revision` counts the changes of its lock (none, password, code)."""

    share_id: UUID
    lock: str
    password_hash: str | None = field(repr=False)
    revision: int
    pledge: bool
    changed_by: UUID
    changed_at: datetime


@dataclass(frozen=True)
class Due:
    """What still stands between somebody and a share."""

    locked: bool
    unpledged: bool


COLUMNS = tuple(share_gate.c[each.name] for each in fields(GateRow))


async def gate_of(tx: Transaction, root_id: UUID, *, lock: bool = False) -> GateRow | None:
    """What the share asks; None: nothing. `lock` holds it until `tx` ends."""
    query = select(*COLUMNS).where(share_gate.c.share_id == root_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return None if row is None else GateRow(**row)


async def put_gate(tx: Transaction, row: GateRow) -> None:
    """Keeps what a share asks from now on."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    query = upsert(share_gate).values(values)
    await tx.execute(query.on_conflict_do_update(index_elements=["share_id"], set_=values))


async def unlock(tx: Transaction, root_id: UUID, session_id: UUID, revision: int, now: datetime) -> None:
    """This session has answered this revision of the lock."""
    values = {"revision": revision, "unlocked_at": now}
    query = upsert(share_unlock).values(share_id=root_id, session_id=session_id, **values)
    await tx.execute(query.on_conflict_do_update(index_elements=["share_id", "session_id"], set_=values))


async def alike(tx: Transaction, gate: GateRow) -> Sequence[tuple[UUID, UUID, int]]:
    """What else of a folder the same answer opens, if the gate is still as answered: (share, material, revision)."""
    mine, other, place, beside = share_gate.alias(), share_gate.alias(), share_item.alias(), share_item.alias()
    same = (other.c.lock == mine.c.lock) & other.c.password_hash.is_not_distinct_from(mine.c.password_hash)
    folder = (
        mine.join(place, place.c.share_id == mine.c.share_id)
        .join(beside, (beside.c.lead_id == place.c.lead_id) & (beside.c.share_id != place.c.share_id))
        .join(other, (other.c.share_id == beside.c.share_id) & same)
        .join(share, share.c.id == other.c.share_id)
    )
    query = select(other.c.share_id, share.c.material_id, other.c.revision).select_from(folder)
    found = await tx.execute(query.where(mine.c.share_id == gate.share_id, mine.c.revision == gate.revision))
    return [(row.share_id, row.material_id, row.revision) for row in found]


async def due(tx: Transaction, root_id: UUID, person_id: UUID, session_id: UUID | None) -> Due:
    """What the share still asks of this person in this session; without a session every lock is closed."""
    columns = dues(literal(root_id, Uuid), literal(person_id, Uuid), literal(session_id, Uuid))
    row = (await tx.execute(select(*(column.label(name) for name, column in columns.items())))).one()
    return Due(locked=row.locked is not False, unpledged=row.unpledged is not False)


def dues(
    root_id: ColumnElement[Any], person_id: ColumnElement[Any], session_id: ColumnElement[Any]
) -> dict[str, ColumnElement[bool]]:
    """The same as columns of a question about many things, under the names that `Due` has."""
    gate, unlocked, given = share_gate.alias("asked"), share_unlock.c, pledge.c
    answered = exists().where(
        unlocked.share_id == gate.c.share_id,
        unlocked.session_id == session_id,
        unlocked.revision == gate.c.revision,
    )
    in_force = select(func.max(pledge_text.c.version)).scalar_subquery()
    accepted = exists().where(
        given.share_id == gate.c.share_id, given.person_id == person_id, given.version == in_force
    )
    asked = select(gate.c.share_id).where(gate.c.share_id == root_id)
    return {
        "locked": asked.where(gate.c.lock != OPEN, ~answered).exists(),
        "unpledged": asked.where(gate.c.pledge, ~accepted).exists(),
    }
