"""What this process is receiving at this moment, in figures: bytes that came, bytes held in memory, and how fast.

Counting costs two additions a piece: it stands on the hot path. Whoever shows or publishes the figures reads them from
`Flights`; the counts go on after a flight has ended, as Prometheus wants it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

STREAMED = "streamed"
DIRECT = "direct"
WAYS = (STREAMED, DIRECT)


class Flight:
    """One request that brings bytes. One thread counts what comes, another what is stored."""

    __slots__ = ("received_bytes", "stored_bytes")

    def __init__(self) -> None:
        self.received_bytes = 0
        self.stored_bytes = 0

    @property
    def retained_bytes(self) -> int:
        """What waits in memory until the store has acknowledged it."""
        return self.received_bytes - self.stored_bytes

    def took(self, size_bytes: int) -> None:
        """So many bytes came and are held."""
        self.received_bytes += size_bytes

    def freed(self, size_bytes: int) -> None:
        """So many bytes are stored and no longer held."""
        self.stored_bytes += size_bytes


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One flight at one moment; the rate is that since the moment before."""

    upload_id: UUID
    received_bytes: int
    retained_bytes: int
    rate_bytes_s: int


class Flights:
    """The flights of one process. `process` tells it from the others, for as long as it lives."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.process = uuid4()
        self._monotonic = monotonic
        self._flying: dict[UUID, Flight] = {}
        self._ended: Counter[str] = Counter()
        self._seen: dict[UUID, tuple[float, int]] = {}  # when its rate was last measured, and at how many bytes

    @contextmanager
    def flying(self, upload_id: UUID, flight: Flight) -> Iterator[None]:
        """Show the flight as long as the block lasts, and keep its count afterwards."""
        self._flying[upload_id] = flight
        self._seen[upload_id] = (self._monotonic(), flight.received_bytes)
        try:
            yield
        finally:
            if self._flying.get(upload_id) is flight:
                del self._flying[upload_id], self._seen[upload_id]
            self._ended[STREAMED] += flight.received_bytes

    def count(self, way: str, size_bytes: int) -> None:
        """Bytes that came without a flight, past this process: straight to the store."""
        self._ended[way] += size_bytes

    def __len__(self) -> int:
        """How many uploads are in flight here."""
        return len(self._flying)

    @property
    def retained_bytes(self) -> int:
        """What all flights hold in memory."""
        return sum(flight.retained_bytes for flight in self._flying.values())

    def received_bytes(self, way: str) -> int:
        """All bytes that ever came this way, those still in flight included."""
        now = sum(flight.received_bytes for flight in self._flying.values()) if way == STREAMED else 0
        return self._ended[way] + now

    def measure(self) -> tuple[Figures, ...]:
        """Every flight now. One reader only: the next rate counts from here."""
        now, found = self._monotonic(), []
        for upload_id, flight in self._flying.items():
            since, before = self._seen[upload_id]
            gained, elapsed_s = flight.received_bytes - before, now - since
            self._seen[upload_id] = (now, flight.received_bytes)
            found.append(
                Figures(
                    upload_id=upload_id,
                    received_bytes=flight.received_bytes,
                    retained_bytes=flight.retained_bytes,
                    rate_bytes_s=round(gained / elapsed_s) if elapsed_s > 0 else 0,
                )
            )
        return tuple(found)
