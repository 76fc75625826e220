"""What the sequencer reads and writes: it alone adds to the tree, in one transaction for each batch.

Whoever has the turn is the only one, by an advisory lock that ends with the transaction: at commit, at rollback, when
the process is killed, and also when it hangs, because PostgreSQL ends a session that does nothing within it for long.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast as typed

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction, driver_of
from storage.direct import Driver
from storage.rows.ledger import CheckpointRow
from storage.schema import ledger_log

TURN_LOCK = 0x1ED6E7
HANGS_AFTER_MS = 5_000
# By the driver: a turn is in the way of everything else that the process does meanwhile.
BEGIN_TURN = f"""
BEGIN; SELECT set_config('idle_in_transaction_session_timeout', '{HANGS_AFTER_MS}', true),
    pg_try_advisory_xact_lock({TURN_LOCK})
""".encode()
TAKE_TURN = b"SELECT set_config('idle_in_transaction_session_timeout', %s, true), pg_try_advisory_xact_lock(%s)"
WAIT_FOR_TURN = b"SELECT pg_advisory_xact_lock(%s)"
# All that a batch is made of, in one go, and of one moment: what stands, and what waits.
TAKE = b"""
WITH taken AS (DELETE FROM ledger_pending WHERE event_id IN
(SELECT event_id FROM ledger_pending WHERE event_id > %(after)s ORDER BY event_id LIMIT %(limit)s) RETURNING event_id)
SELECT log.origin, log.last_t, extract(epoch FROM clock_timestamp() - log.beat_at)::float8,
    extract(epoch FROM clock_timestamp() - log.step_told_at)::float8,
    head.size, head.root, head.note, head.made_at,
    array(SELECT kid FROM ring_key WHERE use = 'ledger' ORDER BY kid),
    array(SELECT state FROM ring_key WHERE use = 'ledger' ORDER BY kid),
    edge.levels, edge.hashes, waited.ids, waited.leaves, waited.times
FROM ledger_log log
LEFT JOIN LATERAL (SELECT * FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) AS head ON true
CROSS JOIN LATERAL (
    SELECT array_agg(tile.level) AS levels, array_agg(tile.hashes) AS hashes FROM generate_series(0, 6) AS at
    JOIN ledger_tile tile ON tile.level = at::smallint AND tile.n = head.size >> (8 * (at + 1))
) AS edge
CROSS JOIN (
    SELECT array_agg(id ORDER BY id) AS ids, array_agg(leaf ORDER BY id) AS leaves, array_agg(t ORDER BY id) AS times
    FROM taken JOIN event ON id = event_id
) AS waited
"""
# All that a batch writes, in one go: places, tiles that became longer, the head, and the pulse; told when it counts.
PUT = b"""
WITH leaves AS (
    INSERT INTO ledger_leaf (index, event_id) SELECT %(first)s + place - 1, event_id
    FROM unnest(%(event_ids)s::bigint[]) WITH ORDINALITY AS each (event_id, place)
), tiles AS (
    INSERT INTO ledger_tile (level, n, hashes)
    SELECT * FROM unnest(%(levels)s::smallint[], %(numbers)s::bigint[], %(hashes)s::bytea[])
    ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes
), head AS (
    INSERT INTO ledger_checkpoint (size, root, note, made_at) VALUES (%(size)s, %(root)s, %(note)s, %(made_at)s)
)
UPDATE ledger_log SET beat_at = clock_timestamp(), last_t = coalesce(%(last_t)s, last_t),
    step_told_at = CASE WHEN %(step_told)s THEN clock_timestamp() ELSE step_told_at END
RETURNING pg_notify(%(channel)s, %(size)s::text)
"""
BEAT = b"UPDATE ledger_log SET beat_at = clock_timestamp()"
LOOK = b"""
SELECT (SELECT extract(epoch FROM clock_timestamp() - added_at)::float8 FROM ledger_pending ORDER BY event_id LIMIT 1),
    (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM ledger_log),
    (SELECT max(size) FROM ledger_checkpoint)
"""
COMMIT = b"COMMIT"
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


@dataclass(frozen=True, kw_only=True)
class Put:
    """What a batch writes: the places of `event_ids` from `first` on, in this order, tiles by (level, n), and the head.

    `last_t` is the time of the last leaf, where there is one; `step_told`: a step of clocks was told of in the batch.
    """

    first: int
    event_ids: Sequence[int]
    tiles: Mapping[tuple[int, int], bytes]
    head: CheckpointRow
    last_t: datetime | None
    step_told: bool


@dataclass(frozen=True)
class LogRow:
    """The log as such: its name, its head, the keys it may be signed with, and what the sequencer knows of times.

    `edge` has the hashes of the last tile of each level, by level, where the head's size ends within it.
    """

    origin: str
    last_t: datetime | None  # of the last leaf
    beat_ago_s: float  # by the database's clock
    step_told_ago_s: float | None
    head: CheckpointRow | None
    keys: frozenset[tuple[int, str]]  # (kid, state)
    edge: Mapping[int, bytes]


@dataclass(frozen=True)
class Look:
    """How the sequencer is doing: how long the first event waits, when one last worked, how large the tree is."""

    waits_s: float | None
    beat_ago_s: float | None
    size: int | None


async def take_turn(tx: Transaction) -> bool:
    """Whether this transaction is now the one that may add to the tree. What it reads from here on is the newest."""
    cursor = await (await driver_of(tx)).execute(TAKE_TURN, [str(HANGS_AFTER_MS), TURN_LOCK])
    _, taken = typed("tuple[str, bool]", await cursor.fetchone())
    return taken


@asynccontextmanager
async def turn(driver: Driver) -> AsyncIterator[bool]:
    """A transaction that is committed when the block ends, and whether it is the one that may add to the tree.

    When the block raises nothing of it is kept: `Database.driver` rolls back what is left open.
    """
    cursor = await driver.execute(BEGIN_TURN, prepare=False)  # which two statements in one can't be
    cursor.nextset()
    _, taken = typed("tuple[str, bool]", await cursor.fetchone())
    yield taken
    await driver.execute(COMMIT, prepare=False)


async def wait_for_turn(tx: Transaction) -> None:
    """Returns when the turn is this transaction's. Whoever has it keeps it for milliseconds."""
    await (await driver_of(tx)).execute(WAIT_FOR_TURN, [TURN_LOCK])


async def open_log(tx: Transaction, origin: str) -> str:
    """The log's name: the one it has, or from now on this one."""
    values = insert(ledger_log).values(id=1, origin=origin, beat_at=func.clock_timestamp())
    await tx.execute(values.on_conflict_do_nothing())
    return str(await tx.scalar(select(ledger_log.c.origin)))


async def take(driver: Driver, *, after: int, limit: int) -> tuple[LogRow, tuple[Taken, ...]] | None:
    """The log as it stands, and the next events that wait, in order of arrival, none up to `after`; those wait no more.

    An event whose transaction is open is not seen, whatever its id: it is taken by whoever comes after its commit. None
    before a first `open_log`.
    """
    cursor = await driver.execute(TAKE, {"after": after, "limit": limit}, prepare=True, binary=True)
    row = await cursor.fetchone()
    if row is None:
        return None
    origin, last_t, beat_ago_s, told_ago_s, *head, kids, states, levels, hashes, ids, leaves, times = row
    edge = dict(zip(levels or (), hashes or (), strict=True))
    kept = None if head[0] is None else CheckpointRow(*head)
    log = LogRow(origin, last_t, beat_ago_s, told_ago_s, kept, frozenset(zip(kids, states, strict=True)), edge)
    return log, tuple(map(Taken, ids or (), leaves or (), times or ()))


async def put(driver: Driver, batch: Put, channel: str) -> None:
    """Writes a batch; the channel hears the size when it is committed. A tile whose hashes would change is refused."""
    values = {
        "first": batch.first,
        "event_ids": list(batch.event_ids),
        "levels": [level for level, _ in batch.tiles],
        "numbers": [n for _, n in batch.tiles],
        "hashes": list(batch.tiles.values()),
        "size": batch.head.size,
        "root": batch.head.root,
        "note": batch.head.note,
        "made_at": batch.head.made_at,
        "last_t": batch.last_t,
        "step_told": batch.step_told,
        "channel": channel,
    }
    await driver.execute(PUT, values, prepare=True)


async def beat(driver: Driver) -> None:
    """Notes that a sequencer worked now, and found nothing to do."""
    await driver.execute(BEAT)


async def look(driver: Driver) -> Look:
    """One cheap question."""
    cursor = await driver.execute(LOOK, prepare=True, binary=True)
    return Look(*typed("tuple[float | None, float | None, int | None]", await cursor.fetchone()))


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
