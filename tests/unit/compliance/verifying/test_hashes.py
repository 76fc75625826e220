"""Inclusion and consistency: every pair up to a size against the definitions, and every class of wrong proofs."""

import random
from collections import Counter

import pytest

from compliance.verifying.errors import ProofRefused
from compliance.verifying.hashes import included_root, require_consistent, root_of, root_of_blocks
from tests.ledgers import Tree, leaf
from tests.proofs.mutations import (
    Consistency,
    Inclusion,
    consistency,
    inclusion,
    wrong_consistencies,
    wrong_inclusions,
)

SIZE_MAX = 300
TREE = Tree([leaf(b"%d" % i) for i in range(SIZE_MAX)])


def _included(proof: Inclusion) -> bool:
    try:
        return proof.root == included_root(proof.index, proof.size, proof.leaf, proof.proof)
    except ProofRefused:
        return False


def _consistent(proof: Consistency) -> bool:
    try:
        require_consistent(proof.old, proof.old_root, proof.size, proof.root, proof.proof)
    except ProofRefused:
        return False
    return True


def test_every_inclusion() -> None:
    """Each of the 45,150 leaves of trees up to 300 is proved in its tree."""
    proofs = [inclusion(TREE, i, n) for n in range(1, SIZE_MAX + 1) for i in range(n)]

    assert [] == [(each.index, each.size) for each in proofs if not _included(each)]
    assert len(proofs) == 45_150


def test_every_consistency() -> None:
    """Each tree up to 300 grew out of each smaller one."""
    proofs = [consistency(TREE, m, n) for n in range(SIZE_MAX + 1) for m in range(n + 1)]

    assert [] == [(each.old, each.size) for each in proofs if not _consistent(each)]


def test_every_root() -> None:
    """The root by pairs, and by full subtrees, is the one by definition."""
    for n in range(SIZE_MAX + 1):
        blocks, at = [], 0
        for height in reversed(range(n.bit_length())):
            if n >> height & 1:
                blocks.append((height, TREE.range(at, at + (1 << height))))
                at += 1 << height
        assert TREE.range(0, n) == root_of(TREE.leaves[:n]) == root_of_blocks(blocks)


def test_wrong_inclusions_are_refused() -> None:
    """Every class of wrong inclusion proofs, at sizes on both sides of powers of two, is refused."""
    chance, seen = random.Random(5), Counter[str]()
    for size in (1, 2, 3, 5, 7, 8, 64, 100, 255, 256, 257):
        for index in {0, size // 3, size // 2, size - 1}:
            for name, proof in wrong_inclusions(inclusion(TREE, index, size), chance):
                assert not _included(proof), f"{name} of {index} in {size}"
                seen[name.rstrip("0123456789 ")] += 1

    assert len(seen) >= 19
    assert seen.total() > 900


def test_wrong_consistencies_are_refused() -> None:
    """Every class of wrong consistency proofs is refused, whether the old tree was a power of two or not."""
    chance, seen = random.Random(5), Counter[str]()
    for old, size in ((1, 2), (1, 8), (2, 3), (3, 7), (4, 7), (6, 8), (8, 9), (100, 255), (128, 256), (255, 257)):
        for name, proof in wrong_consistencies(consistency(TREE, old, size), chance):
            assert not _consistent(proof), f"{name} of {old} to {size}"
            seen[name.rstrip("0123456789 ")] += 1

    assert len(seen) >= 21
    assert seen.total() > 300


@pytest.mark.parametrize("size", [0, 1, 7, 256])
def test_a_tree_is_consistent_with_itself_and_with_nothing(size: int) -> None:
    """Equal sizes need equal roots and no proof; from nothing anything grew, and a tree never shrinks."""
    assert _consistent(consistency(TREE, size, size))
    assert _consistent(consistency(TREE, 0, size))
    assert not _consistent(Consistency(size + 1, size, TREE.range(0, size + 1), TREE.range(0, size), ()))
    assert not _consistent(Consistency(size, size, TREE.range(0, size), TREE.range(0, size), (TREE.leaves[0],)))
