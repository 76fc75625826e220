"""What the ledger can show: its signed head, tiles, entries, and proofs. Others ask here, with SQL of their own never.

Each function takes a transaction and reads what is committed: everything up to a checkpoint's size is there when the
checkpoint is. Who may see what is decided by the caller. Typical use, for a receipt of one event:

    head = await checkpoints.latest(tx)
    index = await checkpoints.index_of(tx, event_id)      # None: not sequenced yet, a second at most
    if head and index is not None and index < head.size:
        proof = await checkpoints.inclusion(tx, index, head.size)
        note = await checkpoints.note_of(tx, head)
"""

from collections.abc import Iterable, Mapping

from compliance import merkle
from compliance.errors import NotFound
from compliance.merkle import HASH_BYTES, TILE_WIDTH, Tile
from compliance.notes import with_lines
from storage.database import Transaction
from storage.rows import ledger as rows
from storage.rows.ledger import CheckpointRow

__all__ = [
    "CheckpointRow",
    "bundle",
    "consistency",
    "inclusion",
    "index_of",
    "latest",
    "latest_cosigned",
    "minimum_index",
    "note_of",
    "of_size",
    "published",
    "tile",
]


async def latest(tx: Transaction) -> CheckpointRow | None:
    """The head of the log, with the log's own signatures; None before the first event is in the tree."""
    return await rows.latest_checkpoint(tx)


async def latest_cosigned(tx: Transaction) -> CheckpointRow | None:
    """The newest head that a witness cosigned: the one for receipts that shall convince strangers."""
    return await rows.latest_cosigned(tx)


async def published(tx: Transaction, *, cosigned_within_s: float | None) -> CheckpointRow | None:
    """The head that is shown: with witnesses the newest cosigned one, if it is hardly older than the newest.

    `cosigned_within_s` is how much older it may be; None: there are no witnesses.
    """
    head = await rows.latest_checkpoint(tx)
    if cosigned_within_s is None or head is None:
        return head
    cosigned = await rows.latest_cosigned(tx)
    if cosigned is None or (head.made_at - cosigned.made_at).total_seconds() > cosigned_within_s:
        return head
    return cosigned


async def of_size(tx: Transaction, size: int) -> CheckpointRow:
    """The head at exactly this size. Raises NotFound if none was signed."""
    found = await rows.checkpoint_of(tx, size)
    if found is None:
        raise NotFound
    return found


async def note_of(tx: Transaction, head: CheckpointRow) -> str:
    """The checkpoint as it is published: the signed note, with the cosignatures that there are by now behind it."""
    return with_lines(head.note, await rows.cosignature_lines(tx, head.size))


async def tile(tx: Transaction, wanted: Tile) -> bytes:
    """The first `width` hashes of a tile in one piece. Raises NotFound if the tree has not grown so far."""
    hashes = (await rows.tiles(tx, [(wanted.level, wanted.n)])).get((wanted.level, wanted.n), b"")
    length = wanted.width * HASH_BYTES
    if len(hashes) < length:
        raise NotFound
    return hashes[:length]


async def bundle(tx: Transaction, n: int, width: int = TILE_WIDTH) -> bytes:
    """The first `width` entries under the level-0 tile `n`, packed as C2SP tlog-tiles says.

    Raises NotFound if the tree has not grown so far, or if the bundle lies below the minimum index and is withheld.
    """
    start = n * TILE_WIDTH
    if start + TILE_WIDTH <= await rows.minimum_index(tx):
        raise NotFound
    found = await rows.entries(tx, start, start + width)
    if len(found) < width:
        raise NotFound
    return merkle.to_bundle(row.leaf for row in found)


async def minimum_index(tx: Transaction) -> int:
    """Entry bundles that lie wholly below this index are withheld; 0: none is. Proofs work for every index."""
    return await rows.minimum_index(tx)


async def index_of(tx: Transaction, event_id: int) -> int | None:
    """An event's place in the tree; None as long as it is not sequenced."""
    return (await rows.indexes_of(tx, [event_id])).get(event_id)


async def inclusion(tx: Transaction, index: int, size: int) -> list[bytes]:
    """The proof that the leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1), the leaf's sibling first.

    Raises NotFound when the tree has no such leaf or is not that large.
    """
    if not 0 <= index < size:
        raise NotFound
    return merkle.inclusion_proof(index, size, await _tiles(tx, merkle.tiles_for_inclusion(index, size)))


async def consistency(tx: Transaction, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old` leaves (RFC 6962 §2.1.2).

    Empty for the same size twice. Raises NotFound unless 0 < old <= new and the tree is that large.
    """
    if not 0 < old <= new:
        raise NotFound
    return merkle.consistency_proof(old, new, await _tiles(tx, merkle.tiles_for_consistency(old, new)))


async def _tiles(tx: Transaction, wanted: Iterable[Tile]) -> merkle.Tiles:
    needed = {(each.level, each.n): each for each in wanted}
    return _as_far(needed, await rows.tiles(tx, needed))


def _as_far(needed: Mapping[tuple[int, int], Tile], found: merkle.Tiles) -> merkle.Tiles:
    """What was found. Raises NotFound unless each tile is there, as far as it is needed."""
    if any(len(found.get(key, b"")) < each.width * HASH_BYTES for key, each in needed.items()):
        raise NotFound
    return found
