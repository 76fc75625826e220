"""Requests of viewers who were refused (`/api/v1/access-requests`): listing, granting, refusing."""

from compliance.access import Action, Job
from compliance.asking import Need
from compliance.errors import AccessDenied, InvalidValue, NotFound, RequirementUnmet, WrongState
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.shares import granting
from fileserver.shares.granting import Asked
from fileserver.shares.schemas import (
    AccessRequestList,
    AccessRequestOut,
    GrantIn,
    RefuseIn,
    RequestPath,
    RequestQuery,
    ShareOut,
)
from fileserver.shares.showing import share_out


async def listed(call: Call[None, RequestQuery]) -> AccessRequestList:
    """Requests about shares that the caller may see."""
    found = await granting.listed(call.services, call.actor, waiting=call.query.waiting)
    return AccessRequestList(items=[_out(each) for each in found])


async def grant(call: Call[GrantIn, None, RequestPath]) -> ShareOut:
    """Let the asker in, by a share of their own."""
    made = await granting.grant(call.services, call.actor, call.trail, call.params.request_id, call.body)
    return share_out(call.services, made)


async def refuse(call: Call[RefuseIn, None, RequestPath]) -> None:
    """Say no."""
    await granting.refuse(call.services, call.actor, call.trail, call.params.request_id, call.body.word)


def _out(asked: Asked) -> AccessRequestOut:
    row = asked.row
    return AccessRequestOut(
        id=row.id,
        share_id=row.share_id,
        root_id=row.root_id,
        material_id=asked.material_id,
        material_title=asked.title,
        person=asked.name,
        clinic=asked.clinic,
        job=Job(asked.job) if asked.job else None,
        need=Need(row.need),
        rule=row.rule,
        note=row.note,
        state=row.state,  # type: ignore[arg-type]  # the database checks the words
        word=row.word,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        granted_id=row.granted_id,
    )


DECIDING = (AccessDenied, NotFound, WrongState)
ROUTES = (
    Route(
        method="GET",
        path="/api/v1/access-requests",
        name="access_requests.list",
        summary="List requests of viewers who were refused",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_LIST,
        scope="shares:read",
        query=RequestQuery,
        returns=AccessRequestList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/access-requests/{request_id}/grant",
        name="access_requests.grant",
        summary="Let the asker in, by a share of their own",
        handler=grant,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CHANGE,
        scope="shares:write",
        path_params=RequestPath,
        body=GrantIn,
        returns=ShareOut,
        status=201,
        errors=(*DECIDING, InvalidValue, RequirementUnmet),
    ),
    Route(
        method="POST",
        path="/api/v1/access-requests/{request_id}/refuse",
        name="access_requests.refuse",
        summary="Refuse a request, with a word for the asker",
        handler=refuse,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CHANGE,
        scope="shares:write",
        path_params=RequestPath,
        body=RefuseIn,
        status=204,
        errors=DECIDING,
    ),
)
