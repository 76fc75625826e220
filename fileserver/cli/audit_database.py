"""The log in a database as the verifier reads it: tiles and checkpoints as stored, entries from the events' rows.

Beside what is signed, a database has copies that people search by; that they say what the entries say is checked here.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from compliance.merkle import TILE_WIDTH, Tile, tile_place
from compliance.verifying import Fault, Kind, Malformed, Past, Policy, Report, parse_checkpoint, verify_log
from compliance.verifying.layout import CHECKPOINT, ENTRIES, MINIMUM_INDEX
from fileserver.cli.desk import Desk
from storage.database import Transaction
from storage.rows import ledger as rows
from storage.rows import proving
from storage.rows.proving import StoredEvent, StoredHead

AHEAD = 16  # bundles read at once
HEADS = 100  # stored checkpoints that the log is compared with
PLACED, LEVEL = 2, 1  # where a path has its number, and its level

Reading = Callable[[], AbstractAsyncContextManager[Transaction]]
Told = Callable[[int], None]


class Rows:
    """The files of a log, made of rows, for a verifier in a thread of its own. `faults` are of what stands beside."""

    def __init__(self, reading: Reading, loop: asyncio.AbstractEventLoop) -> None:
        self.faults: list[Fault] = []
        self._reading, self._loop = reading, loop
        self._ahead: dict[int, list[StoredEvent]] = {}

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """As `Source` says; blocks, so not for the loop's own thread."""
        data = asyncio.run_coroutine_threadsafe(self._read(path), self._loop).result()
        return None if data is None else data[: limit_bytes + 1]

    async def _read(self, path: str) -> bytes | None:
        async with self._reading() as tx:
            if path == CHECKPOINT:
                return await _newest_note(tx)
            if path == MINIMUM_INDEX:
                return b"%d\n" % await rows.minimum_index(tx)
            parts = path.split("/", PLACED)
            place = tile_place(parts[PLACED]) if len(parts) > PLACED else None
            if place is None:
                return None
            if parts[LEVEL] == ENTRIES:
                return await self._bundle(tx, *place)
            return await _hashes(tx, Tile(int(parts[LEVEL]), *place))

    async def _bundle(self, tx: Transaction, n: int, width: int) -> bytes | None:
        """The entries as far as no row is missing: what is behind a gap has no place that could be told."""
        if n not in self._ahead:
            self._ahead = await _events(tx, n)
        found, packed = self._ahead.pop(n, []), bytearray()
        for i, each in enumerate(found[:width]):
            if each.index != n * TILE_WIDTH + i:
                break
            packed += len(each.leaf).to_bytes(2, "big") + each.leaf
            self.faults += _misfits(each)
        if not packed and n * TILE_WIDTH + TILE_WIDTH <= await rows.minimum_index(tx):
            return None
        return bytes(packed)


async def verify_rows(desk: Desk, policy: Policy, since: Sequence[Past], *, begun: Told, told: Told) -> Report:
    """The report on this database at one moment: the log by its signatures, then what stands beside it.

    What is pruned or added meanwhile is not seen.
    """
    async with desk.database.snapshot() as tx:
        return await verify_reading(lambda: within(tx), policy, since, begun=begun, told=told)


async def verify_reading(
    reading: Reading,
    policy: Policy,
    since: Sequence[Past],
    *,
    begun: Told = lambda _: None,
    told: Told = lambda _: None,
) -> Report:
    """As `verify_rows`, through any way of reading."""
    source = Rows(reading, asyncio.get_running_loop())
    async with reading() as tx:
        heads = await proving.sample_of_heads(tx, HEADS)
        loose = await proving.loose_events(tx)
    kept, wrong = _pasts(heads, policy)
    report = await asyncio.to_thread(verify_log, source, policy, since=[*since, *kept], begun=begun, told=told)
    beside = [*wrong, *source.faults, *map(_loose, loose)]
    return report.with_faults(beside)


@asynccontextmanager
async def within(tx: Transaction) -> AsyncIterator[Transaction]:
    """Reads what a transaction sees that is not over."""
    yield tx


def _pasts(heads: Sequence[StoredHead], policy: Policy) -> tuple[list[Past], list[Fault]]:
    """Stored checkpoints that the log has to continue, and those that are not as they were signed."""
    kept, wrong = [], []
    for stored in heads:
        try:
            head = parse_checkpoint(stored.note.encode())
            policy.signers(head.note, head.origin)
            if (head.size, head.root) != (stored.size, stored.root):
                raise Malformed("the columns beside the note say something else")
            kept.append(Past(head))
        except Malformed as error:
            path = f"ledger_checkpoint, size {stored.size}"
            wrong.append(Fault(kind=Kind.CHECKPOINT, path=path, message=str(error), line=error.line))
    return kept, wrong


async def _newest_note(tx: Transaction) -> bytes | None:
    head = await rows.latest_checkpoint(tx)
    if head is None:
        return None
    return (head.note + "".join(await rows.cosignature_lines(tx, head.size))).encode()


async def _hashes(tx: Transaction, tile: Tile) -> bytes | None:
    stored = (await rows.tiles(tx, [(tile.level, tile.n)])).get((tile.level, tile.n))
    return None if stored is None else stored[: tile.width * 32]


async def _events(tx: Transaction, n: int) -> dict[int, list[StoredEvent]]:
    """The events of this bundle and the next ones, by bundle."""
    found: dict[int, list[StoredEvent]] = {n: []}
    for each in await proving.stored_events(tx, n * TILE_WIDTH, (n + AHEAD) * TILE_WIDTH):
        found.setdefault(each.index // TILE_WIDTH, []).append(each)
    return found


def _misfits(stored: StoredEvent) -> list[Fault]:
    """Columns that don't say what the entry says. An entry that is no JSON is the walk's to tell of."""
    try:
        says = json.loads(stored.leaf)
        fields: dict[str, Any] = {**says, "t": datetime.fromisoformat(says["t"]).astimezone(UTC)}
    except (ValueError, KeyError, TypeError):
        return []
    return [
        Fault(
            kind=Kind.ROW,
            path=f"event.{name}",
            message=f"the column of event {stored.id} says something else than its entry",
            first=stored.index,
            last=stored.index,
        )
        for name, value in stored.copies.items()
        if fields.get(name) != value
    ]


def _loose(event_id: int) -> Fault:
    message = f"event {event_id} stands in the rows and was never logged"
    return Fault(kind=Kind.ROW, path="event", message=message)
