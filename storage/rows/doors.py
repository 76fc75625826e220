"""What a visit goes through, asked in one question: the visit, its share with all above it, and what it leads to.

Each page, tile and range of a viewer's copy asks this, so a round trip saved here is saved everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, select, true

from storage.database import Transaction, driver_of
from storage.direct import Prepared
from storage.rows import gates, shares, visits
from storage.rows.gates import Due
from storage.rows.shares import MarkedRow, Served, ShareRow, ShareStanding
from storage.rows.visits import VisitRow
from storage.schema import material, share, version, visit

VISIT, SHARE, STANDING, SERVED, MARKED, DUE = "visit_", "share_", "standing_", "served_", "marked_", "due_"


@dataclass(frozen=True)
class DoorRow:
    """All of it at one moment. `served` and `marked` are the version and the look that the visit began with.

    `due` is what the share still asks of the visitor, in the session that was asked for.
    """

    visit: VisitRow
    share: ShareRow
    standing: ShareStanding
    served: Served
    marked: MarkedRow
    due: Due


def _named(prefix: str, columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.label(f"{prefix}{name}") for name, column in columns.items()]


_WHICH = (visit.c.share_id, visit.c.person_id)
_ABOVE = shares.standing_query(
    *(select(column).where(visit.c.id == bindparam("visit")).scalar_subquery() for column in _WHICH)
).subquery("above")
_MARKED = shares.look_at(visit.c.share_id, visit.c.started_at).lateral("marked")
_DUES = gates.dues(share.c.root_id, visit.c.person_id, bindparam("session", type_=Uuid))
_DOOR = Prepared(
    select(
        *_named(VISIT, {column.key: column for column in visits.COLUMNS}),
        *_named(SHARE, {column.key: column for column in shares.COLUMNS}),
        *_named(STANDING, {column.key: column for column in _ABOVE.c}),
        *_named(SERVED, shares.SERVED_COLUMNS),
        *_named(MARKED, {column.key: column for column in _MARKED.c}),
        *_named(DUE, _DUES),
    )
    .select_from(
        visit.join(share, share.c.id == visit.c.share_id)
        .join(material, material.c.id == share.c.material_id)
        .outerjoin(version, (version.c.id == visit.c.version_id) & (version.c.material_id == material.c.id))
        .join(_ABOVE, true())
        .outerjoin(_MARKED, true())
    )
    .where(visit.c.id == bindparam("visit"))
)


async def door_of_visit(tx: Transaction, visit_id: UUID, session_id: UUID | None = None) -> DoorRow | None:
    """None for a visit that is not there. Without a session every lock is closed."""
    found = await _DOOR.one(await driver_of(tx), visit=visit_id, session=session_id)
    if found is None:
        return None
    row: Mapping[str, Any] = found._asdict()
    return DoorRow(
        visit=VisitRow(**_taken(VISIT, VisitRow, row)),
        share=ShareRow(**_taken(SHARE, ShareRow, row)),
        standing=shares.to_standing({column.key: row[f"{STANDING}{column.key}"] for column in _ABOVE.c}),
        served=Served(**_taken(SERVED, Served, row)),
        due=Due(**_taken(DUE, Due, row)),
        marked=MarkedRow(**_taken(SHARE if row[f"{MARKED}watermark"] is None else MARKED, MarkedRow, row)),
    )


def _taken(prefix: str, kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: row[f"{prefix}{field.name}"] for field in fields(kind)}
