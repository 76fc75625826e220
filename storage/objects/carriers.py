"""What carries bytes from one socket to another, a load at a time, in a block of our own memory.

Promises that a load which has been taken up is carried on to its last byte, in order. A pipe of the kernel (splice(2))
spends less here and more at the reader, whose socket then holds pages instead of runs of them: it was the slower.
"""

import socket
from typing import Protocol

LOAD_BYTES = 2 << 20


class Carrier(Protocol):
    """Used from one thread at a time. Neither call waits: BlockingIOError says that there is nothing to do."""

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """Take a load up, when the one before is gone; 0 at the end. Raises OSError."""

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """Let some of the load go. Raises OSError."""

    def close(self) -> None:
        """What is left of the load is lost."""


def carrier() -> Carrier:
    """An empty one."""
    return Block()


class Block:
    """Memory."""

    def __init__(self) -> None:
        self._block = memoryview(bytearray(LOAD_BYTES))
        self._load = self._block[:0]

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        count = source.recv_into(self._block[:size_max_bytes])
        self._load = self._block[:count]
        return count

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        count = target.send(self._load[:size_max_bytes])
        self._load = self._load[count:]
        return count

    def close(self) -> None:
        """See Carrier."""
