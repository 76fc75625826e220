"""The log in the console: search by what an auditor knows, read it in plain words, take it away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aiohttp import web

from compliance.access import Action
from compliance.events import Act, Result
from fileserver.audit import routes as api
from fileserver.audit.formats import FORMS
from fileserver.audit.schemas import ActName, EventNumber, EventOut, EventQuery, Text
from fileserver.http.call import Call
from fileserver.materials import routes as materials_api
from fileserver.materials.schemas import MaterialQuery
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery, LocalTime
from fileserver.pages.rendering import page, with_query
from storage.rows import clinics as clinic_rows
from storage.rows.materials import material_titles

EVENTS = 50
CLINICS_OFFERED = 200
MATERIALS_OFFERED = 100
MATERIAL_PREFIX = "material:"


ACT_GROUPS: Mapping[str, list[str]] = {
    source: [each.value for each in Act if each.value.startswith(source + ":")]
    for source in dict.fromkeys(each.value.partition(":")[0] for each in Act)
}


class LogQuery(FormQuery):
    """What to look for, as the form sends it; times without a zone are China's."""

    person: Text | None = None
    clinic_id: UUID | None = None
    material_id: UUID | None = None
    share_id: UUID | None = None
    act: ActName | None = None
    result: Result | None = None
    since: LocalTime | None = None
    until: LocalTime | None = None
    before: EventNumber | None = None


class Shown(EventOut):
    """An event with the material that it is about, if it is about one."""

    material_id: UUID | None


async def search(call: Call[None, LogQuery]) -> web.Response:
    """The form, and a page of what fits."""
    query = call.query
    wanted = query.model_dump(exclude_none=True)
    found = await api.search(asking(call, EventQuery(**wanted, limit=EVENTS)))
    filters = {name: _text(value) for name, value in wanted.items() if name != "before"}
    return page(
        call,
        "log.html",
        query=query,
        filtered=bool(filters),
        events=[_shown(each) for each in found.items],
        next_url=with_query(call.request.path, filters, before=found.next) if found.next else None,
        export_filters=filters,
        export_forms=list(FORMS),
        act_groups=ACT_GROUPS,
        results=list(Result),
        **await _choices(call),
    )


def _shown(event: EventOut) -> Shown:
    _, _, identity = event.object.partition(MATERIAL_PREFIX)
    return Shown(**dict(event), material_id=UUID(identity) if identity else None)


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


async def _choices(call: Call[None, LogQuery]) -> dict[str, Any]:
    """What the form's lists offer: the newest materials, and whatever is chosen already."""
    newest = await materials_api.listed(asking(call, MaterialQuery(limit=MATERIALS_OFFERED)))
    titles = {str(each.id): each.title for each in newest.items}
    async with call.services.database.transaction() as tx:
        if call.query.material_id is not None:
            titles |= await material_titles(tx, [call.query.material_id])
        return {"clinics": await clinic_rows.list_clinics(tx, limit=CLINICS_OFFERED), "materials": titles}


ROUTES = (console_page("/log", "log", "The log", search, action=Action.EVENT_SEARCH, query=LogQuery),)
