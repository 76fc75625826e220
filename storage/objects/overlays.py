"""Bytes that lie over those of an object while it leaves: the same object with other bytes in known places.

Promises that what is laid over reaches the reader in the places it has, however the object's bytes arrive. A load is in
our own memory while it is carried (`carriers`), so what lies over it is written into it there, and nothing is moved in
smaller pieces for it. Leaves to the overlay which bytes these are.
"""

import socket
from typing import Protocol

from storage.objects.carriers import Carrier


class Overlay(Protocol):
    """Never changes the length of anything."""

    def over(self, at: int, piece: bytes) -> bytes:
        """The object's bytes `piece`, which begin at `at`, with what lies over them."""

    def lay(self, at: int, load: memoryview) -> None:
        """The same, written into the `load`."""


class Overlaid:
    """A carrier of an object's bytes from `at` on, and of what lies over them."""

    def __init__(self, carrier: Carrier, overlay: Overlay, at: int) -> None:
        self._carrier, self._overlay, self._at = carrier, overlay, at

    @property
    def load(self) -> memoryview:
        """See Carrier."""
        return self._carrier.load

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        count = self._carrier.take(source, size_max_bytes)
        self._overlay.lay(self._at, self._carrier.load)
        self._at += count
        return count

    def give(self, target: socket.socket, size_max_bytes: int) -> int:
        """See Carrier."""
        return self._carrier.give(target, size_max_bytes)

    def pause(self) -> None:
        """See Carrier."""
        self._carrier.pause()

    def close(self) -> None:
        """See Carrier."""
        self._carrier.close()
