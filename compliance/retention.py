"""How long the log is kept, and what happens then: entries are withheld and deleted, their hashes stay.

The oldest entries go first, in whole bundles of 256, up to the first one that must stay: because it is too young,
because its material had not ended long enough ago, or because a legal hold is on it. What is below the minimum index
can't be read again; that it was there, and everything after it, is proved as before, since no hash is removed
(C2SP tlog-tiles, "Pruning"). A leaf holds 128 random bits, so nobody can guess it from its hash.

The floor is in code and in the database: 网络安全法 Art. 23 asks for network logs of at least six months.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.events import Act, Event
from compliance.keys import KeyRing
from compliance.ledger import append
from compliance.reviewing import redactions
from compliance.sequencing import sequence_now
from storage.database import Database, Transaction
from storage.rows import pruning as rows
from storage.rows.pruning import BUNDLE

DAYS_MIN = 183
DAYS_DEFAULT = 1096  # three years and a day, whichever of them are leap years
BATCH = 64 * BUNDLE
BATCHES_MAX = 64  # of one run


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is there, and what stops pruning now: `age`, `material`, `hold`, or nothing but the end of what can go."""

    minimum_index: int
    end: int
    kept_from: int | None
    reason: str


async def standing(tx: Transaction, *, days: int, now: datetime) -> Standing:
    """How the log stands, looked at as far as one batch."""
    minimum, end = await rows.bounds(tx)
    kept = await rows.first_kept(tx, minimum, min(minimum + BATCH, end), before=now - _kept(days))
    return Standing(
        minimum_index=minimum, end=end, kept_from=kept.index if kept else None, reason=kept.reason if kept else ""
    )


async def prune(
    database: Database,
    keys: KeyRing,
    *,
    days: int,
    clock: Callable[[], datetime],
    signs: bool = True,
    batches_max: int = BATCHES_MAX,
) -> int:
    """Prunes what may go, a batch in each transaction, each an event; how many entries went.

    The event has its place under a signed head when the entries are gone, so that nobody who verifies the log in
    between finds them missing without a word; unless this process `signs`, a sequencer sees to it a moment later. Does
    nothing while another process prunes. Raises ValueError for fewer days than the floor, and as `sequence_now`.
    """
    pruned = 0
    await keys.refresh(database)
    for _ in range(batches_max):
        async with database.transaction() as tx:
            done = await _batch(tx, keys, days=days, now=clock())
            if done and signs:
                await sequence_now(tx, keys, now=clock())
        pruned += done
        if done < BATCH:
            break
    return pruned


async def _batch(tx: Transaction, keys: KeyRing, *, days: int, now: datetime) -> int:
    before = now - _kept(days)
    if not await rows.lock_pruning(tx):
        return 0
    minimum, last = await rows.bounds(tx)
    end = min(minimum + BATCH, last)
    kept = await rows.first_kept(tx, minimum, end, before=before)
    stop = (kept.index if kept else end) // BUNDLE * BUNDLE
    if stop <= minimum:
        return 0
    await redactions.keep(tx, keys.master, minimum, stop)
    count = await rows.prune(tx, minimum, stop)
    det: dict[str, str | int] = {"from": minimum, "to": stop, "entries": count, "days": days}
    await append(tx, Event(act=Act.SYSTEM_LOG_PRUNE, role="system", obj="log", det=det), now=now)
    return stop - minimum


def _kept(days: int) -> timedelta:
    if days < DAYS_MIN:
        raise ValueError(f"the log is kept for at least {DAYS_MIN} days, not {days}")
    return timedelta(days=days)
