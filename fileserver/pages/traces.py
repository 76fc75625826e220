"""Traces in the console: a suspect comes in, and what it is found to be is shown beside the page it comes from."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from fileserver.http.call import Call
from fileserver.materials import routes as materials_api
from fileserver.materials.schemas import MaterialQuery
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, templates, with_query
from fileserver.traces import figures, repeats
from fileserver.traces import routes as api
from fileserver.traces.receiving import SUSPECT_MAX_BYTES
from fileserver.traces.schemas import CURSOR_CHARS_MAX, SuspectPageOut, TraceListQuery, TracePath

TRACES_SHOWN = 20
MATERIALS_OFFERED = 100
ACCEPTED = ".pdf,image/*"


class TracesQuery(FormQuery):
    """Where the list goes on."""

    cursor: Annotated[str, Field(max_length=CURSOR_CHARS_MAX)] | None = None


async def traces(call: Call[None, TracesQuery]) -> web.Response:
    """The drop zone, and what was traced before."""
    found = await api.listed(asking(call, TraceListQuery(cursor=call.query.cursor, limit=TRACES_SHOWN)))
    offered = await materials_api.listed(asking(call, MaterialQuery(limit=MATERIALS_OFFERED)))
    return page(
        call,
        "traces.html",
        traces=found.items,
        materials={str(each.id): each.title for each in offered.items},
        size_max_bytes=SUSPECT_MAX_BYTES,
        kept_days=timedelta(seconds=call.services.config.trace_expiry_s).days,
        accepted=ACCEPTED,
        next_url=with_query(call.request.path, {}, cursor=found.next) if found.next else None,
    )


async def trace(call: Call[None, None, TracePath]) -> web.Response:
    """One trace: under way, failed, not enough, or whom it names and why."""
    found = await api.read(call)
    return page(call, "trace.html", trace=found, **_pages(found.pages))


def _pages(pages: Sequence[SuspectPageOut]) -> dict[str, Any]:
    """Pages that were found first: the comparison begins with one of them."""
    matched = [each for each in pages if each.match]
    return {"matched": matched, "unmatched": [each for each in pages if not each.match]}


templates.filters["chance"] = figures.chance
templates.filters["chance_key"] = figures.chance_key
templates.filters["percent"] = figures.percent
templates.filters["confidence_key"] = figures.confidence_key
templates.filters["folded"] = repeats.folded

ROUTES = (
    console_page("/traces", "traces", "Traces of leaked copies", traces, action=Action.TRACE_LIST, query=TracesQuery),
    console_page("/traces/{trace_id}", "trace", "One trace", trace, action=Action.TRACE_READ, path_params=TracePath),
)
