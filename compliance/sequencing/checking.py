"""Is the tree in the rows the one that was signed? Looked at from the right edge, at every start and on any doubt.

It costs the same few hundred tiles for ten million leaves as for a hundred million: every partial tile, the full tiles
right below them, and the rows of the last tile's events. So it finds a log that was cut, put together from two backups,
or changed near its end or high up. What was changed elsewhere, the auditor's verification finds, which reads all of it.
"""

from collections.abc import Sequence

from compliance.errors import LedgerBroken
from compliance.keys import LedgerKey
from compliance.merkle import EMPTY_ROOT, Tile, leaf_hash, root_from, tiles_for_root
from compliance.merkle.edge import edge_widths
from compliance.merkle.hashes import HASH_BYTES, full_hash
from compliance.merkle.tiles import TILE_HEIGHT, TILE_WIDTH
from compliance.notes import Checkpoint, NoteMalformed, Verifier, parse_checkpoint, parse_note
from storage.database import Transaction
from storage.rows import ledger as rows
from storage.rows import sequencing
from storage.rows.ledger import CheckpointRow


async def check_tree(tx: Transaction, origin: str, keys: Sequence[LedgerKey]) -> None:
    """Raises LedgerBroken, which names the first leaf that is wrong as far as was looked.

    Any key that the log ever had may have signed the head: whether it may be believed is the auditor's question.
    """
    head, last = await sequencing.head_and_last(tx)
    leaves = 0 if last is None else last + 1
    if head is None:
        if leaves:
            raise LedgerBroken(0, "there are leaves, and no checkpoint")
        return
    if leaves != head.size:
        raise LedgerBroken(min(leaves, head.size), f"{leaves} leaves, and the checkpoint is of {head.size}")
    _check_note(head, origin, keys)
    wrong = await first_wrong(tx, head.size)
    if wrong is not None:
        raise LedgerBroken(wrong, "this leaf, or a hash over it, was changed")
    if await _root(tx, head.size) != head.root:
        raise LedgerBroken(0, "the tree is another than the one that was signed")


async def first_wrong(tx: Transaction, size: int) -> int | None:
    """The first leaf that is missing or not what the tiles say, or that a wrong tile stands over; None: none was found.

    The last tile of the lowest level is compared with the events themselves.
    """
    found = [
        await _wrong_in(tx, Tile(level, (size >> (TILE_HEIGHT * level)) // TILE_WIDTH, width))
        for level, width in edge_widths(size).items()
    ]
    if size and size % TILE_WIDTH == 0:
        found.append(await _wrong_in(tx, Tile(0, size // TILE_WIDTH - 1)))
    return min((each for each in found if each is not None), default=None)


async def _root(tx: Transaction, size: int) -> bytes:
    if not size:
        return EMPTY_ROOT
    return root_from(size, await rows.tiles(tx, [(tile.level, tile.n) for tile in tiles_for_root(size)]))


def _check_note(head: CheckpointRow, origin: str, keys: Sequence[LedgerKey]) -> None:
    try:
        note = parse_note(head.note)
        says = parse_checkpoint(note.text)
    except NoteMalformed as error:
        raise LedgerBroken(head.size, "the checkpoint is none") from error
    if says != Checkpoint(origin, head.size, head.root):
        raise LedgerBroken(head.size, "the checkpoint says another size or root than its row")
    if not any(Verifier(origin, key.public).signed(note) for key in keys):
        raise LedgerBroken(head.size, "the checkpoint is signed by none of our keys")


async def _wrong_in(tx: Transaction, tile: Tile) -> int | None:
    """The first wrong leaf under a tile: by its leaves, or by the full tiles below it and whatever is below those."""
    hashes = (await rows.tiles(tx, [(tile.level, tile.n)])).get((tile.level, tile.n), b"")
    held = [hashes[at : at + HASH_BYTES] for at in range(0, tile.width * HASH_BYTES, HASH_BYTES)]
    if tile.level == 0:
        return await _wrong_leaf(tx, tile, held)
    return await _wrong_below(tx, tile, held)


async def _wrong_leaf(tx: Transaction, tile: Tile, held: Sequence[bytes]) -> int | None:
    leaves = await sequencing.leaves(tx, tile.start, tile.start + tile.width)
    minimum = await rows.minimum_index(tx)
    for index, expected in enumerate(held, tile.start):
        leaf = leaves.get(index)
        pruned = leaf is None and index < minimum
        if not pruned and (leaf is None or leaf_hash(leaf) != expected):
            return index
    return None


async def _wrong_below(tx: Transaction, tile: Tile, held: Sequence[bytes]) -> int | None:
    below = tile.level - 1
    numbers = range(tile.start, tile.start + tile.width)
    tiles = await rows.tiles(tx, [(below, n) for n in numbers])
    for n, expected in zip(numbers, held, strict=True):
        hashes = tiles.get((below, n), b"")
        if len(hashes) != TILE_WIDTH * HASH_BYTES or full_hash(hashes) != expected:
            deeper = await _wrong_in(tx, Tile(below, n))
            return n << (TILE_HEIGHT * tile.level) if deeper is None else deeper
    return None
