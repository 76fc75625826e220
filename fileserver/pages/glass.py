"""Broken glass in the console: who was let in to what, why, until when; and the way to begin and end it."""

from aiohttp import web

from compliance.access import Action, decide
from fileserver.glass import routes as api
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page


async def show(call: Call) -> web.Response:
    """All the times, what is open first in sight."""
    found = await api.listed(call)
    return page(
        call,
        "glass.html",
        grants=found.items,
        minutes_max=found.minutes_max,
        may_break=decide(call.actor, Action.GLASS_BREAK).allowed,
        may_end=decide(call.actor, Action.GLASS_END).allowed,
        me=call.signed_in.person_id,
    )


ROUTES = (console_page("/break-glass", "glass", "Emergency access", show, action=Action.GLASS_LIST),)
