"""Bytes that lie over those of an object while it leaves: the same object with other bytes in known places.

Promises that what is laid over reaches the reader in the places it has, however the object's bytes arrive; and that the
bytes between are moved as if nothing were laid over any. Leaves to the overlay which bytes these are.
"""

import socket
from typing import Protocol

from storage.objects.carriers import Carrier

# Less than this between two places is not worth a call of its own: it is read, and what lies over it is copied in.
APART_BYTES = 16 << 10


class Overlay(Protocol):
    """Never changes the length of anything."""

    def over(self, at: int, piece: bytes) -> bytes:
        """The object's bytes `piece`, which begin at `at`, with what lies over them."""

    def untouched(self, at: int, size_max_bytes: int) -> int:
        """How many bytes from `at` on are the object's own, looking no further than `size_max_bytes`."""


class Overlaid:
    """A carrier of an object's bytes from `at` on, and of what lies over them."""

    def __init__(self, carrier: Carrier, overlay: Overlay, at: int) -> None:
        self._carrier, self._overlay, self._at = carrier, overlay, at
        self._load = memoryview(b"")  # what is carried in our own memory; empty while the carrier has the load

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        own_bytes = self._overlay.untouched(self._at, size_max_bytes)
        if own_bytes >= min(APART_BYTES, size_max_bytes):
            count = self._carrier.take(source, own_bytes)
        else:
            piece = source.recv(min(APART_BYTES, size_max_bytes))
            count = len(piece)
            self._load = memoryview(self._overlay.over(self._at, piece))
        self._at += count
        return count

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        if not self._load:
            return self._carrier.give(target, size_max_bytes)
        count = target.send(self._load[:size_max_bytes])
        self._load = self._load[count:]
        return count

    def pause(self) -> None:
        """See Carrier."""
        self._carrier.pause()

    def close(self) -> None:
        """See Carrier."""
        self._carrier.close()
