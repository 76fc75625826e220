"""Rows of who holds the relation to a clinic, and when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import account, clinic, clinic_ownership, ownership_dispute

OWNERS = ("marketer", "manager")
HISTORY_MAX = 200


@dataclass(frozen=True, kw_only=True)
class OwnershipRow:
    """One interval, times in UTC. Nobody holds the clinic when `person_id` is None; it is open without `valid_to`."""

    id: UUID
    clinic_id: UUID
    version: int
    person_id: UUID | None
    valid_from: datetime
    valid_to: datetime | None
    cause: str
    reason: str = ""
    changed_by: UUID | None = None
    event_id: int | None = None


COLUMNS = tuple(clinic_ownership.c[each.name] for each in fields(OwnershipRow))


async def open_of(tx: Transaction, clinic_id: UUID, *, lock: bool = False) -> OwnershipRow:
    """The interval that is open; `lock` keeps it, and the clinic's row, from changing until `tx` ends.

    Every clinic has one. Asked with `lock`, another change that was under way is waited for and seen. Locks are taken
    in one order everywhere, so that nobody waits in a ring: people of clinics, an invitation, rows of clinics by their
    ids, each before its interval, and then the accounts of who may hold them.
    """
    if lock:
        await tx.execute(select(clinic.c.id).where(clinic.c.id == clinic_id).with_for_update(key_share=True))
    query = select(*COLUMNS).where(clinic_ownership.c.clinic_id == clinic_id, clinic_ownership.c.valid_to.is_(None))
    for _ in range(2):  # whoever waited for a lock finds the interval closed, and the next one open
        row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
        if row is not None:
            return OwnershipRow(**row)
    latest = select(*COLUMNS).where(clinic_ownership.c.clinic_id == clinic_id)
    found = await tx.execute(latest.order_by(clinic_ownership.c.version.desc()).limit(1).with_for_update())
    return OwnershipRow(**found.mappings().one())


async def close(tx: Transaction, clinic_id: UUID, version: int, at: datetime) -> bool:
    """Ends the open interval if it still is this one; False: another change came first."""
    table = clinic_ownership.c
    ending = update(clinic_ownership).where(
        table.clinic_id == clinic_id, table.version == version, table.valid_to.is_(None)
    )
    return (await tx.execute(ending.values(valid_to=func.greatest(table.valid_from, at)))).rowcount == 1


async def begin(tx: Transaction, row: OwnershipRow) -> bool:
    """Adds an interval; False if this version, or another open one, is there already."""
    values = {each.name: getattr(row, each.name) for each in fields(OwnershipRow)}
    query = upsert(clinic_ownership).values(**values).on_conflict_do_nothing().returning(clinic_ownership.c.id)
    return (await tx.execute(query)).first() is not None


async def put_event(tx: Transaction, ownership_id: UUID, event_id: int) -> None:
    """Notes which event tells of the change."""
    await tx.execute(update(clinic_ownership).where(clinic_ownership.c.id == ownership_id).values(event_id=event_id))


async def history_of(tx: Transaction, clinic_id: UUID) -> Sequence[OwnershipRow]:
    """Every interval, the newest first."""
    query = select(*COLUMNS).where(clinic_ownership.c.clinic_id == clinic_id)
    rows = await tx.execute(query.order_by(clinic_ownership.c.version.desc()).limit(HISTORY_MAX))
    return [OwnershipRow(**row) for row in rows.mappings()]


async def open_of_many(tx: Transaction, clinic_ids: Collection[UUID]) -> dict[UUID, OwnershipRow]:
    """The open intervals of these clinics."""
    query = select(*COLUMNS).where(clinic_ownership.c.clinic_id.in_(clinic_ids), clinic_ownership.c.valid_to.is_(None))
    return {row["clinic_id"]: OwnershipRow(**row) for row in (await tx.execute(query)).mappings()}


async def count_held(tx: Transaction, person_id: UUID) -> int:
    """How many clinics this employee holds."""
    query = select(func.count()).where(clinic_ownership.c.person_id == person_id, clinic_ownership.c.valid_to.is_(None))
    return int(await tx.scalar(query) or 0)


async def may_own(tx: Transaction, person_id: UUID, *, lock: bool = False) -> bool:
    """Whether this person may hold a clinic: an active marketer or manager. `lock` keeps it so until `tx` ends."""
    query = select(account.c.person_id).where(
        account.c.person_id == person_id,
        account.c.role.in_(OWNERS),
        account.c.disabled_at.is_(None),
        account.c.left_at.is_(None),
    )
    return (await tx.scalar(query.with_for_update() if lock else query)) is not None


@dataclass(frozen=True, kw_only=True)
class DisputeRow:
    """Two who claim one clinic, times in UTC. Opened by the rules themselves when `opened_by` is None."""

    id: UUID
    clinic_id: UUID
    claimant_id: UUID
    holder_id: UUID
    opened_by: UUID | None
    opened_at: datetime
    reason: str
    state: str
    winner_id: UUID | None
    decided_by: UUID | None
    decided_at: datetime | None
    verdict: str


DISPUTE = tuple(ownership_dispute.c[each.name] for each in fields(DisputeRow))


async def add_dispute(tx: Transaction, values: dict[str, Any]) -> UUID | None:
    """Opens a dispute; None if one is open about this clinic."""
    fresh = {"id": uuid4(), "state": "open", **values}
    query = upsert(ownership_dispute).values(**fresh).on_conflict_do_nothing().returning(ownership_dispute.c.id)
    found = (await tx.execute(query)).first()
    return found.id if found else None


async def dispute_by_id(tx: Transaction, dispute_id: UUID, *, lock: bool = False) -> DisputeRow | None:
    """One dispute; `lock` keeps it from changing until `tx` ends."""
    query = select(*DISPUTE).where(ownership_dispute.c.id == dispute_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return DisputeRow(**row) if row else None


async def list_disputes(tx: Transaction, *, state: str | None = None, limit: int = 100) -> Sequence[DisputeRow]:
    """Disputes, open ones first, then the newest."""
    table = ownership_dispute.c
    query = select(*DISPUTE).order_by(table.state.desc(), table.opened_at.desc(), table.id).limit(limit)
    if state is not None:
        query = query.where(table.state == state)
    return [DisputeRow(**row) for row in (await tx.execute(query)).mappings()]


async def decide_dispute(tx: Transaction, dispute_id: UUID, values: dict[str, Any]) -> None:
    """Writes the decision down."""
    query = update(ownership_dispute).where(ownership_dispute.c.id == dispute_id)
    await tx.execute(query.values(state="decided", **values))


async def open_dispute_of(tx: Transaction, clinic_id: UUID) -> UUID | None:
    """The dispute about this clinic that is not decided."""
    table = ownership_dispute.c
    found: UUID | None = await tx.scalar(select(table.id).where(table.clinic_id == clinic_id, table.state == "open"))
    return found
