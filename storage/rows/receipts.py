"""Rows for receipts: one event with its place in the tree, the head that covers it, and the tiles between the two.

One question for all of it, asked by the driver's own connections: a receipt is a few milliseconds, and most of them
would be SQLAlchemy's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.direct import Driver
from storage.rows.ledger import CheckpointRow

# The hashes beside the way from a leaf to the root lie in the tiles over the leaf and in those over the right edge.
BESIDE = b"""
SELECT DISTINCT at::smallint AS level, n FROM generate_series(0, 6) AS at
CROSS JOIN LATERAL (VALUES (place.index >> (8 * (at + 1))), (place.size >> (8 * (at + 1)))) AS beside (n)
"""
# The newest head that a witness cosigned, where one is wanted and covers the event; else the newest of all.
_COVERED = (
    b"""
SELECT event.id, event.leaf, event.who, leaf.index, head.size, head.root, head.note, head.made_at, array(
    SELECT line FROM ledger_cosignature c WHERE c.size = head.size ORDER BY c.made_at, c.witness),
    tiles.levels, tiles.numbers, tiles.hashes
FROM event LEFT JOIN ledger_leaf leaf ON leaf.event_id = event.id
CROSS JOIN (SELECT (SELECT max(size) FROM ledger_checkpoint) AS newest,
    (SELECT max(size) FROM ledger_cosignature WHERE %(witnessed)s) AS cosigned) AS sizes
LEFT JOIN ledger_checkpoint head
    ON head.size = CASE WHEN sizes.cosigned > leaf.index THEN sizes.cosigned ELSE sizes.newest END
CROSS JOIN LATERAL (SELECT array_agg(tile.level) AS levels, array_agg(tile.n) AS numbers, array_agg(hashes) AS hashes
    FROM (SELECT leaf.index, head.size) AS place (index, size)
    CROSS JOIN LATERAL ("""
    + BESIDE
    + b""") AS beside JOIN ledger_tile tile ON tile.level = beside.level AND tile.n = beside.n) AS tiles
WHERE event.id = %(event_id)s
"""
)


@dataclass(frozen=True)
class CoveredRow:
    """An event: `index` is its place in the tree, None as long as it has none; `head` covers it, or it waits for one.

    `lines` are the witnesses' on the head, in the order they came; `tiles` are those of the proof, by (level, n), as
    long as they are now.
    """

    id: int
    leaf: bytes
    who: str
    index: int | None
    head: CheckpointRow | None
    lines: tuple[str, ...]
    tiles: Mapping[tuple[int, int], bytes] = field(repr=False, default_factory=dict)


async def covered(driver: Driver, event_id: int, *, witnessed: bool) -> CoveredRow | None:
    """The event of this number; None when there is none, or when it was pruned.

    `witnessed`: its head is the newest that a witness vouches for too, unless the event is younger than that.
    """
    cursor = await driver.execute(_COVERED, {"event_id": event_id, "witnessed": witnessed}, prepare=True, binary=True)
    row = await cursor.fetchone()
    if row is None:
        return None
    number, leaf, who, index, size, root, note, made_at, lines, levels, numbers, hashes = row
    head = None if index is None or size is None or index >= size else CheckpointRow(size, root, note, made_at)
    tiles = dict(zip(zip(levels or (), numbers or (), strict=True), hashes or (), strict=True))
    return CoveredRow(number, leaf, who, index, head, tuple(lines), tiles)
