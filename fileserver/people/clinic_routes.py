"""Clinics over HTTP."""

from compliance.access import Action, require
from compliance.errors import AccessDenied, ClinicTaken, InvalidValue, NotFound, OwnershipChanged
from compliance.ownership.holding import Change
from fileserver.http.call import Call
from fileserver.http.cursors import read_text_cursor, write_text_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.people import clinics
from fileserver.people.clinics import OwnedClinic
from fileserver.people.schemas import ClinicIn, ClinicList, ClinicOut, ClinicPath, ClinicQuery, Named, OwnerIn
from fileserver.reaching import clinic_target, standing_clinic
from storage.rows import clinics as rows


async def listed(call: Call[None, ClinicQuery]) -> ClinicList:
    """Clinics by name."""
    require(call.actor, Action.CLINIC_LIST)
    query = call.query
    async with call.services.database.transaction() as tx:
        after = read_text_cursor(query.cursor)
        found = await rows.list_clinics(tx, after_name=after, owner_id=query.owner_id, limit=query.limit)
        owned = await clinics.owned(tx, call.services.keys.master, found)
    return ClinicList(
        items=[_out(each) for each in owned],
        next=write_text_cursor(found[-1].name) if len(found) == query.limit else None,
    )


async def create(call: Call[ClinicIn]) -> ClinicOut:
    """Add a clinic."""
    rule = require(call.actor, Action.CLINIC_CREATE)
    async with call.services.database.transaction() as tx:
        added = await clinics.add(
            tx, call.trail, name=call.body.name, region=call.body.region, now=call.services.clock(), why=rule
        )
    return _out(added)


async def assign(call: Call[OwnerIn, None, ClinicPath]) -> ClinicOut:
    """Give a clinic to an employee."""
    clinic_id, owner_id = call.params.clinic_id, call.body.person_id
    services = call.services
    async with services.database.transaction() as tx:
        clinic_id = await standing_clinic(tx, clinic_id)
        target = await clinic_target(tx, clinic_id)
        rule = require(call.actor, Action.CLINIC_ASSIGN, target, obj=f"clinic:{clinic_id}")
        assigned = await clinics.assign(
            tx,
            services.keys.master,
            call.trail,
            clinic_id,
            Change(to_id=owner_id, cause="assigned" if owner_id else "released", by=call.actor.person_id, rule=rule),
            now=services.clock(),
            version=call.body.version,
        )
    return _out(assigned)


def _out(clinic: OwnedClinic) -> ClinicOut:
    row = clinic.row
    owner = Named(id=row.owner_id, name=clinic.owner_name or "") if row.owner_id else None
    return ClinicOut(
        id=row.id, name=row.name, region=row.region, owner=owner, viewers=row.viewers, created_at=row.created_at
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/people/clinics",
        name="clinics.list",
        summary="List clinics",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_LIST,
        scope=Scope.PEOPLE_READ,
        query=ClinicQuery,
        returns=ClinicList,
        errors=(InvalidValue,),
    ),
    Route(
        method="POST",
        path="/api/v1/people/clinics",
        name="clinics.create",
        summary="Add a clinic",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CREATE,
        scope=Scope.PEOPLE_WRITE,
        body=ClinicIn,
        returns=ClinicOut,
        status=201,
        errors=(AccessDenied, ClinicTaken),
    ),
    Route(
        method="POST",
        path="/api/v1/people/clinics/{clinic_id}/owner",
        name="clinics.assign",
        summary="Give the relation to a clinic to one employee",
        handler=assign,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_ASSIGN,
        scope=Scope.PEOPLE_WRITE,
        path_params=ClinicPath,
        body=OwnerIn,
        returns=ClinicOut,
        errors=(AccessDenied, NotFound, InvalidValue, OwnershipChanged),
    ),
)
