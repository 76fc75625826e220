"""A viewer's own page: who they are, what they agreed to, where they are signed in, what they opened and passed on."""

from aiohttp import web

from fileserver.accounts import session_routes
from fileserver.entering import service
from fileserver.entering.state import state_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.pages.rendering import page
from fileserver.viewing.own import own
from storage.rows.consents import consents_of


async def my_data(call: Call) -> web.Response:
    """Everything at a glance, and what can be done about it."""
    services, person_id = call.services, call.signed_in.person_id
    async with services.database.transaction() as tx:
        state = await state_of(tx, services, person_id)
        given = {row.purpose: row.given_at for row in await consents_of(tx, person_id) if row.withdrawn_at is None}
    return page(
        call,
        "my_data.html",
        state=state,
        consents=service.texts(services, state, call.language),
        given=given,
        sessions=(await session_routes.listed(call)).items,
        own=await own(call),
        home=services.config.public_url,
    )


async def erased(call: Call) -> web.Response:
    """What a viewer sees who had themselves erased, and is nobody now."""
    return page(call, "my_data_erased.html")


ROUTES = (
    Route(
        method="GET",
        path="/my-data",
        name="pages.my_data",
        summary="A viewer's own data",
        handler=my_data,
        auth=Auth.VIEWER,
        own=True,
        hidden=True,
        produces="text/html",
    ),
    Route(
        method="GET",
        path="/my-data/erased",
        name="pages.my_data_erased",
        summary="After a viewer was erased",
        handler=erased,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
    ),
)
