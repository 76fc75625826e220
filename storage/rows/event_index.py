"""Writing the rows that the log is searched by: words, narrow rows, counts. Only a follower of the tree calls this.

A follower holds its row of `log_reader` until its transaction ends, so that each leaf is taken in exactly once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text

from storage.database import Transaction
from storage.schema import event, ledger_leaf

Word = tuple[str, str]  # (field, value)


@dataclass(frozen=True)
class Leaf:
    """A sequenced event: `index` is its place in the tree."""

    index: int
    id: int
    leaf: bytes


@dataclass(frozen=True, kw_only=True)
class IndexRow:
    """One event in codes; see storage.schema.event_index."""

    id: int
    t: datetime
    bytes: int
    day: date
    res: int
    codes: Mapping[str, int]
    terms: Sequence[int]


CODES = ("act", "role", "why", "who", "org", "obj", "ver", "link", "sess", "ip", "ua")

_HOLD = text("SELECT next_index FROM log_reader WHERE name = :name FOR UPDATE SKIP LOCKED")
_BEGIN = text(
    "INSERT INTO log_reader (name, next_index, read_at) VALUES (:name, :next_index, :now) ON CONFLICT DO NOTHING"
)
_RESTART = text(
    "INSERT INTO log_reader (name, next_index, read_at) VALUES (:name, 0, :now) "
    "ON CONFLICT (name) DO UPDATE SET next_index = 0, read_at = excluded.read_at"
)
_MOVE = text("UPDATE log_reader SET next_index = :next_index, read_at = :now WHERE name = :name")
_ADD_WORDS = text(
    "INSERT INTO event_word (field, value) SELECT * FROM unnest(CAST(:fields AS text[]), CAST(:values AS text[])) "
    "ORDER BY 1, 2 ON CONFLICT DO NOTHING"
)
_FIND_WORDS = text(
    "SELECT field, value, code FROM event_word JOIN unnest(CAST(:fields AS text[]), CAST(:values AS text[])) "
    "AS wanted (field, value) USING (field, value)"
)
_COUNT_WORDS = text(
    "UPDATE event_word w SET n = w.n + more.n FROM unnest(CAST(:codes AS int[]), CAST(:counts AS bigint[])) "
    "AS more (code, n) WHERE w.code = more.code"
)
_COLUMNS = ("id", "t", "bytes", "day", "res", *CODES)
_TYPES = {"id": "bigint", "t": "timestamptz", "bytes": "bigint", "day": "date", "res": "smallint"}
_NAMES = ", ".join(_COLUMNS)
_ARRAYS = ", ".join(f"CAST(:{name} AS {_TYPES.get(name, 'int')}[])" for name in _COLUMNS)
_ADD_ROWS = text(
    f"INSERT INTO event_index ({_NAMES}, terms) SELECT {_NAMES}, CAST(terms AS bigint[]) "  # noqa: S608  # our own names
    f"FROM unnest({_ARRAYS}, CAST(:terms AS text[])) AS added ({_NAMES}, terms)"
)


async def hold_reader(tx: Transaction, name: str, now: datetime) -> int | None:
    """Where this follower goes on, held for `tx` alone; None when another process holds it."""
    found = (await tx.execute(_HOLD, {"name": name})).scalar_one_or_none()
    if found is None:
        await tx.execute(_BEGIN, {"name": name, "next_index": 0, "now": now})
        found = (await tx.execute(_HOLD, {"name": name})).scalar_one_or_none()
    return found


async def move_reader(tx: Transaction, name: str, next_index: int, now: datetime) -> None:
    """Remembers how far a held follower has come."""
    await tx.execute(_MOVE, {"name": name, "next_index": next_index, "now": now})


async def restart_reader(tx: Transaction, name: str, now: datetime) -> None:
    """Sends a follower back to the first leaf. Waits for whoever is at work, and holds it until `tx` ends."""
    await tx.execute(_RESTART, {"name": name, "now": now})


async def reader_at(tx: Transaction, name: str) -> int:
    """How far a follower has come: everything below this place is done."""
    found = (await tx.execute(text("SELECT next_index FROM log_reader WHERE name = :name"), {"name": name})).scalar()
    return found or 0


async def leaves_from(tx: Transaction, index: int, limit: int) -> tuple[Leaf, ...]:
    """The next leaves of the tree, in its order."""
    joined = ledger_leaf.join(event, event.c.id == ledger_leaf.c.event_id)
    query = (
        select(ledger_leaf.c.index.label("place"), event.c.id, event.c.leaf)
        .select_from(joined)
        .where(ledger_leaf.c.index >= index)
        .order_by(ledger_leaf.c.index)
        .limit(limit)
    )
    return tuple(Leaf(row.place, row.id, row.leaf) for row in await tx.execute(query))


async def put_words(tx: Transaction, counts: Mapping[Word, int]) -> dict[Word, int]:
    """The codes of these words, made where they are new, each counted up by so many."""
    pairs = sorted(counts)
    wanted = {"fields": [field for field, _ in pairs], "values": [value for _, value in pairs]}
    await tx.execute(_ADD_WORDS, wanted)
    codes = {(row.field, row.value): row.code for row in await tx.execute(_FIND_WORDS, wanted)}
    ordered = sorted((code, counts[word]) for word, code in codes.items())
    more = {"codes": [code for code, _ in ordered], "counts": [count for _, count in ordered]}
    await tx.execute(_COUNT_WORDS, more)
    return codes


async def add_rows(tx: Transaction, rows: Sequence[IndexRow]) -> None:
    """Adds narrow rows."""
    columns: dict[str, list[object]] = {name: [getattr(row, name) for row in rows] for name in ("id", "t", "bytes")}
    columns |= {name: [getattr(row, name) for row in rows] for name in ("day", "res")}
    columns |= {name: [row.codes[name] for row in rows] for name in CODES}
    columns["terms"] = ["{" + ",".join(map(str, row.terms)) + "}" for row in rows]
    await tx.execute(_ADD_ROWS, columns)


async def first_hour(tx: Transaction) -> datetime | None:
    """The hour of the first indexed event."""
    found: datetime | None = await tx.scalar(text("SELECT min(hour) FROM event_hour"))
    return found
