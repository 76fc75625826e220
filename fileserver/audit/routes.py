"""The events API."""

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied, FiguresBehind, InvalidValue, LedgerStalled, NotFound
from fileserver.audit import anomaly_routes, exporting, review_routes, saved_routes, service
from fileserver.audit.formats import FORMS
from fileserver.audit.schemas import EventDetail, EventFilterIn, EventList, EventPath, EventQuery, ExportIn, FacetsOut
from fileserver.audit.showing import detail_out, event_out, facets_out
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.streaming import stream


async def search(call: Call[None, EventQuery]) -> EventList:
    """A page of the log, newest first."""
    query = call.query
    found = await service.look(call.services, call.actor, call.trail, query, before=query.before, limit=query.limit)
    return EventList(items=[event_out(each) for each in found.events], next=found.next)


async def facets(call: Call[None, EventFilterIn]) -> FacetsOut:
    """How many events match, by act, result, role, person, clinic, material and day."""
    found = await service.look(call.services, call.actor, call.trail, call.query, counted=True)
    assert found.facets is not None, "they were asked for"  # noqa: S101  # for the type checker
    return await facets_out(call.services, found.facets)


async def read(call: Call[None, None, EventPath]) -> EventDetail:
    """One event, exactly as it was written, and its place in the ledger."""
    return detail_out(await service.read(call.services, call.actor, call.trail, call.params.event_id))


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
    return await stream(call, response, made.pieces)


EVENT_ROUTES = (
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
        errors=(AccessDenied, FiguresBehind, InvalidValue),
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
        errors=(AccessDenied, FiguresBehind, InvalidValue, LedgerStalled),
    ),
    Route(
        method="GET",
        path="/api/v1/events/facets",
        name="events.facets",
        summary="Count matching events, by what they differ",
        handler=facets,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_SEARCH,
        scope="events:read",
        query=EventFilterIn,
        returns=FacetsOut,
        errors=(AccessDenied, FiguresBehind, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/events/{event_id}",
        name="events.read",
        summary="Read one event and its place in the ledger",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_SEARCH,
        scope="events:read",
        path_params=EventPath,
        returns=EventDetail,
        errors=(AccessDenied, NotFound),
    ),
)

ROUTES = (*EVENT_ROUTES, *saved_routes.ROUTES, *review_routes.ROUTES, *anomaly_routes.ROUTES)
