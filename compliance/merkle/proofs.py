"""Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2), made from tiles.

One asks for the tiles that are needed, reads them, and hands them back: `tiles_for_…` names them with the width that a
tree of the given size has, the proof functions take them by (level, n). Longer tiles than needed do no harm.
"""

from collections.abc import Iterable, Iterator, Mapping

from compliance.merkle.hashes import HASH_BYTES, joined, remembered_hash
from compliance.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, Tile

Tiles = Mapping[tuple[int, int], bytes]
Leaves = tuple[int, int]  # from the first up to, and without, the second


def inclusion_proof(index: int, size: int, tiles: Tiles) -> list[bytes]:
    """The proof that the leaf `index` is in the tree of `size` leaves, the leaf's sibling first.

    Raises ValueError unless 0 <= index < size, KeyError for a tile that is needed and not given.
    """
    return [_hash_of(part, tiles) for part in _inclusion(index, size)]


def consistency_proof(old: int, new: int, tiles: Tiles) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the tree of `old` leaves; empty if they are the same.

    Raises ValueError unless 0 < old <= new, KeyError for a tile that is needed and not given.
    """
    return [_hash_of(part, tiles) for part in _consistency(old, new)]


def root_from(size: int, tiles: Tiles) -> bytes:
    """The root of the tree of `size` leaves. Raises KeyError for a tile that is needed and not given."""
    return _hash_of((0, size), tiles)


def tiles_for_inclusion(index: int, size: int) -> frozenset[Tile]:
    """The tiles of an inclusion proof. Raises ValueError unless 0 <= index < size."""
    return _tiles(_inclusion(index, size), size)


def tiles_for_consistency(old: int, new: int) -> frozenset[Tile]:
    """The tiles of a consistency proof. Raises ValueError unless 0 < old <= new."""
    return _tiles(_consistency(old, new), new)


def tiles_for_root(size: int) -> frozenset[Tile]:
    """The tiles that the root is computed from: the partial ones at the right edge, and full ones where none is."""
    return _tiles([(0, size)], size)


def _inclusion(index: int, size: int) -> list[Leaves]:
    """PATH(m, D[n]): the subtrees beside the way from the leaf to the root, the lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def _consistency(old: int, new: int) -> list[Leaves]:
    """PROOF(m, D[n]): the subtrees that both trees can be computed from."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency from {old} leaves to {new}")
    start, end, beside, whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start, whole = middle, False
    return ([] if whole else [(start, end)]) + beside[::-1]


def _split(leaves: int) -> int:
    """The largest power of two below `leaves`."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _complete(part: Leaves) -> Iterator[tuple[int, int]]:
    """The complete subtrees that `part` is put together of, as (height, number at this height), the largest first."""
    start, end = part
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def _place(height: int, number: int) -> tuple[int, int, int, int]:
    """Where the hashes under a complete subtree lie: level, tile, first place in it, how many."""
    level, above = divmod(height, TILE_HEIGHT)
    n, at = divmod(number << above, TILE_WIDTH)
    return level, n, at, 1 << above


def _hash_of(part: Leaves, tiles: Tiles) -> bytes:
    return joined([_subtree(*_place(height, number), tiles) for height, number in _complete(part)])


def _subtree(level: int, n: int, at: int, count: int, tiles: Tiles) -> bytes:
    hashes = tiles[level, n][at * HASH_BYTES : (at + count) * HASH_BYTES]
    if len(hashes) != count * HASH_BYTES:
        raise KeyError((level, n))
    return remembered_hash(hashes) if count > 1 else hashes


def _tiles(parts: Iterable[Leaves], size: int) -> frozenset[Tile]:
    places = (_place(height, number) for part in parts for height, number in _complete(part))
    return frozenset(_as_tile(level, n, size) for level, n, _, _ in places)


def _as_tile(level: int, n: int, size: int) -> Tile:
    return Tile(level, n, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - n * TILE_WIDTH))
