"""Rows of targets that the log is pushed to, and of how far each of them has it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, func, insert, select, update

from storage.database import Transaction
from storage.schema import event, ledger_checkpoint, ledger_leaf, siem_cursor, siem_target


@dataclass(frozen=True, kw_only=True)
class TargetRow:
    """Where to push and in which form; compliance.siem_addresses opens the address."""

    id: UUID
    name: str
    kind: str
    form: str
    address: str = field(default="", repr=False)  # of an earlier release, in clear; else empty
    sealed_address: bytes | None = field(default=None, repr=False)
    kek: str = ""
    created_at: datetime
    paused_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """How far a target is: `size` is that of the signed log, `oldest_t` the time of the first event it lacks.

    `reason` is a fixed word, and `failures` counts tries, since it last took something.
    """

    target: TargetRow
    next_index: int
    failures: int
    reason: str
    failing_since: datetime | None
    pushed_at: datetime | None
    size: int
    oldest_t: datetime | None


TARGET = tuple(siem_target.c[name] for name in TargetRow.__dataclass_fields__)


async def add_target(tx: Transaction, target: TargetRow, next_index: int) -> None:
    """Adds a target that begins with the event at `next_index`. The caller made sure that its name is free."""
    values = {column.name: getattr(target, column.name) for column in TARGET}
    await tx.execute(insert(siem_target).values(**values))
    await tx.execute(insert(siem_cursor).values(target_id=target.id, next_index=next_index))


async def lock_targets(tx: Transaction) -> tuple[TargetRow, ...]:
    """All targets by name; nobody else adds, changes or removes one until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("siem_target", 0))))
    return await list_targets(tx)


async def list_targets(tx: Transaction) -> tuple[TargetRow, ...]:
    """All targets by name."""
    rows = await tx.execute(select(*TARGET).order_by(siem_target.c.name))
    return tuple(TargetRow(**row._mapping) for row in rows)  # noqa: SLF001  # SQLAlchemy's public name for it


async def lock_clear(tx: Transaction) -> tuple[TargetRow, ...]:
    """Targets whose address stands in clear, locked: nobody else wraps them until `tx` ends."""
    rows = await tx.execute(select(*TARGET).where(siem_target.c.sealed_address.is_(None)).with_for_update())
    return tuple(TargetRow(**row._mapping) for row in rows)  # noqa: SLF001  # as above


async def put_sealed(tx: Transaction, target_id: UUID, sealed_address: bytes, kek: str) -> None:
    """Keeps a target's address wrapped, and in no other way."""
    values = {"address": "", "sealed_address": sealed_address, "kek": kek}
    await tx.execute(update(siem_target).where(siem_target.c.id == target_id).values(values))


async def remove_target(tx: Transaction, target_id: UUID) -> None:
    """Forgets a target and how far it was."""
    await tx.execute(delete(siem_target).where(siem_target.c.id == target_id))


async def put_paused(tx: Transaction, target_id: UUID, paused_at: datetime | None) -> None:
    """Pauses a target, or lets it go on with None."""
    await tx.execute(update(siem_target).where(siem_target.c.id == target_id).values(paused_at=paused_at))


async def next_index_of(tx: Transaction, target_id: UUID) -> int | None:
    """The first event that the target lacks; None for a target that is gone."""
    found: int | None = await tx.scalar(select(siem_cursor.c.next_index).where(siem_cursor.c.target_id == target_id))
    return found


async def advance(tx: Transaction, target_id: UUID, *, before: int, after: int, now: datetime) -> bool:
    """The target has everything below `after`. False, and nothing done, unless it stood at `before`."""
    moved = update(siem_cursor).where(siem_cursor.c.target_id == target_id, siem_cursor.c.next_index == before)
    values = {"next_index": after, "failures": 0, "reason": "", "failing_since": None, "pushed_at": now}
    return (await tx.execute(moved.values(**values))).rowcount == 1


async def note_failure(tx: Transaction, target_id: UUID, reason: str, now: datetime) -> None:
    """One more try failed."""
    failed = update(siem_cursor).where(siem_cursor.c.target_id == target_id)
    since = func.coalesce(siem_cursor.c.failing_since, now)
    await tx.execute(failed.values(failures=siem_cursor.c.failures + 1, reason=reason, failing_since=since))


async def progress(tx: Transaction) -> tuple[ProgressRow, ...]:
    """How far every target is, by name."""
    size = select(func.coalesce(func.max(ledger_checkpoint.c.size), 0)).scalar_subquery()
    cursor = siem_cursor.c
    query = (
        select(
            *TARGET,
            cursor.next_index,
            cursor.failures,
            cursor.reason,
            cursor.failing_since,
            cursor.pushed_at,
            size.label("size"),
            case((cursor.next_index < size, event.c.t)).label("oldest_t"),
        )
        .join(siem_cursor, cursor.target_id == siem_target.c.id)
        .outerjoin(ledger_leaf, ledger_leaf.c.index == cursor.next_index)
        .outerjoin(event, event.c.id == ledger_leaf.c.event_id)
        .order_by(siem_target.c.name)
    )
    return tuple(_progress(dict(row._mapping)) for row in await tx.execute(query))  # noqa: SLF001  # as above


def _progress(row: dict[str, object]) -> ProgressRow:
    target = {name: row.pop(name) for name in TargetRow.__dataclass_fields__}
    return ProgressRow(target=TargetRow(**target), **row)  # type: ignore[arg-type]  # columns have these names and types
