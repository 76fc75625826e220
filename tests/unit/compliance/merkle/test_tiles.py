"""Names, widths and packing of tiles, as C2SP tlog-tiles gives them."""

import pytest

from compliance.merkle import (
    HASH_BYTES,
    TILE_WIDTH,
    Edge,
    Tile,
    bundle_path,
    leaf_hash,
    partial_width,
    tile_place,
    tiles_of,
    to_bundle,
)
from compliance.merkle.hashes import full_hash
from tests.unit.compliance.merkle.oracle import grown, mth

SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000]


def test_paths() -> None:
    """Groups of three digits, all but the last behind an x; a partial tile says its width."""
    assert "tile/0/000" == Tile(0, 0).path
    assert "tile/1/x001/x234/067" == Tile(1, 1_234_067).path
    assert "tile/0/273.p/112" == Tile(0, 273, 112).path
    assert "tile/entries/x001/000.p/1" == bundle_path(1000, 1)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("000", (0, 256)),
        ("x001/x234/067", (1_234_067, 256)),
        ("273.p/112", (273, 112)),
        ("x000/001", None),
        ("0", None),
        ("1000", None),
        ("001/002", None),
        ("x001", None),
        ("000.p/0", None),
        ("000.p/256", None),
        ("000.p/257", None),
        ("000.p/01", None),
        ("000.p/", None),
        ("000/", None),
        ("٠٠٠", None),
        ("x999/" * 20 + "999", None),
        ("../000", None),
        ("x036/x028/x797/x018/x963/967", (2**55 - 1, 256)),
        ("x036/x028/x797/x018/x963/968", None),
    ],
)
def test_places_are_read_in_their_one_form(place: str, expected: tuple[int, int] | None) -> None:
    """What the specification writes is understood, and nothing that looks like it."""
    assert expected == tile_place(place)


def test_example_of_the_specification() -> None:
    """70,000 leaves: 273 full tiles and one of 112, one full and one of 17 above, one of 1 on top."""
    tiles = list(tiles_of(70_000))
    assert 273 == sum(tile.level == 0 and tile.width == TILE_WIDTH for tile in tiles)
    assert {(0, 112), (1, 17), (2, 1)} == {(tile.level, tile.width) for tile in tiles if tile.width < TILE_WIDTH}
    assert [112, 17, 1, 0] == [partial_width(70_000, level) for level in range(4)]


@pytest.fixture(scope="module")
def entries() -> list[bytes]:
    """Distinct entries, as many as the largest tree here has."""
    return [f"entry {number}".encode() for number in range(max(SIZES))]


@pytest.mark.parametrize("size", SIZES)
def test_trees_around_the_borders_of_tiles(entries: list[bytes], size: int) -> None:
    """Just the tiles of this size, each over the leaves it stands for, under the root of the definition."""
    edge, tiles = grown(entries[:size], 1000)
    assert {(tile.level, tile.n): tile.width * HASH_BYTES for tile in tiles_of(size)} == {
        key: len(held) for key, held in tiles.items()
    }
    assert mth(entries[:size]) == edge.root
    assert b"".join(map(leaf_hash, entries[:size][:TILE_WIDTH])) == tiles.get((0, 0), b"")
    for (level, n), held in tiles.items():
        for at in range(0, len(held) if level else 0, HASH_BYTES):
            assert held[at : at + HASH_BYTES] == full_hash(tiles[level - 1, n * TILE_WIDTH + at // HASH_BYTES])


@pytest.mark.parametrize("batch", [1, 255, 256, 257])
def test_batches_do_not_matter(entries: list[bytes], batch: int) -> None:
    """The tree is the same however its leaves are cut into batches, and goes on from its edge alone."""
    entries = entries[:1500]
    whole, tiles = grown(entries, len(entries))
    edge, same = grown(entries, batch)
    assert (whole.root, tiles) == (edge.root, same)
    first, held = grown(entries[:700], 700)
    partials = {tile.level: held[tile.level, tile.n] for tile in tiles_of(700) if tile.width < TILE_WIDTH}
    again = Edge(700, partials)
    assert first.root == again.root
    again.grow([leaf_hash(entry) for entry in entries[700:]])
    assert (whole.size, whole.root) == (again.size, again.root)


def test_only_what_became_longer_is_told(entries: list[bytes]) -> None:
    """One leaf more touches the last tile of the lowest level; one that fills it, the level above too."""
    edge, _ = grown(entries[:254], 254)
    assert [Tile(0, 0, 255)] == list(edge.grow([leaf_hash(b"a")]))
    assert {Tile(0, 0, 256), Tile(1, 0, 1)} == set(edge.grow([leaf_hash(b"b")]))


def test_edge_of_another_tree_is_refused() -> None:
    """What can't be the right edge of a tree of this size is none."""
    for size, partials in [(1, {}), (1, {0: bytes(64)}), (256, {0: bytes(32)}), (0, {0: bytes(32)}), (1, {0: b"x"})]:
        with pytest.raises(ValueError, match="right edge"):
            Edge(size, partials)


def test_bundle() -> None:
    """Each entry behind its length in two bytes, most significant first."""
    assert b"\0\0\0\3abc\1\0" + b"x" * 256 == to_bundle([b"", b"abc", b"x" * 256])
    assert 65_537 == len(to_bundle([b"x" * 65_535]))
    with pytest.raises(ValueError, match="65535"):
        to_bundle([b"x" * 65_536])
