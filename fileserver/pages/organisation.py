"""Departments and regions in the console: everybody who may, reads the tree; administrators change it."""

from aiohttp import web

from compliance.access import Action, decide
from fileserver.http.call import Call
from fileserver.organisation import routes as api
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page


async def show(call: Call) -> web.Response:
    """The tree, the regions, and what became of them."""
    return page(
        call,
        "organisation.html",
        departments=(await api.list_departments(call)).items,
        regions=(await api.list_regions(call)).items,
        changes=(await api.list_changes(call)).items,
        may_change=decide(call.actor, Action.ORGANISATION_CHANGE).allowed,
    )


ROUTES = (
    console_page("/organisation", "organisation", "Departments and regions", show, action=Action.ORGANISATION_LIST),
)
