"""Proofs made from tiles, against another author's tree (pymerkle) and the verification that RFC 9162 writes down."""

from collections.abc import Iterator
from functools import cache

import pytest
from pymerkle import InmemoryTree

from compliance.merkle import (
    HASH_BYTES,
    TILE_WIDTH,
    Tile,
    Tiles,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    proofs,
    root_from,
    tiles_for_consistency,
    tiles_for_inclusion,
    tiles_for_root,
)
from compliance.merkle.hashes import full_hash
from tests.unit.compliance.merkle.oracle import grown, mth

SIZE_MAX = 300
BLOCKS = [range(start, start + 100) for start in range(1, SIZE_MAX, 100)]
LARGE = [255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 70_000]
ENTRIES = [f"entry {number}".encode() for number in range(LARGE[-1])]


@pytest.fixture(scope="module")
def other() -> InmemoryTree:
    """The other author's tree over the same entries."""
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(ENTRIES[:SIZE_MAX])
    return tree


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subtrees that many proofs share are hashed once, or every pair would take a minute."""
    monkeypatch.setattr(proofs, "remembered_hash", cache(full_hash))


@pytest.fixture(scope="module")
def tiles() -> Tiles:
    """The tiles of the largest tree; those of smaller ones are their beginnings."""
    return grown(ENTRIES, 10_000)[1]


@pytest.mark.parametrize("sizes", BLOCKS, ids=str)
def test_every_inclusion(other: InmemoryTree, tiles: Tiles, sizes: range) -> None:
    """For each leaf of each tree up to 300 the proof leads to the other author's root."""
    for size in sizes:
        held = cut(tiles, [Tile(0, 0), Tile(0, 1), Tile(1, 0)], size)
        for index in range(size):
            proof = inclusion_proof(index, size, held)
            assert their_root(other, size) == root_of(index, size, leaf_hash(ENTRIES[index]), proof)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 255, 256, 257, 300])
def test_same_proofs(other: InmemoryTree, tiles: Tiles, size: int) -> None:
    """Hash by hash it is the other author's proof; theirs begins with the leaf itself and counts from 1."""
    for index in range(0, size, 5):
        proof = inclusion_proof(index, size, tiles)
        assert [bytes(each) for each in other.prove_inclusion(index + 1, size).path[1:]] == proof


@pytest.mark.parametrize("sizes", BLOCKS, ids=str)
def test_every_consistency(other: InmemoryTree, tiles: Tiles, sizes: range) -> None:
    """For each pair of trees up to 300 the proof leads from the other author's one root to their other."""
    for new in sizes:
        held = cut(tiles, [Tile(0, 0), Tile(0, 1), Tile(1, 0)], new)
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, held)
            assert verifies(old, new, their_root(other, old), their_root(other, new), proof)
            assert (old == new) == (not proof)


@pytest.mark.parametrize("size", LARGE)
def test_borders_of_tiles(tiles: Tiles, size: int) -> None:
    """Around full tiles: roots, inclusion of the leaves at the borders, consistency with every other such size.

    With just the tiles that were asked for, as long as they are in a tree of this size.
    """
    root = mth(ENTRIES[:size])
    assert root == root_from(size, cut(tiles, tiles_for_root(size), size))
    for index in {0, 1, 254, 255, 256, 257, 65_534, 65_535, 65_536, size // 2, size - 2, size - 1} & set(range(size)):
        proof = inclusion_proof(index, size, cut(tiles, tiles_for_inclusion(index, size), size))
        assert root == root_of(index, size, leaf_hash(ENTRIES[index]), proof)
    for old in [1, 2, *(each for each in LARGE if each < size)]:
        proof = consistency_proof(old, size, cut(tiles, tiles_for_consistency(old, size), size))
        assert verifies(old, size, mth(ENTRIES[:old]), root, proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_no_inclusion_of_what_is_not_there(index: int, size: int) -> None:
    """A leaf outside of the tree has no proof."""
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, {})


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5)])
def test_no_consistency_backwards(old: int, new: int) -> None:
    """A log doesn't shrink; with the empty tree everything is consistent, so there is nothing to prove."""
    with pytest.raises(ValueError, match="no consistency"):
        consistency_proof(old, new, {})


def test_missing_tile_is_told(tiles: Tiles) -> None:
    """A tile that isn't there, or is too short, is an error and never a wrong proof."""
    with pytest.raises(KeyError):
        inclusion_proof(0, 300, {})
    with pytest.raises(KeyError):
        inclusion_proof(0, 300, {key: held[:-HASH_BYTES] for key, held in tiles.items()} | {(0, 1): b""})


def cut(tiles: Tiles, wanted: Iterator[Tile] | frozenset[Tile] | list[Tile], size: int) -> Tiles:
    """These tiles with the width they have in a tree of this size."""
    held = {}
    for tile in wanted:
        width = min(tile.width, (size >> (8 * tile.level)) - tile.n * TILE_WIDTH)
        held[tile.level, tile.n] = tiles[tile.level, tile.n][: max(width, 0) * HASH_BYTES]
    return held


@cache
def their_root(other: InmemoryTree, size: int) -> bytes:
    """The other author's root."""
    root: bytes = other.get_root(size)
    return root


def root_of(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes | None:
    """RFC 9162 §2.1.3.2, steps 1 to 4."""
    fn, sn, found = index, size - 1, leaf
    for each in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            found = node_hash(each, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, each)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else None


def verifies(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162 §2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for each in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = node_hash(each, first), node_hash(each, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, each)
        fn, sn = fn >> 1, sn >> 1
    return (first, second, sn) == (old_root, new_root, 0)
