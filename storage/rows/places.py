"""Rows of the places outside that are told of checkpoints, and the cosignatures that witnesses among them gave."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.schema import ledger_cosignature, ledger_place


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """One place: `size` is that of the checkpoint it took last, at `told_at`.

    `failure` says why it did not take the next one, since `failing_since`; `conflict` is `shrunk` or `forked` while it
    knows a tree of `conflict_size` that ours is no continuation of.
    """

    name: str
    size: int
    told_at: datetime | None
    failing_since: datetime | None
    failure: str
    conflict: str
    conflict_size: int | None


COLUMNS = (
    ledger_place.c.name,
    ledger_place.c.size,
    ledger_place.c.told_at,
    ledger_place.c.failing_since,
    ledger_place.c.failure,
    ledger_place.c.conflict,
    ledger_place.c.conflict_size,
)


async def enrol(tx: Transaction, names: Collection[str]) -> None:
    """Makes the rows of places that have none yet."""
    if names:
        await tx.execute(insert(ledger_place).values([{"name": name} for name in names]).on_conflict_do_nothing())


async def places(tx: Transaction, names: Collection[str]) -> tuple[PlaceRow, ...]:
    """The rows of these places, by name."""
    query = select(*COLUMNS).where(ledger_place.c.name.in_(names)).order_by(ledger_place.c.name)
    return tuple(PlaceRow(**row._mapping) for row in await tx.execute(query))  # noqa: SLF001  # SQLAlchemy's public name


async def take_turns(
    tx: Transaction, names: Collection[str], *, now: datetime, until: datetime
) -> tuple[PlaceRow, ...]:
    """Those of the places that are due; nobody else gets them before `until`, or before what is noted later."""
    due = update(ledger_place).where(ledger_place.c.name.in_(names), ledger_place.c.next_at <= now)
    return tuple(
        PlaceRow(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
        for row in await tx.execute(due.values(next_at=until).returning(*COLUMNS))
    )


async def note_told(tx: Transaction, name: str, *, size: int, now: datetime, next_at: datetime) -> None:
    """The place took the checkpoint of this size, and has nothing against us."""
    await tx.execute(
        update(ledger_place)
        .where(ledger_place.c.name == name)
        .values(
            size=size,
            told_at=now,
            next_at=next_at,
            failing_since=None,
            failure="",
            conflict="",
            conflict_size=None,
        )
    )


async def note_failure(tx: Transaction, name: str, *, failure: str, now: datetime, next_at: datetime) -> None:
    """The place took nothing. What it said against us before stands."""
    await tx.execute(
        update(ledger_place)
        .where(ledger_place.c.name == name)
        .values(failure=failure, failing_since=func.coalesce(ledger_place.c.failing_since, now), next_at=next_at)
    )


async def note_conflict(tx: Transaction, name: str, *, conflict: str, size: int, next_at: datetime) -> bool:
    """The place knows a tree of `size` that ours does not continue; whether that is news."""
    changed = await tx.execute(
        update(ledger_place)
        .where(ledger_place.c.name == name, ledger_place.c.conflict != conflict)
        .values(conflict=conflict, conflict_size=size, failing_since=None, failure="", next_at=next_at)
    )
    if not changed.rowcount:
        await tx.execute(update(ledger_place).where(ledger_place.c.name == name).values(next_at=next_at))
    return bool(changed.rowcount)


async def keep_cosignature(tx: Transaction, *, size: int, witness: str, line: str, made_at: datetime) -> None:
    """A witness's line on the checkpoint of this size; a later one takes the place of an earlier one."""
    row = insert(ledger_cosignature).values(size=size, witness=witness, line=line, made_at=made_at)
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=["size", "witness"], set_={"line": row.excluded.line, "made_at": row.excluded.made_at}
        )
    )
