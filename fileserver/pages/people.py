"""People outside the brand in the console: viewers and their clinics."""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action, Role, may_ever
from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.people import clinic_routes, viewer_routes
from fileserver.people.schemas import CURSOR_CHARS_MAX, QUERY_CHARS_MAX, ClinicQuery, PeopleQuery, ViewerQuery
from storage.rows import accounts as account_rows
from storage.rows import clinics as clinic_rows
from storage.rows.clinics import ClinicRow

PAGE = 50
CLINICS_OFFERED = 200
OWNERS = frozenset({Role.MARKETER.value, Role.MANAGER.value})


class ViewersQuery(FormQuery):
    """Which viewers to show; `q` finds by name and leaves the other conditions aside."""

    q: str | None = Field(default=None, max_length=QUERY_CHARS_MAX)
    clinic_id: UUID | None = None
    blocked: bool | None = None
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


class ClinicsQuery(FormQuery):
    """Where the list continues."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def viewers(call: Call[None, ViewersQuery]) -> web.Response:
    """The viewers, newest first, or those whose name fits."""
    query = call.query
    async with call.services.database.transaction() as tx:
        clinics_offered = await clinic_rows.list_clinics(tx, limit=CLINICS_OFFERED)
    if query.q and query.q.strip():
        return await _found(call, query.q, clinics_offered)
    wanted = ViewerQuery(clinic_id=query.clinic_id, blocked=query.blocked, cursor=query.cursor, limit=PAGE)
    listed = await viewer_routes.listed(asking(call, wanted))
    return page(
        call,
        "people.html",
        query=query,
        clinics=clinics_offered,
        viewers=listed.items,
        filtered=query.clinic_id is not None or query.blocked is not None,
        next_url=with_query(call.request.path, call.request.query, cursor=listed.next) if listed.next else None,
        may_block=may_ever(call.actor.role, Action.PERSON_BLOCK),
        may_erase=may_ever(call.actor.role, Action.PERSON_ERASE),
        may_hold=may_ever(call.actor.role, Action.HOLD_PLACE),
        may_search_log=may_ever(call.actor.role, Action.EVENT_SEARCH),
    )


async def _found(call: Call[None, ViewersQuery], text: str, clinics_offered: tuple[ClinicRow, ...]) -> web.Response:
    found = await viewer_routes.find(asking(call, PeopleQuery(q=text, kind="viewer")))
    return page(
        call,
        "people_found.html",
        query=call.query,
        clinics=clinics_offered,
        people=found.items,
        complete=found.complete,
    )


async def clinics(call: Call[None, ClinicsQuery]) -> web.Response:
    """The clinics with their owners."""
    listed = await clinic_routes.listed(asking(call, ClinicQuery(cursor=call.query.cursor, limit=PAGE)))
    may_assign = may_ever(call.actor.role, Action.CLINIC_ASSIGN)
    return page(
        call,
        "clinics.html",
        clinics=listed.items,
        next_url=with_query(call.request.path, call.request.query, cursor=listed.next) if listed.next else None,
        may_create=may_ever(call.actor.role, Action.CLINIC_CREATE),
        may_assign=may_assign,
        owners=await _owners(call) if may_assign else {},
    )


async def _owners(call: Call[None, ClinicsQuery]) -> dict[UUID, str]:
    """Who may hold the relation to a clinic, by name."""
    async with call.services.database.transaction() as tx:
        rows = await account_rows.list_accounts(tx)
        able = [row.person_id for row in rows if row.role in OWNERS and row.disabled_at is None]
        profiles = await profiles_of(tx, call.services.keys.master, person_ids=able)
    return {person_id: profiles[person_id].name for person_id in able}


ROUTES = (
    console_page("/people", "people", "Viewers", viewers, action=Action.PERSON_LIST, query=ViewersQuery),
    console_page("/people/clinics", "clinics", "Clinics", clinics, action=Action.CLINIC_LIST, query=ClinicsQuery),
)
