"""Whether pages of visits would still be served, for many visits at once: one question of each kind for all of them.

Promises of each what `compliance.visits.door_of_visit` and the access decision say of one: every row is read anew, and
nothing is remembered.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.access import Action, require
from compliance.errors import AccessDenied, ComplianceError, NotFound
from compliance.visits import actor_of, facts_of, target_of
from storage.direct import Driver
from storage.rows.beacons import VisitClock
from storage.rows.doors import Passage, PassageRow, passages, served_by_versions
from storage.rows.shares import Served
from storage.rows.standing import Standing, standings_now


@dataclass(frozen=True)
class Reading:
    """A visit, read in a session."""

    visit: VisitClock
    session_id: UUID | None

    @property
    def passage(self) -> Passage:
        """Who goes through which share."""
        return Passage(self.visit.share_id, self.visit.person_id, self.session_id)


async def refusals(driver: Driver, readings: Collection[Reading], now: datetime) -> dict[Reading, ComplianceError]:
    """Those that may not go on: NotFound once the visit is over, AccessDenied when it would be served nothing."""
    if not readings:
        return {}
    doors = await passages(driver, {each.passage for each in readings})
    served = await served_by_versions(driver, {each.visit.version_id for each in readings})
    people = await standings_now(driver, {each.visit.person_id for each in readings})
    refused: dict[Reading, ComplianceError] = {}
    for each in readings:
        visit = each.visit
        try:
            _require(visit, doors[each.passage], served[visit.version_id], people.get(visit.person_id), now)
        except ComplianceError as refusal:
            refused[each] = refusal
    return refused


def _require(visit: VisitClock, door: PassageRow, served: Served, person: Standing | None, now: datetime) -> None:
    facts = facts_of(door.standing, door.due, now)
    if served.material_id != door.material_id or (visit.expires_at <= now and not facts.expired):
        raise NotFound
    if person is None:
        raise AccessDenied("actor-inactive")
    target = target_of(served, now, share=facts, visit_person_id=visit.person_id, sealed=True)
    names = {"obj": f"material:{door.material_id}", "link": str(visit.share_id)}
    require(actor_of(person, now), Action.VISIT_READ, target, **names)
