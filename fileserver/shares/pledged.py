"""Who gave the pledge of confidentiality for a share, and for what was passed on of it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.shares.schemas import SharePath
from fileserver.shares.service import allowed
from storage.rows import pledges
from storage.rows.aliases import person_behind
from storage.rows.standing import standing_of


class PledgedOut(Output):
    """Somebody who gave it, in which words."""

    person_id: UUID
    person: str = Field(description="Empty once they are erased")
    clinic: str = Field(description="Where they work now")
    version: int
    language: Literal["zh-CN", "en"]
    text_sha256: str = Field(description="Of the very words: title, line feed, text")
    given_at: datetime


class PledgedQuery(Input):
    """Which of them to list."""

    cursor: str | None = Field(default=None, max_length=100, description="Where the page before ended")
    limit: int = Field(default=50, ge=1, le=100, description="How many at most")


class PledgedList(Output):
    """Newest first."""

    items: list[PledgedOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")


async def given(call: Call[None, PledgedQuery, SharePath]) -> PledgedList:
    """Who gave the pledge for the employee's share at the root: its links all ask for one."""
    services, query = call.services, call.query
    before = read_cursor(query.cursor)
    async with services.database.transaction() as tx:
        row = await allowed(tx, call.actor, Action.SHARE_READ, call.params.share_id)
        found = await pledges.given_for_share(tx, row.root_id, before=before, limit=query.limit + 1)
        rows = found[: query.limit]
        people = {each.person_id for each in rows}
        names = await profiles_of(tx, services.keys.master, person_ids=people)
        standings = {each: await standing_of(tx, await person_behind(tx, each)) for each in people}
    return PledgedList(
        items=[
            PledgedOut(
                person_id=each.person_id,
                person=names[each.person_id].name,
                clinic=standing.clinic_name if (standing := standings[each.person_id]) else "",
                version=each.version,
                language=each.language,  # type: ignore[arg-type]  # the database checks the words
                text_sha256=each.text_sha256,
                given_at=each.given_at,
            )
            for each in rows
        ],
        next=write_cursor(rows[-1].given_at, rows[-1].id) if len(found) > len(rows) else None,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/shares/{share_id}/pledges",
        name="shares.pledges",
        summary="List who gave the pledge of confidentiality for a share",
        handler=given,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        query=PledgedQuery,
        returns=PledgedList,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
)
