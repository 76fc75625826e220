"""What is done to a share afterwards: its policy narrowed, a viewer shut out, everything of a material closed."""

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.shares import barring, narrowing
from fileserver.shares.policy_schemas import ChangeList, ChangeOut, ShareNarrowIn
from fileserver.shares.schemas import BarIn, BarOut, CutOut, RevokeAllIn, ShareOut, SharePath
from fileserver.shares.showing import share_out


async def narrow(call: Call[ShareNarrowIn, None, SharePath]) -> ShareOut:
    """Narrow a share and all below it; the next byte of every visit goes by what is left."""
    share_id = call.params.share_id
    narrowed = await narrowing.narrow(call.services, call.actor, call.trail, share_id, call.body)
    return share_out(call.services, narrowed)


async def history(call: Call[None, None, SharePath]) -> ChangeList:
    """How a share's policy was narrowed."""
    found = await narrowing.history(call.services, call.actor, call.params.share_id)
    items = [
        ChangeOut(at=each.row.changed_at, by=each.by, before=dict(each.row.before), after=dict(each.row.after))
        for each in found
    ]
    return ChangeList(items=items)


async def bar(call: Call[BarIn, None, SharePath]) -> BarOut:
    """Shut a viewer out; the next byte of their visits is refused."""
    body = call.body
    await barring.bar(call.services, call.actor, call.trail, call.params.share_id, body.person_id, body.reason)
    return BarOut(person_id=body.person_id)


async def revoke_all(call: Call[RevokeAllIn]) -> CutOut:
    """Close every share of a material that the caller may close."""
    body = call.body
    links = await barring.revoke_all(call.services, call.actor, call.trail, body.material_id, body.reason)
    return CutOut(links=links)


ROUTES = (
    Route(
        method="PATCH",
        path="/api/v1/shares/{share_id}",
        name="shares.narrow",
        summary="Narrow what a share offers; nothing can be made wider",
        handler=narrow,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CHANGE,
        scope="shares:write",
        path_params=SharePath,
        body=ShareNarrowIn,
        returns=ShareOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/shares/{share_id}/changes",
        name="shares.changes",
        summary="List how a share was narrowed, newest first",
        handler=history,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        returns=ChangeList,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/bar",
        name="shares.bar",
        summary="Shut one viewer out of a share and of all that is forwarded from it",
        handler=bar,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_REVOKE,
        scope="shares:write",
        path_params=SharePath,
        body=BarIn,
        returns=BarOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/revoke",
        name="shares.revoke_all",
        summary="Close every share of a material that the caller may close",
        handler=revoke_all,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_REVOKE,
        scope="shares:write",
        body=RevokeAllIn,
        returns=CutOut,
        errors=(AccessDenied, NotFound),
    ),
)
