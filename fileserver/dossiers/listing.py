"""The recall list as a file: who saw a material by a share, then which employees read it and who took its original."""

from collections.abc import AsyncGenerator, Mapping
from uuid import UUID

from compliance import ledger
from compliance.access import Actor
from compliance.events import Act, Trail
from compliance.materials import obj_of
from compliance.profiles import profiles_of
from fileserver.answers import Names
from fileserver.dossiers.inside import Taken, originals_of
from fileserver.dossiers.recalling import Before, Seen, allowed, downloads_of, name_in, named, still_allowed
from fileserver.i18n import Language, translate
from fileserver.services import Services
from fileserver.spreadsheets import BYTE_ORDER_MARK, records, safe_cell
from storage.rows import recalls
from storage.rows.recalls import ReadRow, SeenRow

BATCH = 500
ROWS_MAX = 100_000  # of visits, and of readings, in one file
HEAD = (
    "way", "person", "clinic", "job", "version", "sha256", "copy", "first", "last", "downloads", "passed-on", "share",
    "passed-by", "depth",
)  # fmt: skip

Record = dict[str, object]


async def told(services: Services, actor: Actor, trail: Trail, material_id: UUID) -> str:
    """The title of the material whose list is about to leave as a file, with its event. Raises as `recall`."""
    async with services.database.transaction() as tx:
        material, rule, _ = await allowed(tx, actor, material_id)
        event = trail.event(Act.EMPLOYEE_RECALL_READ, why=rule, obj=obj_of(material_id), det={"format": "csv"})
        await ledger.append(tx, event, now=services.clock())
    return material.title


async def lines(services: Services, actor: Actor, material_id: UUID, language: Language) -> AsyncGenerator[bytes]:
    """The whole list as CSV, each part newest first, batch by batch; each asks the rules about the actor by then."""
    yield (BYTE_ORDER_MARK + records([[translate(language, f"recall-csv-{name}") for name in HEAD]])).encode()
    before: Before = None
    downloads: Mapping[str, int] = {}
    for _ in range(0, ROWS_MAX, BATCH):
        async with services.database.transaction() as tx:
            material, _rule, sponsor_id = await still_allowed(services, tx, actor, material_id)
            rows = await recalls.seen_by(tx, material_id, sponsor_id=sponsor_id, before=before, limit=BATCH)
            downloads = downloads or await downloads_of(tx, material_id)
            seen = await named(services, tx, material, rows, downloads, narrowed=sponsor_id is not None)
        yield _records([_visit(seen, row, language) for row in rows])
        if len(rows) < BATCH:
            break
        before = (rows[-1].started_at, rows[-1].visit_id)
    async for batch in _inside(services, actor, material_id, language):
        yield batch


async def _inside(services: Services, actor: Actor, material_id: UUID, language: Language) -> AsyncGenerator[bytes]:
    """Employees' readings, and who took originals."""
    before: Before = None
    for _ in range(0, ROWS_MAX, BATCH):
        async with services.database.transaction() as tx:
            _material, _rule, only = await still_allowed(services, tx, actor, material_id)
            rows = await recalls.read_by(tx, material_id, person_id=only, before=before, limit=BATCH)
            names = await profiles_of(tx, services.keys.master, person_ids={row.person_id for row in rows})
        yield _records([_reading(row, names, language) for row in rows])
        if len(rows) < BATCH:
            break
        before = (rows[-1].started_at, rows[-1].id)
    async with services.database.transaction() as tx:
        _material, _rule, only = await still_allowed(services, tx, actor, material_id)
        taken = await originals_of(tx, services.keys.master, material_id, only)
    yield _records([_original(each, language) for each in taken])


def _records(rows: list[Record]) -> bytes:
    return records([[safe_cell(str(row.get(name, ""))) for name in HEAD] for row in rows]).encode()


def _visit(seen: Seen, row: SeenRow, language: Language) -> Record:
    standing = seen.standings.get(row.person_id)
    job = standing.job if standing else None
    erased = translate(language, "page-erased")
    return {
        "way": translate(language, "recall-way-share"),
        "person": name_in(seen.names, row.person_id) or erased,
        "clinic": standing.clinic_name if standing else "",
        "job": translate(language, f"job-{job}") if job else "",
        "version": row.version_number,
        "sha256": row.sha256,
        "copy": f"{row.copy_id:012x}",
        "first": row.started_at.isoformat(),
        "last": row.seen_at.isoformat(),
        "downloads": seen.downloads.get(str(row.visit_id), 0),
        "passed-on": row.passed_on,
        "share": row.share_id,
        "passed-by": name_in(seen.names, row.passed_by) or erased,
        "depth": row.depth,
    }


def _reading(row: ReadRow, names: Names, language: Language) -> Record:
    return {
        "way": translate(language, "recall-way-read"),
        "person": name_in(names, row.person_id) or translate(language, "page-erased"),
        "version": row.version_number,
        "sha256": row.sha256,
        "copy": f"{row.copy_id:012x}",
        "first": row.started_at.isoformat(),
    }


def _original(taken: Taken, language: Language) -> Record:
    return {
        "way": translate(language, "recall-way-original"),
        "person": taken.name or translate(language, "page-erased"),
        "sha256": taken.sha256,
        "last": taken.last_at.isoformat(),
        "downloads": taken.times,
    }
