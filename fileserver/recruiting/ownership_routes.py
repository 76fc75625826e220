"""Who holds which clinic, over HTTP: details and history, the pool, transfers and the handover list."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from compliance.access import Action, Actor, Target, require
from compliance.credit_codes import credit_code
from compliance.errors import (
    AccessDenied,
    ClaimsUsedUp,
    DisputeOpen,
    InvalidValue,
    NotFound,
    OwnershipChanged,
    TransferOpen,
    WrongState,
)
from compliance.events import Act
from compliance.ledger import append
from compliance.ownership import disputes, pool, transfers
from compliance.ownership.pool import Protection
from compliance.ownership.transfers import Request, Wished
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.reaching import clinic_of, clinic_target, reach, standing_clinic
from fileserver.recruiting import jobs
from fileserver.recruiting.people import called, names_of, someone
from fileserver.recruiting.schemas import (
    ClinicChangeIn,
    ClinicDetail,
    ClinicPath,
    HandoverLine,
    HandoverList,
    Interval,
    Place,
    PoolLine,
    PoolOut,
    ReasonIn,
    TransferIn,
    TransferList,
    TransferOut,
    TransferPath,
    VersionIn,
)
from storage.database import Transaction
from storage.rows import clinics, ownership
from storage.rows import pool as pool_rows
from storage.rows import transfers as rows
from storage.rows.aliases import clinic_behind
from storage.rows.clinics import clinic_names
from storage.rows.standing import standings_of
from storage.rows.transfers import TransferRow


async def detail(call: Call[None, None, ClinicPath]) -> ClinicDetail:
    """A clinic with everybody who held it; the id of a merged one leads to the one that goes on."""
    async with call.services.database.transaction() as tx:
        clinic_id = await clinic_behind(tx, call.params.clinic_id)
        row = await clinics.clinic_by_id(tx, clinic_id)
        if row is None:
            raise NotFound(field="clinic_id")
        target = await clinic_target(tx, clinic_id)
        require(call.actor, Action.CLINIC_HISTORY, target, obj=f"clinic:{clinic_id}")
        history = await ownership.history_of(tx, clinic_id)
        people = [each for interval in history for each in (interval.person_id, interval.changed_by)]
        names = await names_of(tx, call.services.keys.master, people)
    return ClinicDetail(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        credit_code=row.credit_code,
        region=row.region,
        history=[
            Interval(
                version=each.version,
                owner=someone(names, each.person_id),
                valid_from=each.valid_from,
                valid_to=each.valid_to,
                cause=each.cause,
                reason=each.reason,
                by=someone(names, each.changed_by),
                event_id=each.event_id,
            )
            for each in history
        ],
    )


async def change(call: Call[ClinicChangeIn, None, ClinicPath]) -> ClinicDetail:
    """Say what a clinic is registered as."""
    body = call.body
    code = credit_code(body.credit_code) if body.credit_code else None
    async with call.services.database.transaction() as tx:
        clinic_id = await standing_clinic(tx, call.params.clinic_id, lock=True)
        target = await clinic_target(tx, clinic_id)
        rule = require(call.actor, Action.CLINIC_CHANGE, target, obj=f"clinic:{clinic_id}")
        if code and await clinics.clinic_of_code(tx, code) not in (None, clinic_id):
            raise InvalidValue(field="credit_code", rule="credit-code-taken")
        await clinics.put_details(tx, clinic_id, code=code, full_name=body.full_name, region=body.region)
        event = call.trail.event(Act.EMPLOYEE_CLINIC_CHANGE, why=rule, obj=f"clinic:{clinic_id}")
        await append(tx, event, now=call.services.clock())
    return await detail(call)  # type: ignore[arg-type]  # it reads the path alone


async def show_pool(call: Call) -> PoolOut:
    """What nobody holds."""
    require(call.actor, Action.CLINIC_CLAIM, Target(unowned=True))
    config = call.services.config
    async with call.services.database.transaction() as tx:
        found = await pool_rows.unowned(tx)
        held = await ownership.count_held(tx, call.actor.person_id)
    items = [
        PoolLine(
            clinic=Place(id=each.clinic_id, name=each.name),
            region=each.region,
            version=each.version,
            since=each.since,
            cause=each.cause,
            viewers=each.viewers,
        )
        for each in found
    ]
    return PoolOut(
        items=items, held=held, claims_max=config.clinic_claims_max, protection_days=config.clinic_protection_days
    )


async def claim(call: Call[VersionIn, None, ClinicPath]) -> None:
    """Take a clinic that nobody holds. Of two who try at once one has it."""
    services = call.services
    protection = Protection(services.config.clinic_protection_days, services.config.clinic_claims_max)
    async with services.database.transaction() as tx:
        clinic_id = await standing_clinic(tx, call.params.clinic_id, lock=True)
        target = await clinic_target(tx, clinic_id)
        if not target.unowned:
            raise OwnershipChanged
        rule = require(call.actor, Action.CLINIC_CLAIM, target, obj=f"clinic:{clinic_id}")
        await pool.claim(
            tx,
            call.trail,
            clinic_id,
            call.body.version,
            by=call.actor.person_id,
            protection=protection,
            now=services.clock(),
            rule=rule,
        )


async def contest(call: Call[ReasonIn, None, ClinicPath]) -> None:
    """Ask for a decision about a clinic that one invited and somebody else holds."""
    services = call.services
    rule = require(call.actor, Action.CLINIC_CONTEST, obj=f"clinic:{call.params.clinic_id}")
    async with services.database.transaction() as tx:
        clinic_id = await standing_clinic(tx, call.params.clinic_id)
        me, reason = call.actor.person_id, call.body.reason
        await disputes.contest(
            tx,
            call.trail,
            clinic_id,
            me,
            reason=reason,
            now=services.clock(),
            messages=services.messages,
            why=rule,
        )


async def transfer(call: Call[TransferIn]) -> TransferList:
    """Pass clinics on, all of them or none."""
    services, body = call.services, call.body
    async with services.database.transaction() as tx:
        rule = await _may_pass_on(tx, call.actor, [each.clinic_id for each in body.clinics])
        wanted = Request(
            to_id=body.person_id,
            by=call.actor.person_id,
            reason=body.reason,
            effective_at=body.effective_at,
            cause="handed_over" if body.handover else "transferred",
            rule=rule,
        )
        wished = [Wished(each.clinic_id, each.version) for each in body.clinics]
        done = await transfers.request(tx, call.trail, wished, wanted, now=services.clock())
        await transfers.tell_takers(tx, services.messages, done, services.clock())
        await jobs.enqueue_asking(services.jobs, tx)
        latest = [row for each in done if (row := await rows.transfer_by_id(tx, each.id))]
        return TransferList(items=await _outs(tx, call, latest))


async def list_transfers(call: Call) -> TransferList:
    """What passed on, or will."""
    require(call.actor, Action.TRANSFER_LIST)
    async with call.services.database.transaction() as tx:
        under = set(await reach(tx, call.actor))
        found = [
            row for row in await rows.list_transfers(tx) if row.from_id is None or {row.from_id, row.to_id} & under
        ]
        return TransferList(items=await _outs(tx, call, found))


async def cancel(call: Call[None, None, TransferPath]) -> None:
    """Call off a transfer that waits for its day."""
    services, transfer_id = call.services, call.params.transfer_id
    async with services.database.transaction() as tx:
        row = await rows.transfer_by_id(tx, transfer_id)
        if row is None:
            raise NotFound(field="transfer_id")
        target = await clinic_target(tx, row.clinic_id)
        rule = require(call.actor, Action.CLINIC_TRANSFER, target, obj=f"clinic:{row.clinic_id}")
        await transfers.cancel(tx, call.trail, transfer_id, now=services.clock(), rule=rule)


async def list_handovers(call: Call) -> HandoverList:
    """Clinics whose owners have left."""
    require(call.actor, Action.TRANSFER_LIST)
    async with call.services.database.transaction() as tx:
        under = set(await reach(tx, call.actor))
        found = [row for row in await rows.handovers(tx) if row.person_id in under]
        names = await names_of(tx, call.services.keys.master, (row.person_id for row in found))
        places = await clinic_names(tx, {row.clinic_id for row in found})
        held = await ownership.open_of_many(tx, {row.clinic_id for row in found})
    return HandoverList(
        items=[
            HandoverLine(
                clinic=Place(id=row.clinic_id, name=places[str(row.clinic_id)]),
                left=called(names, row.person_id),
                since=row.since,
                version=held[row.clinic_id].version,
            )
            for row in found
        ]
    )


async def _may_pass_on(tx: Transaction, actor: Actor, wanted: Sequence[UUID]) -> str:
    """The rule that lets the actor pass all of these on. Raises NotFound, AccessDenied."""
    held = await ownership.open_of_many(tx, wanted)
    whose = {each: held[each].person_id or await rows.left_by(tx, each) for each in held}
    owners = await standings_of(tx, set(filter(None, whose.values())))
    rule = ""
    for clinic_id in wanted:
        if clinic_id not in held or await clinic_behind(tx, clinic_id) != clinic_id:
            raise NotFound(field="clinics")
        target = clinic_of(whose[clinic_id], owners)
        rule = require(actor, Action.CLINIC_TRANSFER, target, obj=f"clinic:{clinic_id}")
    return rule


async def _outs(tx: Transaction, call: Call[Any, Any, Any], found: Sequence[TransferRow]) -> list[TransferOut]:
    people = [each for row in found for each in (row.from_id, row.to_id)]
    names = await names_of(tx, call.services.keys.master, people)
    places = await clinic_names(tx, {row.clinic_id for row in found})
    customers = await rows.count_customers(tx, [row.id for row in found])
    return [
        TransferOut(
            id=row.id,
            batch_id=row.batch_id,
            clinic=Place(id=row.clinic_id, name=places[str(row.clinic_id)]),
            from_owner=someone(names, row.from_id),
            to_owner=someone(names, row.to_id),
            reason=row.reason,
            state=row.state,
            requested_at=row.requested_at,
            effective_at=row.effective_at,
            customers=customers.get(row.id, {}),
        )
        for row in found
    ]


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/recruiting/clinics/{clinic_id}",
        name="recruiting.clinic",
        summary="A clinic with everybody who held it, and when",
        handler=detail,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_HISTORY,
        scope=Scope.PEOPLE_READ,
        path_params=ClinicPath,
        returns=ClinicDetail,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="PUT",
        path="/api/v1/recruiting/clinics/{clinic_id}",
        name="recruiting.change_clinic",
        summary="Say what a clinic is registered as: credit code, full name, region",
        handler=change,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CHANGE,
        scope=Scope.PEOPLE_WRITE,
        path_params=ClinicPath,
        body=ClinicChangeIn,
        returns=ClinicDetail,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/pool",
        name="recruiting.pool",
        summary="List the clinics that nobody holds",
        handler=show_pool,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CLAIM,
        scope=Scope.PEOPLE_READ,
        returns=PoolOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/clinics/{clinic_id}/claim",
        name="recruiting.claim",
        summary="Take a clinic that nobody holds",
        handler=claim,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CLAIM,
        scope=Scope.PEOPLE_WRITE,
        path_params=ClinicPath,
        body=VersionIn,
        status=204,
        errors=(AccessDenied, NotFound, OwnershipChanged, ClaimsUsedUp, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/clinics/{clinic_id}/contest",
        name="recruiting.contest",
        summary="Ask for a decision about who holds a clinic",
        handler=contest,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_CONTEST,
        scope=Scope.PEOPLE_WRITE,
        path_params=ClinicPath,
        body=ReasonIn,
        status=204,
        errors=(AccessDenied, NotFound, DisputeOpen, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/transfers",
        name="transfers.request",
        summary="Pass clinics on to another employee, now or on a day",
        handler=transfer,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_TRANSFER,
        scope=Scope.PEOPLE_WRITE,
        body=TransferIn,
        returns=TransferList,
        status=201,
        errors=(AccessDenied, NotFound, OwnershipChanged, TransferOpen, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/transfers",
        name="transfers.list",
        summary="List transfers, newest first, with what WeCom does with the customers",
        handler=list_transfers,
        auth=Auth.EMPLOYEE,
        action=Action.TRANSFER_LIST,
        scope=Scope.PEOPLE_READ,
        returns=TransferList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/transfers/{transfer_id}/cancel",
        name="transfers.cancel",
        summary="Call off a transfer that waits for its day",
        handler=cancel,
        auth=Auth.EMPLOYEE,
        action=Action.CLINIC_TRANSFER,
        scope=Scope.PEOPLE_WRITE,
        path_params=TransferPath,
        status=204,
        errors=(AccessDenied, NotFound, WrongState),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/handovers",
        name="handovers.list",
        summary="List clinics whose owners have left",
        handler=list_handovers,
        auth=Auth.EMPLOYEE,
        action=Action.TRANSFER_LIST,
        scope=Scope.PEOPLE_READ,
        returns=HandoverList,
        errors=(AccessDenied,),
    ),
)
