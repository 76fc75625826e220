"""Merkle trees as RFC 6962 §2.1 defines them, and the checks of RFC 9162 §2.1.3.2 and §2.1.4.2."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from compliance.verifying.errors import ProofRefused

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or of equal and full subtrees."""
    row = list(hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0] if row else EMPTY_ROOT


def root_of_blocks(blocks: Iterable[tuple[int, bytes]]) -> bytes:
    """The root over full subtrees of (height, hash), left to right, each no higher than the one before."""
    peaks: list[tuple[int, bytes]] = []
    for block in blocks:
        height, joined = block
        while peaks and peaks[-1][0] == height:
            joined = node_hash(peaks.pop()[1], joined)
            height += 1
        peaks.append((height, joined))
    if not peaks:
        return EMPTY_ROOT
    root = peaks.pop()[1]
    while peaks:
        root = node_hash(peaks.pop()[1], root)
    return root


def included_root(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` that has `leaf` (a hash) at `index`, by this proof. Raises ProofRefused."""
    if not 0 <= index < size:
        raise ProofRefused(f"index {index} is not below the size {size}")
    root, place, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place % 2 or place == last:
            root = node_hash(sibling, root)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofRefused("the proof is too short")
    return root


def require_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofRefused unless the proof shows that the old tree is how the new one began."""
    if not 0 <= old_size <= size:
        raise ProofRefused(f"{old_size} entries can't become {size}")
    if old_size in (0, size):
        if proof or old_root != (root if old_size else EMPTY_ROOT):
            raise ProofRefused("trees of one size have one root and need no proof")
        return
    _require_growth(old_size, old_root, size, root, proof)


def _require_growth(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    whole = old_size & (old_size - 1) == 0  # the old tree is a subtree of the new one, whose hash the verifier has
    if not whole and not proof:
        raise ProofRefused("the proof is too short")
    first, *rest = (old_root, *proof) if whole else proof
    place, last = old_size - 1, size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    was = now = first
    for sibling in rest:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place % 2 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    if last or was != old_root or now != root:
        raise ProofRefused("the proof does not lead to both roots")
