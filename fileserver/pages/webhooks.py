"""Webhooks in the console: all of them, and what was delivered to one."""

from typing import cast

from aiohttp import web
from pydantic import Field

from compliance.access import Action, may_ever
from compliance.errors import NotFound
from compliance.webhooks import Kind
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.webhooks import routes as api
from fileserver.webhooks.schemas import CURSOR_CHARS_MAX, DeliveryQuery, DeliveryState, WebhookPath


class DeliveriesQuery(FormQuery):
    """Which deliveries, and where their list continues."""

    state: DeliveryState | None = Field(default=None)
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def listed(call: Call) -> web.Response:
    """Every receiver, and the form for a new one."""
    return page(
        call,
        "webhooks.html",
        webhooks=(await api.listed(call)).items,
        kinds=list(Kind),
        may_change=may_ever(call.actor.role, Action.WEBHOOK_CHANGE),
    )


async def one(call: Call[None, DeliveriesQuery, WebhookPath]) -> web.Response:
    """A receiver and its deliveries; the page reads itself anew every few seconds."""
    query = DeliveryQuery(state=call.query.state, cursor=call.query.cursor)
    found = await api.delivered(cast("Call[None, DeliveryQuery, WebhookPath]", asking(call, query)))
    known = await api.listed(asking(call, None))
    webhook = next((each for each in known.items if each.id == call.params.webhook_id), None)
    if webhook is None:
        raise NotFound(field="webhook_id")
    return page(
        call,
        "webhook.html",
        webhook=webhook,
        deliveries=found.items,
        may_change=may_ever(call.actor.role, Action.WEBHOOK_CHANGE),
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


ROUTES = (
    console_page("/webhooks", "webhooks", "Webhooks", listed, action=Action.WEBHOOK_LIST),
    console_page(
        "/webhooks/{webhook_id}",
        "webhook",
        "What was delivered to a webhook",
        one,
        action=Action.WEBHOOK_LIST,
        query=DeliveriesQuery,
        path_params=WebhookPath,
    ),
)
