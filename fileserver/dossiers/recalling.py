"""Who saw a material: for those who call it back. Names are read, so each look is an event.

Managers and auditors see everybody; the material's owner sees whom their own shares reached.
"""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
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
from fileserver.answers import Names
from fileserver.i18n import Language, translate
from fileserver.services import Services
from fileserver.spreadsheets import BYTE_ORDER_MARK, records, safe_cell
from storage.database import Transaction
from storage.rows import materials, recalls
from storage.rows.materials import MaterialRow
from storage.rows.recalls import SeenRow
from storage.rows.standing import Standing, standings_of

BATCH = 500
ROWS_MAX = 100_000  # of one file
DOWNLOADS_MAX = 20_000
HEAD = (
    "person", "clinic", "job", "version", "sha256", "copy", "first", "last", "downloads", "passed-on", "share",
    "passed-by", "depth",
)  # fmt: skip

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
        return await _named(services, tx, material, rows, downloads, narrowed=sponsor_id is not None)


async def told(services: Services, actor: Actor, trail: Trail, material_id: UUID) -> str:
    """The title of the material whose list is about to leave as a file, with its event. Raises as `recall`."""
    async with services.database.transaction() as tx:
        material, rule, _ = await allowed(tx, actor, material_id)
        event = trail.event(Act.EMPLOYEE_RECALL_READ, why=rule, obj=obj_of(material_id), det={"format": "csv"})
        await ledger.append(tx, event, now=services.clock())
    return material.title


async def lines(services: Services, actor: Actor, material_id: UUID, language: Language) -> AsyncGenerator[bytes]:
    """The whole list as CSV, newest first, batch by batch; asks the rules again before each."""
    yield (BYTE_ORDER_MARK + records([[translate(language, f"recall-csv-{name}") for name in HEAD]])).encode()
    before: Before = None
    downloads: Mapping[str, int] = {}
    for _ in range(0, ROWS_MAX, BATCH):
        async with services.database.transaction() as tx:
            material, _rule, sponsor_id = await allowed(tx, actor, material_id)
            rows = await recalls.seen_by(tx, material_id, sponsor_id=sponsor_id, before=before, limit=BATCH)
            downloads = downloads or await downloads_of(tx, material_id)
            seen = await _named(services, tx, material, rows, downloads, narrowed=sponsor_id is not None)
        yield records([_record(seen, row, language) for row in rows]).encode()
        if len(rows) < BATCH:
            return
        before = (rows[-1].started_at, rows[-1].visit_id)


async def downloads_of(tx: Transaction, material_id: UUID) -> Mapping[str, int]:
    """How often a file was taken away, by visit; of the newest DOWNLOADS_MAX times."""
    wanted = Wanted(obj=obj_of(material_id), act=Act.VIEWER_COPY_DOWNLOAD.value, res="allow")
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


async def _named(
    services: Services,
    tx: Transaction,
    material: MaterialRow,
    rows: Sequence[SeenRow],
    downloads: Mapping[str, int],
    *,
    narrowed: bool,
) -> Seen:
    people = {row.person_id for row in rows}
    return Seen(
        material=material,
        rows=rows,
        names=await profiles_of(tx, services.keys.master, person_ids=people | {row.passed_by for row in rows}),
        standings=await standings_of(tx, people),
        narrowed=narrowed,
        downloads=downloads,
    )


def _record(seen: Seen, row: SeenRow, language: Language) -> list[str]:
    standing = seen.standings.get(row.person_id)
    job = standing.job if standing else None
    erased = translate(language, "page-erased")
    cells = (
        name_in(seen.names, row.person_id) or erased,
        standing.clinic_name if standing else "",
        translate(language, f"job-{job}") if job else "",
        row.version_number,
        row.sha256,
        f"{row.copy_id:012x}",
        row.started_at.isoformat(),
        row.seen_at.isoformat(),
        seen.downloads.get(str(row.visit_id), 0),
        row.passed_on,
        row.share_id,
        name_in(seen.names, row.passed_by) or erased,
        row.depth,
    )
    return [safe_cell(str(cell)) for cell in cells]


def name_in(names: Names, person_id: UUID) -> str:
    """Somebody's name; empty once they are erased."""
    return names[person_id].name if person_id in names else ""
