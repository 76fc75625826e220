"""The traces API."""

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.events import Act
from compliance.exit import EvidenceGate, Picture
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.errors import BodyTimedOut, BodyTooLarge, MalformedBody
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.traces import reading, receiving, reporting
from fileserver.traces.errors import SuspectEmpty, TooManyTraces, TraceUnfinished
from fileserver.traces.schemas import (
    TraceBrief,
    TraceList,
    TraceListQuery,
    TraceOut,
    TracePath,
    TracePicturePath,
    TraceQueryIn,
)
from fileserver.traces.showing import brief, out
from storage.errors import StorageError
from watermark.errors import UnsupportedType, WatermarkError

JPEG = "image/jpeg"
PICTURE_HEADERS = {
    "Content-Type": JPEG,
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}

PDF = "application/pdf"
REPORT_HEADERS = {**PICTURE_HEADERS, "Content-Type": PDF}


async def create(call: Call[None, TraceQueryIn]) -> TraceBrief:
    """Trace a leaked thing: the request's body."""
    services = call.services
    row = await receiving.create(services, call.actor, call.trail, call.request, call.query)
    told = await reading.read(services, call.actor, call.trail, row.id, act=Act.EMPLOYEE_TRACE_READ)
    return TraceBrief(**brief(told.row, told.by))


async def listed(call: Call[None, TraceListQuery]) -> TraceList:
    """Traces, newest first."""
    query = call.query
    before = read_cursor(query.cursor)
    rows, people = await reading.listed(call.services, call.actor, before=before, limit=query.limit)
    last = rows[-1] if len(rows) == query.limit else None
    return TraceList(
        items=[TraceBrief(**brief(row, people[row.person_id])) for row in rows],
        next=write_cursor(last.created_at, last.id) if last else None,
    )


async def read(call: Call[None, None, TracePath]) -> TraceOut:
    """One trace, and whom it names."""
    told = await reading.read(call.services, call.actor, call.trail, call.params.trace_id, act=Act.EMPLOYEE_TRACE_READ)
    return out(told, call.language)


async def picture(call: Call[None, None, TracePicturePath]) -> web.Response:
    """One picture of a page of the suspect, sealed to the auditor."""
    params = call.params
    gate = EvidenceGate(trace_id=params.trace_id, person_id=call.signed_in.person_id, act=Act.EMPLOYEE_TRACE_PICTURE)
    wanted = Picture(suspect_page=params.suspect_page, name=params.picture)
    body = (await call.services.exit.release_evidence(gate, [wanted], call.trail))[0]
    return web.Response(body=body, headers=PICTURE_HEADERS)


async def evidence_report(call: Call[None, None, TracePath]) -> web.Response:
    """The evidence report, in the reader's language."""
    body = await reporting.make(call.services, call.actor, call.trail, call.params.trace_id, call.language)
    disposition = f'attachment; filename="sealshare-trace-{call.params.trace_id}.pdf"'
    return web.Response(body=body, headers={**REPORT_HEADERS, "Content-Disposition": disposition})


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/traces",
        name="traces.create",
        summary="Trace a leaked PDF, picture, screenshot or photograph: the body is the file",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.TRACE_RUN,
        scope=Scope.TRACES_WRITE,
        query=TraceQueryIn,
        returns=TraceBrief,
        status=202,
        body_max_bytes=None,
        errors=(
            AccessDenied,
            InvalidValue,
            UnsupportedType,
            TooManyTraces,
            SuspectEmpty,
            BodyTooLarge,
            BodyTimedOut,
            MalformedBody,
            StorageError,
        ),
    ),
    Route(
        method="GET",
        path="/api/v1/traces",
        name="traces.list",
        summary="List traces",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.TRACE_LIST,
        scope=Scope.TRACES_READ,
        query=TraceListQuery,
        returns=TraceList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/traces/{trace_id}",
        name="traces.read",
        summary="Read a trace, and whom it names",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.TRACE_READ,
        scope=Scope.TRACES_READ,
        path_params=TracePath,
        returns=TraceOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/traces/{trace_id}/pages/{suspect_page}/{picture}",
        name="traces.picture",
        summary="A page of the suspect, its original, one laid over the other, or what differs",
        handler=picture,
        auth=Auth.EMPLOYEE,
        action=Action.TRACE_READ,
        scope=Scope.TRACES_READ,
        path_params=TracePicturePath,
        produces=JPEG,
        errors=(AccessDenied, NotFound, StorageError, WatermarkError),
    ),
    Route(
        method="GET",
        path="/api/v1/traces/{trace_id}/report",
        name="traces.report",
        summary="The evidence report as PDF",
        handler=evidence_report,
        auth=Auth.EMPLOYEE,
        action=Action.TRACE_READ,
        scope=Scope.TRACES_READ,
        path_params=TracePath,
        produces=PDF,
        errors=(AccessDenied, NotFound, TraceUnfinished, StorageError, WatermarkError),
    ),
)
