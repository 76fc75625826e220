"""The page of legal holds."""

from aiohttp import web
from pydantic import Field

from compliance import retention
from compliance.access import Action, may_ever
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.privacy import hold_routes as api
from fileserver.privacy.schemas import CURSOR_CHARS_MAX, HoldQuery

PAGE = 50


class HoldsQuery(FormQuery):
    """Where the list continues."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def holds(call: Call[None, HoldsQuery]) -> web.Response:
    """Legal holds, newest first, and how far the log reaches back."""
    services, days = call.services, call.services.config.log_retention_days
    found = await api.listed(asking(call, HoldQuery(cursor=call.query.cursor, limit=PAGE)))
    async with services.database.transaction() as tx:
        log = await retention.standing(tx, days=days, now=services.clock())
    return page(
        call,
        "holds.html",
        holds=found.items,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
        log=log,
        days=days,
        may_place=may_ever(call.actor.role, Action.HOLD_PLACE),
        may_lift=may_ever(call.actor.role, Action.HOLD_LIFT),
    )


ROUTES = (console_page("/holds", "holds", "Legal holds", holds, action=Action.HOLD_LIST, query=HoldsQuery),)
