"""Rows of the Merkle tree over the log: read by anybody, written by the sequencer alone (`storage.rows.sequencing`).

Everything of one batch is committed at once: what a checkpoint of some size commits to is there when it is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_

from storage.database import Transaction
from storage.rows.events import EventRow
from storage.schema import event, ledger_checkpoint, ledger_cosignature, ledger_leaf, ledger_prune, ledger_tile

ENTRIES_MAX = 65_536
CHECKPOINTS_MAX = 1_000


@dataclass(frozen=True)
class CheckpointRow:
    """A signed head: `note` carries the log's own signatures, cosignatures lie beside it."""

    size: int
    root: bytes
    note: str
    made_at: datetime


COLUMNS = (ledger_checkpoint.c.size, ledger_checkpoint.c.root, ledger_checkpoint.c.note, ledger_checkpoint.c.made_at)


async def latest_checkpoint(tx: Transaction) -> CheckpointRow | None:
    """The head of the log; None before the first event is in the tree."""
    row = (await tx.execute(select(*COLUMNS).order_by(ledger_checkpoint.c.size.desc()).limit(1))).one_or_none()
    return row and CheckpointRow(*row)


async def checkpoint_of(tx: Transaction, size: int) -> CheckpointRow | None:
    """The head at exactly this size, if one was signed."""
    row = (await tx.execute(select(*COLUMNS).where(ledger_checkpoint.c.size == size))).one_or_none()
    return row and CheckpointRow(*row)


async def latest_cosigned(tx: Transaction) -> CheckpointRow | None:
    """The newest head that a witness cosigned."""
    newest = select(func.max(ledger_cosignature.c.size)).scalar_subquery()
    row = (await tx.execute(select(*COLUMNS).where(ledger_checkpoint.c.size == newest))).one_or_none()
    return row and CheckpointRow(*row)


async def checkpoints_after(tx: Transaction, size: int, *, limit: int = CHECKPOINTS_MAX) -> tuple[CheckpointRow, ...]:
    """The heads above this size, the smallest first."""
    query = select(*COLUMNS).where(ledger_checkpoint.c.size > size).order_by(ledger_checkpoint.c.size)
    return tuple(CheckpointRow(*row) for row in await tx.execute(query.limit(min(limit, CHECKPOINTS_MAX))))


async def cosignature_lines(tx: Transaction, size: int) -> tuple[str, ...]:
    """The witnesses' lines on the head of this size, each with its line feed, in the order they came."""
    query = select(ledger_cosignature.c.line).where(ledger_cosignature.c.size == size)
    return tuple((await tx.scalars(query.order_by(ledger_cosignature.c.made_at, ledger_cosignature.c.witness))).all())


async def tiles(tx: Transaction, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes of tiles by (level, n), as long as they are now; those that don't exist are left out."""
    query = select(ledger_tile.c.level, ledger_tile.c.n, ledger_tile.c.hashes)
    keys = tuple_(ledger_tile.c.level, ledger_tile.c.n).in_(list(wanted))
    return {(row.level, row.n): row.hashes for row in await tx.execute(query.where(keys))}


async def entries(tx: Transaction, start: int, end: int) -> tuple[EventRow, ...]:
    """The events from index `start` up to and without `end`, in the tree's order; at most ENTRIES_MAX.

    A place that is missing, which must never be, shows by there being fewer.
    """
    joined = ledger_leaf.join(event, event.c.id == ledger_leaf.c.event_id)
    place = ledger_leaf.c.index
    query = select(event.c.id, event.c.leaf).select_from(joined).where(place >= start, place < end).order_by(place)
    return tuple(EventRow(row.id, row.leaf) for row in await tx.execute(query.limit(ENTRIES_MAX)))


async def indexes_of(tx: Transaction, event_ids: Collection[int]) -> dict[int, int]:
    """By event id its place in the tree; events that are not sequenced yet are left out."""
    query = select(ledger_leaf.c.event_id, ledger_leaf.c.index).where(ledger_leaf.c.event_id.in_(event_ids))
    return {event_id: index for event_id, index in await tx.execute(query)}  # noqa: C416  # rows are no pairs to mypy


async def event_at(tx: Transaction, index: int) -> EventRow | None:
    """The event at a place in the tree."""
    found = await entries(tx, index, index + 1)
    return found[0] if found else None


async def minimum_index(tx: Transaction) -> int:
    """Entry bundles that lie wholly below this index are withheld; 0: none is."""
    return int(await tx.scalar(select(ledger_prune.c.minimum_index)) or 0)
