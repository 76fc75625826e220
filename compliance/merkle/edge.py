"""A tree that grows: all it needs to know is its right edge, the hashes in the partial tile of each level."""

from collections.abc import Mapping, Sequence

from compliance.merkle.hashes import HASH_BYTES, full_hash, joined, remembered_hash
from compliance.merkle.tiles import TILE_WIDTH, Tile, partial_width


class Edge:
    """The right edge of a tree of `size` leaves."""

    def __init__(self, size: int = 0, partials: Mapping[int, bytes] | None = None) -> None:
        """`partials` are the hashes of each level's partial tile in one piece, by level.

        Raises ValueError unless they are exactly those that a tree of this size has.
        """
        self.size = size
        given = {level: hashes for level, hashes in (partials or {}).items() if hashes}
        needed = edge_widths(size)
        if {level: len(hashes) for level, hashes in given.items()} != {
            level: width * HASH_BYTES for level, width in needed.items()
        }:
            raise ValueError(f"not the right edge of a tree of {size} leaves")
        self._partials = {level: bytearray(hashes) for level, hashes in given.items()}

    @property
    def root(self) -> bytes:
        """The root of the tree (RFC 6962 §2.1)."""
        subtrees = []
        for level in sorted(self._partials, reverse=True):
            hashes = bytes(self._partials[level])
            at, left = 0, len(hashes) // HASH_BYTES
            while left:
                part = 1 << (left.bit_length() - 1)
                subtrees.append(remembered_hash(hashes[at * HASH_BYTES : (at + part) * HASH_BYTES]))
                at, left = at + part, left - part
        return joined(subtrees)

    def grow(self, hashes: Sequence[bytes]) -> dict[Tile, bytes]:
        """Appends leaves by their hashes; returns every tile that became longer, whole, as it is now."""
        return self._grow(0, self.size, b"".join(hashes), {}, len(hashes))

    def _grow(self, level: int, known: int, added: bytes, grown: dict[Tile, bytes], leaves: int) -> dict[Tile, bytes]:
        """`known` hashes were at this level, `added` follow."""
        self.size += leaves
        pending = self._partials.pop(level, bytearray()) + added
        n, above = known // TILE_WIDTH, bytearray()
        tile_bytes = TILE_WIDTH * HASH_BYTES
        for at in range(0, len(pending), tile_bytes):
            hashes = bytes(pending[at : at + tile_bytes])
            grown[Tile(level, n, len(hashes) // HASH_BYTES)] = hashes
            if len(hashes) == tile_bytes:
                above += full_hash(hashes)
                n += 1
            else:
                self._partials[level] = bytearray(hashes)
        if above:
            self._grow(level + 1, known // TILE_WIDTH, bytes(above), grown, 0)
        return grown


def edge_widths(size: int) -> dict[int, int]:
    """The width of each level's partial tile in a tree of `size` leaves; levels without one are left out."""
    levels = range((size.bit_length() + 7) // 8)
    return {level: width for level in levels if (width := partial_width(size, level))}
