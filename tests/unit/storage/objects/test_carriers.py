"""What carries bytes between sockets holds little for those who read slowly, however many they are."""

import socket
from collections.abc import Iterator

import pytest

from storage.objects.carriers import FAST_AFTER_BYTES, LOAD_BYTES, SMALL_LOAD_BYTES, Carrier, Hold


class Store(socket.socket):
    """As much as one asks for is always there."""

    def recv_into(self, buffer: memoryview, nbytes: int = 0, flags: int = 0) -> int:  # type: ignore[override]  # narrower
        """See socket."""
        return len(buffer)


class Reader(socket.socket):
    """Takes `room_bytes`, or everything at once."""

    room_bytes: int | None = None

    def send(self, data: memoryview, flags: int = 0) -> int:  # type: ignore[override]  # narrower
        """See socket."""
        return len(data) if self.room_bytes is None else min(len(data), self.room_bytes)


@pytest.fixture
def store() -> Iterator[Store]:
    """Where bytes come from."""
    with Store() as opened:
        yield opened


@pytest.fixture
def reader() -> Iterator[Reader]:
    """Where they go."""
    with Reader() as opened:
        yield opened


def carried(carrier: Carrier, store: Store, reader: Reader, size_bytes: int) -> int:
    """Carries so much in whole loads; how large the next load is, which is taken up and not given."""
    while size_bytes > 0:
        load_bytes = carrier.take(store, LOAD_BYTES)
        size_bytes -= carrier.give(reader, load_bytes)
    return carrier.take(store, LOAD_BYTES)


def test_loads_grow_with_a_fast_reader(store: Store, reader: Reader) -> None:
    """Small ones at first, large ones for whoever takes many without a pause."""
    carrier = Hold().carrier()
    assert SMALL_LOAD_BYTES == carried(carrier, store, reader, 0)
    assert LOAD_BYTES == carried(carrier, store, reader, FAST_AFTER_BYTES)


def test_a_pause_makes_loads_small(store: Store, reader: Reader) -> None:
    """The rest of a large load waits, then small ones follow; its place is somebody else's."""
    hold = Hold(large_loads_max=1)
    carrier, other = hold.carrier(), hold.carrier()
    carried(carrier, store, reader, FAST_AFTER_BYTES)
    reader.room_bytes = LOAD_BYTES - 100
    carrier.give(reader, LOAD_BYTES)
    carrier.pause()
    reader.room_bytes = None
    assert LOAD_BYTES == carried(other, store, reader, FAST_AFTER_BYTES)
    assert 100 == carrier.give(reader, LOAD_BYTES)
    assert SMALL_LOAD_BYTES == carrier.take(store, LOAD_BYTES)


def test_large_loads_are_few(store: Store, reader: Reader) -> None:
    """Who finds no place for one goes on with small ones, until somebody has left."""
    hold = Hold(large_loads_max=1)
    first, second = hold.carrier(), hold.carrier()
    carried(first, store, reader, FAST_AFTER_BYTES)
    assert SMALL_LOAD_BYTES == carried(second, store, reader, FAST_AFTER_BYTES)
    first.close()
    assert LOAD_BYTES == carried(second, store, reader, SMALL_LOAD_BYTES)
