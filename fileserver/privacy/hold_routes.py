"""Legal holds over HTTP: listed, placed, and lifted by somebody else."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from compliance import holds, ledger
from compliance.access import Action, Target, require
from compliance.errors import AccessDenied, InvalidValue, NotFound, TooManyAttempts, WrongState
from compliance.events import Act
from compliance.holds import HoldKind, NewHold
from compliance.keys import MasterKey
from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.privacy.schemas import HoldIn, HoldList, HoldOut, HoldPath, HoldQuery, LiftIn
from fileserver.reentry import confirm
from storage.database import Transaction
from storage.rows import holds as rows
from storage.rows.holds import HoldRow
from storage.rows.materials import material_titles


async def listed(call: Call[None, HoldQuery]) -> HoldList:
    """Holds, newest first. Names are read, so it is an event."""
    rule = require(call.actor, Action.HOLD_LIST)
    query, services = call.query, call.services
    before = read_cursor(query.cursor)
    async with services.database.transaction() as tx:
        found = await rows.list_holds(tx, active=query.active, before=before, limit=query.limit)
        items = await _named(tx, services.keys.master, found, call)
        event = call.trail.event(Act.EMPLOYEE_HOLD_LIST, why=rule, det={"found": len(found)})
        await ledger.append(tx, event, now=services.clock())
    last = found[-1] if len(found) == query.limit else None
    return HoldList(items=items, next=write_cursor(last.placed_at, last.id) if last else None)


async def place(call: Call[HoldIn]) -> HoldOut:
    """Place a legal hold."""
    rule = require(call.actor, Action.HOLD_PLACE)
    services, body = call.services, call.body
    new = NewHold(kind=body.kind, subject=body.subject, reason=body.reason)
    async with services.database.transaction() as tx:
        row = await holds.place(tx, call.trail, new, by=call.signed_in.person_id, now=services.clock(), why=rule)
        return (await _named(tx, services.keys.master, [row], call))[0]


async def lift(call: Call[LiftIn, None, HoldPath]) -> HoldOut:
    """Lift a legal hold that somebody else placed."""
    services, hold_id = call.services, call.params.hold_id
    async with services.database.transaction() as tx:
        await _may_lift(tx, call, hold_id)
    proof, act = call.body.proof, Act.EMPLOYEE_HOLD_LIFT
    await confirm(services, call.trail, call.signed_in, proof, address=call.client_ip, act=act)
    async with services.database.transaction() as tx:
        rule = await _may_lift(tx, call, hold_id)
        row = await holds.lift(
            tx,
            call.trail,
            hold_id,
            reason=call.body.reason,
            by=call.signed_in.person_id,
            now=services.clock(),
            why=rule,
        )
        return (await _named(tx, services.keys.master, [row], call))[0]


async def _may_lift(tx: Transaction, call: Call[LiftIn, None, HoldPath], hold_id: UUID) -> str:
    held = await rows.hold_by_id(tx, hold_id)
    if held is None:
        raise NotFound
    return require(call.actor, Action.HOLD_LIFT, Target(owner_id=held.placed_by), obj=f"hold:{hold_id}")


async def _named(
    tx: Transaction, master: MasterKey, found: Sequence[HoldRow], call: Call[Any, Any, Any]
) -> list[HoldOut]:
    ids = {each for row in found for each in (row.person_id, row.placed_by, row.lifted_by) if each is not None}
    names = {person_id: profile.name for person_id, profile in (await profiles_of(tx, master, person_ids=ids)).items()}
    titles = await material_titles(tx, {row.material_id for row in found if row.material_id is not None})
    return [_out(row, names, titles, me=call.signed_in.person_id) for row in found]


def _out(row: HoldRow, names: Mapping[UUID, str], titles: Mapping[str, str], *, me: UUID) -> HoldOut:
    def name(person_id: UUID | None) -> str:
        return names.get(person_id, "") if person_id else ""

    return HoldOut(
        id=row.id,
        kind=HoldKind(row.kind),
        subject=row.person_id or row.material_id,
        subject_name=name(row.person_id) or titles.get(str(row.material_id), ""),
        reason=row.reason,
        placed_by=name(row.placed_by),
        placed_at=row.placed_at,
        lifted_by=name(row.lifted_by),
        lifted_at=row.lifted_at,
        lifted_reason=row.lifted_reason,
        mine=row.placed_by == me,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/holds",
        name="holds.list",
        summary="List legal holds",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.HOLD_LIST,
        scope=Scope.HOLDS_READ,
        query=HoldQuery,
        returns=HoldList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/holds",
        name="holds.place",
        summary="Place a legal hold on a person, a material or the log",
        handler=place,
        auth=Auth.EMPLOYEE,
        action=Action.HOLD_PLACE,
        scope=Scope.HOLDS_WRITE,
        body=HoldIn,
        returns=HoldOut,
        status=201,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/holds/{hold_id}/lift",
        name="holds.lift",
        summary="Lift a legal hold that somebody else placed",
        handler=lift,
        auth=Auth.EMPLOYEE,
        action=Action.HOLD_LIFT,
        scope=Scope.HOLDS_WRITE,
        path_params=HoldPath,
        body=LiftIn,
        returns=HoldOut,
        errors=(AccessDenied, NotFound, WrongState, InvalidValue, TooManyAttempts),
    ),
)
