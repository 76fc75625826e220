"""The follower that makes the log searchable: leaf after leaf, in the order of the tree, each exactly once.

A step takes a batch in one transaction: its words, narrow rows and counts appear together with how far it has come. Any
number of processes may call it; one at a time works, the others find nothing to do.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from compliance.trail.fields import CODED, Fields, fields_of, word_field
from storage.database import Database, Transaction
from storage.rows import event_index as rows
from storage.rows.event_counts import KINDS, Counts, add_counts
from storage.rows.event_index import IndexRow, Leaf, Word

READER = "search"
BATCH = 2_000
BLOCK_LEAVES = 4_096


async def index_step(database: Database, now: datetime, *, batch: int = BATCH) -> int:
    """Takes in the next leaves; how many. 0: nothing is new, or another process is at it."""
    async with database.transaction() as tx:
        start = await rows.hold_reader(tx, READER, now)
        leaves = () if start is None else await rows.leaves_from(tx, start, batch)
        if leaves:
            await _take_in(tx, leaves)
            await rows.move_reader(tx, READER, leaves[-1].index + 1, now)
    return len(leaves)


async def index_all(database: Database, now: datetime) -> int:
    """Takes in everything that is in the tree; how many leaves."""
    done = 0
    while step := await index_step(database, now):
        done += step
    return done


async def _take_in(tx: Transaction, leaves: Sequence[Leaf]) -> None:
    told = [fields_of(each.id, each.leaf) for each in leaves]
    codes = await rows.put_words(tx, Counter(word for each in told for word in _words(each)))
    coded = [_row(each, codes) for each in told]
    await rows.add_rows(tx, coded)
    await add_counts(tx, _counted(leaves, told, coded))


def _words(each: Fields) -> list[Word]:
    return [(word_field(name, value), value) for name, value in each.values.items() if value]


def _row(each: Fields, codes: dict[Word, int]) -> IndexRow:
    coded = {name: codes[word_field(name, each.values[name]), each.values[name]] if each.values[name] else 0
             for name in CODED}  # fmt: skip
    return IndexRow(id=each.id, t=each.t, bytes=each.bytes, day=each.day, res=each.res, codes=coded, terms=each.terms)


def _counted(leaves: Sequence[Leaf], told: Sequence[Fields], coded: Sequence[IndexRow]) -> Counts:
    counts = Counts()
    for leaf, fields, row in zip(leaves, told, coded, strict=True):
        kind = (row.codes["act"], row.res, row.codes["role"])
        _count_day(counts, row, kind)
        counts.block[leaf.index // BLOCK_LEAVES, row.codes["act"], row.res] += 1
        for name in ("who", "org", "obj"):
            of, code = word_field(name, fields.values[name]), row.codes[name]
            if code and of in KINDS:
                counts.month[of, code, row.day.replace(day=1), *kind] += 1
                counts.total[of, code, *kind] += 1
    return counts


def _count_day(counts: Counts, row: IndexRow, kind: tuple[int, int, int]) -> None:
    hour = row.t.replace(minute=0, second=0, microsecond=0)
    first, last = counts.ids.get(hour, (row.id, row.id))
    counts.day[row.day, *kind] += 1
    counts.hour[hour] += 1
    counts.ids[hour] = (min(first, row.id), max(last, row.id))
