"""The events API."""

from contextlib import aclosing
from datetime import datetime

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied
from fileserver.audit import service
from fileserver.audit.exports import csv_head, csv_row, ndjson_row
from fileserver.audit.schemas import EventList, EventOut, EventQuery, ExportIn
from fileserver.audit.service import Labelled
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route

CHUNK_BYTES = 64 << 10
MEDIA_TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}


async def search(call: Call[None, EventQuery]) -> EventList:
    """A page of the log, newest first."""
    query = call.query
    found = await service.search(call.services, call.actor, call.trail, query, before=query.before, limit=query.limit)
    return EventList(items=[_out(each) for each in found], next=found[-1].id if len(found) == query.limit else None)


async def export(call: Call[None, ExportIn]) -> web.StreamResponse:
    """Every matching event as a file."""
    form = call.query.format
    rows = await service.export(call.services, call.actor, call.trail, call.query, form)
    name = f"sealshare-events-{call.services.clock():%Y%m%dT%H%M%SZ}.{form}"
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    response.content_type, response.charset = MEDIA_TYPES[form], "utf-8"
    async with aclosing(rows):
        await response.prepare(call.request)
        waiting = bytearray(csv_head() if form == "csv" else b"")
        write_row = csv_row if form == "csv" else ndjson_row
        async for event in rows:
            waiting += write_row(event)
            if len(waiting) >= CHUNK_BYTES:
                await response.write(bytes(waiting))
                waiting.clear()
        await response.write_eof(bytes(waiting))
    return response


def _out(event: Labelled) -> EventOut:
    leaf = event.fields
    return EventOut(
        id=event.id,
        time=datetime.fromisoformat(leaf["t"]),
        act=leaf["act"],
        result=leaf["res"],
        rule=leaf["why"],
        person=leaf["who"],
        person_name=event.person_name,
        role=leaf["role"],
        clinic_id=leaf["org"] or None,
        clinic_name=event.clinic_name,
        object=leaf["obj"],
        object_title=event.object_title,
        version_sha256=leaf["ver"],
        share_id=leaf["link"] or None,
        session=leaf["sess"],
        network=leaf["ip"],
        user_agent=leaf["ua"],
        bytes=leaf["bytes"],
        details=leaf["det"],
        leaf=event.leaf.decode(),
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/events",
        name="events.search",
        summary="Search the log",
        handler=search,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_SEARCH,
        scope="events:read",
        query=EventQuery,
        returns=EventList,
        errors=(AccessDenied,),
    ),
    Route(
        method="GET",
        path="/api/v1/events/export",
        name="events.export",
        summary="Take matching events away as CSV or NDJSON",
        handler=export,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_EXPORT,
        scope="events:read",
        query=ExportIn,
        produces="text/csv, application/x-ndjson",
        errors=(AccessDenied,),
    ),
)
