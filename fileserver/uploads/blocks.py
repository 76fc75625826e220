"""The memory that bodies are received into: blocks of one size, used again and again."""

from collections import deque
from collections.abc import Iterable

BLOCK_BYTES = 1 << 20
IDLE_MAX = 32  # kept for the next upload; more are given back to the system


class Blocks:
    """The free blocks of one process."""

    def __init__(self) -> None:
        self._idle: deque[bytearray] = deque(maxlen=IDLE_MAX)

    def take(self) -> bytearray:
        """A block that nobody else uses; what it holds is what its last user left."""
        try:
            return self._idle.pop()
        except IndexError:  # no look before: another thread may be faster
            return bytearray(BLOCK_BYTES)

    def give_back(self, blocks: Iterable[bytearray]) -> None:
        """Blocks that their user needs no more.

        One that is still viewed is let go of instead: a connection that was given up sends what it holds when the store
        reads again, and must not send somebody else's bytes.
        """
        self._idle.extend(block for block in blocks if _is_free(block))


def _is_free(block: bytearray) -> bool:
    """Whether nothing views it: a bytearray that is viewed can't change its size."""
    try:
        block.append(block.pop())
    except BufferError:
        return False
    return True
