"""What the sequencer reads and writes: it alone adds to the tree, in one transaction for each batch.

Whoever has the turn is the only one, by an advisory lock that ends with the transaction: at commit, at rollback, when
the process is killed, and also when it hangs, because PostgreSQL ends a session that does nothing within it for long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.rows.ledger import CheckpointRow
from storage.schema import ledger_checkpoint, ledger_log, ledger_tile

TURN_LOCK = 0x1ED6E7
HANGS_AFTER_MS = 5_000
TAKE_TURN = text(
    f"SELECT set_config('idle_in_transaction_session_timeout', '{HANGS_AFTER_MS}', true), "  # constants
    f"pg_try_advisory_xact_lock({TURN_LOCK})"
)
TAKE_PENDING = text(
    "WITH taken AS (DELETE FROM ledger_pending WHERE event_id IN "
    "(SELECT event_id FROM ledger_pending WHERE event_id > :after ORDER BY event_id LIMIT :limit) RETURNING event_id) "
    "SELECT event.id, event.leaf, event.t FROM taken JOIN event ON event.id = taken.event_id ORDER BY event.id"
)
ADD_LEAVES = text(
    "INSERT INTO ledger_leaf (index, event_id) "
    "SELECT :first + place - 1, event_id "
    "FROM unnest(CAST(:event_ids AS bigint[])) WITH ORDINALITY AS each (event_id, place)"
)
LOOK = text(
    "SELECT (SELECT extract(epoch FROM clock_timestamp() - added_at) FROM ledger_pending ORDER BY event_id LIMIT 1), "
    "(SELECT extract(epoch FROM clock_timestamp() - beat_at) FROM ledger_log), "
    "(SELECT max(size) FROM ledger_checkpoint)"
)
HEAD_AND_LAST = text(
    "SELECT (SELECT max(index) FROM ledger_leaf), size, root, note, made_at FROM "
    "(SELECT 1) AS one LEFT JOIN (SELECT * FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) AS head ON true"
)


@dataclass(frozen=True)
class Taken:
    """A committed event that gets its place now."""

    event_id: int
    leaf: bytes
    t: datetime


@dataclass(frozen=True)
class LogRow:
    """The log as such: its name, and what the sequencer knows of times."""

    origin: str
    last_t: datetime | None  # of the last leaf
    beat_ago_s: float  # by the database's clock
    step_told_ago_s: float | None


@dataclass(frozen=True)
class Look:
    """How the sequencer is doing: how long the first event waits, when one last worked, how large the tree is."""

    waits_s: float | None
    beat_ago_s: float | None
    size: int | None


async def take_turn(tx: Transaction) -> bool:
    """Whether this transaction is now the one that may add to the tree. What it reads from here on is the newest."""
    return bool((await tx.execute(TAKE_TURN)).one()[1])


async def open_log(tx: Transaction, origin: str) -> str:
    """The log's name: the one it has, or from now on this one."""
    values = insert(ledger_log).values(id=1, origin=origin, beat_at=func.clock_timestamp())
    await tx.execute(values.on_conflict_do_nothing())
    return str(await tx.scalar(select(ledger_log.c.origin)))


async def log_row(tx: Transaction) -> LogRow | None:
    """None before a first `open_log`."""
    now = func.clock_timestamp()
    query = select(
        ledger_log.c.origin,
        ledger_log.c.last_t,
        func.extract("epoch", now - ledger_log.c.beat_at),
        func.extract("epoch", now - ledger_log.c.step_told_at),
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    origin, last_t, beat_ago_s, told_ago_s = row
    return LogRow(origin, last_t, float(beat_ago_s), None if told_ago_s is None else float(told_ago_s))


async def take_pending(tx: Transaction, *, after: int, limit: int) -> tuple[Taken, ...]:
    """The next events that are committed and wait, in order of arrival, none up to `after`; they wait no longer.

    An event whose transaction is open is not seen, whatever its id: it is taken by whoever comes after its commit.
    """
    return tuple(Taken(*row) for row in await tx.execute(TAKE_PENDING, {"after": after, "limit": limit}))


async def add_leaves(tx: Transaction, first: int, event_ids: Sequence[int]) -> None:
    """Gives these events the places from `first` on, in this order."""
    await tx.execute(ADD_LEAVES, {"first": first, "event_ids": list(event_ids)})


async def put_tiles(tx: Transaction, grown: Mapping[tuple[int, int], bytes]) -> None:
    """Keeps tiles by (level, n), new ones and longer ones. A tile whose hashes would change is refused."""
    values = insert(ledger_tile).values(
        [{"level": level, "n": n, "hashes": hashes} for (level, n), hashes in grown.items()]
    )
    longer = {"hashes": values.excluded.hashes}
    await tx.execute(values.on_conflict_do_update(index_elements=["level", "n"], set_=longer))


async def add_checkpoint(tx: Transaction, head: CheckpointRow) -> None:
    """Keeps a signed head."""
    await tx.execute(insert(ledger_checkpoint).values(asdict(head)))


async def beat(tx: Transaction, *, last_t: datetime | None = None, step_told: bool = False) -> None:
    """Notes that a sequencer worked now, and what it learned of times."""
    values: dict[str, object] = {"beat_at": func.clock_timestamp()}
    if last_t is not None:
        values["last_t"] = last_t
    if step_told:
        values["step_told_at"] = func.clock_timestamp()
    await tx.execute(update(ledger_log).values(values))


async def look(tx: Transaction) -> Look:
    """One cheap question."""
    waits, ago, size = (await tx.execute(LOOK)).one()
    return Look(None if waits is None else float(waits), None if ago is None else float(ago), size)


async def head_and_last(tx: Transaction) -> tuple[CheckpointRow | None, int | None]:
    """The newest head and the highest index of a leaf, of the same moment."""
    last, *head = (await tx.execute(HEAD_AND_LAST)).one()
    return (None if head[0] is None else CheckpointRow(*head)), last


async def leaves(tx: Transaction, start: int, end: int) -> dict[int, bytes | None]:
    """By index the leaf's bytes, from `start` up to and without `end`; None where the event's row is gone."""
    query = text(
        "SELECT ledger_leaf.index, event.leaf FROM ledger_leaf LEFT JOIN event ON event.id = ledger_leaf.event_id "
        "WHERE ledger_leaf.index >= :start AND ledger_leaf.index < :end"
    )
    found = await tx.execute(query, {"start": start, "end": end})
    return {index: leaf for index, leaf in found}  # noqa: C416  # rows are no pairs to mypy
