"""Rows for receipts: one event with its place in the tree, the head that covers it, and the tiles between the two.

Asked by the driver's own connections: a receipt is a few milliseconds, and most of them would be SQLAlchemy's.
"""

from collections.abc import Collection
from dataclasses import dataclass

from storage.direct import Driver
from storage.rows.ledger import CheckpointRow

# The newest head that a witness cosigned, where one is wanted and covers the event; else the newest of all.
_COVERED = b"""
SELECT event.id, event.leaf, event.who, leaf.index, head.size, head.root, head.note, head.made_at, array(
    SELECT line FROM ledger_cosignature c WHERE c.size = head.size ORDER BY c.made_at, c.witness)
FROM event LEFT JOIN ledger_leaf leaf ON leaf.event_id = event.id
CROSS JOIN (SELECT (SELECT max(size) FROM ledger_checkpoint) AS newest,
    (SELECT max(size) FROM ledger_cosignature WHERE %(witnessed)s) AS cosigned) AS sizes
LEFT JOIN ledger_checkpoint head
    ON head.size = CASE WHEN sizes.cosigned > leaf.index THEN sizes.cosigned ELSE sizes.newest END
WHERE event.id = %(event_id)s
"""
_TILES = b"""
SELECT tile.level, tile.n, tile.hashes FROM unnest(%(levels)s::smallint[], %(numbers)s::bigint[]) AS wanted (level, n)
JOIN ledger_tile tile ON tile.level = wanted.level AND tile.n = wanted.n
"""


@dataclass(frozen=True)
class CoveredRow:
    """An event: `index` is its place in the tree, None as long as it has none; `head` covers it, or it waits for one.

    `lines` are the witnesses' on the head, in the order they came.
    """

    id: int
    leaf: bytes
    who: str
    index: int | None
    head: CheckpointRow | None
    lines: tuple[str, ...]


async def covered(driver: Driver, event_id: int, *, witnessed: bool) -> CoveredRow | None:
    """The event of this number; None when there is none, or when it was pruned.

    `witnessed`: its head is the newest that a witness vouches for too, unless the event is younger than that.
    """
    cursor = await driver.execute(_COVERED, {"event_id": event_id, "witnessed": witnessed}, prepare=True)
    row = await cursor.fetchone()
    if row is None:
        return None
    number, leaf, who, index, size, root, note, made_at, lines = row
    head = None if index is None or size is None or index >= size else CheckpointRow(size, root, note, made_at)
    return CoveredRow(number, leaf, who, index, head, tuple(lines))


async def tiles(driver: Driver, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes of tiles by (level, n), as long as they are now; those that don't exist are left out."""
    places = {"levels": [level for level, _ in wanted], "numbers": [n for _, n in wanted]}
    cursor = await driver.execute(_TILES, places, prepare=True)
    return {(level, n): hashes for level, n, hashes in await cursor.fetchall()}
