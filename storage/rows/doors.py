"""What a visit goes through, asked in one question: the visit, its share with all above it, and what it leads to.

Each page, tile and range of a viewer's copy asks this, so a round trip saved here is saved everywhere. Of many visits
at once the same is asked in parts: what several of them share is looked up once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, bindparam, column, func, literal_column, select, true

from storage.database import Asked, driver_of
from storage.direct import Driver, Prepared
from storage.rows import gates, shares, visits
from storage.rows.arrays import array
from storage.rows.gates import Due
from storage.rows.shares import MarkedRow, Served, ShareRow, ShareStanding
from storage.rows.visits import VisitRow
from storage.schema import material, share, version, visit


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


@dataclass(frozen=True)
class Passage:
    """Somebody in a session who goes through a share."""

    share_id: UUID
    person_id: UUID
    session_id: UUID | None


class _Parts:
    """The columns of a query in parts, each of which is an object of its own."""

    def __init__(self, **parts: Mapping[str, ColumnElement[Any]]) -> None:
        self.columns = [
            each.label(f"{part}_{name}") for part, columns in parts.items() for name, each in columns.items()
        ]
        edges = pairwise(accumulate(map(len, parts.values()), initial=0))
        self._places = {part: (tuple(parts[part]), slice(*edge)) for part, edge in zip(parts, edges, strict=True)}

    def of(self, part: str, row: Sequence[Any]) -> dict[str, Any]:
        """A part's members in a row."""
        names, place = self._places[part]
        return dict(zip(names, row[place], strict=True))


def _keyed(columns: Iterable[ColumnElement[Any]]) -> dict[str, ColumnElement[Any]]:
    return {str(each.key): each for each in columns}


_WHICH = (visit.c.share_id, visit.c.person_id)
_ABOVE = shares.standing_query(
    *(select(each).where(visit.c.id == bindparam("visit")).scalar_subquery() for each in _WHICH)
).subquery("above")
_MARKED = shares.look_at(visit.c.share_id, visit.c.started_at).lateral("marked")
_OF_DOOR = _Parts(
    visit=_keyed(visits.COLUMNS),
    share=_keyed(shares.COLUMNS),
    standing=_keyed(_ABOVE.c),
    served=shares.SERVED_COLUMNS,
    marked=_keyed(_MARKED.c),
    due=gates.dues(share.c.root_id, visit.c.person_id, bindparam("session", type_=Uuid)),
)
_DOOR = Prepared(
    select(*_OF_DOOR.columns)
    .select_from(
        visit.join(share, share.c.id == visit.c.share_id)
        .join(material, material.c.id == share.c.material_id)
        .outerjoin(version, (version.c.id == visit.c.version_id) & (version.c.material_id == material.c.id))
        .join(_ABOVE, true())
        .outerjoin(_MARKED, true())
    )
    .where(visit.c.id == bindparam("visit"))
)

# The same of many. Columns of `going` are named by their text: inside of the chain there is no other way to them.
_GOING = "going"
_ASKED_COLUMNS = [column(name, Uuid) for name in ("share_id", "person_id", "session_id")]
_ASKED = (
    func.unnest(*(bindparam(each.name, type_=ARRAY(Uuid)) for each in _ASKED_COLUMNS))
    .table_valued(*_ASKED_COLUMNS)
    .render_derived(name=_GOING)
)
_ASKED_SHARE, _ASKED_PERSON, _ASKED_SESSION = (literal_column(f"{_GOING}.{each.name}", Uuid) for each in _ASKED_COLUMNS)
_EACH_ABOVE = shares.standing_query(_ASKED_SHARE, _ASKED_PERSON, nesting=True).lateral("above")
_OF_PASSAGE = _Parts(
    asked=_keyed(_ASKED.c),
    share={"material_id": share.c.material_id},
    standing=_keyed(_EACH_ABOVE.c),
    due=gates.dues(share.c.root_id, _ASKED_PERSON, _ASKED_SESSION),
)
_PASSAGES = Prepared(
    select(*_OF_PASSAGE.columns).select_from(_ASKED.join(share, share.c.id == _ASKED_SHARE).join(_EACH_ABOVE, true()))
)
_SERVED = Prepared(shares.served_versions(version.c.id == any_(bindparam("versions", type_=ARRAY(Uuid)))))


async def door_of_visit(asked: Asked, visit_id: UUID, session_id: UUID | None = None) -> DoorRow | None:
    """None for a visit that is not there. Without a session every lock is closed."""
    row = await _DOOR.one(await driver_of(asked), visit=visit_id, session=session_id)
    if row is None:
        return None
    of_share, marked = _OF_DOOR.of("share", row), _OF_DOOR.of("marked", row)
    if marked["watermark"] is None:
        marked = {name: of_share[name] for name in marked}
    return DoorRow(
        visit=VisitRow(**_OF_DOOR.of("visit", row)),
        share=ShareRow(**of_share),
        standing=shares.to_standing(_OF_DOOR.of("standing", row)),
        served=Served(**_OF_DOOR.of("served", row)),
        due=Due(**_OF_DOOR.of("due", row)),
        marked=MarkedRow(**marked),
    )


@dataclass(frozen=True)
class PassageRow:
    """What stands between somebody and the material of a share, now."""

    material_id: UUID
    standing: ShareStanding
    due: Due


async def passages(driver: Driver, asked: Collection[Passage]) -> dict[Passage, PassageRow]:
    """Each of them; those whose share is not there are left out."""
    rows = await _PASSAGES.all(
        driver,
        share_id=array([each.share_id for each in asked]),
        person_id=array([each.person_id for each in asked]),
        session_id=array([each.session_id for each in asked]),
    )
    return {
        Passage(**_OF_PASSAGE.of("asked", row)): PassageRow(
            material_id=row.share_material_id,
            standing=shares.to_standing(_OF_PASSAGE.of("standing", row)),
            due=Due(**_OF_PASSAGE.of("due", row)),
        )
        for row in rows
    }


async def served_by_versions(driver: Driver, version_ids: Collection[UUID]) -> dict[UUID, Served]:
    """These versions with their materials, whatever their states."""
    found = (Served(**row._asdict()) for row in await _SERVED.all(driver, versions=array(version_ids)))
    return {each.version_id: each for each in found if each.version_id is not None}
