"""How RFC 6962 §2.1 hashes: SHA-256, with a first byte that tells a leaf from a node."""

from collections.abc import Sequence
from functools import lru_cache, reduce
from hashlib import sha256

HASH_BYTES = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
REMEMBERED_MAX = 4_096  # hashes over neighbours: about a kilobyte each, with what they are of
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry, over its bytes exactly as they are stored."""
    return sha256(LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes side by side."""
    return sha256(NODE_PREFIX + left + right).digest()


def full_hash(hashes: bytes) -> bytes:
    """The hash over 2^k neighbouring hashes, given in one piece: 32 * 2^k bytes."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [
                sha256(NODE_PREFIX + hashes[at : at + 2 * HASH_BYTES]).digest()
                for at in range(0, len(hashes), 2 * HASH_BYTES)
            ]
        )
    return hashes


@lru_cache(REMEMBERED_MAX)
def remembered_hash(hashes: bytes) -> bytes:
    """`full_hash`, once for the same bytes: proofs near each other, and all at the right edge, have most in common."""
    return full_hash(hashes)


def joined(subtrees: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees of falling size, the largest first: how a tree of any size is put together.

    No subtrees make the empty tree.
    """
    if not subtrees:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed(subtrees))
