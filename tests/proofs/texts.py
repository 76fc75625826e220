"""Notes and receipts broken by chance: none may be accepted, and none may make the parsers fall over."""

import random
from collections.abc import Callable, Iterator

from compliance.verifying import Malformed, parse_checkpoint, parse_receipt, verify_receipt
from tests.ledgers import Tree, checkpoint, entry, leaf, policy, receipt

SIZE, INDEX = 300, 123
PIECES = (b"\n", b"\n\n", b" ", b"+", b"=", b"\0", b"\r\n", b"\xff", "— ".encode(), "\u2028".encode(), b"9" * 30)
Change = Callable[[bytes, random.Random], bytes]


def flip(text: bytes, chance: random.Random) -> bytes:
    """One byte is another one."""
    changed = bytearray(text)
    changed[chance.randrange(len(text))] ^= chance.randrange(1, 256)
    return bytes(changed)


def remove(text: bytes, chance: random.Random) -> bytes:
    """A piece is gone."""
    at = chance.randrange(len(text))
    return text[:at] + text[at + chance.randrange(1, 40) :]


def insert(text: bytes, chance: random.Random) -> bytes:
    """Something stands in between."""
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice([*PIECES, chance.randbytes(8)]) + text[at:]


def repeat(text: bytes, chance: random.Random) -> bytes:
    """A piece stands there twice."""
    at = chance.randrange(len(text))
    return text[:at] + text[at : at + chance.randrange(1, 120)] + text[at:]


def cut(text: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return text[: chance.randrange(len(text))]


def swap_lines(text: bytes, chance: random.Random) -> bytes:
    """Two lines are in each other's place."""
    lines = text.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


CHANGES: tuple[Change, ...] = (flip, remove, insert, repeat, cut, swap_lines)


def accepted(count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Of `count` mutants those that were accepted though they say something else. Any error but Malformed is raised.

    What says the same in the same words, such as one witness's line twice or a stranger's line behind, may be accepted.
    """
    tree = Tree([leaf(entry(i)) for i in range(SIZE)])
    head, proof = checkpoint(SIZE, tree.range(0, SIZE)), receipt(tree, INDEX, SIZE)
    for i in range(count):
        changes = chance.choices(CHANGES, k=chance.choice((1, 1, 1, 2, 5)))
        original = (head, proof)[i % 2]
        mutant = original
        for change in changes:
            mutant = change(mutant, chance) if mutant else mutant
        if mutant != original and _fooled(mutant, is_receipt=bool(i % 2), right=original):
            yield "+".join(change.__name__ for change in changes), mutant


def _fooled(mutant: bytes, *, is_receipt: bool, right: bytes) -> bool:
    try:
        if is_receipt:
            parsed = parse_receipt(mutant)
            verify_receipt(parsed, policy(), entry(INDEX))
            good = parse_receipt(right)
            same_proof = (parsed.index, parsed.proof) == (good.index, good.proof)
            return not same_proof or parsed.checkpoint.note.text != good.checkpoint.note.text
        head = parse_checkpoint(mutant)
        policy().judge(head.note, head.origin)
        return head.note.text != parse_checkpoint(right).note.text
    except Malformed:
        return False
