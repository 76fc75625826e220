"""Who saw a material: for those who call it back. Names are read, so each look is an event.

Managers and auditors see everybody; the material's owner sees whom their own shares reached.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, decide, require
from compliance.errors import NotFound
from compliance.events import Act, Trail
from compliance.materials import obj_of, target_of_material
from compliance.profiles import profiles_of
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from compliance.visits import actor_of, person_now
from fileserver.answers import Names
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, recalls
from storage.rows.materials import MaterialRow
from storage.rows.recalls import SeenRow
from storage.rows.standing import Standing, standings_of

DOWNLOADS_MAX = 20_000

Before = tuple[datetime, UUID] | None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Some visits, and who is named in them."""

    material: MaterialRow
    rows: Sequence[SeenRow]
    names: Names
    standings: dict[UUID, Standing]
    narrowed: bool
    downloads: Mapping[str, int]  # by visit


async def recall(services: Services, actor: Actor, trail: Trail, material_id: UUID, before: Before, limit: int) -> Seen:
    """A page of the list, told to the log. Raises AccessDenied, NotFound."""
    async with services.database.transaction() as tx:
        material, rule, sponsor_id = await allowed(tx, actor, material_id)
        rows = await recalls.seen_by(tx, material_id, sponsor_id=sponsor_id, before=before, limit=limit)
        det: dict[str, str | int] = {"found": len(rows), "format": "page"}
        event = trail.event(Act.EMPLOYEE_RECALL_READ, why=rule, obj=obj_of(material_id), det=det)
        await ledger.append(tx, event, now=services.clock())
        downloads = await downloads_of(tx, material_id)
        return await named(services, tx, material, rows, downloads, narrowed=sponsor_id is not None)


async def downloads_of(tx: Transaction, material_id: UUID) -> Mapping[str, int]:
    """How often a file was taken away, by visit; of the newest DOWNLOADS_MAX times."""
    wanted = Wanted(obj=(obj_of(material_id),), act=(Act.VIEWER_COPY_DOWNLOAD.value,), res="allow")
    found, _more = await newest(tx, wanted, DOWNLOADS_MAX)
    return Counter(str(json.loads(row.leaf)["det"].get("visit")) for row in found)


async def allowed(tx: Transaction, actor: Actor, material_id: UUID) -> tuple[MaterialRow, str, UUID | None]:
    """The material, the rule, and whose shares the list is narrowed to."""
    material = await materials.material_by_id(tx, material_id)
    if material is None:
        raise NotFound(field="material_id")
    target = target_of_material(material)
    rule = require(actor, Action.MATERIAL_RECALL, target, obj=obj_of(material_id))
    everybody = decide(actor, Action.MATERIAL_RECALL, replace(target, owner_id=None)).allowed
    return material, rule, None if everybody else actor.person_id


async def still_allowed(
    services: Services, tx: Transaction, actor: Actor, material_id: UUID
) -> tuple[MaterialRow, str, UUID | None]:
    """The same of what the actor is by now. Raises AccessDenied."""
    now = actor_of(await person_now(tx, actor.person_id), services.clock())
    return await allowed(tx, now, material_id)


async def named(
    services: Services,
    tx: Transaction,
    material: MaterialRow,
    rows: Sequence[SeenRow],
    downloads: Mapping[str, int],
    *,
    narrowed: bool,
) -> Seen:
    """These visits with the names of who is in them."""
    people = {row.person_id for row in rows}
    return Seen(
        material=material,
        rows=rows,
        names=await profiles_of(tx, services.keys.master, person_ids=people | {row.passed_by for row in rows}),
        standings=await standings_of(tx, people),
        narrowed=narrowed,
        downloads=downloads,
    )


def name_in(names: Names, person_id: UUID) -> str:
    """Somebody's name; empty once they are erased."""
    return names[person_id].name if person_id in names else ""
