"""Viewers who were refused and ask to be let in, in the console: who asks for what, and the answer."""

from aiohttp import web
from pydantic import Field

from compliance.access import Action, may_ever
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page
from fileserver.shares import request_routes as api
from fileserver.shares.schemas import NOTE_CHARS_MAX, RequestQuery


class ListQuery(FormQuery):
    """Those that wait, or those that were decided."""

    waiting: bool = Field(default=True)


async def listed(call: Call[None, ListQuery]) -> web.Response:
    """Requests about shares that the reader may see."""
    query = RequestQuery(waiting=call.query.waiting)
    return page(
        call,
        "access_requests.html",
        requests=(await api.listed(asking(call, query))).items,
        waiting=query.waiting,
        may_decide=may_ever(call.actor.role, Action.SHARE_CHANGE),
        word_chars_max=NOTE_CHARS_MAX,
    )


ROUTES = (
    console_page(
        "/access-requests",
        "access_requests",
        "Viewers who ask to be let in",
        listed,
        action=Action.SHARE_LIST,
        query=ListQuery,
    ),
)
