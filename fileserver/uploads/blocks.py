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
        return self._idle.pop() if self._idle else bytearray(BLOCK_BYTES)

    def give_back(self, blocks: Iterable[bytearray]) -> None:
        """Blocks that nothing refers to any more, neither a view nor a connection that still sends them."""
        self._idle.extend(blocks)
