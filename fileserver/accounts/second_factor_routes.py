"""One's own second factor over HTTP, and an administrator's reset of somebody else's."""

import io
from typing import Any

import segno
from aiohttp import web

from compliance import ledger, limits, second_factor, sessions, sign_in_policy
from compliance.access import Action, Target, require
from compliance.errors import AccessDenied, CodeRefused, NotFound, TooManyAttempts, WrongState
from compliance.events import Act, short_hash
from compliance.second_factor import Factor
from fileserver.accounts.schemas import AccountPath
from fileserver.accounts.session_schemas import (
    CodeIn,
    EnrolledOut,
    EnrolmentOut,
    FactorResetIn,
    RecoveryCodesOut,
    SecondFactorOut,
)
from fileserver.accounts.sign_in import admit
from fileserver.http.call import Call
from fileserver.http.errors import SecondFactorNeeded, StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.session_cookie import signed_in_response
from storage.database import Transaction
from storage.rows import accounts, sign_in_changes
from storage.rows.accounts import AccountRow
from storage.rows.sessions import end_limited_of, end_sessions_of

PATH = "/api/v1/people/me/second-factor"
QR_SCALE = 4


async def state(call: Call) -> SecondFactorOut:
    """How the caller stands with their second factor."""
    caller = call.signed_in
    async with call.services.database.transaction() as tx:
        found = await second_factor.state_of(tx, caller.person_id)
        needed = caller.role in (await sign_in_policy.in_force(tx)).second_factor_roles
    return SecondFactorOut(enrolled_at=found.since, recovery_codes_left=found.recovery_codes_left, needed=needed)


async def begin(call: Call) -> EnrolmentOut:
    """Begin an enrolment; the one that was begun before it is void."""
    services = call.services
    async with services.database.transaction() as tx:
        account = await _own(tx, call)
        made = await second_factor.begin(
            tx,
            services.keys.master,
            account.person_id,
            label=account.login,
            issuer=services.config.brand_name,
            now=services.clock(),
        )
    drawn = io.BytesIO()
    segno.make(made.uri, error="m").save(drawn, kind="svg", scale=QR_SCALE, xmldecl=False, svgns=True, dark="#000")
    return EnrolmentOut(secret=made.secret, uri=made.uri, qr_svg=drawn.getvalue().decode())


async def confirm(call: Call[CodeIn]) -> web.Response:
    """End the enrolment by a code. The session goes on under a new token; others end unless they are to stay."""
    services, caller, now = call.services, call.signed_in, call.services.clock()
    async with services.database.transaction() as tx:
        account = await _own(tx, call)
    attempt = (await admit(services, account.login, call.client_ip)).attempt
    async with services.database.transaction() as tx:
        codes = await second_factor.confirm(
            tx, services.keys.master, caller.person_id, call.body.code.get_secret_value(), now=now
        )
        await limits.succeeded(tx, attempt)
        # Another session that waits for the second factor was begun without one: it would never be good for more.
        end = end_sessions_of if call.body.end_others else end_limited_of
        ended = await end(tx, caller.person_id, now, keep=caller.session_id)
        event = call.trail.event(Act.EMPLOYEE_FACTOR_ENROL, det={"factor": Factor.TOTP.value, "sessions": ended})
        await ledger.append(tx, event, now=now)
        token = await _renewed(tx, call)
    return signed_in_response(services.config, EnrolledOut(codes=list(codes), token=token), token)


async def renew(call: Call) -> RecoveryCodesOut:
    """Make new recovery codes; the old ones are void."""
    services, now = call.services, call.services.clock()
    async with services.database.transaction() as tx:
        if not (await second_factor.state_of(tx, call.signed_in.person_id)).enrolled:
            raise WrongState
        codes = await second_factor.renew_recovery_codes(tx, services.keys.master, call.signed_in.person_id, now=now)
        await ledger.append(tx, call.trail.event(Act.EMPLOYEE_FACTOR_RENEW), now=now)
    return RecoveryCodesOut(codes=list(codes))


async def remove(call: Call) -> None:
    """Give one's second factor up, unless the role must have one. Every other session of one's own ends."""
    services, caller, now = call.services, call.signed_in, call.services.clock()
    async with services.database.transaction() as tx:
        if caller.role in (await sign_in_policy.in_force(tx)).second_factor_roles:
            raise SecondFactorNeeded
        await second_factor.remove(tx, caller.person_id)
        ended = await end_sessions_of(tx, caller.person_id, now, keep=caller.session_id)
        await ledger.append(tx, call.trail.event(Act.EMPLOYEE_FACTOR_REMOVE, det={"sessions": ended}), now=now)


async def reset(call: Call[FactorResetIn, None, AccountPath]) -> None:
    """Take somebody's lost second factor away and end their sessions: they sign in by password and set up another."""
    rule = require(call.actor, Action.ACCOUNT_PASSWORD, Target(owner_id=call.params.person_id))
    services, person_id, now = call.services, call.params.person_id, call.services.clock()
    async with services.database.transaction() as tx:
        account = await accounts.account_of(tx, person_id, lock=True)
        if account is None:
            raise NotFound
        await second_factor.remove(tx, person_id)
        by = call.signed_in.person_id
        await sign_in_changes.add(tx, person_id, "factor-reset", by=by, at=now, reason=call.body.reason)
        det: dict[str, str | int] = {
            "reason_sha256": short_hash(call.body.reason),
            "sessions": await end_sessions_of(tx, person_id, now),
        }
        obj = f"person:{account.pseudonym}"
        await ledger.append(tx, call.trail.event(Act.EMPLOYEE_FACTOR_RESET, why=rule, obj=obj, det=det), now=now)


async def _own(tx: Transaction, call: Call[Any, Any, Any]) -> AccountRow:
    account = await accounts.account_of(tx, call.signed_in.person_id)
    if account is None:
        raise NotFound
    return account


async def _renewed(tx: Transaction, call: Call[Any, Any, Any]) -> str:
    """The token under which this session goes on, with the second factor that was just proved."""
    caller = call.signed_in
    if caller.session_id is None:
        raise NotFound
    methods = tuple(dict.fromkeys((*caller.methods, Factor.TOTP.value)))
    return await sessions.freshen(tx, caller.session_id, methods=methods, now=call.services.clock())


def _own_route(method: str, name: str, summary: str, **declared: Any) -> Route:
    path = PATH + declared.pop("below", "")
    return Route(
        method=method,
        path=path,
        name=f"second_factor.{name}",
        summary=summary,
        auth=Auth.EMPLOYEE,
        own=True,
        **declared,
    )


ROUTES = (
    _own_route(
        "GET",
        "state",
        "See how one stands with one's second factor",
        handler=state,
        enrolling=True,
        returns=SecondFactorOut,
    ),
    _own_route(
        "POST",
        "begin",
        "Begin to set up a second factor",
        handler=begin,
        fresh=True,
        enrolling=True,
        returns=EnrolmentOut,
        errors=(StepUpNeeded, WrongState),
    ),
    _own_route(
        "POST",
        "confirm",
        "Set the second factor up by a code of it",
        below="/confirm",
        handler=confirm,
        enrolling=True,
        body=CodeIn,
        returns=EnrolledOut,
        status=201,
        errors=(CodeRefused, TooManyAttempts, WrongState),
    ),
    _own_route(
        "POST",
        "renew",
        "Make new recovery codes",
        below="/recovery-codes",
        handler=renew,
        fresh=True,
        returns=RecoveryCodesOut,
        errors=(StepUpNeeded, WrongState),
    ),
    _own_route(
        "DELETE",
        "remove",
        "Give up one's second factor",
        handler=remove,
        fresh=True,
        status=204,
        errors=(SecondFactorNeeded, StepUpNeeded, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/people/accounts/{person_id}/second-factor/reset",
        name="second_factor.reset",
        summary="Take an employee's lost second factor away",
        handler=reset,
        auth=Auth.EMPLOYEE,
        action=Action.ACCOUNT_PASSWORD,
        fresh=True,
        path_params=AccountPath,
        body=FactorResetIn,
        status=204,
        errors=(AccessDenied, NotFound, StepUpNeeded, WrongState),
    ),
)
