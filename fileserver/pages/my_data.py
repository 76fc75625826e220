"""A viewer's own page: who they are here, what they agreed to, where they are signed in, what they opened."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from compliance.errors import KeyUnavailable
from compliance.links import ShareToken, token_text
from fileserver.accounts import session_routes
from fileserver.entering import service
from fileserver.entering.state import state_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.pages.rendering import page
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import shares
from storage.rows.aliases import aliases_of
from storage.rows.consents import consents_of
from storage.rows.visits import OpenedRow, opened_by

OPENED_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A share that the viewer opened; `path` is empty once it opens no more."""

    title: str
    at: datetime
    path: str


async def my_data(call: Call) -> web.Response:
    """Everything at a glance, and what can be done about it."""
    services, person_id, now = call.services, call.signed_in.person_id, call.services.clock()
    async with services.database.transaction() as tx:
        state = await state_of(tx, services, person_id)
        given = {row.purpose: row.given_at for row in await consents_of(tx, person_id) if row.withdrawn_at is None}
        ids = (person_id, *await aliases_of(tx, person_id))
        rows = await opened_by(tx, ids, now, OPENED_SHOWN)
        opened = [Opened(title=row.title, at=row.started_at, path=await _path(tx, services, row)) for row in rows]
    return page(
        call,
        "my_data.html",
        state=state,
        consents=service.texts(services, state, call.language),
        given=given,
        sessions=(await session_routes.listed(call)).items,
        opened=opened,
    )


async def _path(tx: Transaction, services: Services, row: OpenedRow) -> str:
    """Where it opens again; empty if the share, anything above it or its use up keeps it closed."""
    now, above = services.clock(), await shares.standing(tx, row.share_id) if row.is_open else None
    if above is None or above.revoked or not above.creators_active or above.expires_at <= now:
        return ""
    if above.used_up and row.runs_until <= now:
        return ""
    with suppress(KeyUnavailable):
        return f"/s/{token_text(services.keys, ShareToken(kid=row.share_kid, token_id=row.share_token_id))}"
    return ""


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
