"""What carries bytes from one socket to another, a load at a time, in a block of our own memory.

Promises that a load which has been taken up is carried on to its last byte, in order; and that all carriers of one hold
together hold little, however many readers there are and however slowly they read: large loads are for readers who take
them at once, and for a limited number of those. A pipe of the kernel (splice(2)) spends less here and more at the
reader, whose socket then holds pages instead of runs of them: it was the slower.
"""

import socket
import threading
from typing import Protocol

LOAD_BYTES = 2 << 20
SMALL_LOAD_BYTES = 64 << 10
LARGE_LOADS_MAX = 64  # at once: two for each thread that may be at work (`passing`)
FAST_AFTER_BYTES = 8 << 20  # went without a pause: more than the sockets of a slow reader take at first


class Carrier(Protocol):
    """Used from one thread at a time. No call waits: BlockingIOError says that there is nothing to do."""

    @property
    def load(self) -> memoryview:
        """What is left of it, to write into until some of it has been given."""

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """Take a load up, when the one before is gone; 0 at the end. Raises OSError."""

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """Let some of the load go. Raises OSError."""

    def pause(self) -> None:
        """The reader lets us wait: hold no more than what is left of the load."""

    def close(self) -> None:
        """What is left of the load is lost."""


class Hold:
    """What large loads are taken from, shared by all carriers of a store. Safe for many threads."""

    def __init__(self, large_loads_max: int = LARGE_LOADS_MAX) -> None:
        self._places = threading.BoundedSemaphore(large_loads_max)

    def carrier(self) -> Carrier:
        """An empty one."""
        return Block(self._places)


class Block:
    """Memory: a small load at first, a large one once the reader has proved fast and while there is a place for it."""

    def __init__(self, places: threading.BoundedSemaphore) -> None:
        self._places = places
        self._block = self._load = memoryview(b"")
        self._is_large, self._unpaused_bytes = False, 0

    @property
    def load(self) -> memoryview:
        """See Carrier."""
        return self._load

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        is_fast = self._unpaused_bytes >= FAST_AFTER_BYTES
        if self._is_large and not is_fast:
            self._shrink()
        elif is_fast and not self._is_large and self._places.acquire(blocking=False):
            self._is_large, self._block = True, memoryview(bytearray(LOAD_BYTES))
        if not self._block:
            self._block = memoryview(bytearray(SMALL_LOAD_BYTES))
        count = source.recv_into(self._block[:size_max_bytes])
        self._load = self._block[:count]
        return count

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        count = target.send(self._load[:size_max_bytes])
        self._load = self._load[count:]
        self._unpaused_bytes += count
        return count

    def pause(self) -> None:
        """See Carrier. More than a small load keeps its place until it has gone."""
        self._unpaused_bytes = 0
        if len(self._load) <= SMALL_LOAD_BYTES:
            self._load = memoryview(bytes(self._load))
            self._shrink()

    def close(self) -> None:
        """See Carrier."""
        self._load = memoryview(b"")
        self._shrink()

    def _shrink(self) -> None:
        """Nothing of the block is needed any more."""
        self._block = memoryview(b"")
        if self._is_large:
            self._is_large = False
            self._places.release()
