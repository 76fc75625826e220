"""An auditor's saved searches: named, their own, and seen by nobody else."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance import glass, ledger
from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.events import Act
from compliance.trail import saving
from compliance.trail.saving import Kept, SavedSearch
from fileserver.audit.asking import NAMED, asked_for, pseudonyms_of
from fileserver.audit.schemas import EventFilterIn
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import LINE, Input, Output
from fileserver.http.scopes import Scope

NAME_CHARS_MAX = 60


class SavedSearchIn(Input):
    """A search to keep."""

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)
    ]
    query: EventFilterIn = Field(description="The filter, as for searching. A name must be one person's")


class SavedSearchPath(Input):
    """Which saved search."""

    search_id: UUID


class SavedSearchOut(Output):
    """A saved search. `query` holds the members of the filter that are set."""

    id: UUID
    name: str
    query: dict[str, str]
    created_at: AwareDatetime


class SavedSearchList(Output):
    """One's own saved searches, the oldest first."""

    items: list[SavedSearchOut]


async def create(call: Call[SavedSearchIn]) -> SavedSearchOut:
    """Keep a search. Whether a name is one person's is an answer, so to ask for it by one is an event."""
    rule = require(call.actor, Action.EVENT_SEARCH)
    services, body = call.services, call.body
    query = {name: str(value) for name, value in body.query.model_dump(mode="json", exclude_none=True).items()}
    if named := NAMED & query.keys():
        query |= await _pseudonyms(call, rule, sorted(named))
    async with services.database.transaction() as tx:
        search = SavedSearch(body.name, query)
        kept = await saving.save(tx, services.keys.master, call.signed_in.person_id, search, now=services.clock())
    return _out(kept)


async def listed(call: Call) -> SavedSearchList:
    """One's own searches."""
    require(call.actor, Action.EVENT_SEARCH)
    services = call.services
    async with services.database.transaction() as tx:
        kept = await saving.saved(tx, services.keys.master, call.signed_in.person_id)
    return SavedSearchList(items=[_out(each) for each in kept])


async def remove(call: Call[None, None, SavedSearchPath]) -> None:
    """Forget a search."""
    require(call.actor, Action.EVENT_SEARCH)
    async with call.services.database.transaction() as tx:
        await saving.remove(tx, call.params.search_id, call.signed_in.person_id)


async def _pseudonyms(call: Call[SavedSearchIn], rule: str, named: Sequence[str]) -> dict[str, str]:
    """Whom each of these names means, by pseudonym. It is told whatever comes of it."""
    services, asked = call.services, call.body.query
    async with services.database.transaction() as tx:
        await glass.used(tx, call.trail, call.actor, Action.EVENT_SEARCH, None, now=services.clock())
        found = {name: await pseudonyms_of(services, tx, getattr(asked, name)) for name in named}
        det = {**asked_for(services, asked), "saved": 1, "found": sum(map(len, found.values()))}
        await ledger.append(tx, call.trail.event(Act.EMPLOYEE_EVENT_SEARCH, why=rule, det=det), now=services.clock())
    for name, people in found.items():
        if len(people) != 1:
            raise InvalidValue(field=f"/query/{name}", rule="not-one-person")
    return {name: people[0] for name, people in found.items()}


def _out(kept: Kept) -> SavedSearchOut:
    return SavedSearchOut(id=kept.id, name=kept.search.name, query=kept.search.query, created_at=kept.created_at)


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/audit/searches",
        name="searches.create",
        summary="Save a search of one's own",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_SEARCH,
        body=SavedSearchIn,
        returns=SavedSearchOut,
        status=201,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/audit/searches",
        name="searches.list",
        summary="List one's saved searches",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_SEARCH,
        scope=Scope.EVENTS_READ,
        returns=SavedSearchList,
        errors=(AccessDenied,),
    ),
    Route(
        method="DELETE",
        path="/api/v1/audit/searches/{search_id}",
        name="searches.remove",
        summary="Forget a saved search",
        handler=remove,
        auth=Auth.EMPLOYEE,
        action=Action.EVENT_SEARCH,
        path_params=SavedSearchPath,
        status=204,
        errors=(AccessDenied, NotFound),
    ),
)
