"""Viewers over HTTP: listed, found by name, blocked and let in again."""

from compliance import ledger
from compliance.access import Action, Job, Role, require
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.events import Act
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.people import search, viewers
from fileserver.people.schemas import (
    Named,
    PeopleFound,
    PeopleQuery,
    PersonOut,
    PersonPath,
    ReasonIn,
    ViewerList,
    ViewerOut,
    ViewerQuery,
)
from fileserver.people.search import FoundPerson
from fileserver.people.viewers import NamedViewer
from storage.rows import viewers as rows
from storage.rows.aliases import person_behind


async def listed(call: Call[None, ViewerQuery]) -> ViewerList:
    """Viewers, newest first. Their names are read, so it is an event."""
    rule = require(call.actor, Action.PERSON_LIST)
    query, services = call.query, call.services
    before = read_cursor(query.cursor)
    async with services.database.transaction() as tx:
        found = await rows.list_viewers(
            tx, clinic_id=query.clinic_id, blocked=query.blocked, before=before, limit=query.limit
        )
        named = await viewers.named(tx, services.keys.master, found)
        event = call.trail.event(Act.EMPLOYEE_PERSON_LIST, why=rule, det={"found": len(found)})
        await ledger.append(tx, event, now=services.clock())
    last = found[-1] if len(found) == query.limit else None
    return ViewerList(
        items=[_out(each, call.signed_in.role) for each in named],
        next=write_cursor(last.created_at, last.person_id) if last else None,
    )


async def find(call: Call[None, PeopleQuery]) -> PeopleFound:
    """People by name: for an auditor who follows somebody, for a share that is meant for somebody."""
    rule = require(call.actor, Action.PERSON_LIST)
    query = call.query
    kinds = (query.kind,) if query.kind else search.KINDS
    found = await search.search(call.services, call.trail, query.q, kinds=kinds, limit=query.limit, why=rule)
    return PeopleFound(items=[_person(each, call.signed_in.role) for each in found.people], complete=found.complete)


async def block(call: Call[ReasonIn, None, PersonPath]) -> ViewerOut:
    """Shut a viewer out."""
    rule = require(call.actor, Action.PERSON_BLOCK)
    services = call.services
    async with services.database.transaction() as tx:
        person_id = await person_behind(tx, call.params.person_id)
        await viewers.block(tx, call.trail, person_id, reason=call.body.reason, now=services.clock(), why=rule)
        return _out(await viewers.read(tx, services.keys.master, person_id), call.signed_in.role)


async def unblock(call: Call[ReasonIn, None, PersonPath]) -> ViewerOut:
    """Let a viewer in again."""
    rule = require(call.actor, Action.PERSON_UNBLOCK)
    services = call.services
    async with services.database.transaction() as tx:
        person_id = await person_behind(tx, call.params.person_id)
        await viewers.unblock(tx, call.trail, person_id, reason=call.body.reason, now=services.clock(), why=rule)
        return _out(await viewers.read(tx, services.keys.master, person_id), call.signed_in.role)


def _out(viewer: NamedViewer, reader: Role) -> ViewerOut:
    row = viewer.row
    return ViewerOut(
        person_id=row.person_id,
        pseudonym=row.pseudonym if reader is Role.AUDITOR else None,
        name=viewer.profile.name,
        phone_tail=viewer.profile.phone_tail,
        clinic=Named(id=row.clinic_id, name=row.clinic_name),
        job=Job(row.job),
        created_at=row.created_at,
        verified_at=row.verified_at,
        verified_by=row.provider,
        blocked_at=row.blocked_at,
        blocked_reason=row.blocked_reason,
    )


def _person(found: FoundPerson, reader: Role) -> PersonOut:
    standing = found.standing
    return PersonOut(
        person_id=standing.person_id,
        pseudonym=standing.pseudonym if reader is Role.AUDITOR else None,
        name=found.profile.name,
        phone_tail=found.profile.phone_tail,
        role=Role(standing.role),
        clinic=Named(id=standing.clinic_id, name=standing.clinic_name) if standing.clinic_id else None,
        job=Job(standing.job) if standing.job else None,
        active=standing.active,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/people",
        name="people.find",
        summary="Find people by name",
        handler=find,
        auth=Auth.EMPLOYEE,
        action=Action.PERSON_LIST,
        scope=Scope.PEOPLE_READ,
        query=PeopleQuery,
        returns=PeopleFound,
        errors=(AccessDenied,),
    ),
    Route(
        method="GET",
        path="/api/v1/people/viewers",
        name="viewers.list",
        summary="List viewers, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.PERSON_LIST,
        scope=Scope.PEOPLE_READ,
        query=ViewerQuery,
        returns=ViewerList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/people/viewers/{person_id}/block",
        name="viewers.block",
        summary="Shut a viewer out and end their sessions",
        handler=block,
        auth=Auth.EMPLOYEE,
        action=Action.PERSON_BLOCK,
        scope=Scope.PEOPLE_WRITE,
        path_params=PersonPath,
        body=ReasonIn,
        returns=ViewerOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/people/viewers/{person_id}/unblock",
        name="viewers.unblock",
        summary="Let a viewer in again",
        handler=unblock,
        auth=Auth.EMPLOYEE,
        action=Action.PERSON_UNBLOCK,
        scope=Scope.PEOPLE_WRITE,
        path_params=PersonPath,
        body=ReasonIn,
        returns=ViewerOut,
        errors=(AccessDenied, NotFound),
    ),
)
