"""What is uploaded: files cut from one random block, each at a place of its own.

So a lost, doubled or exchanged byte shows, no file is ever copied, and a seed makes the same files again.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

KIB, MIB = 1 << 10, 1 << 20
PERIOD_BYTES = 7 * MIB + 13  # no multiple of it is a part's size, so that no two parts are alike
PERIODS = 13
SLICE_BYTES = 128 * KIB  # what a client writes at a time
TINY_MAX_BYTES = 64 * KIB
# How many of a hundred files, and how long they are at least and at most. The longest need four parts.
SIZES = (
    (2, 0, 0),
    (30, 1, TINY_MAX_BYTES),
    (38, TINY_MAX_BYTES, 6 * MIB),
    (20, 6 * MIB, 24 * MIB),
    (10, 24 * MIB, 60 * MIB),
)
# The same for the bytes of one PATCH.
PATCHES = ((10, 1, 100), (20, 1, 64 * KIB), (30, 64 * KIB, 4 * MIB), (25, 4 * MIB, 20 * MIB), (15, 64 * MIB, 64 * MIB))


def drawn(chance: random.Random, table: tuple[tuple[int, int, int], ...]) -> int:
    """A number by one of the tables above."""
    weights = [weight for weight, _, _ in table]
    (_, least, most), *_ = chance.choices(table, weights)
    return chance.randint(least, most)


@dataclass(frozen=True)
class File:
    """One file; its bytes are a view of the block."""

    number: int
    body: memoryview

    @property
    def length(self) -> int:
        """In bytes."""
        return len(self.body)

    @property
    def sha256(self) -> str:
        """Of all bytes."""
        return hashlib.sha256(self.body).hexdigest()

    def slices(self, start: int, stop: int) -> Iterator[memoryview]:
        """These bytes in pieces."""
        for begin in range(start, stop, SLICE_BYTES):
            yield self.body[begin : min(begin + SLICE_BYTES, stop)]


class Files:
    """As many files as are asked for."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"files {seed}")
        self._block = memoryview(random.Random(f"bytes {seed}").randbytes(PERIOD_BYTES) * PERIODS)
        self.made = 0

    def next(self) -> File:
        """Another one."""
        self.made += 1
        length = drawn(self._chance, SIZES)
        start = self._chance.randint(0, PERIOD_BYTES * PERIODS - length)
        return File(self.made, self._block[start : start + length])
