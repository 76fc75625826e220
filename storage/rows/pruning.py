"""Removing old entries of the log through its one door: below a minimum index that the database itself checks.

The guards are in the migration: the index only grows, ends a full entry bundle, passes nothing that is younger than
the floor or held, and only what lies below it can be deleted. Hash tiles, places in the tree and checkpoints stay.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from storage.database import Transaction

BUNDLE = 256  # entries of a C2SP entry bundle
LOCK = 0x5EA1D  # advisory: one prunes at a time

_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_WAIT = text("SELECT pg_advisory_xact_lock(:lock)")
# The last bundle stays: each process compares its entries with the tree when it starts.
_END = text(
    "SELECT least((SELECT max(size) - 1 FROM ledger_checkpoint), (SELECT min(next_index) FROM log_reader), "
    "(SELECT min(next_index) FROM siem_cursor))"
)
_MINIMUM = text("SELECT coalesce(max(minimum_index), 0) FROM ledger_prune")
_SET = text(
    "INSERT INTO ledger_prune (id, minimum_index) VALUES (1, :minimum) "
    "ON CONFLICT (id) DO UPDATE SET minimum_index = excluded.minimum_index"
)
_FORGET_INDEX = text(
    "DELETE FROM event_index USING ledger_leaf l "
    "WHERE event_index.id = l.event_id AND l.index >= :start AND l.index < :stop"
)
_FORGET = text(
    "DELETE FROM event USING ledger_leaf l WHERE event.id = l.event_id AND l.index >= :start AND l.index < :stop"
)

# A material ends when it is withdrawn, or with its last share or version: then nothing leads to it any more.
_FIRST_KEPT = text(
    """
    WITH ended AS (
        SELECT m.id, coalesce(
            m.withdrawn_at,
            greatest(
                m.created_at,
                (SELECT max(v.created_at) FROM version v WHERE v.material_id = m.id),
                (SELECT max(least(s.expires_at, s.revoked_at)) FROM share s WHERE s.material_id = m.id)
            )
        ) AS at FROM material m
    ), kept AS (
        SELECT id FROM ended WHERE at >= :before
        UNION SELECT material_id FROM legal_hold WHERE kind = 'material' AND lifted_at IS NULL
    ), held AS (
        SELECT p.pseudonym FROM legal_hold h JOIN person p ON p.id = h.person_id WHERE h.lifted_at IS NULL
    ), things AS (
        SELECT 'material:' || id AS obj FROM kept
        UNION SELECT 'upload:' || v.upload_id FROM version v JOIN kept ON kept.id = v.material_id
        WHERE v.upload_id IS NOT NULL
        UNION SELECT 'person:' || pseudonym FROM held
    ), links AS (
        SELECT s.id::text AS link FROM share s JOIN kept ON kept.id = s.material_id
    )
    SELECT l.index AS place,
        CASE
            WHEN EXISTS (SELECT FROM legal_hold h WHERE h.kind = 'log' AND h.lifted_at IS NULL) THEN 'hold'
            WHEN e.t >= :before THEN 'age'
            WHEN e.who IN (SELECT pseudonym FROM held) THEN 'hold'
            ELSE 'material'
        END AS reason
    FROM ledger_leaf l JOIN event e ON e.id = l.event_id
    WHERE l.index >= :start AND l.index < :stop AND (
        e.t >= :before
        OR EXISTS (SELECT FROM legal_hold h WHERE h.kind = 'log' AND h.lifted_at IS NULL)
        OR e.who IN (SELECT pseudonym FROM held)
        OR e.obj IN (SELECT obj FROM things)
        OR e.link IN (SELECT link FROM links)
    )
    ORDER BY l.index LIMIT 1
    """
)


@dataclass(frozen=True)
class Kept:
    """The first entry that must stay, and why: `age`, `material` or `hold`."""

    index: int
    reason: str


async def lock_pruning(tx: Transaction) -> bool:
    """Whether this transaction is the one that prunes now."""
    return bool(await tx.scalar(_LOCK, {"lock": LOCK}))


async def wait_for_pruning(tx: Transaction) -> None:
    """Returns when no batch is under way; none begins before `tx` ends."""
    await tx.execute(_WAIT, {"lock": LOCK})


async def bounds(tx: Transaction) -> tuple[int, int]:
    """(minimum index, first index that must stay whatever its age): what the last bundle or a follower needs."""
    return int(await tx.scalar(_MINIMUM) or 0), max(0, int(await tx.scalar(_END) or 0))


async def first_kept(tx: Transaction, start: int, stop: int, *, before: datetime) -> Kept | None:
    """The first entry from `start` up to and without `stop` that must stay; None if none must.

    An entry stays if it is not older than `before`, if a hold is on its person, its material or the log, or if its
    material had not ended by then.
    """
    row = (await tx.execute(_FIRST_KEPT, {"start": start, "stop": stop, "before": before})).one_or_none()
    return None if row is None else Kept(row.place, row.reason)


async def prune(tx: Transaction, start: int, stop: int) -> int:
    """Publishes `stop` as the minimum index and deletes the entries from `start` up to it; how many.

    Both end an entry bundle. The database refuses what its guards forbid.
    """
    await tx.execute(_SET, {"minimum": stop})
    await tx.execute(_FORGET_INDEX, {"start": start, "stop": stop})
    return (await tx.execute(_FORGET, {"start": start, "stop": stop})).rowcount
