"""Places of work that nobody listed, as employees decide about them."""

from compliance.access import Action, Job, require
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from compliance.profiles import profiles_of
from fileserver.entering import workplaces
from fileserver.entering.schemas import ClinicOut, DecisionIn, RequestOut, RequestPath, RequestsOut
from fileserver.entering.workplaces import Verdict
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from storage.rows import clinic_requests


async def listed(call: Call) -> RequestsOut:
    """Requests that wait."""
    require(call.actor, Action.CLINIC_CREATE)
    services = call.services
    async with services.database.transaction() as tx:
        found = await clinic_requests.pending(tx)
        profiles = await profiles_of(tx, services.keys.master, person_ids={row.person_id for row in found})
        similar = {row.id: await workplaces.similar(tx, row) for row in found}
    return RequestsOut(
        items=[
            RequestOut(
                id=row.id,
                clinic_name=row.name,
                credit_code=row.credit_code,
                job=Job(row.job),
                person_name=profiles[row.person_id].name,
                phone_tail=profiles[row.person_id].phone_tail,
                requested_at=row.requested_at,
                mine=row.for_id == call.signed_in.person_id,
                similar=[ClinicOut(id=each.id, name=each.name) for each in similar[row.id]],
            )
            for row in found
        ]
    )


async def decide(call: Call[DecisionIn, None, RequestPath]) -> None:
    """List the clinic, or take it for one that is listed, and bind the person; or refuse."""
    rule = require(call.actor, Action.CLINIC_CREATE)
    services = call.services
    async with services.database.transaction() as tx:
        await workplaces.decide(
            tx,
            services,
            call.trail,
            call.params.request_id,
            Verdict(accept=call.body.accept, as_id=call.body.clinic_id, by=call.signed_in.person_id, why=rule),
            now=services.clock(),
        )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/people/clinic-requests",
        name="clinic_requests.list",
        summary="List requests for clinics that are not listed",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CREATE,
        scope=Scope.PEOPLE_READ,
        returns=RequestsOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/people/clinic-requests/{request_id}/decision",
        name="clinic_requests.decide",
        summary="List a clinic that was asked for, take it for one that is listed, or refuse",
        handler=decide,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CREATE,
        scope=Scope.PEOPLE_WRITE,
        path_params=RequestPath,
        body=DecisionIn,
        status=204,
        errors=(AccessDenied, NotFound, WrongState, InvalidValue),
    ),
)
