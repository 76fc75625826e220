"""Ways in which a proof can be wrong: the classes that the public probes of transparency-dev/merkle have.

The probes themselves are data of others; these are made anew for any tree. Each mutant differs from what it is made of,
and no mutant may be accepted.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from tests.ledgers import Tree

EMPTY = sha256(b"").digest()
GARBAGE = b"garbage of 32 bytes, not a hash."


@dataclass(frozen=True)
class Inclusion:
    """That `leaf` is at `index` of a tree of `size`."""

    index: int
    size: int
    root: bytes
    leaf: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class Consistency:
    """That a tree of `old` entries became one of `size`."""

    old: int
    size: int
    old_root: bytes
    root: bytes
    proof: tuple[bytes, ...]


def inclusion(tree: Tree, index: int, size: int) -> Inclusion:
    """A right one."""
    return Inclusion(index, size, tree.range(0, size), tree.leaves[index], tuple(tree.inclusion(index, 0, size)))


def consistency(tree: Tree, old: int, size: int) -> Consistency:
    """A right one."""
    proof = tuple(tree.consistency(old, 0, size)) if 0 < old < size else ()
    return Consistency(old, size, tree.range(0, old), tree.range(0, size), proof)


def wrong_inclusions(right: Inclusion, chance: random.Random) -> Iterator[tuple[str, Inclusion]]:
    """Every class of wrong inclusion proofs, by name."""
    yield "index xor 2", replace(right, index=right.index ^ 2)
    yield "index + 1", replace(right, index=right.index + 1)
    yield "index - 1", replace(right, index=right.index - 1)
    # Of a last leaf whose siblings are all to its left, other sizes have the same shape, and the size is the
    # checkpoint's to sign; RFC 9162's algorithm can't and need not tell them apart.
    if _path(right.index, right.size * 2) != _path(right.index, right.size):
        yield "size * 2", replace(right, size=right.size * 2)
    if _path(right.index, right.size // 2) != _path(right.index, right.size):
        yield "size / 2", replace(right, size=right.size // 2)
    yield "wrong leaf", replace(right, leaf=_flipped(right.leaf, chance))
    yield "empty root", replace(right, root=EMPTY)
    yield "random root", replace(right, root=chance.randbytes(32))
    for name, proof in _wrong_proofs(right.proof, right.root, chance):
        yield name, replace(right, proof=proof)


def wrong_consistencies(right: Consistency, chance: random.Random) -> Iterator[tuple[str, Consistency]]:
    """Every class of wrong consistency proofs, by name; of sizes that need a proof."""
    yield "old size - 1", replace(right, old=right.old - 1)
    yield "old size + 1", replace(right, old=right.old + 1)
    yield "old size xor 2", replace(right, old=right.old ^ 2)
    yield "size * 2", replace(right, size=right.size * 2)
    yield "size / 2", replace(right, size=right.size // 2)
    yield "wrong old root", replace(right, old_root=_flipped(right.old_root, chance))
    yield "wrong root", replace(right, root=_flipped(right.root, chance))
    yield "swapped roots", replace(right, root=right.old_root, old_root=right.root)
    yield "empty old root", replace(right, old_root=EMPTY)
    yield "empty roots", replace(right, old_root=EMPTY, root=EMPTY)
    yield "empty proof", replace(right, proof=())
    for name, proof in _wrong_proofs(right.proof, right.root, chance):
        yield name, replace(right, proof=proof)
    yield "preceding old root", replace(right, proof=(right.old_root, *right.proof))
    yield "trailing old root", replace(right, proof=(*right.proof, right.old_root))


def _wrong_proofs(
    proof: tuple[bytes, ...], root: bytes, chance: random.Random
) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    yield "preceding garbage", (GARBAGE, *proof)
    yield "trailing garbage", (*proof, GARBAGE)
    yield "preceding root", (root, *proof)
    yield "trailing root", (*proof, root)
    yield "preceding empty", (b"", *proof)
    for i, each in enumerate(proof):
        yield f"bit flip in {i}", (*proof[:i], _flipped(each, chance), *proof[i + 1 :])
        yield f"without {i}", (*proof[:i], *proof[i + 1 :])
        yield f"inserted before {i}", (*proof[:i], chance.randbytes(32), *proof[i:])
        yield f"{i} cut short", (*proof[:i], each[:-1], *proof[i + 1 :])
    if proof:
        yield "preceding proof[0]", (proof[0], *proof)
        yield "truncated", proof[:-1]
        yield "empty proof", ()
    if len(set(proof)) > 1:
        yield "reversed", proof[::-1]


def _flipped(value: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(value) * 8)
    changed = bytearray(value)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def _path(index: int, size: int) -> str | None:
    """On which side the siblings stand, from the leaf up; None where there is no such leaf."""
    if not 0 <= index < size:
        return None
    sides, last = "", size - 1
    while last:
        if index % 2:
            sides += "l"
        elif index < last:
            sides += "r"
        index, last = index // 2, last // 2
    return sides
