"""Visits by viewers (`/api/v1/visits`, `/v/…`) and previews by employees (`/api/v1/versions/…`)."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from aiohttp import web

from compliance.access import Action, MaterialClass
from compliance.errors import (
    AccessDenied,
    InvalidValue,
    LinkExpired,
    LinkInvalid,
    NotFound,
    NotPrepared,
    NotScanned,
    ScanBlocks,
)
from compliance.exit import DeskGate, Piece, PieceKind, VisitGate
from compliance.links import open_address
from compliance.zooming import TILE_PX, levels_of
from fileserver.http.call import Call
from fileserver.http.errors import PreconditionFailed
from fileserver.http.routing import Auth, Handler, Route
from fileserver.services import Services
from fileserver.viewing import forward_routes, reading, service
from fileserver.viewing.delivery import send
from fileserver.viewing.documents import document
from fileserver.viewing.originals import original, proof
from fileserver.viewing.own import ROUTES as OWN
from fileserver.viewing.reading import TOKEN_HEADER, page_token
from fileserver.viewing.schemas import (
    Address,
    EvidencePath,
    PageOut,
    VersionPagePath,
    VersionPath,
    VersionTilePath,
    VisitIn,
    VisitOut,
    VisitPagePath,
    VisitPath,
    VisitTilePath,
    ZoomOut,
)
from fileserver.viewing.service import Opened
from fileserver.viewing.trying import TrialIn, preview_look
from storage.errors import RangeUnsatisfiable, StorageError
from storage.rows.renditions import RenditionRow
from watermark.errors import WatermarkError

JPEG = "image/jpeg"


async def open_visit(call: Call[VisitIn]) -> VisitOut:
    """Open a share: begin a visit, or go on with the one that runs."""
    return _out(call.services, await service.open_share(call.services, call.signed_in, call.trail, call.body))


async def read_visit(call: Call[None, None, VisitPath]) -> VisitOut:
    """A visit of the caller, with fresh content addresses."""
    return _out(call.services, await service.read(call.services, call.signed_in, call.params.visit_id))


async def page(call: Call[None, Address, VisitPagePath]) -> web.StreamResponse:
    """One page, sealed to the viewer; with it a token to report with how long it was read."""
    token = page_token(call.services, call.params.visit_id, call.params.page, call.signed_in.person_id)
    return await _visit_piece(call, Piece(kind=PieceKind.PAGE, page=call.params.page), {TOKEN_HEADER: token})


async def thumb(call: Call[None, Address, VisitPagePath]) -> web.StreamResponse:
    """One page, small, sealed to the viewer."""
    return await _visit_piece(call, Piece(kind=PieceKind.THUMB, page=call.params.page))


async def tile(call: Call[None, Address, VisitTilePath]) -> web.StreamResponse:
    """A part of a page at several times its size. One address is good for all tiles of a level."""
    services, wanted = call.services, call.params
    place = _tiles(wanted.visit_id, wanted.page, wanted.level)
    await open_address(services.keys, services.database, place, call.query.model_dump(), services.clock())
    piece = Piece(kind=PieceKind.TILE, page=wanted.page, level=wanted.level, column=wanted.column, row=wanted.row)
    gate = VisitGate(wanted.visit_id, call.signed_in.person_id, call.signed_in.session_id)
    return await send(call.request, await services.exit.release(gate, piece, call.trail))


def _tiles(visit_id: UUID, page: int, level: int) -> str:
    return f"/v/{visit_id}/pages/{page}/tiles/{level}"


async def _visit_piece(
    call: Call[None, Address, VisitPagePath], piece: Piece, more: Mapping[str, str] | None = None
) -> web.StreamResponse:
    services = call.services
    await open_address(services.keys, services.database, call.request.path, call.query.model_dump(), services.clock())
    gate = VisitGate(call.params.visit_id, call.signed_in.person_id, call.signed_in.session_id)
    return await send(call.request, await services.exit.release(gate, piece, call.trail), more=more)


async def preview(call: Call[None, None, VersionPagePath]) -> web.StreamResponse:
    """One page of a version, sealed to the employee who reads it."""
    return await _desk_piece(call, Piece(kind=PieceKind.PAGE, page=call.params.page))


async def preview_thumb(call: Call[None, None, VersionPagePath]) -> web.StreamResponse:
    """The same, small."""
    return await _desk_piece(call, Piece(kind=PieceKind.THUMB, page=call.params.page))


async def preview_tile(call: Call[None, None, VersionTilePath]) -> web.StreamResponse:
    """A part of a page at several times its size, sealed to the employee who looks closely."""
    wanted = call.params
    piece = Piece(kind=PieceKind.TILE, page=wanted.page, level=wanted.level, column=wanted.column, row=wanted.row)
    gate = DeskGate(wanted.version_id, call.signed_in.person_id)
    return await send(call.request, await call.services.exit.release(gate, piece, call.trail))


async def _desk_piece(call: Call[None, None, VersionPagePath], piece: Piece) -> web.StreamResponse:
    gate = DeskGate(call.params.version_id, call.signed_in.person_id)
    return await send(call.request, await call.services.exit.release(gate, piece, call.trail))


STATUS: dict[str, Literal["ready", "preparing", "not_sealable"]] = {
    "ready": "ready",
    "pending": "preparing",
    "refused": "not_sealable",
}


def _out(services: Services, opened: Opened) -> VisitOut:
    visit, served, until = opened.visit, opened.door.served, opened.addresses_until
    return VisitOut(
        id=visit.id,
        share_id=visit.share_id,
        title=served.title,
        description=served.description,
        material_class=MaterialClass(served.material_class),
        media_type=served.media_type or "",
        status=STATUS[served.preparation or "pending"],
        pages=[_page(services, opened, each) for each in opened.pages],
        download_url=service.signed(services, f"/v/{visit.id}/document", until) if opened.download else None,
        addresses_expire_at=until,
        reading_seq=opened.reading_seq,
        forward_depth_left=opened.forward_depth_left,
        forward_askable=opened.forward_askable,
        started_at=visit.started_at,
        expires_at=visit.expires_at,
    )


def _page(services: Services, opened: Opened, rendition: RenditionRow) -> PageOut:
    visit_id, number, until = opened.visit.id, rendition.page, opened.addresses_until
    return PageOut(
        page=number,
        width_px=rendition.width_px,
        height_px=rendition.height_px,
        url=service.signed(services, f"/v/{visit_id}/pages/{number}", until),
        thumb_url=service.signed(services, f"/v/{visit_id}/thumbs/{number}", until),
        zooms=[
            ZoomOut(
                level=level,
                width_px=width,
                height_px=height,
                tile_px=TILE_PX,
                url=_tile_url(services, opened, number, level),
            )
            for level, width, height in levels_of(opened.door.served.media_type or "", rendition, opened.full)
        ],
    )


def _tile_url(services: Services, opened: Opened, page: int, level: int) -> str:
    path, _, query = service.signed(services, _tiles(opened.visit.id, page, level), opened.addresses_until).partition(
        "?"
    )
    return f"{path}/{{column}}-{{row}}?{query}"


REFUSALS = (AccessDenied, NotFound, NotPrepared)
SEALING = (*REFUSALS, WatermarkError, StorageError)
PIECES = (*SEALING, LinkInvalid, LinkExpired)
WHOLE = (*PIECES, PreconditionFailed)


def _copy(path: str, name: str, summary: str, handler: Handler, **declared: Any) -> Route:
    """Bytes for a viewer: by a content address, sealed, within a visit of their own."""
    defaults = {
        "method": "GET",
        "action": Action.VISIT_READ,
        "path_params": VisitPagePath,
        "produces": JPEG,
        "errors": PIECES,
    }
    return Route(
        path=f"/v/{{visit_id}}/{path}",
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.VIEWER,
        query=Address,
        **{**defaults, **declared},
    )


def _version(path: str, name: str, summary: str, handler: Handler, **declared: Any) -> Route:
    """Bytes for an employee, by the version."""
    defaults = {"action": Action.MATERIAL_PREVIEW, "path_params": VersionPagePath, "produces": JPEG, "errors": SEALING}
    return Route(
        method="GET",
        path=f"/api/v1/versions/{{version_id}}/{path}",
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.EMPLOYEE,
        scope="materials:read",
        **{**defaults, **declared},
    )


def _original(method: str, name: str, summary: str) -> Route:
    """Both methods are declared: the frame gives HEAD only to answers that are made in one piece."""
    refused = (AccessDenied, NotFound, PreconditionFailed)
    return Route(
        method=method,
        path="/api/v1/versions/{version_id}/original",
        name=name,
        summary=summary,
        handler=original,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_ORIGINAL,
        scope="materials:read",
        path_params=VersionPath,
        produces=None if method == "HEAD" else "*/*",
        errors=refused if method == "HEAD" else (*refused, RangeUnsatisfiable, StorageError),
    )


ROUTES = (
    *reading.ROUTES,
    *forward_routes.ROUTES,
    *OWN,
    Route(
        method="POST",
        path="/api/v1/visits",
        name="visits.create",
        summary="Open a share",
        handler=open_visit,
        auth=Auth.VIEWER,
        action=Action.VISIT_START,
        body=VisitIn,
        returns=VisitOut,
        status=201,
        errors=(AccessDenied, LinkInvalid),
    ),
    Route(
        method="GET",
        path="/api/v1/visits/{visit_id}",
        name="visits.read",
        summary="Read a visit, with fresh content addresses",
        handler=read_visit,
        auth=Auth.VIEWER,
        action=Action.VISIT_READ,
        path_params=VisitPath,
        returns=VisitOut,
        errors=(AccessDenied, NotFound),
    ),
    _copy("pages/{page}", "copies.page", "One page, sealed to the viewer", page),
    _copy(
        "pages/{page}/tiles/{level}/{column}-{row}",
        "copies.tile",
        "A part of a page at several times its size, sealed to the viewer",
        tile,
        path_params=VisitTilePath,
    ),
    _copy("thumbs/{page}", "copies.thumb", "One page, small, sealed to the viewer", thumb),
    _copy(
        "document",
        "copies.document",
        "The whole version as a file sealed to the viewer",
        document,
        action=Action.VISIT_DOWNLOAD,
        path_params=VisitPath,
        produces="application/pdf, image/jpeg, image/png",
        errors=(*WHOLE, RangeUnsatisfiable),
    ),
    _copy(
        "document",
        "copies.document_head",
        "What a GET of that file would say of it",
        document,
        method="HEAD",
        action=Action.VISIT_DOWNLOAD,
        path_params=VisitPath,
        produces=None,
        errors=WHOLE,
    ),
    _version("pages/{page}", "versions.page", "One page of a version, sealed to the employee", preview),
    _version(
        "pages/{page}/tiles/{level}/{column}-{row}",
        "versions.tile",
        "A part of a page of a version at several times its size, sealed to the employee",
        preview_tile,
        path_params=VersionTilePath,
    ),
    _version("thumbs/{page}", "versions.thumb", "One page of a version, small, sealed to the employee", preview_thumb),
    Route(
        method="POST",
        path="/api/v1/looks/preview",
        name="looks.preview",
        summary="Try a look of the visible mark on a page",
        handler=preview_look,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_PREVIEW,
        scope="materials:read",
        body=TrialIn,
        produces="image/jpeg",
        errors=(*SEALING, InvalidValue),
    ),
    _original("GET", "versions.original", "The stored bytes, for those who must judge them"),
    _original("HEAD", "versions.original_head", "What a GET of the stored bytes would say of them"),
    Route(
        method="GET",
        path="/api/v1/evidence/{evidence_id}/file",
        name="evidence.file",
        summary="A file of a material's evidence as it was stored",
        handler=proof,
        auth=Auth.EMPLOYEE,
        action=Action.EVIDENCE_READ,
        scope="materials:read",
        path_params=EvidencePath,
        produces="*/*",
        errors=(AccessDenied, NotFound, NotScanned, ScanBlocks, PreconditionFailed, RangeUnsatisfiable, StorageError),
    ),
)
