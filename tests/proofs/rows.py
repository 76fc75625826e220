"""One byte of a database changed, in any row of the log; each change is rolled back after the verifier has looked."""

import random
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text

from compliance.verifying import Policy, Report
from fileserver.cli.audit_database import verify_reading, within
from storage.database import Database, Transaction

# What the owner of the tables can do, and an operator is one.
UNGUARDED = text(
    "ALTER TABLE event DISABLE TRIGGER USER; ALTER TABLE ledger_leaf DISABLE TRIGGER USER; "
    "ALTER TABLE ledger_tile DISABLE TRIGGER USER; ALTER TABLE ledger_checkpoint DISABLE TRIGGER USER"
)
SIZE = text("SELECT count(*) FROM ledger_leaf")
EVENT = text("SELECT e.id, length(leaf) FROM ledger_leaf JOIN event e ON e.id = event_id WHERE index = :index")
CHANGE_LEAF = text("UPDATE event SET leaf = set_byte(leaf, :at, get_byte(leaf, :at) # :flip) WHERE id = :id")
COPIES = [
    text("UPDATE event SET who = who || '1' WHERE id = :id"),
    text("UPDATE event SET act = 'viewer:copy:end' WHERE id = :id"),
    text("UPDATE event SET res = 'deny' WHERE id = :id"),
    text("UPDATE event SET obj = overlay(obj placing '9' from 10 for 1) || '0' WHERE id = :id"),
    text("UPDATE event SET t = t + interval '1 microsecond' WHERE id = :id"),
]
TILES = text("SELECT level, n, length(hashes) FROM ledger_tile ORDER BY level, n")
CHANGE_TILE = text(
    "UPDATE ledger_tile SET hashes = set_byte(hashes, :at, get_byte(hashes, :at) # :flip) "
    "WHERE level = :level AND n = :n"
)
HEADS = text("SELECT size, note FROM ledger_checkpoint ORDER BY size")
CHANGE_NOTE = text("UPDATE ledger_checkpoint SET note = :note WHERE size = :size")
SWAP = [
    text("UPDATE ledger_leaf SET index = -1 WHERE index = :first"),
    text("UPDATE ledger_leaf SET index = :first WHERE index = :second"),
    text("UPDATE ledger_leaf SET index = :second WHERE index = -1"),
]


@dataclass(frozen=True)
class Edit:
    """What was changed, by its kind and the entry that it belongs to; -1: of a checkpoint."""

    target: str
    index: int

    def told_by(self, report: Report) -> bool:
        """Whether the first fault is at that entry; checkpoints are named, and have no entry."""
        if not report.faults:
            return False
        fault = report.faults[0]
        return "checkpoint" in fault.path if self.index < 0 else fault.first == self.index


async def missed(database: Database, policy: Policy, chance: random.Random, count: int) -> list[tuple[Edit, Report]]:
    """Of `count` edits those that were not told, or not told where."""
    found = []
    for i in range(count):
        async with database.transaction() as tx:
            await tx.execute(UNGUARDED)
            edit = await EDITS[i % len(EDITS)](tx, chance)
            report = await verify_reading(partial(within, tx), policy, ())
            await tx.rollback()
        if not edit.told_by(report):
            found.append((edit, report))
    return found


async def _leaf(tx: Transaction, chance: random.Random) -> Edit:
    index, event_id, length = await _some_event(tx, chance)
    at, flip = chance.randrange(length), chance.randrange(1, 256)
    await tx.execute(CHANGE_LEAF, {"id": event_id, "at": at, "flip": flip})
    return Edit("leaf", index)


async def _copy(tx: Transaction, chance: random.Random) -> Edit:
    index, event_id, _ = await _some_event(tx, chance)
    await tx.execute(chance.choice(COPIES), {"id": event_id})
    return Edit("copy", index)


async def _tile(tx: Transaction, chance: random.Random) -> Edit:
    level, n, length = chance.choice((await tx.execute(TILES)).all())
    at, flip = chance.randrange(length), chance.randrange(1, 256)
    await tx.execute(CHANGE_TILE, {"level": level, "n": n, "at": at, "flip": flip})
    return Edit("tile", (n * 256 + at // 32) << 8 * level)


async def _note(tx: Transaction, chance: random.Random) -> Edit:
    size, note = chance.choice((await tx.execute(HEADS)).all())
    at = chance.randrange(len(note))
    other = chance.choice([char for char in "aZ09+/= x" if char != note[at]])
    await tx.execute(CHANGE_NOTE, {"size": size, "note": note[:at] + other + note[at + 1 :]})
    return Edit("note", -1)


async def _places(tx: Transaction, chance: random.Random) -> Edit:
    size = (await tx.execute(SIZE)).scalar_one()
    first, second = sorted(chance.sample(range(size), 2))
    for statement in SWAP:
        await tx.execute(statement, {"first": first, "second": second})
    return Edit("places", first)


async def _some_event(tx: Transaction, chance: random.Random) -> tuple[int, int, int]:
    """Index, id and length of a leaf."""
    index = chance.randrange((await tx.execute(SIZE)).scalar_one())
    event_id, length = (await tx.execute(EVENT, {"index": index})).one()
    return index, event_id, length


EDITS = (_leaf, _copy, _tile, _note, _places)
