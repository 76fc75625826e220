"""One employee's account over HTTP: what it is, what it is to be, and what became of it."""

from compliance.access import Action, Target, require
from compliance.employment import Ordered
from compliance.errors import AccessDenied, InvalidValue, LastAdmin, LastEmergency, NotFound
from compliance.profiles import profiles_of
from fileserver.accounts import service
from fileserver.accounts.account_routes import out
from fileserver.accounts.change_schemas import AccountChange, AccountChangeList, AccountChangeOut
from fileserver.accounts.schemas import AccountOut, AccountPath
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from storage.rows import departments
from storage.rows import organisation_changes as changes


async def read(call: Call[None, None, AccountPath]) -> AccountOut:
    """One account."""
    require(call.actor, Action.ACCOUNT_LIST)
    async with call.services.database.transaction() as tx:
        return out(await service.read(tx, call.services.keys.master, call.params.person_id))


async def change(call: Call[AccountChange, None, AccountPath]) -> AccountOut:
    """Change somebody else's role, department, region, clearance and time."""
    services, person_id, body = call.services, call.params.person_id, call.body
    rule = require(call.actor, Action.ACCOUNT_CHANGE, Target(owner_id=person_id))
    ordered = Ordered(by=call.actor.person_id, now=services.clock(), reason=body.reason, rule=rule)
    async with services.database.transaction() as tx:
        await service.change(tx, call.trail, person_id, body.model_dump(exclude={"reason"}), ordered)
        return out(await service.read(tx, services.keys.master, person_id))


async def history(call: Call[None, None, AccountPath]) -> AccountChangeList:
    """What became of an account."""
    require(call.actor, Action.ACCOUNT_LIST)
    services = call.services
    async with services.database.transaction() as tx:
        found = await changes.account_changes(tx, call.params.person_id)
        by = {each.changed_by for each in found if each.changed_by}
        profiles = await profiles_of(tx, services.keys.master, person_ids=by)
        names = await departments.names_of(tx)
    items = [
        AccountChangeOut(
            kind=each.kind,
            before=names.get(each.before, each.before),
            after=names.get(each.after, each.after),
            reason=each.reason,
            changed_by=profiles[each.changed_by].name if each.changed_by else "",
            changed_at=each.changed_at,
        )
        for each in found
    ]
    return AccountChangeList(items=items)


ROUTES = (
    Route(
        auth=Auth.EMPLOYEE,
        method="GET",
        path="/api/v1/people/accounts/{person_id}",
        name="accounts.read",
        summary="Read one employee's account",
        handler=read,
        action=Action.ACCOUNT_LIST,
        path_params=AccountPath,
        returns=AccountOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        auth=Auth.EMPLOYEE,
        method="POST",
        path="/api/v1/people/accounts/{person_id}",
        name="accounts.change",
        summary="Change somebody else's role, department, region, clearance and time",
        fresh=True,
        handler=change,
        action=Action.ACCOUNT_CHANGE,
        path_params=AccountPath,
        body=AccountChange,
        returns=AccountOut,
        errors=(AccessDenied, NotFound, InvalidValue, LastAdmin, LastEmergency, StepUpNeeded),
    ),
    Route(
        auth=Auth.EMPLOYEE,
        method="GET",
        path="/api/v1/people/accounts/{person_id}/changes",
        name="accounts.history",
        summary="List what became of an employee's account",
        handler=history,
        action=Action.ACCOUNT_LIST,
        path_params=AccountPath,
        returns=AccountChangeList,
        errors=(AccessDenied,),
    ),
)
