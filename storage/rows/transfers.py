"""Rows of clinics that pass on, what WeCom does with their customers, and the handover list of who has left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import account, clinic_contact, clinic_ownership, handover, identity, transfer, transfer_customer

PAGE_MAX = 500
OPEN = ("requested", "waiting")


@dataclass(frozen=True, kw_only=True)
class TransferRow:
    """One clinic that passes on, times in UTC."""

    id: UUID
    batch_id: UUID
    clinic_id: UUID
    from_id: UUID | None
    to_id: UUID | None
    version: int
    cause: str
    reason: str
    state: str
    requested_by: UUID
    requested_at: datetime
    effective_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """One customer of a clinic that passes on, and the accounts that WeCom is to be told of."""

    transfer_id: UUID
    external_userid: str
    resigned: bool
    state: str
    from_id: UUID
    to_id: UUID
    requested_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HandoverRow:
    """A clinic whose owner has left; done once somebody holds it again."""

    id: UUID
    clinic_id: UUID
    person_id: UUID
    since: datetime


COLUMNS = tuple(transfer.c[each.name] for each in fields(TransferRow))


async def add_transfer(tx: Transaction, row: TransferRow) -> bool:
    """Adds a transfer; False if one of this clinic waits for its day."""
    values = {each.name: getattr(row, each.name) for each in fields(TransferRow)}
    query = upsert(transfer).values(**values).on_conflict_do_nothing().returning(transfer.c.id)
    return (await tx.execute(query)).first() is not None


async def transfer_by_id(tx: Transaction, transfer_id: UUID, *, lock: bool = False) -> TransferRow | None:
    """One transfer; `lock` keeps it from changing until `tx` ends."""
    query = select(*COLUMNS).where(transfer.c.id == transfer_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return TransferRow(**row) if row else None


async def due(tx: Transaction, now: datetime, limit: int = PAGE_MAX) -> Sequence[TransferRow]:
    """Those whose day has come, held until `tx` ends; what another worker has at hand is left out."""
    query = select(*COLUMNS).where(transfer.c.state == "scheduled", transfer.c.effective_at <= now)
    rows = await tx.execute(
        query.order_by(transfer.c.effective_at, transfer.c.id).limit(limit).with_for_update(skip_locked=True)
    )
    return [TransferRow(**row) for row in rows.mappings()]


async def settle(tx: Transaction, transfer_id: UUID, state: str, at: datetime) -> None:
    """Ends a transfer that waited."""
    query = update(transfer).where(transfer.c.id == transfer_id, transfer.c.state == "scheduled")
    await tx.execute(query.values(state=state, settled_at=at))


async def list_transfers(
    tx: Transaction, *, clinic_id: UUID | None = None, limit: int = PAGE_MAX
) -> Sequence[TransferRow]:
    """Transfers, the newest first."""
    query = select(*COLUMNS).order_by(transfer.c.requested_at.desc(), transfer.c.id).limit(limit)
    if clinic_id is not None:
        query = query.where(transfer.c.clinic_id == clinic_id)
    return [TransferRow(**row) for row in (await tx.execute(query)).mappings()]


async def scheduled_of(tx: Transaction, clinic_id: UUID) -> UUID | None:
    """The transfer of this clinic that waits for its day."""
    query = select(transfer.c.id).where(transfer.c.clinic_id == clinic_id, transfer.c.state == "scheduled")
    found: UUID | None = await tx.scalar(query)
    return found


async def add_customers(tx: Transaction, row: TransferRow) -> int:
    """Notes the customers of the clinic who follow its former owner: WeCom is to be asked; how many."""
    left = select(account.c.left_at.is_not(None)).where(account.c.person_id == row.from_id).scalar_subquery()
    following = select(
        literal(row.id), clinic_contact.c.external_userid, func.coalesce(left, False), literal("requested")
    ).where(
        clinic_contact.c.clinic_id == row.clinic_id,
        clinic_contact.c.employee_id == row.from_id,
        clinic_contact.c.ended_at.is_(None),
    )
    columns = ["transfer_id", "external_userid", "resigned", "state"]
    adding = upsert(transfer_customer).from_select(columns, following).on_conflict_do_nothing()
    return len((await tx.execute(adding.returning(transfer_customer.c.external_userid))).all())


async def customers_in(
    tx: Transaction, states: Collection[str], *, lock: bool = False, limit: int = 10_000
) -> Sequence[CustomerRow]:
    """Customers in one of these states, the oldest first."""
    columns = [
        (transfer if each.name in ("from_id", "to_id") else transfer_customer).c[each.name]
        for each in fields(CustomerRow)
    ]
    query = select(*columns).join(transfer, transfer.c.id == transfer_customer.c.transfer_id)
    query = query.where(
        transfer_customer.c.state.in_(states), transfer.c.from_id.is_not(None), transfer.c.to_id.is_not(None)
    ).order_by(transfer.c.requested_at, transfer_customer.c.transfer_id, transfer_customer.c.external_userid)
    if lock:
        query = query.with_for_update(of=transfer_customer, skip_locked=True)
    return [CustomerRow(**row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def transferred_since(tx: Transaction, external_userid: str, since: datetime) -> int:
    """How often a customer was passed on while the employee was in office, since then."""
    table = transfer_customer.c
    query = select(func.count()).where(
        table.external_userid == external_userid,
        table.resigned.is_(False),
        table.requested_at >= since,
        table.state.in_(("waiting", "done")),
    )
    return int(await tx.scalar(query) or 0)


async def put_customer(  # which, what it is now and was
    tx: Transaction,
    transfer_id: UUID,
    external_userid: str,
    state: str,
    *,
    at: datetime,
    among: Collection[str] = OPEN,
    errcode: int | None = None,
) -> bool:
    """Takes a customer's next step, from one of the states `among`; False if another word came first."""
    values: dict[str, Any] = {"state": state, "errcode": errcode}
    values["requested_at" if state == "waiting" else "settled_at"] = at
    query = update(transfer_customer).where(
        transfer_customer.c.transfer_id == transfer_id,
        transfer_customer.c.external_userid == external_userid,
        transfer_customer.c.state.in_(among),
    )
    return (await tx.execute(query.values(**values))).rowcount == 1


async def open_of_customer(tx: Transaction, external_userid: str, to_id: UUID | None) -> CustomerRow | None:
    """The newest transfer of a customer that is not settled, to this employee if one is named."""
    rows = [row for row in await customers_in(tx, OPEN) if row.external_userid == external_userid]
    wanted = [row for row in rows if to_id is None or row.to_id == to_id]
    return wanted[-1] if wanted else None


async def count_customers(tx: Transaction, transfer_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """How many customers of each transfer are in which state."""
    table = transfer_customer.c
    query = select(table.transfer_id, table.state, func.count()).where(table.transfer_id.in_(transfer_ids))
    counts: dict[UUID, dict[str, int]] = {}
    for transfer_id, state, count in await tx.execute(query.group_by(table.transfer_id, table.state)):
        counts.setdefault(transfer_id, {})[state] = count
    return counts


async def passed(tx: Transaction, row: CustomerRow, at: datetime) -> None:
    """WeCom gave the customer to the taker: they follow them now."""
    former = update(clinic_contact).where(
        clinic_contact.c.external_userid == row.external_userid, clinic_contact.c.employee_id == row.from_id
    )
    found = (await tx.execute(former.values(ended_at=at).returning(clinic_contact.c.clinic_id))).first()
    values = {"external_userid": row.external_userid, "employee_id": row.to_id, "followed_at": at}
    adding = upsert(clinic_contact).values(**values, clinic_id=found.clinic_id if found else None)
    await tx.execute(
        adding.on_conflict_do_update(
            index_elements=["external_userid", "employee_id"], set_={"ended_at": None, "followed_at": at}
        )
    )


async def wecom_names(tx: Transaction, people: Collection[UUID]) -> dict[UUID, str]:
    """What WeCom calls these employees."""
    query = select(identity.c.person_id, identity.c.subject).where(
        identity.c.provider == "wecom", identity.c.person_id.in_(people)
    )
    return {row.person_id: row.subject for row in await tx.execute(query)}


async def employee_called(tx: Transaction, user_id: str) -> UUID | None:
    """Whom WeCom calls so."""
    query = select(identity.c.person_id).where(identity.c.provider == "wecom", identity.c.subject == user_id)
    found: UUID | None = await tx.scalar(query.limit(1))
    return found


async def handovers(tx: Transaction, *, person_id: UUID | None = None, limit: int = 1000) -> Sequence[HandoverRow]:
    """Clinics that wait for a new owner because theirs left, the oldest first."""
    query = select(*(handover.c[each.name] for each in fields(HandoverRow))).where(handover.c.done_at.is_(None))
    if person_id is not None:
        query = query.where(handover.c.person_id == person_id)
    rows = await tx.execute(query.order_by(handover.c.since, handover.c.id).limit(limit))
    return [HandoverRow(**row) for row in rows.mappings()]


async def left_by(tx: Transaction, clinic_id: UUID) -> UUID | None:
    """Who held a clinic and left, while it waits on the list."""
    query = select(handover.c.person_id).where(handover.c.clinic_id == clinic_id, handover.c.done_at.is_(None))
    found: UUID | None = await tx.scalar(query)
    return found


async def add_handover(tx: Transaction, clinic_id: UUID, person_id: UUID, since: datetime) -> None:
    """Puts a clinic on the list, once."""
    row = upsert(handover).values(id=uuid4(), clinic_id=clinic_id, person_id=person_id, since=since)
    await tx.execute(row.on_conflict_do_nothing())


async def add_handovers_of(tx: Transaction, person_id: UUID, since: datetime) -> int:
    """Puts every clinic that this employee holds on the list, once; how many are new there."""
    held = select(func.gen_random_uuid(), clinic_ownership.c.clinic_id, literal(person_id), literal(since)).where(
        clinic_ownership.c.person_id == person_id, clinic_ownership.c.valid_to.is_(None)
    )
    row = upsert(handover).from_select(["id", "clinic_id", "person_id", "since"], held).on_conflict_do_nothing()
    return len((await tx.execute(row.returning(handover.c.id))).all())


async def end_handovers_of(tx: Transaction, person_id: UUID, at: datetime) -> None:
    """Takes the clinics that this employee still holds off the list: they are back."""
    held = select(clinic_ownership.c.clinic_id).where(
        clinic_ownership.c.person_id == person_id, clinic_ownership.c.valid_to.is_(None)
    )
    query = update(handover).where(handover.c.clinic_id.in_(held), handover.c.done_at.is_(None))
    await tx.execute(query.values(taken_by=person_id, done_at=at))


async def end_handover(tx: Transaction, clinic_id: UUID, taken_by: UUID | None, at: datetime) -> None:
    """Takes a clinic off the list: somebody holds it, or (None) it is another one's name now."""
    query = update(handover).where(handover.c.clinic_id == clinic_id, handover.c.done_at.is_(None))
    await tx.execute(query.values(taken_by=taken_by, done_at=at))
