"""Rows of webhooks: receivers, how far each has been looked after, and what is delivered to them in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import webhook, webhook_delivery

PAGE_MAX = 100


@dataclass(frozen=True, kw_only=True)
class WebhookRow:
    """One receiver; compliance.webhooks opens the address."""

    id: UUID
    name: str
    sealed_address: bytes = field(repr=False)
    kek: str
    kinds: tuple[str, ...]
    generation: int
    former_until: datetime | None
    next_index: int
    created_at: datetime
    created_by: UUID
    paused_at: datetime | None
    disabled_at: datetime | None
    failing_since: datetime | None
    succeeded_at: datetime | None

    @property
    def active(self) -> bool:
        """Whether anything is sent to it."""
        return self.paused_at is None and self.disabled_at is None


@dataclass(frozen=True, kw_only=True)
class DeliveryRow:
    """One message for one receiver."""

    id: UUID
    webhook_id: UUID
    seq: int
    place: int | None
    kind: str
    body: bytes
    state: str
    tries: int
    created_at: datetime
    next_try_at: datetime
    tried_at: datetime | None
    status: int | None
    reason: str


WEBHOOK = tuple(webhook.c[each.name] for each in fields(WebhookRow))
DELIVERY = tuple(webhook_delivery.c[each.name] for each in fields(DeliveryRow))


async def lock_webhooks(tx: Transaction) -> Sequence[WebhookRow]:
    """All by name; nobody else adds, changes or removes one until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("webhook", 0))))
    return await list_webhooks(tx)


async def list_webhooks(tx: Transaction) -> Sequence[WebhookRow]:
    """All by name."""
    return [_webhook(row) for row in (await tx.execute(select(*WEBHOOK).order_by(webhook.c.name))).mappings()]


async def webhook_by_id(tx: Transaction, webhook_id: UUID, *, lock: bool = False) -> WebhookRow | None:
    """One receiver; `lock` keeps it from changing until `tx` ends."""
    query = select(*WEBHOOK).where(webhook.c.id == webhook_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return _webhook(row) if row else None


async def add_webhook(tx: Transaction, row: WebhookRow) -> None:
    """Adds a receiver. The caller made sure that its name is free."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    await tx.execute(insert(webhook).values(**{**values, "kinds": list(row.kinds)}))


async def put_webhook(tx: Transaction, webhook_id: UUID, **values: Any) -> None:
    """Writes columns of a receiver."""
    await tx.execute(update(webhook).where(webhook.c.id == webhook_id).values(**values))


async def remove_webhook(tx: Transaction, webhook_id: UUID) -> None:
    """Forgets a receiver and what was delivered to it."""
    await tx.execute(delete(webhook).where(webhook.c.id == webhook_id))


async def add_delivery(  # to whom, of what
    tx: Transaction, webhook_id: UUID, kind: str, body: bytes, now: datetime, *, place: int | None = None
) -> UUID | None:
    """Puts a message at the end; its id, None for an event that was put there before."""
    last = select(func.coalesce(func.max(webhook_delivery.c.seq), 0) + 1).where(
        webhook_delivery.c.webhook_id == webhook_id
    )
    row = {"id": uuid4(), "webhook_id": webhook_id, "place": place, "kind": kind, "body": body, "next_try_at": now}
    adding = upsert(webhook_delivery).values(**row, seq=last.scalar_subquery(), created_at=now)
    adding = adding.on_conflict_do_nothing(index_elements=["webhook_id", "place"])
    found: UUID | None = await tx.scalar(adding.returning(webhook_delivery.c.id))
    return found


async def next_delivery(tx: Transaction, webhook_id: UUID) -> DeliveryRow | None:
    """The first that waits, due or not: those behind it wait for it."""
    query = select(*DELIVERY).where(webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.state == "waiting")
    row = (await tx.execute(query.order_by(webhook_delivery.c.seq).limit(1))).mappings().one_or_none()
    return DeliveryRow(**row) if row else None


async def delivery_by_id(tx: Transaction, webhook_id: UUID, delivery_id: UUID) -> DeliveryRow | None:
    """One message of one receiver."""
    query = select(*DELIVERY).where(webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.id == delivery_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return DeliveryRow(**row) if row else None


async def put_delivery(tx: Transaction, delivery_id: UUID, **values: Any) -> None:
    """Writes columns of a message."""
    await tx.execute(update(webhook_delivery).where(webhook_delivery.c.id == delivery_id).values(**values))


async def put_tried(tx: Transaction, tried: DeliveryRow, **values: Any) -> bool:
    """The same after a try; False, and nothing, for a message that somebody sent again or forgot meanwhile."""
    as_it_was = webhook_delivery.c.state == "waiting", webhook_delivery.c.tries == tried.tries
    changing = update(webhook_delivery).where(webhook_delivery.c.id == tried.id, *as_it_was).values(**values)
    return bool((await tx.execute(changing)).rowcount)


async def deliveries(
    tx: Transaction, webhook_id: UUID, *, state: str | None, before: int | None, limit: int
) -> Sequence[DeliveryRow]:
    """Messages of one receiver, the newest first."""
    query = select(*DELIVERY).where(webhook_delivery.c.webhook_id == webhook_id)
    if state is not None:
        query = query.where(webhook_delivery.c.state == state)
    if before is not None:
        query = query.where(webhook_delivery.c.seq < before)
    rows = await tx.execute(query.order_by(webhook_delivery.c.seq.desc()).limit(min(limit, PAGE_MAX)))
    return [DeliveryRow(**row) for row in rows.mappings()]


async def count_by_state(tx: Transaction, webhook_id: UUID) -> dict[str, int]:
    """How many messages are in each state."""
    query = select(webhook_delivery.c.state, func.count().label("found")).where(
        webhook_delivery.c.webhook_id == webhook_id
    )
    return {row.state: row.found for row in await tx.execute(query.group_by(webhook_delivery.c.state))}


async def forget_deliveries(tx: Transaction, before: datetime) -> int:
    """Removes what was delivered, or given up, before then; how many."""
    over = or_(webhook_delivery.c.state == "done", webhook_delivery.c.state == "dead")
    return (await tx.execute(delete(webhook_delivery).where(over, webhook_delivery.c.created_at < before))).rowcount


def _webhook(row: Any) -> WebhookRow:
    return WebhookRow(**{**row, "kinds": tuple(row["kinds"])})
