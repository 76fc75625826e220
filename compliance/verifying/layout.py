"""Where things lie in a log (C2SP tlog-tiles): tiles of 256 hashes, bundles of 256 entries."""

TILE_WIDTH = 256
TILE_HEIGHT = 8
HASH_BYTES = 32
TILE_BYTES = TILE_WIDTH * HASH_BYTES
ENTRY_BYTES_MAX = 65_535
BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + ENTRY_BYTES_MAX)
CHECKPOINT = "checkpoint"
MINIMUM_INDEX = "minimum-index"  # of a bundle: entries below may be withheld; absent means 0
POLICY = "policy"
ENTRIES = "entries"


def tile_path(level: int | str, n: int, width: int = TILE_WIDTH) -> str:
    """`tile/1/x001/x234/067.p/8`; the level of a bundle is `entries`."""
    groups = [f"{n % 1000:03d}"]
    while n >= 1000:  # noqa: PLR2004  # three digits a group
        n //= 1000
        groups.insert(0, f"x{n % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < TILE_WIDTH else "")


def span(level: int) -> int:
    """How many entries one hash of this level stands for."""
    return 1 << (TILE_HEIGHT * level)


def edge(size: int) -> list[tuple[int, int, int]]:
    """The partial tiles of a tree of this size, from the top: (level, n, width). Together they cover every entry."""
    tiles = []
    for level in range((size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT):
        hashes = size >> (TILE_HEIGHT * level)
        if width := hashes % TILE_WIDTH:
            tiles.append((level, hashes // TILE_WIDTH, width))
    return tiles[::-1]
