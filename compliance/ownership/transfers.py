"""Clinics that pass on to another employee: one or many, with a reason, now or on a day.

Ours counts: at its time the relation passes on, whatever WeCom makes of it. What WeCom does with the customers who
follow the former owner is kept beside, customer by customer: requested → waiting (24 hours) → done, refused, taker
full or failed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, NotFound, OwnershipChanged, TransferOpen, WrongState
from compliance.events import Act, Trail
from compliance.ledger import append
from compliance.messages import Message, MessageKind, Messages
from compliance.ownership.holding import Change, expect, pass_on
from storage.database import Transaction
from storage.rows import ownership, transfers
from storage.rows.people import pseudonym_of
from storage.rows.transfers import TransferRow

AHEAD_MAX = timedelta(days=365)
MANY_MAX = 500  # clinics in one request


@dataclass(frozen=True)
class Wished:
    """A clinic that is to pass on, and the version of its ownership that whoever asks has seen."""

    clinic_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who asks, for whom, why and from when on (None: at once). `rule` is the access rule that allowed it."""

    to_id: UUID
    by: UUID
    reason: str
    effective_at: datetime | None = None
    cause: str = "transferred"
    rule: str = ""


async def request(
    tx: Transaction, trail: Trail, wished: Sequence[Wished], wanted: Request, *, now: datetime
) -> list[TransferRow]:
    """Passes clinics on, all or none of them; returns what was written down.

    Raises OwnershipChanged, TransferOpen, or InvalidValue for an unsuitable taker or day.
    """
    at = wanted.effective_at or now
    if not now <= at <= now + AHEAD_MAX:
        raise InvalidValue(field="effective_at", rule="effective-range", days=AHEAD_MAX.days)
    in_order = sorted(wished, key=lambda one: one.clinic_id)  # of locks: see `storage.rows.ownership.open_of`
    intervals = [await expect(tx, each.clinic_id, each.version) for each in in_order]
    if not await ownership.may_own(tx, wanted.to_id, lock=True):
        raise InvalidValue(field="person_id", rule="owner-unsuitable")
    batch, done = uuid4(), []
    for each, held in zip(in_order, intervals, strict=True):
        row = TransferRow(
            id=uuid4(),
            batch_id=batch,
            clinic_id=each.clinic_id,
            from_id=held.person_id or await transfers.left_by(tx, each.clinic_id),
            to_id=wanted.to_id,
            version=held.version,
            cause=wanted.cause,
            reason=wanted.reason,
            state="scheduled",
            requested_by=wanted.by,
            requested_at=now,
            effective_at=at,
        )
        if not await transfers.add_transfer(tx, row):
            raise TransferOpen
        done.append(row)
    await _tell(tx, trail, batch, done, wanted, now)
    if at <= now:
        for row in done:
            await _apply(tx, trail, row, now=now, rule=wanted.rule)
    return done


async def apply_due(tx: Transaction, now: datetime) -> list[TransferRow]:
    """Passes on what is due; returns what passed on.

    What passed on otherwise meanwhile stays where it is: the transfer is overtaken.
    """
    done = []
    for row in sorted(await transfers.due(tx, now), key=lambda one: one.clinic_id):
        try:
            await _apply(tx, Trail(role="system"), row, now=now)
        except (OwnershipChanged, InvalidValue):  # the taker may have left, too
            await transfers.settle(tx, row.id, "overtaken", now)
        else:
            done.append(row)
    return done


async def cancel(tx: Transaction, trail: Trail, transfer_id: UUID, *, now: datetime, rule: str = "") -> None:
    """Calls off a transfer that waits for its day. Raises NotFound, WrongState."""
    row = await transfers.transfer_by_id(tx, transfer_id, lock=True)
    if row is None:
        raise NotFound(field="transfer_id")
    if row.state != "scheduled":
        raise WrongState
    await transfers.settle(tx, transfer_id, "cancelled", now)
    det = {"transfer": str(transfer_id)}
    event = trail.event(Act.EMPLOYEE_TRANSFER_CANCEL, why=rule, obj=f"clinic:{row.clinic_id}", det=det)
    await append(tx, event, now=now)


async def tell_takers(tx: Transaction, messages: Messages, done: Sequence[TransferRow], now: datetime) -> None:
    """Tells each taker how many clinics are theirs now."""
    for to_id, batch_id in {(row.to_id, row.batch_id) for row in done if row.to_id and row.effective_at <= now}:
        count = sum(row.to_id == to_id and row.batch_id == batch_id for row in done)
        message = Message(kind=MessageKind.CLINIC_RECEIVED, key=f"transfer:{batch_id}", params={"count": count})
        await messages.tell(tx, [to_id], message, now)


async def _apply(tx: Transaction, trail: Trail, row: TransferRow, *, now: datetime, rule: str = "") -> None:
    held = await expect(tx, row.clinic_id, row.version)
    change = Change(
        to_id=row.to_id,
        cause=row.cause,
        reason=row.reason,
        by=row.requested_by,
        rule=rule,
        det={"transfer": str(row.id)},
    )
    await pass_on(tx, trail, held, change, now=now)
    await transfers.settle(tx, row.id, "done", now)
    await transfers.add_customers(tx, row)


async def _tell(
    tx: Transaction, trail: Trail, batch: UUID, rows: Sequence[TransferRow], wanted: Request, now: datetime
) -> None:
    det: dict[str, str | int] = {
        "batch": str(batch),
        "clinics": len(rows),
        "owner": await pseudonym_of(tx, wanted.to_id) or "",
        "effective_s": int((wanted.effective_at or now).timestamp()),
        "reason_sha256": hashlib.sha256(wanted.reason.encode()).hexdigest(),
    }
    await append(tx, trail.event(Act.EMPLOYEE_TRANSFER_REQUEST, why=wanted.rule, det=det), now=now)
