"""The API of webhooks: run by administrators, seen by auditors."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from compliance import checkpoints, ledger, webhooks
from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, KeyUnavailable, NotFound, WrongState
from compliance.events import Act
from compliance.keys.master import MasterKey
from compliance.webhooks import TEST_KIND, Kind
from fileserver.http.call import Call
from fileserver.http.cursors import read_text_cursor, write_text_cursor
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.outgoing import OutgoingRefused, host_of
from fileserver.webhooks.schemas import (
    DeliveryList,
    DeliveryOut,
    DeliveryPath,
    DeliveryQuery,
    WebhookIn,
    WebhookList,
    WebhookOut,
    WebhookPath,
    WebhookStateIn,
    WebhookWithSecret,
)
from storage.database import Transaction
from storage.rows import webhooks as rows
from storage.rows.webhooks import DeliveryRow, WebhookRow

PATH = "/api/v1/webhooks"
WEBHOOKS_MAX = 16
OVERLAP = timedelta(days=1)
HOST_UNKNOWN = "?"
SEQ_DIGITS_MAX = 18


async def listed(call: Call) -> WebhookList:
    """Every receiver by name."""
    require(call.actor, Action.WEBHOOK_LIST)
    async with call.services.database.transaction() as tx:
        return WebhookList(items=[await _out(tx, call, each) for each in await rows.list_webhooks(tx)])


async def add(call: Call[WebhookIn]) -> WebhookWithSecret:
    """Add a receiver, which is told of what happens from now on."""
    rule = require(call.actor, Action.WEBHOOK_CHANGE)
    services, body, now = call.services, call.body, call.services.clock()
    master = services.keys.master
    try:
        services.outgoing.policy.check(body.address)
    except OutgoingRefused as error:
        wrong = "host-not-listed" if error.reason == "not-listed" else "no-outside-address"
        raise InvalidValue(field="address", rule=wrong) from error
    async with services.database.transaction() as tx:
        known = await rows.lock_webhooks(tx)
        if any(each.name == body.name for each in known):
            raise InvalidValue(field="name", rule="name-taken")
        if len(known) >= WEBHOOKS_MAX:
            raise WrongState(state="full", command="add")
        head, webhook_id = await checkpoints.latest(tx), uuid4()
        row = WebhookRow(
            id=webhook_id,
            name=body.name,
            sealed_address=webhooks.sealed(master, webhook_id, body.address),
            kek=master.kek_id,
            kinds=tuple(dict.fromkeys(each.value for each in body.kinds)),
            generation=1,
            former_until=None,
            next_index=head.size if head else 0,
            created_at=now,
            created_by=call.actor.person_id,
            paused_at=None,
            disabled_at=None,
            failing_since=None,
            succeeded_at=None,
        )
        await rows.add_webhook(tx, row)
        await _tell(tx, call, Act.EMPLOYEE_WEBHOOK_ADD, row, now, why=rule)
        return await _with_secret(tx, call, row)


async def rotate(call: Call[None, None, WebhookPath]) -> WebhookWithSecret:
    """Give a receiver a new secret; the one before signs as well for a day."""
    now = call.services.clock()
    async with call.services.database.transaction() as tx:
        row = await _changing(tx, call)
        changes = {"generation": row.generation + 1, "former_until": now + OVERLAP}
        await rows.put_webhook(tx, row.id, **changes)
        await _tell(tx, call, Act.EMPLOYEE_WEBHOOK_ROTATE, row, now)
        return await _with_secret(tx, call, await _found(tx, call))


async def put_state(call: Call[WebhookStateIn, None, WebhookPath]) -> WebhookOut:
    """Pause a receiver, or let it go on, also one that was disabled."""
    now, paused = call.services.clock(), call.body.state == "paused"
    async with call.services.database.transaction() as tx:
        row = await _changing(tx, call)
        fresh = {"paused_at": now} if paused else {"paused_at": None, "disabled_at": None, "failing_since": None}
        await rows.put_webhook(tx, row.id, **fresh)
        await _tell(tx, call, Act.EMPLOYEE_WEBHOOK_CHANGE, row, now, state=call.body.state)
        return await _out(tx, call, await _found(tx, call))


async def remove(call: Call[None, None, WebhookPath]) -> None:
    """Forget a receiver and what was delivered to it."""
    async with call.services.database.transaction() as tx:
        row = await _changing(tx, call)
        await rows.remove_webhook(tx, row.id)
        await _tell(tx, call, Act.EMPLOYEE_WEBHOOK_REMOVE, row, call.services.clock())


async def test(call: Call[None, None, WebhookPath]) -> DeliveryOut:
    """Send a receiver a message that says nothing, behind those that wait."""
    now = call.services.clock()
    async with call.services.database.transaction() as tx:
        row = await _changing(tx, call)
        if not row.active:
            raise WrongState(state="paused", command="test")
        made = await rows.add_delivery(tx, row.id, TEST_KIND, webhooks.test_message(now), now)
        await _tell(tx, call, Act.EMPLOYEE_WEBHOOK_TEST, row, now)
        delivery = made and await rows.delivery_by_id(tx, row.id, made)
    if not delivery:
        raise NotFound(field="webhook_id")
    return _delivery(delivery)


async def delivered(call: Call[None, DeliveryQuery, WebhookPath]) -> DeliveryList:
    """What was, is and will be sent to a receiver, newest first."""
    require(call.actor, Action.WEBHOOK_LIST)
    query = call.query
    async with call.services.database.transaction() as tx:
        row = await _found(tx, call)
        before = _before(query.cursor)
        found = await rows.deliveries(tx, row.id, state=query.state, before=before, limit=query.limit)
    last = found[-1] if len(found) == query.limit else None
    return DeliveryList(
        items=[_delivery(each) for each in found], next=write_text_cursor(str(last.seq)) if last else None
    )


async def send_again(call: Call[None, None, DeliveryPath]) -> DeliveryOut:
    """Send a message again, in its place: one that was given up, or was taken."""
    now = call.services.clock()
    async with call.services.database.transaction() as tx:
        row = await _changing(tx, call)
        delivery = await rows.delivery_by_id(tx, row.id, call.params.delivery_id)
        if delivery is None:
            raise NotFound(field="delivery_id")
        if delivery.state == "waiting" and delivery.tries == 0:
            raise WrongState(state="waiting", command="send")
        await rows.put_delivery(tx, delivery.id, state="waiting", tries=0, next_try_at=now)
        await _tell(tx, call, Act.EMPLOYEE_WEBHOOK_RESEND, row, now, message=f"msg_{delivery.id.hex}")
        return _delivery(await rows.delivery_by_id(tx, row.id, delivery.id) or delivery)


async def _changing(tx: Transaction, call: Call[Any, Any, Any]) -> WebhookRow:
    require(call.actor, Action.WEBHOOK_CHANGE)
    return await _found(tx, call, lock=True)


async def _found(tx: Transaction, call: Call[Any, Any, Any], *, lock: bool = False) -> WebhookRow:
    row = await rows.webhook_by_id(tx, call.params.webhook_id, lock=lock)
    if row is None:
        raise NotFound(field="webhook_id")
    return row


async def _tell(
    tx: Transaction,
    call: Call[Any, Any, Any],
    act: Act,
    row: WebhookRow,
    now: datetime,
    *,
    why: str = "",
    **det: str,
) -> None:
    await ledger.append(tx, call.trail.event(act, why=why, obj=f"webhook:{row.id}", det=det), now=now)


async def _out(tx: Transaction, call: Call[Any, Any, Any], row: WebhookRow) -> WebhookOut:
    counts = await rows.count_by_state(tx, row.id)
    now = call.services.clock()
    return WebhookOut(
        id=row.id,
        name=row.name,
        host=_host(call.services.keys.master, row),
        kinds=[Kind(each) for each in row.kinds],
        state="disabled" if row.disabled_at else "paused" if row.paused_at else "active",
        created_at=row.created_at,
        former_until=row.former_until if row.former_until and now < row.former_until else None,
        failing_since=row.failing_since,
        succeeded_at=row.succeeded_at,
        waiting=counts.get("waiting", 0),
        dead=counts.get("dead", 0),
    )


async def _with_secret(tx: Transaction, call: Call[Any, Any, Any], row: WebhookRow) -> WebhookWithSecret:
    secret = webhooks.secret_of(call.services.keys.master, row.id, row.generation)
    return WebhookWithSecret(**(await _out(tx, call, row)).model_dump(), secret=secret)


def _host(master: MasterKey, row: WebhookRow) -> str:
    try:
        return host_of(webhooks.address_of(master, row))
    except KeyUnavailable:
        return HOST_UNKNOWN


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    seq = read_text_cursor(cursor)
    if not seq.isascii() or not seq.isdecimal() or len(seq) > SEQ_DIGITS_MAX:
        raise InvalidValue(field="cursor")
    return int(seq)


def _delivery(row: DeliveryRow) -> DeliveryOut:
    return DeliveryOut(
        id=row.id,
        message_id=f"msg_{row.id.hex}",
        kind=row.kind,
        place=row.place,
        state="waiting" if row.state == "waiting" else "done" if row.state == "done" else "dead",
        tries=row.tries,
        created_at=row.created_at,
        tried_at=row.tried_at,
        next_try_at=row.next_try_at if row.state == "waiting" else None,
        status=row.status,
        reason=row.reason,
        body=row.body.decode(),
    )


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="webhooks.list",
        summary="List webhooks by name",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_LIST,
        scope=Scope.OPERATIONS_READ,
        returns=WebhookList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path=PATH,
        name="webhooks.add",
        summary="Add a webhook",
        handler=add,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_CHANGE,
        fresh=True,
        body=WebhookIn,
        returns=WebhookWithSecret,
        status=201,
        errors=(AccessDenied, InvalidValue, StepUpNeeded, WrongState),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{webhook_id}}/rotate",
        name="webhooks.rotate",
        summary="Give a webhook a new secret",
        handler=rotate,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_CHANGE,
        fresh=True,
        path_params=WebhookPath,
        returns=WebhookWithSecret,
        errors=(AccessDenied, NotFound, StepUpNeeded),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{webhook_id}}/state",
        name="webhooks.put_state",
        summary="Pause a webhook, or let it go on",
        handler=put_state,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_CHANGE,
        scope=Scope.OPERATIONS_WRITE,
        path_params=WebhookPath,
        body=WebhookStateIn,
        returns=WebhookOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="DELETE",
        path=f"{PATH}/{{webhook_id}}",
        name="webhooks.remove",
        summary="Forget a webhook",
        handler=remove,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_CHANGE,
        scope=Scope.OPERATIONS_WRITE,
        path_params=WebhookPath,
        status=204,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{webhook_id}}/test",
        name="webhooks.test",
        summary="Send a webhook a message that says nothing",
        handler=test,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_CHANGE,
        scope=Scope.OPERATIONS_WRITE,
        path_params=WebhookPath,
        returns=DeliveryOut,
        status=202,
        errors=(AccessDenied, NotFound, WrongState),
    ),
    Route(
        method="GET",
        path=f"{PATH}/{{webhook_id}}/deliveries",
        name="webhooks.deliveries",
        summary="List what is delivered to a webhook, newest first",
        handler=delivered,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_LIST,
        scope=Scope.OPERATIONS_READ,
        query=DeliveryQuery,
        path_params=WebhookPath,
        returns=DeliveryList,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{webhook_id}}/deliveries/{{delivery_id}}/send",
        name="webhooks.send_again",
        summary="Send a message to a webhook again",
        handler=send_again,
        auth=Auth.EMPLOYEE,
        action=Action.WEBHOOK_CHANGE,
        scope=Scope.OPERATIONS_WRITE,
        path_params=DeliveryPath,
        returns=DeliveryOut,
        status=202,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
