"""The worker that sends: one process leads, and serves each receiver by itself.

Promises that no receiver waits for another, that one gets its messages in their order, and that what comes of a try
never overwrites what somebody did to the message meanwhile.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from compliance import ledger, webhooks
from compliance.access import Role
from compliance.errors import KeyUnavailable
from compliance.events import Act, Event
from compliance.messages import Message, MessageKind
from fileserver.outgoing import OutgoingFailed, OutgoingRefused
from fileserver.services import Services
from storage.database import Transaction
from storage.errors import StorageError
from storage.leading import leading, still_leading
from storage.rows import accounts, event_index
from storage.rows import webhooks as rows
from storage.rows.webhooks import DeliveryRow, WebhookRow

LEADING = "webhooks"
PAUSE_S, LEAD_AGAIN_S = 1.0, 5.0
LEAVES_MAX = 500  # looked at for one receiver in a round
SENT_MAX = 50  # messages to one receiver in a round
ANSWER_BYTES_MAX = 4 << 10
TIMEOUT_S = 10.0
FINE, GONE = range(200, 300), 410
# After each failure; some three days in all.
PAUSES = tuple(timedelta(seconds=each) for each in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
JITTER = 0.1  # of a pause, so that what failed together comes back apart
DISABLED_AFTER = timedelta(days=5)
KEPT = timedelta(days=30)
NOT_OPENED = "key-unavailable"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tried:
    """What came of one try: the status of an answer, or a fixed word for why there was none."""

    status: int | None
    reason: str = ""

    @property
    def fine(self) -> bool:
        """Whether the receiver has it."""
        return self.status in FINE


def pause_after(tries: int, chance: float) -> timedelta | None:
    """How long to wait after so many failed tries; None: no more. `chance` in 0…1 spreads them."""
    return PAUSES[tries - 1] * (1 + JITTER * chance) if tries <= len(PAUSES) else None


@asynccontextmanager
async def sending(services: Services) -> AsyncIterator[None]:
    """Sends, or waits to, as long as the block lasts."""
    task = asyncio.create_task(_lead_forever(services))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _lead_forever(services: Services) -> None:
    while True:
        try:
            async with leading(services.database, LEADING) as lock:
                if lock is not None:
                    await _lead(services, lock)
        except StorageError as error:
            log.warning("webhooks interrupted", error=error.slug)
        except Exception:  # whatever it was, the next round goes on where this one broke off
            log.exception("webhooks broke off")
        await asyncio.sleep(LEAD_AGAIN_S)


async def _lead(services: Services, lock: Transaction) -> None:
    """Until cancelled. Raises when the lock is lost."""
    one_asks = asyncio.Lock()  # a connection takes one question at a time

    async def still_led() -> None:
        async with one_asks:
            await still_leading(lock)

    rounds = Rounds(services, still_led)
    try:
        while True:
            await still_led()
            await rounds.begin()
            await asyncio.sleep(PAUSE_S)
    finally:
        await rounds.cancel()


class Rounds:
    """A task for each receiver that is being served; `still_led` raises once another process may send."""

    def __init__(self, services: Services, still_led: Callable[[], Awaitable[None]]) -> None:
        self._services, self._still_led = services, still_led
        self.serving: dict[UUID, asyncio.Task[int]] = {}

    async def begin(self) -> None:
        """A round for every receiver that is in none; how many messages it is done with is what its task returns."""
        self._forget_ended()
        async with self._services.database.transaction() as tx:
            found = await rows.list_webhooks(tx)
            if found:
                await rows.forget_deliveries(tx, self._services.clock() - KEPT)
        for row in found:
            if row.active and row.id not in self.serving:
                self.serving[row.id] = asyncio.create_task(_serve(self._services, row, self._still_led))

    async def cancel(self) -> None:
        """Ends all of them. What is under way may have arrived, and is sent again."""
        for task in self.serving.values():
            task.cancel()
        await asyncio.gather(*self.serving.values(), return_exceptions=True)

    def _forget_ended(self) -> None:
        for webhook_id, task in [each for each in self.serving.items() if each[1].done()]:
            del self.serving[webhook_id]
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warning("a webhook's round failed", webhook=str(webhook_id), error=type(error).__name__)


async def _serve(services: Services, row: WebhookRow, still_led: Callable[[], Awaitable[None]]) -> int:
    """One round of one receiver; how many messages are done with, delivered or given up."""
    await _gather(services, row)
    for count in range(SENT_MAX):
        await still_led()
        if not await _send_next(services, row):
            return count
    return SENT_MAX


async def _gather(services: Services, row: WebhookRow) -> None:
    """Makes deliveries of what lies behind the receiver's place, and moves it."""
    now = services.clock()
    async with services.database.transaction() as tx:
        fresh = await rows.webhook_by_id(tx, row.id, lock=True)
        if fresh is None or not fresh.active:
            return
        leaves = await event_index.leaves_from(tx, fresh.next_index, LEAVES_MAX)
        for leaf in leaves:
            if (told := webhooks.message_of(leaf, fresh.kinds)) is not None:
                kind, body = told
                await rows.add_delivery(tx, fresh.id, kind, body, now, place=leaf.index)
        if leaves:
            await rows.put_webhook(tx, fresh.id, next_index=leaves[-1].index + 1)


async def _send_next(services: Services, row: WebhookRow) -> bool:
    """Sends the first that waits, if its time has come; whether it is done with, so that the next may follow."""
    async with services.database.transaction() as tx:
        fresh = await rows.webhook_by_id(tx, row.id)
        delivery = await rows.next_delivery(tx, row.id)
    if fresh is None or not fresh.active or delivery is None or delivery.next_try_at > services.clock():
        return False
    tried = await _try(services, fresh, delivery)
    async with services.database.transaction() as tx:
        return await _settle(services, tx, delivery, tried)


async def _try(services: Services, row: WebhookRow, delivery: DeliveryRow) -> Tried:
    now = services.clock()
    timestamp, named = int(now.timestamp()), f"msg_{delivery.id.hex}"
    try:
        address = webhooks.address_of(services.keys.master, row)
    except KeyUnavailable:
        return Tried(None, NOT_OPENED)
    secrets = webhooks.secrets_of(services.keys.master, row, now)
    headers = {
        "webhook-id": named,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhooks.signature(secrets, named, timestamp, delivery.body),
    }
    try:
        answer = await services.outgoing.post(
            address,
            delivery.body,
            media_type="application/json",
            headers=headers,
            answer_bytes_max=ANSWER_BYTES_MAX,
            timeout_s=TIMEOUT_S,
        )
    except (OutgoingFailed, OutgoingRefused) as error:
        return Tried(None, f"{error.slug}-{error.reason}")
    return Tried(answer.status, "" if answer.status in FINE else f"status-{answer.status}")


async def _settle(services: Services, tx: Transaction, delivery: DeliveryRow, tried: Tried) -> bool:
    """Keeps what came of a try, unless the message was sent again or its receiver forgotten in the meantime."""
    now, tries = services.clock(), delivery.tries + 1
    row = await rows.webhook_by_id(tx, delivery.webhook_id, lock=True)
    if row is None:
        return False
    told = {"tries": tries, "tried_at": now, "status": tried.status, "reason": tried.reason}
    if tried.fine:
        kept = await rows.put_tried(tx, delivery, state="done", **told)
        await rows.put_webhook(tx, row.id, failing_since=None, succeeded_at=now)
        return kept
    since = row.failing_since or now
    pause = pause_after(tries, random.random())  # noqa: S311  # protects nothing
    state = "waiting" if pause else "dead"
    if not await rows.put_tried(tx, delivery, state=state, next_try_at=now + (pause or timedelta(0)), **told):
        return False
    await rows.put_webhook(tx, row.id, failing_since=since)
    log.info("webhook not delivered", webhook=row.name, reason=tried.reason, tries=tries)
    if tried.status == GONE or now - since >= DISABLED_AFTER:
        await _disable(services, tx, row, now)
        return False
    return state == "dead"


async def _disable(services: Services, tx: Transaction, row: WebhookRow, now: datetime) -> None:
    await rows.put_webhook(tx, row.id, disabled_at=now)
    event = Event(act=Act.SYSTEM_WEBHOOK_DISABLE, role="system", obj=f"webhook:{row.id}")
    await ledger.append(tx, event, now=now)
    message = Message(
        kind=MessageKind.WEBHOOK_DISABLED,
        key=f"{MessageKind.WEBHOOK_DISABLED}:{row.id}:{int(now.timestamp())}",
        params={"name": row.name},
    )
    await services.messages.tell(tx, await accounts.active_of_role(tx, Role.ADMIN), message, now)
