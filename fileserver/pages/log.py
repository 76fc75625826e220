"""The log in the console: search by anything, narrow by what matches differ in, follow one thing, read one event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web

from compliance.access import Action, Role, decide
from compliance.events import Result
from fileserver.audit import routes as api
from fileserver.audit import saved_routes
from fileserver.audit.formats import FORMS
from fileserver.audit.schemas import EventFilterIn, EventNumber, EventOut, EventPath, FacetsOut
from fileserver.audit.service import look
from fileserver.audit.showing import event_out, facets_out
from fileserver.http.call import Call
from fileserver.materials import routes as materials_api
from fileserver.materials.schemas import MaterialQuery
from fileserver.pages import log_parts
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery, LocalTime
from fileserver.pages.rendering import local_time, page, with_query
from storage.rows import clinics as clinic_rows
from storage.rows import departments
from storage.rows.materials import material_titles

EVENTS = 50
CLINICS_OFFERED = 200
MATERIALS_OFFERED = 100
MATERIAL_PREFIX = "material:"
FOLLOWED = ("person", "material_id", "share_id", "clinic_id", "session", "details", "version_sha256", "object")
NOTHING_FOLLOWED: dict[str, Any] = {
    "chips_shown": [],
    "days": {},
    "plot_shown": None,
    "total": None,
    "next_url": None,
    "search_url": None,
}
OTHER_ROLES = ("operator", "system")
OF_SHARES = ("sharer", "tree_id", "share_id", "department_id", "region", "campaign")
RARE = (*OF_SHARES, "role", "rule", "object", "version_sha256", "session", "network", "user_agent", "details")


class LogQuery(FormQuery, EventFilterIn):
    """What to look for, as the form sends it; times without a zone are China's."""

    since: LocalTime | None = None
    until: LocalTime | None = None
    before: EventNumber | None = None


class Shown(EventOut):
    """An event with the material that it is about, if it is about one."""

    material_id: UUID | None


async def search(call: Call[None, LogQuery]) -> web.Response:
    """The form, a page of what fits, and what it counts to."""
    events, facets, next_url = await _found(call)
    filters = _filters(call.query)
    saved = await saved_routes.listed(asking(call, None))
    return page(
        call,
        "log.html",
        query=call.query,
        chips_shown=await log_parts.chips(call, filters),
        roles=[*map(str, Role), *OTHER_ROLES],
        rare=any(name in filters for name in RARE),
        events=events,
        total=facets,
        groups=log_parts.groups(call, facets, filters),
        plot_shown=log_parts.plot_of(call, facets, filters),
        next_url=next_url,
        export_filters=filters,
        export_forms=list(FORMS),
        timeline_url=_timeline_url(filters),
        saved=[(each.id, each.name, with_query("/log", each.query)) for each in saved.items],
        saving=filters,
        act_groups=log_parts.ACT_GROUPS,
        acts_chosen=log_parts.acts_text(call, call.query.act or ""),
        results=list(Result),
        **await _choices(call),
    )


async def timeline(call: Call[None, LogQuery]) -> web.Response:
    """The whole trail of one person or thing, day by day."""
    filters = _filters(call.query)
    if not any(name in filters for name in FOLLOWED):
        return page(
            call,
            "log_timeline.html",
            chips_shown=[],
            days={},
            plot_shown=None,
            total=None,
            next_url=None,
            search_url="/log",
        )
    events, facets, next_url = await _found(call)
    days: dict[str, list[Shown]] = {}
    for each in events:
        days.setdefault(local_time(each.time)[:10], []).append(each)
    return page(
        call,
        "log_timeline.html",
        chips_shown=await log_parts.chips(call, filters),
        days=days,
        total=facets,
        plot_shown=log_parts.plot_of(call, facets, filters),
        next_url=next_url,
        search_url=with_query("/log", filters),
    )


async def event(call: Call[None, None, EventPath]) -> web.Response:
    """One event: its words, its exact bytes, and where it stands in the ledger."""
    found = await api.read(call)
    shown = _shown(found)
    det = " ".join(f"{name}={value}" for name, value in found.details.items() if name in ("visit", "copy"))
    return page(call, "log_event.html", event=found, material_id=shown.material_id, details=det)


async def _found(call: Call[None, LogQuery]) -> tuple[list[Shown], FacetsOut, str | None]:
    """Events, counts and the next page: one look, so one event in the log."""
    query = call.query
    wanted = EventFilterIn(**query.model_dump(exclude_none=True, exclude={"before"}))
    found = await look(call.services, call.actor, call.trail, wanted, before=query.before, limit=EVENTS, counted=True)
    assert found.facets is not None, "they were asked for"  # noqa: S101  # for the type checker
    facets = await facets_out(call.services, found.facets)
    next_url = with_query(call.request.path, _filters(query), before=found.next) if found.next else None
    return [_shown(event_out(each)) for each in found.events], facets, next_url


def _filters(query: LogQuery) -> dict[str, str]:
    """The conditions as they stand in an address."""
    return {name: _text(value) for name, value in query.model_dump(exclude_none=True, exclude={"before"}).items()}


def _shown(event: EventOut) -> Shown:
    _, _, identity = event.object.partition(MATERIAL_PREFIX)
    return Shown(
        **{name: getattr(event, name) for name in EventOut.model_fields},
        material_id=UUID(identity) if identity else None,
    )


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _timeline_url(filters: Mapping[str, str]) -> str | None:
    return with_query("/log/timeline", filters) if any(name in filters for name in FOLLOWED) else None


async def _choices(call: Call[None, LogQuery]) -> dict[str, Any]:
    """What the form's lists offer: the newest materials, and whatever is chosen already."""
    titles: dict[str, str] = {}
    if decide(call.actor, Action.MATERIAL_LIST).allowed:  # not for who is let in to the log alone
        newest = await materials_api.listed(asking(call, MaterialQuery(limit=MATERIALS_OFFERED)))
        titles = {str(each.id): each.title for each in newest.items}
    async with call.services.database.transaction() as tx:
        if call.query.material_id is not None:
            titles |= await material_titles(tx, [call.query.material_id])
        chosen, tree = call.query.department_id, await departments.all_departments(tx, closed=True)
        return {
            "clinics": await clinic_rows.list_clinics(tx, limit=CLINICS_OFFERED),
            "departments": [each for each in tree if each.closed_at is None or each.id == chosen],
            "materials": titles,
        }


ROUTES = (
    console_page("/log", "log", "The log", search, action=Action.EVENT_SEARCH, query=LogQuery),
    console_page("/log/timeline", "timeline", "One trail", timeline, action=Action.EVENT_SEARCH, query=LogQuery),
)
EVENT_ROUTES = (
    console_page("/log/{event_id}", "event", "One event", event, action=Action.EVENT_SEARCH, path_params=EventPath),
)
