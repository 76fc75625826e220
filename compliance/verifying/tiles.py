"""Reading a log's tiles and bundles: right in length, or refused; nothing here is believed yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.verifying.errors import Malformed
from compliance.verifying.hashes import leaf_hash, root_of, root_of_blocks
from compliance.verifying.layout import (
    BUNDLE_BYTES_MAX,
    ENTRIES,
    HASH_BYTES,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    edge,
    tile_path,
)
from compliance.verifying.sources import Source

LENGTH_BYTES = 2


@dataclass(frozen=True)
class Bundle:
    """Up to 256 entries, each behind its length. `whole` says that nothing may stand behind the last one."""

    path: str
    data: bytes
    width: int
    whole: bool

    def entries(self) -> Iterator[bytes]:
        """The entries of a bundle that is whole."""
        at = 0
        for _ in range(self.width):
            begin = at + LENGTH_BYTES
            at = begin + int.from_bytes(self.data[at:begin], "big")
            yield self.data[begin:at]

    def leaves(self) -> tuple[list[bytes], int]:
        """The hashes of its entries, as far as it can be taken apart, and how many bytes stand behind the last one."""
        hashes: list[bytes] = []
        data, at = self.data, 0
        for _ in range(self.width):
            begin = at + LENGTH_BYTES
            at = begin + int.from_bytes(data[at:begin], "big")
            if at > len(data) or begin > len(data):
                return hashes, 0
            hashes.append(leaf_hash(data[begin:at]))
        return hashes, len(data) - at if self.whole else 0


class Tiles:
    """The files of a log that has `size` entries. Where a partial file is gone, the full one that came of it serves."""

    def __init__(self, source: Source, size: int) -> None:
        self._source, self.size = source, size

    def width(self, level: int, n: int) -> int:
        """How many hashes this tile has in a tree of this size."""
        return min(max((self.size >> (TILE_HEIGHT * level)) - n * TILE_WIDTH, 0), TILE_WIDTH)

    def path(self, level: int, n: int) -> str:
        """Where the tile of this size lies."""
        return tile_path(level, n, self.width(level, n))

    def hashes(self, level: int, n: int) -> list[bytes] | None:
        """A tile's hashes; None when it is not there. Raises Malformed."""
        width = self.width(level, n)
        data, whole = self._read(level, n, width, TILE_BYTES)
        if data is None:
            return None
        if len(data) != (width if whole else TILE_WIDTH) * HASH_BYTES:
            raise Malformed(f"the tile has {len(data)} bytes, not {width * HASH_BYTES}")
        return [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]

    def bundle(self, n: int) -> Bundle | None:
        """A bundle of entries; None when it is not there."""
        width = self.width(0, n)
        data, whole = self._read(ENTRIES, n, width, BUNDLE_BYTES_MAX)
        return None if data is None else Bundle(tile_path(ENTRIES, n, width), data, width, whole)

    def below(self, level: int, n: int, *, deep: bool = False) -> list[bytes | None]:
        """What the tile should hold by what is below it: the entries, or the next lower tiles; None: nobody knows.

        When `deep`, no stored tile is asked but for entries that are not there.
        """
        width = self.width(level, n)
        if level:
            return [self._subtree(level - 1, n * TILE_WIDTH + i, deep=deep) for i in range(width)]
        bundle = self.bundle(n)
        if bundle is None:
            stored = self._readable(0, n) if deep else None
            return [*stored] if stored else [None] * width
        leaves, _ = bundle.leaves()
        return [*leaves, *[None] * (width - len(leaves))]

    def _subtree(self, level: int, n: int, *, deep: bool) -> bytes | None:
        stored = None if deep else self._readable(level, n)
        found = stored or self.below(level, n, deep=deep)
        known = [each for each in found if each is not None]
        return root_of(known) if len(known) == TILE_WIDTH else None

    def _readable(self, level: int, n: int) -> list[bytes] | None:
        try:
            return self.hashes(level, n)
        except Malformed:
            return None

    def root_at(self, size: int) -> bytes | None:
        """The root that the first `size` entries had, by the stored tiles; None where they don't say."""
        blocks: list[tuple[int, bytes]] = []
        for level, n, width in edge(size):
            hashes = self._readable(level, n)
            if hashes is None or len(hashes) < width:
                return None
            blocks += [(TILE_HEIGHT * level, each) for each in hashes[:width]]
        return root_of_blocks(blocks)

    def _read(self, level: int | str, n: int, width: int, limit_bytes: int) -> tuple[bytes | None, bool]:
        data = self._source.get(tile_path(level, n, width), limit_bytes)
        if data is not None or width == TILE_WIDTH:
            return data, True
        return self._source.get(tile_path(level, n), limit_bytes), False
