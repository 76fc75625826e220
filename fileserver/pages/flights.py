"""Uploads in flight and quotas in the console, for the administrator."""

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from fileserver.http.call import Call
from fileserver.organisation import routes as organisation
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.uploads import flight_routes, quota_routes
from fileserver.uploads.flight_schemas import FlightOut, FlightQuery
from fileserver.uploads.quota_schemas import CURSOR_CHARS_MAX, QuotaQuery

PAGE = 50


class ListQuery(FormQuery):
    """Where the list continues."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def flights(call: Call[None, ListQuery]) -> web.Response:
    """What is not over, newest first, with the sums of all; the page reads itself anew every few seconds."""
    found = await flight_routes.listed(asking(call, FlightQuery(cursor=call.query.cursor, limit=PAGE)))
    return page(
        call,
        "flights.html",
        found=found,
        state_of=state_of,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


def state_of(flight: FlightOut) -> str:
    """The state in an operator's eyes: an upload that waits for its client is not being received."""
    if flight.state != "receiving":
        return flight.state
    if flight.receiving:
        return "receiving"
    if flight.idle:
        return "idle"
    return "direct" if flight.way == "direct" else "waiting"


async def quotas(call: Call[None, ListQuery]) -> web.Response:
    """The quotas that were set, with their use, and what counts for everybody else."""
    found = await quota_routes.listed(asking(call, QuotaQuery(cursor=call.query.cursor, limit=PAGE)))
    return page(
        call,
        "quotas.html",
        found=found,
        departments=(await organisation.list_departments(asking(call, None))).items,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


ROUTES = (
    console_page("/flights", "flights", "Uploads in flight", flights, action=Action.UPLOAD_WATCH, query=ListQuery),
    console_page("/quotas", "quotas", "Upload quotas", quotas, action=Action.QUOTA_LIST, query=ListQuery),
)
