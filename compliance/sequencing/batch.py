"""One batch: everything that it writes is committed together, by whoever called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from compliance.errors import KeyUnavailable, LedgerBroken
from compliance.events import Act, Trail
from compliance.keys import KeyRing
from compliance.ledger import append_by
from compliance.merkle import Edge, leaf_hash
from compliance.merkle.edge import edge_widths
from compliance.merkle.hashes import HASH_BYTES
from compliance.notes import Checkpoint, Signer, signed_note
from compliance.sequencing.checking import first_wrong
from storage.database import Transaction, driver_of
from storage.direct import Driver
from storage.rows import sequencing
from storage.rows.ledger import CheckpointRow
from storage.rows.sequencing import LogRow, Put, Taken

BATCH_MAX = 4_096  # in one go; what a batch costs whatever its size is then hardly felt
BEAT_S = 30.0  # an idle log's head is looked at, and found good, this often
STEP_S = 10.0  # by so much may a leaf's time lie before that of the leaf ahead of it: transactions overlap
STEP_TOLD_EVERY_S = 60.0  # two nodes whose clocks differ would otherwise tell of it all day
CHANNEL = "ledger"  # hears the size of every new checkpoint
SIGNERS_MAX = 4  # remembered: a turn comes several times a second
SYSTEM = Trail(role="system")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a turn came to. Whoever finds another at it has `busy` and knows nothing else."""

    busy: bool = False
    taken: int = 0
    last_id: int = 0  # of the last event taken
    size: int = 0

    @property
    def full(self) -> bool:
        """Whether more may be waiting."""
        return self.taken == BATCH_MAX


async def sequence(tx: Transaction, keys: KeyRing, *, now: datetime, after: int = 0) -> Batch:
    """Takes the turn and gives up to BATCH_MAX waiting events behind number `after` their places; commits nothing.

    Raises KeysChanged, KeyUnavailable without a key to sign with, LedgerBroken when the tree is not the one that was
    signed: nothing must be committed then.
    """
    if not await sequencing.take_turn(tx):
        return Batch(busy=True)
    try:
        return await _batch(await driver_of(tx), keys, now, after)
    except TreeUnfit as error:
        wrong = await first_wrong(tx, error.size)
        raise LedgerBroken(error.size if wrong is None else wrong, "tiles are not those that were signed") from error


async def sequence_alone(driver: Driver, keys: KeyRing, *, now: datetime, after: int = 0) -> Batch:
    """The same in a transaction of its own, committed: half of what it costs through SQLAlchemy.

    Raises as `sequence`, but TreeUnfit where that would look for what is wrong. Then nothing was committed, and
    whoever lent the connection rolls back.
    """
    async with sequencing.turn(driver) as taken:
        return await _batch(driver, keys, now, after) if taken else Batch(busy=True)


async def _batch(driver: Driver, keys: KeyRing, now: datetime, after: int) -> Batch:
    found = await sequencing.take(driver, after=after, limit=BATCH_MAX)
    if found is None:
        raise KeyUnavailable(purpose="ledger origin")
    log, taken = found
    if log.keys != {(key.kid, key.state) for key in keys.ledger}:
        raise KeysChanged  # a key that was revoked signs nothing from the moment that this is committed
    head = log.head
    signers = [_signer(log.origin, key.seed) for key in keys.ledger_signers]
    if not signers:
        raise KeyUnavailable(purpose="ledger")
    edge = _edge(log)
    if head is not None and not taken:
        if log.beat_ago_s >= BEAT_S:
            await sequencing.beat(driver)
        return Batch(size=edge.size)
    await _put(driver, log, edge, taken, signers, now)
    return Batch(taken=len(taken), last_id=taken[-1].event_id if taken else 0, size=edge.size)


async def sequence_now(tx: Transaction, keys: KeyRing, *, now: datetime) -> Batch:
    """Waits for the turn, and gives everything that waits its place, what this transaction wrote included.

    Whatever `tx` changed appears together with a head that covers the events of it. Raises as `sequence`, and
    StoreUnavailable when the turn is not free in time.
    """
    await sequencing.wait_for_turn(tx)
    while (batch := await sequence(tx, keys, now=now)).full:
        pass
    return batch


class KeysChanged(Exception):
    """The keys are others than this process knows, since a moment ago: it has to read them and come again."""


class TreeUnfit(Exception):
    """The tiles at the right edge are not those that were signed. `size` is what the newest checkpoint says."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def _edge(log: LogRow) -> Edge:
    """The right edge as the tiles have it. Raises TreeUnfit unless it is the one that was signed."""
    head = log.head
    size = head.size if head else 0
    partials = {level: log.edge.get(level, b"")[: width * HASH_BYTES] for level, width in edge_widths(size).items()}
    try:
        edge = Edge(size, partials)
    except ValueError:
        edge = Edge()
    if head is not None and edge.root != head.root:
        raise TreeUnfit(size)
    return edge


@lru_cache(SIGNERS_MAX)
def _signer(name: str, seed: bytes) -> Signer:
    return Signer(name, seed)


async def _put(
    driver: Driver, log: LogRow, edge: Edge, taken: Sequence[Taken], signers: Sequence[Signer], now: datetime
) -> None:
    first = edge.size
    grown = edge.grow([leaf_hash(each.leaf) for each in taken])
    note = signed_note(Checkpoint(signers[0].name, edge.size, edge.root).text, signers)
    batch = Put(
        first=first,
        event_ids=[each.event_id for each in taken],
        tiles={(tile.level, tile.n): hashes for tile, hashes in grown.items()},
        head=CheckpointRow(edge.size, edge.root, note, now),
        last_t=taken[-1].t if taken else None,
        step_told=await _step_told(driver, log, taken, first, now),
    )
    await sequencing.put(driver, batch, CHANNEL)


async def _step_told(driver: Driver, log: LogRow, taken: Sequence[Taken], first: int, now: datetime) -> bool:
    """Times go forward along the tree, but for overlapping transactions; a larger step back becomes an event."""
    index, back_s = _step_back(log.last_t, taken)
    told_ago_s = -1.0 if log.step_told_ago_s is None else log.step_told_ago_s
    told = back_s > STEP_S and not 0 <= told_ago_s < STEP_TOLD_EVERY_S  # a stepped clock may put the telling ahead
    if told:
        det: dict[str, str | int] = {"seconds": int(back_s), "index": first + index}
        await append_by(driver, SYSTEM.event(Act.SYSTEM_CLOCK_BACK, det=det), now=now)
    return told


def _step_back(before: datetime | None, taken: Sequence[Taken]) -> tuple[int, float]:
    """The place in the batch of the largest step back, and how large it is."""
    index, largest = 0, 0.0
    for place, each in enumerate(taken):
        if before is not None and (step := (before - each.t).total_seconds()) > largest:
            index, largest = place, step
        before = each.t
    return index, largest
