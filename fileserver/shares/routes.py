"""The shares API."""

from dataclasses import replace

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound, RequirementUnmet, WrongState
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.shares import bulk_routes, carrying, folders, gating, pledged, policy_routes, sending, service, visited
from fileserver.shares.schemas import (
    CutIn,
    CutOut,
    GateIn,
    ShareIn,
    ShareList,
    ShareLookIn,
    ShareOut,
    SharePath,
    ShareQuery,
)
from fileserver.shares.showing import share_out


async def create(call: Call[ShareIn]) -> ShareOut:
    """Make a share of an approved material."""
    return share_out(call.services, await service.create(call.services, call.actor, call.trail, call.body))


async def listed(call: Call[None, ShareQuery]) -> ShareList:
    """The caller's shares, newest first."""
    query = call.query
    before = read_cursor(query.cursor)
    found = await service.listed(call.services, call.actor, query, before=before)
    last = found[-1].row if len(found) == query.limit else None
    return ShareList(
        items=[share_out(call.services, each) for each in found],
        next=write_cursor(last.created_at, last.id) if last else None,
    )


async def read(call: Call[None, None, SharePath]) -> ShareOut:
    """One share."""
    return share_out(call.services, await service.read(call.services, call.actor, call.params.share_id))


async def cut(call: Call[CutIn, None, SharePath]) -> CutOut:
    """Cut a branch; the next byte of every visit below it is refused."""
    links = await service.cut(call.services, call.actor, call.trail, call.params.share_id, call.body.person_id)
    return CutOut(links=links)


async def revoke(call: Call[None, None, SharePath]) -> ShareOut:
    """Close a share; the next byte of every visit to it is refused."""
    closed = await service.revoke(call.services, call.actor, call.trail, call.params.share_id)
    return share_out(call.services, closed)


async def change_look(call: Call[ShareLookIn, None, SharePath]) -> ShareOut:
    """Change how copies are marked; visits that have begun keep the look they began with."""
    share_id = call.params.share_id
    return share_out(
        call.services, await service.change_look(call.services, call.actor, call.trail, share_id, call.body)
    )


async def change_gate(call: Call[GateIn, None, SharePath]) -> ShareOut:
    """Change what a share asks at its door; a new lock asks everybody anew, from the next byte."""
    share_id = call.params.share_id
    _, password = await gating.change(call.services, call.actor, call.trail, share_id, call.body)
    shown = await service.read(call.services, call.actor, share_id)
    return share_out(call.services, replace(shown, password=password))


ROUTES = (
    *sending.ROUTES,
    Route(
        method="POST",
        path="/api/v1/shares",
        name="shares.create",
        summary="Make a share of an approved material",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CREATE,
        scope="shares:write",
        body=ShareIn,
        returns=ShareOut,
        status=201,
        errors=(AccessDenied, NotFound, InvalidValue, RequirementUnmet),
    ),
    Route(
        method="GET",
        path="/api/v1/shares",
        name="shares.list",
        summary="List shares, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_LIST,
        scope="shares:read",
        query=ShareQuery,
        returns=ShareList,
        errors=(InvalidValue,),
    ),
    Route(
        method="GET",
        path="/api/v1/shares/{share_id}",
        name="shares.read",
        summary="Read one share",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        returns=ShareOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/look",
        name="shares.look",
        summary="Change how the copies of a share are marked",
        handler=change_look,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CHANGE,
        scope="shares:write",
        path_params=SharePath,
        body=ShareLookIn,
        returns=ShareOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/gate",
        name="shares.gate",
        summary="Change what a share asks at its door: a password, a code, the pledge",
        handler=change_gate,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CHANGE,
        scope="shares:write",
        path_params=SharePath,
        body=GateIn,
        returns=ShareOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/revoke",
        name="shares.revoke",
        summary="Close a share and everything forwarded from it",
        handler=revoke,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_REVOKE,
        scope="shares:write",
        path_params=SharePath,
        returns=ShareOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/cut",
        name="shares.cut",
        summary="Close what one person passed on of an employee's share, and all below it",
        handler=cut,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_REVOKE,
        scope="shares:write",
        path_params=SharePath,
        body=CutIn,
        returns=CutOut,
        errors=(AccessDenied, NotFound, InvalidValue, WrongState),
    ),
    *bulk_routes.ROUTES,
    *carrying.ROUTES,
    *folders.ROUTES,
    *pledged.ROUTES,
    *visited.ROUTES,
    *policy_routes.ROUTES,
)
