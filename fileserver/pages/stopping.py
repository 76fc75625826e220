"""Where a notice of unusual spread leads: what can be cut here and what that does, and what was cut before."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from compliance.profiles import ERASED, profiles_of
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.shares import routes as api
from fileserver.shares.folders import contents
from fileserver.shares.schemas import SharePath
from fileserver.shares.service import may_cut
from storage.rows import cuts, materials, shares
from storage.rows.aliases import ids_of
from storage.rows.cuts import CutRow
from storage.rows.folders import led_by

CUTS = 50  # shown at once


class StopQuery(FormQuery):
    """Whose branch, and where the list of cuts continues."""

    cursor: str | None = Field(default=None, max_length=100)
    person_id: UUID | None = Field(default=None, description="Nobody: the share itself")


async def stop(call: Call[None, StopQuery, SharePath]) -> web.Response:
    """The question, and what was cut before. The answers are forms that go to the API, which decides anew."""
    asked = replace(cast("Call[None, None, SharePath]", call), query=None)
    share, folder = await api.read(asked), await contents(asked)
    states = {share.state, *(item.state for item in folder.items)}
    allowed = states != {"revoked"} and await may_cut(call.services, call.actor, share.id)
    ended, last = await _cuts(call)
    path, cursor = f"/shares/{share.id}/stop", last and write_cursor(last.cut_at, last.person_id)
    return page(
        call,
        "share_stop.html",
        share=share,
        may_cut=allowed,
        branch=await _branch(call) if allowed else None,
        closed=await _closed(call, share.id),
        cuts=ended,
        more_cuts=with_query(path, call.request.query, cursor=cursor) if cursor else None,
    )


@dataclass(frozen=True)
class Ended:
    """What was closed: the material of a share, or somebody's branch; by whom, when and why."""

    what: str
    by: str
    at: datetime
    reason: str = ""


async def _closed(call: Call[None, StopQuery, SharePath], share_id: UUID) -> list[Ended]:
    """The shares behind the link that were revoked, in the folder's order."""
    async with call.services.database.transaction() as tx:
        rows = [await shares.share_by_id(tx, each) for each in await led_by(tx, share_id)]
        ended = [row for row in rows if row is not None and row.revoked_at is not None]
        people = {row.revoked_by for row in ended if row.revoked_by}
        names = await profiles_of(tx, call.services.keys.master, person_ids=people)
        titles = {row.material_id: await materials.material_by_id(tx, row.material_id) for row in ended}
    return [
        Ended(
            what=found.title if (found := titles[row.material_id]) else "",
            by=names.get(row.revoked_by, ERASED).name if row.revoked_by else "",
            at=row.revoked_at,
            reason=row.revoked_reason,
        )
        for row in ended
        if row.revoked_at is not None
    ]


async def _cuts(call: Call[None, StopQuery, SharePath]) -> tuple[list[Ended], CutRow | None]:
    """Branches that were cut, the newest first, and the last of them if there are more."""
    before = read_cursor(call.query.cursor)
    async with call.services.database.transaction() as tx:
        every = await led_by(tx, call.params.share_id)
        found = await cuts.cuts_of(tx, every, before=before, limit=CUTS + 1)
        rows = found[:CUTS]
        people = {each for row in rows for each in (row.person_id, row.cut_by)}
        names = await profiles_of(tx, call.services.keys.master, person_ids=people)
    ended = [Ended(names[row.person_id].name, names[row.cut_by].name, row.cut_at) for row in rows]
    return ended, rows[-1] if len(found) > len(rows) else None


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
