"""The pledge of confidentiality in the console: what is in force, the versions before it, and the form for the next."""

from aiohttp import web

from compliance.access import Action, may_ever
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page
from fileserver.pledges import routes as api
from fileserver.pledges.schemas import TEXT_CHARS_MAX, TITLE_CHARS_MAX


async def overview(call: Call) -> web.Response:
    """Every version, and for whoever may the form for the next."""
    return page(
        call,
        "pledges.html",
        versions=(await api.listed(call)).items,
        may_write=may_ever(call.actor.role, Action.PLEDGE_WRITE),
        title_chars_max=TITLE_CHARS_MAX,
        text_chars_max=TEXT_CHARS_MAX,
    )


ROUTES = (console_page("/pledges", "pledges", "The pledge of confidentiality", overview, action=Action.PLEDGE_READ),)
