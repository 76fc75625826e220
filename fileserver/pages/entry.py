"""A clinic user's way in, one page at a time: who they are, what they agree to and their name, where they work.

Three steps, counted on each page; whoever has done one never sees it again, and after the last one is back where they
came from. The pages read; what people send goes to the API of `fileserver.entering`, whose answers lead here again.
"""

from contextlib import suppress

from aiohttp import web
from pydantic import Field

from compliance.errors import ComplianceError
from compliance.real_names import Method
from fileserver.entering import step_routes
from fileserver.entering.state import Need, state_of
from fileserver.http.call import Call
from fileserver.http.caller import CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.pages import came_for
from fileserver.pages.entry_name import name_page
from fileserver.pages.entry_trouble import BLOCKED, ENTER, trouble_page
from fileserver.pages.entry_ways import sign_in_page
from fileserver.pages.entry_work import work_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page

SEE_OTHER = 303
QUERY_CHARS_MAX = 60


class EnterQuery(FormQuery):
    """What somebody chose on the page itself."""

    method: Method | None = None
    again: bool = False
    elsewhere: bool = False
    q: str = Field(default="", max_length=QUERY_CHARS_MAX)


async def enter(call: Call[None, EnterQuery]) -> web.Response:
    """The step that is left; with none, back to what they came for."""
    caller = call.caller
    if caller is None:
        return sign_in_page(call)
    if not caller.active:
        return trouble_page(call, BLOCKED)
    if caller.kind is CallerKind.EMPLOYEE:
        return page(call, "share_employee.html")
    async with call.services.database.transaction() as tx:
        state = await state_of(tx, call.services, caller.person_id)
        if Need.CONSENT in state.needs or Need.VERIFICATION in state.needs:
            return await name_page(call, tx, state, call.query.method, again=call.query.again)
        if Need.WORKPLACE in state.needs:
            return await work_page(call, tx, state, call.query.q, elsewhere=call.query.elsewhere)
    return web.Response(status=SEE_OTHER, headers={"Location": came_for.back_to(call.services.config, call.request)})


async def returned(call: Call) -> web.StreamResponse:
    """Back from a check that went on elsewhere: ask what became of it; the next page says so, whatever it was."""
    response: web.StreamResponse | None = None
    with suppress(ComplianceError):
        response = await step_routes.check(call)
    there = web.Response(status=SEE_OTHER, headers={"Location": ENTER})
    for morsel in response.cookies.values() if response else ():  # of somebody who turned out to be known already
        there.cookies[morsel.key] = morsel
    return there


ROUTES = (
    Route(
        method="GET",
        path=ENTER,
        name="pages.enter",
        summary="A clinic user's way in",
        handler=enter,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        query=EnterQuery,
    ),
    Route(
        method="GET",
        path="/enter/checked",
        name="pages.enter_checked",
        summary="Come back from a check of one's name",
        handler=returned,
        auth=Auth.VIEWER,
        own=True,
        hidden=True,
        produces="text/html",
    ),
)
