"""The definitions of RFC 6962 §2.1 written down as they stand there, and a tree of all tiles kept in memory."""

from hashlib import sha256

from compliance.merkle import Edge, Tiles, leaf_hash


def mth(entries: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\1" + mth(entries[:split]) + mth(entries[split:])).digest()


def grown(entries: list[bytes], batch: int) -> tuple[Edge, Tiles]:
    """A tree that these entries were appended to in batches, and its tiles."""
    edge = Edge()
    tiles: dict[tuple[int, int], bytes] = {}
    for at in range(0, len(entries), batch):
        hashes = [leaf_hash(entry) for entry in entries[at : at + batch]]
        tiles |= {(tile.level, tile.n): held for tile, held in edge.grow(hashes).items()}
    return edge, tiles
