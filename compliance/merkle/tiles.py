"""Tiles of height 8 (C2SP tlog-tiles): which a tree has, where they lie, and how entries are packed.

A tile is full (256 hashes) or partial; a partial one lies at its full one's path with `.p/<width>` behind. A tile of
width 0 does not exist. Partial tiles are not hashed into the level above.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
LEVEL_MAX = 7  # 256^8 leaves: more than an index has room for
NUMBER_MAX = (1 << 55) - 1  # of a tile: behind it the indexes of leaves have no room in 63 bits
ENTRY_BYTES_MAX = 65_535
LENGTH_BYTES = 2
GROUP_DIGITS = 3
GROUP = 10**GROUP_DIGITS
PLACE = re.compile(r"(?:x\d{3}/)*\d{3}(?:\.p/[1-9]\d{0,2})?", re.ASCII)
PLACE_CHARS_MAX = 40  # six groups and a width have less


@dataclass(frozen=True, order=True)
class Tile:
    """The first `width` hashes of tile `n` at `level`."""

    level: int
    n: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it lies: `tile/0/x001/234.p/17`."""
        return f"tile/{self.level}/{_place(self.n, self.width)}"

    @property
    def start(self) -> int:
        """The first hash of the level that it holds."""
        return self.n * TILE_WIDTH


def bundle_path(n: int, width: int = TILE_WIDTH) -> str:
    """Where the entries under the level-0 tile `n` lie: `tile/entries/000.p/17`."""
    return f"tile/entries/{_place(n, width)}"


def tile_place(place: str) -> tuple[int, int] | None:
    """(n, width) of what follows the level in a path: `x001/234.p/17`; None for what is no such place.

    Only the one way of writing it that the specification has is understood: `x000/001` is none.
    """
    if len(place) > PLACE_CHARS_MAX or not PLACE.fullmatch(place):
        return None
    number, _, width = place.partition(".p/")
    n = int(number.replace("x", "").replace("/", ""))
    found = (n, int(width) if width else TILE_WIDTH)
    return found if n <= NUMBER_MAX and found[1] <= TILE_WIDTH and _place(*found) == place else None


def partial_width(size: int, level: int) -> int:
    """How many hashes the last, partial tile of a level has in a tree of `size` leaves; 0: there is none."""
    return (size >> (TILE_HEIGHT * level)) % TILE_WIDTH


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size` leaves, level by level: the full ones, then the partial one if there is one."""
    level, hashes = 0, size
    while hashes:
        full, width = divmod(hashes, TILE_WIDTH)
        yield from (Tile(level, n) for n in range(full))
        if width:
            yield Tile(level, full, width)
        level, hashes = level + 1, full


def to_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries in one piece, each behind its length in two bytes. Raises ValueError for one that is too long."""
    packed = bytearray()
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise ValueError(f"an entry of a bundle has at most {ENTRY_BYTES_MAX} bytes")
        packed += len(entry).to_bytes(LENGTH_BYTES) + entry
    return bytes(packed)


def _place(n: int, width: int) -> str:
    groups = [f"{n % GROUP:03}"]
    while n >= GROUP:
        n //= GROUP
        groups.insert(0, f"x{n % GROUP:03}")
    return "/".join(groups) + ("" if width == TILE_WIDTH else f".p/{width}")
