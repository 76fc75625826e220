"""The API of recall lists and dossiers."""

from aiohttp import web

from compliance.access import Action, Job
from compliance.errors import AccessDenied, InvalidValue, NotFound
from fileserver.answers import PersonOut
from fileserver.dossiers import exporting, inside, listing, recalling
from fileserver.dossiers.recalling import Seen
from fileserver.dossiers.schemas import (
    InsideOut,
    MaterialPath,
    OriginalOut,
    ReadingOut,
    RecallOut,
    RecallQuery,
    SeenOut,
)
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.http.streaming import stream
from fileserver.spreadsheets import file_headers
from storage.errors import StorageError
from storage.rows.recalls import SeenRow

KEPT_BY_NOBODY = {"Cache-Control": "no-store, private", "Content-Security-Policy": "default-src 'none'; sandbox"}


async def recall(call: Call[None, RecallQuery, MaterialPath]) -> RecallOut:
    """Who saw a material."""
    query, before = call.query, read_cursor(call.query.cursor)
    seen = await recalling.recall(call.services, call.actor, call.trail, call.params.material_id, before, query.limit)
    last = seen.rows[-1] if len(seen.rows) == query.limit else None
    return RecallOut(
        material_id=seen.material.id,
        title=seen.material.title,
        withdrawn_at=seen.material.withdrawn_at,
        narrowed=seen.narrowed,
        items=[_seen(seen, row) for row in seen.rows],
        next=write_cursor(last.started_at, last.visit_id) if last else None,
    )


async def employees(call: Call[None, RecallQuery, MaterialPath]) -> InsideOut:
    """Which employees read a material."""
    query, before = call.query, read_cursor(call.query.cursor)
    found = await inside.inside(call.services, call.actor, call.trail, call.params.material_id, before, query.limit)
    last = found.rows[-1] if len(found.rows) == query.limit else None
    return InsideOut(
        material_id=found.material.id,
        title=found.material.title,
        narrowed=found.narrowed,
        items=[
            ReadingOut(
                id=row.id,
                person=PersonOut.of(found.names, row.person_id),
                version=row.version_number,
                copy_id=f"{row.copy_id:012x}",
                started_at=row.started_at,
            )
            for row in found.rows
        ],
        originals=[
            OriginalOut(name=each.name, sha256=each.sha256, times=each.times, last_at=each.last_at)
            for each in found.originals
        ],
        next=write_cursor(last.started_at, last.id) if last else None,
    )


async def recall_csv(call: Call[None, None, MaterialPath]) -> web.StreamResponse:
    """The whole list as a file."""
    services, actor, material_id = call.services, call.actor, call.params.material_id
    await listing.told(services, actor, call.trail, material_id)
    headers = {**file_headers(f"sealshare-recall-{material_id}"), **KEPT_BY_NOBODY}
    lines = listing.lines(services, actor, material_id, call.language)
    return await stream(call, web.StreamResponse(headers=headers), lines)


async def dossier(call: Call[None, None, MaterialPath]) -> web.Response:
    """Everything that is known of a material as one PDF."""
    material_id = call.params.material_id
    body = await exporting.make(call.services, call.actor, call.trail, material_id, call.language)
    name = f'attachment; filename="sealshare-dossier-{material_id}.pdf"'
    headers = {**KEPT_BY_NOBODY, "Content-Type": exporting.PDF, "Content-Disposition": name}
    return web.Response(body=body, headers=headers)


def _seen(seen: Seen, row: SeenRow) -> SeenOut:
    standing = seen.standings.get(row.person_id)
    return SeenOut(
        visit_id=row.visit_id,
        person=PersonOut.of(seen.names, row.person_id),
        clinic=standing.clinic_name if standing else "",
        job=Job(standing.job) if standing and standing.job else None,
        version=row.version_number,
        copy_id=f"{row.copy_id:012x}",
        share_id=row.share_id,
        passed_by=PersonOut.of(seen.names, row.passed_by),
        depth=row.depth,
        first_seen_at=row.started_at,
        last_seen_at=row.seen_at,
        downloads=seen.downloads.get(str(row.visit_id), 0),
        passed_on=row.passed_on,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}/recall",
        name="recalls.read",
        summary="List who saw a material, which copies, what was downloaded and passed on",
        handler=recall,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_RECALL,
        scope=Scope.MATERIALS_READ,
        query=RecallQuery,
        path_params=MaterialPath,
        returns=RecallOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}/recall/employees",
        name="recalls.employees",
        summary="List which employees read a material, and who took its original",
        handler=employees,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_RECALL,
        scope=Scope.MATERIALS_READ,
        query=RecallQuery,
        path_params=MaterialPath,
        returns=InsideOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}/recall.csv",
        name="recalls.csv",
        summary="The whole recall list as CSV",
        handler=recall_csv,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_RECALL,
        scope=Scope.MATERIALS_READ,
        path_params=MaterialPath,
        produces="text/csv",
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}/dossier",
        name="dossiers.export",
        summary="Everything that is known of a material as one PDF",
        handler=dossier,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_DOSSIER,
        scope=Scope.MATERIALS_READ,
        path_params=MaterialPath,
        produces=exporting.PDF,
        errors=(AccessDenied, NotFound, StorageError),
    ),
)
