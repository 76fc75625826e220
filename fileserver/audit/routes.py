"""The events API."""

from contextlib import aclosing
from datetime import datetime

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied
from fileserver.audit import exporting, service
from fileserver.audit.formats import FORMS, Labelled
from fileserver.audit.schemas import EventList, EventOut, EventQuery, ExportIn
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route


async def search(call: Call[None, EventQuery]) -> EventList:
    """A page of the log, newest first."""
    query = call.query
    found = await service.search(call.services, call.actor, call.trail, query, before=query.before, limit=query.limit)
    return EventList(items=[_out(each) for each in found], next=found[-1].id if len(found) == query.limit else None)


async def export(call: Call[None, ExportIn]) -> web.StreamResponse:
    """Every matching event as a file. Breaks off, without the end that makes an answer whole, if a right ends."""
    made = await exporting.export(call.services, call.actor, call.trail, call.query)
    name = f"sealshare-events-{call.services.clock():%Y%m%dT%H%M%SZ}.{made.form.suffix}"
    response = web.StreamResponse(
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Events-End": str(made.end),
            "X-Events-About": str(made.events_about),
            "X-Bytes-About": str(made.bytes_about),
        }
    )
    response.content_type = made.form.media_type
    response.charset = "utf-8" if made.form.text else None
    async with aclosing(made.pieces):
        await response.prepare(call.request)
        async for piece in made.pieces:
            await response.write(piece)
        await response.write_eof()
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
        summary="Take matching events away, in one of the forms",
        handler=export,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_EXPORT,
        scope="events:read",
        query=ExportIn,
        produces=", ".join(dict.fromkeys(form.media_type for form in FORMS.values())),
        errors=(AccessDenied,),
    ),
)
