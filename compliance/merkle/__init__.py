"""The Merkle tree of RFC 6962 in the tiles of C2SP tlog-tiles: pure functions over bytes.

`hashes` says how a leaf and two nodes are hashed; `tiles` names the tiles of a tree, their paths and widths, and packs
entries; `edge` grows a tree at its right edge; `proofs` makes inclusion and consistency proofs from tiles. Nothing
here reads or writes anything, and nothing here verifies a proof: whoever verifies shares no code with whoever writes.

Words: a tree's `size` is its number of leaves; a leaf's `index` counts from 0; a hash is 32 bytes of SHA-256. A tile
holds up to 256 hashes of one level; the hash at place i of tile n at level l covers the leaves from (n*256+i)*256^l on,
256^l of them.
"""

from compliance.merkle.edge import Edge
from compliance.merkle.hashes import EMPTY_ROOT, HASH_BYTES, leaf_hash, node_hash
from compliance.merkle.proofs import (
    Tiles,
    consistency_proof,
    inclusion_proof,
    root_from,
    tiles_for_consistency,
    tiles_for_inclusion,
    tiles_for_root,
)
from compliance.merkle.tiles import (
    TILE_WIDTH,
    Tile,
    bundle_path,
    partial_width,
    tile_place,
    tiles_of,
    to_bundle,
)

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "TILE_WIDTH",
    "Edge",
    "Tile",
    "Tiles",
    "bundle_path",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "partial_width",
    "root_from",
    "tile_place",
    "tiles_for_consistency",
    "tiles_for_inclusion",
    "tiles_for_root",
    "tiles_of",
    "to_bundle",
]
