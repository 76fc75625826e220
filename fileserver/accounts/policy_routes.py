"""The sign-in policy over HTTP, for administrators: what is asked of whom, who changed it and why."""

from compliance import administrators, ledger, sign_in_policy
from compliance.access import Action, Role, require
from compliance.errors import AccessDenied, InvalidValue, LastEmergency, NotFound
from compliance.events import Act, short_hash
from compliance.profiles import profiles_of
from compliance.sign_in_policy import LocalSignIn, Policy, SigningFactor
from fileserver.accounts.schemas import AccountPath
from fileserver.accounts.session_schemas import EmergencyIn, PolicyIn, PolicyOut, PolicyState
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import accounts, sign_in_changes

PATH = "/api/v1/people/sign-in-policy"


async def read(call: Call) -> PolicyOut:
    """What is in force, and what was before."""
    require(call.actor, Action.SIGN_IN_CONFIGURE)
    async with call.services.database.transaction() as tx:
        return await _out(call.services, tx)


async def put(call: Call[PolicyIn]) -> PolicyOut:
    """Put another policy into force."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    services, body, caller = call.services, call.body, call.signed_in
    wanted = Policy(
        revision=body.revision,
        second_factor_roles=frozenset(map(Role, body.second_factor_roles)),
        local_sign_in=body.local_sign_in,
        signing_factor=body.signing_factor,
    )
    async with services.database.transaction() as tx:
        now = services.clock()
        kept = any(each.emergency and each.lasting for each in await accounts.lock_administrators(tx, now))
        if wanted.local_sign_in is LocalSignIn.EMERGENCY and not kept:
            raise InvalidValue(field="local_sign_in", rule="no-emergency-account")
        await sign_in_policy.put(tx, call.trail, caller.person_id, wanted, reason=body.reason, now=now, why=rule)
        return await _out(services, tx)


async def put_emergency(call: Call[EmergencyIn, None, AccountPath]) -> None:
    """Say that an account is for emergencies: its password opens it also where others sign in through a provider."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    services, person_id, body = call.services, call.params.person_id, call.body
    async with services.database.transaction() as tx:
        admins = await accounts.lock_administrators(tx, services.clock())
        account = await accounts.account_of(tx, person_id, lock=True)
        if account is None:
            raise NotFound
        if not body.emergency:
            await administrators.require_other_emergency(tx, admins, person_id)
        await accounts.put_emergency(tx, person_id, emergency=body.emergency)
        kind, by = "emergency-on" if body.emergency else "emergency-off", call.signed_in.person_id
        await sign_in_changes.add(tx, person_id, kind, by=by, at=services.clock(), reason=body.reason)
        det: dict[str, str | int] = {"emergency": int(body.emergency), "reason_sha256": short_hash(body.reason)}
        obj = f"person:{account.pseudonym}"
        event = call.trail.event(Act.EMPLOYEE_EMERGENCY_ALLOW, why=rule, obj=obj, det=det)
        await ledger.append(tx, event, now=services.clock())


async def _out(services: Services, tx: Transaction) -> PolicyOut:
    policy, rows = await sign_in_policy.in_force(tx), await sign_in_policy.history(tx)
    people = await profiles_of(tx, services.keys.master, person_ids=[row.changed_by for row in rows])
    history = [
        PolicyState(
            revision=row.revision,
            second_factor_roles=list(row.second_factor_roles),
            local_sign_in=LocalSignIn(row.local_sign_in),
            signing_factor=SigningFactor(row.signing_factor),
            reason=row.reason,
            changed_by=people[row.changed_by].name,
            changed_by_id=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in rows
    ]
    return PolicyOut(
        revision=policy.revision,
        second_factor_roles=sorted(policy.second_factor_roles),
        local_sign_in=policy.local_sign_in,
        signing_factor=policy.signing_factor,
        history=history,
    )


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="sign_in_policy.read",
        summary="Read what is asked of whom at sign-in",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        returns=PolicyOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="PUT",
        path=PATH,
        name="sign_in_policy.put",
        summary="Change what is asked of whom at sign-in",
        handler=put,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        fresh=True,
        body=PolicyIn,
        returns=PolicyOut,
        errors=(AccessDenied, InvalidValue, StepUpNeeded),
    ),
    Route(
        method="PUT",
        path="/api/v1/people/accounts/{person_id}/emergency",
        name="sign_in_policy.put_emergency",
        summary="Say whether an account is for emergencies",
        handler=put_emergency,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        fresh=True,
        path_params=AccountPath,
        body=EmergencyIn,
        status=204,
        errors=(AccessDenied, LastEmergency, NotFound, StepUpNeeded),
    ),
)
