"""What carries bytes from one socket to another, a load at a time: a pipe in the kernel, or a block of our own memory.

Promises that a load which has been taken up is carried on to its last byte, in order. A pipe moves pages instead of
copying bytes (splice(2)), which takes half the processor time; it has to hold a MiB for that, and the kernel gives each
user few of those. Where there is none left, or no such call, a block does the same.
"""

import fcntl
import os
import socket
from typing import Protocol

LOAD_BYTES = 1 << 20
PIPES_MAX = 32  # of this process; a user without privileges may have 64 of this size (pipe-user-pages-soft)
SPLICE_F_MOVE, SPLICE_F_NONBLOCK = 1, 2  # fcntl.h


class Carrier(Protocol):
    """Used from one thread at a time. Neither call waits: BlockingIOError says that there is nothing to do."""

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """Take a load up, when the one before is gone; 0 at the end. Raises OSError."""

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """Let some of the load go. Raises OSError."""

    def close(self) -> None:
        """What is left of the load is lost."""


def carrier() -> Carrier:
    """The best there is at the moment."""
    return Pipe.made() or Block()


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


class Pipe:
    """Pages of the kernel."""

    open_count = 0  # made and closed on the event loop alone

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        Pipe.open_count += 1

    @classmethod
    def made(cls) -> "Pipe | None":
        """None when there is none to have."""
        if not hasattr(os, "splice") or cls.open_count >= PIPES_MAX:
            return None
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, LOAD_BYTES)
        except OSError:
            os.close(reading)
            os.close(writing)
            return None
        return cls(reading, writing)

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        return self._moved(source.fileno(), self._writing, min(size_max_bytes, LOAD_BYTES))

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        return self._moved(self._reading, target.fileno(), min(size_max_bytes, LOAD_BYTES))

    def close(self) -> None:
        """See Carrier."""
        Pipe.open_count -= 1
        os.close(self._reading)
        os.close(self._writing)

    def _moved(self, source: int, target: int, size_max_bytes: int) -> int:
        return os.splice(source, target, size_max_bytes, flags=SPLICE_F_MOVE | SPLICE_F_NONBLOCK)
