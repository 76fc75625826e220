"""Where a notice of unusual spread leads: what can be cut here, and what that does, before it is done."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from compliance.profiles import ERASED, profiles_of
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page
from fileserver.shares import routes as api
from fileserver.shares.schemas import SharePath
from fileserver.shares.service import may_cut
from storage.rows import cuts
from storage.rows.aliases import ids_of
from storage.rows.folders import led_by


class StopQuery(FormQuery):
    """Whose branch."""

    person_id: UUID | None = Field(default=None, description="Nobody: the share itself")


async def stop(call: Call[None, StopQuery, SharePath]) -> web.Response:
    """The question. The answers are forms that go to the API, which decides anew."""
    share = await api.read(replace(cast("Call[None, None, SharePath]", call), query=None))
    allowed = share.revoked_at is None and await may_cut(call.services, call.actor, share.id)
    return page(call, "share_stop.html", share=share, may_cut=allowed, branch=await _branch(call) if allowed else None)


async def _branch(call: Call[None, StopQuery, SharePath]) -> tuple[UUID, str] | None:
    person_id = call.query.person_id
    if person_id is None:
        return None
    async with call.services.database.transaction() as tx:
        ids, every = await ids_of(tx, person_id), await led_by(tx, call.params.share_id)
        if not any([await cuts.visited_below(tx, each, ids) for each in every]):
            return None  # whose name is none of the caller's business
        found = await profiles_of(tx, call.services.keys.master, person_ids=[person_id])
    return person_id, found.get(person_id, ERASED).name


ROUTES = (
    console_page(
        "/shares/{share_id}/stop",
        "share_stop",
        "What of a share can be cut, and what that does",
        stop,
        action=Action.SHARE_READ,
        query=StopQuery,
        path_params=SharePath,
    ),
)
