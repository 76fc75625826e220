"""An object into somebody's connection: every byte once, as far as it is allowed, and nothing left running."""

import asyncio
import hashlib
import os
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.engines import Endpoints
from storage.errors import StoreRefused
from storage.objects import ObjectStore, OutletGone, passing, windows
from tests.contract.faulty_gate import FaultyGate
from tests.outlets import Reader
from tests.uploads import until

MIB = 1 << 20
BODY = os.urandom(MIB) * 24
SHA256 = hashlib.sha256(BODY).hexdigest()
FOR_EVER_S = 3600.0


class Forbidden(Exception):
    """No more."""


class Allowing:
    """Lets everything pass, or nothing any more after `at_most_bytes`; remembers how much was asked for."""

    def __init__(self, at_most_bytes: int | None = None) -> None:
        self.asked_bytes, self._at_most_bytes = 0, at_most_bytes

    async def allow(self, size_bytes: int) -> float:
        """See storage.objects.passing.Allow."""
        if self._at_most_bytes is not None and self.asked_bytes + size_bytes > self._at_most_bytes:
            raise Forbidden
        self.asked_bytes += size_bytes
        return FOR_EVER_S


@pytest.fixture
async def gate(engines: Endpoints) -> AsyncIterator[FaultyGate]:
    """A gate before the store."""
    async with FaultyGate(engines.s3).opened() as opened:
        yield opened


@pytest.fixture
async def store(gate: FaultyGate) -> AsyncIterator[ObjectStore]:
    """The store behind the gate, whose pauses take no time."""

    async def no_pause(_seconds: float) -> None:
        await asyncio.sleep(0)

    async with ObjectStore(gate.settings, sleep=no_pause) as opened:
        yield opened


@pytest.fixture
async def key(object_store: ObjectStore, key_prefix: str) -> str:
    """An object of 24 MiB."""
    key = f"{key_prefix}large"
    await object_store.put(key, BODY, media_type="application/octet-stream")
    return key


async def passed(store: ObjectStore, key: str, reader: Reader, allowing: Allowing, **span: Any) -> bytes:
    """What the reader got."""
    reading = asyncio.create_task(reader.rest())
    await store.pass_on(key, reader, allowing.allow, **span)
    reader.sent_all()
    return await reading


@pytest.mark.parametrize("bare", [True, False])
async def test_every_byte_once(object_store: ObjectStore, key: str, *, bare: bool) -> None:
    """From socket to socket or in pieces: the same bytes, all of them asked for and counted."""
    allowing = Allowing()
    with Reader(bare=bare) as reader:
        assert SHA256 == hashlib.sha256(await passed(object_store, key, reader, allowing)).hexdigest()
        assert [len(BODY)] * 2 == [reader.written_bytes + reader.taken_bytes, allowing.asked_bytes]
        assert bare == (reader.taken_bytes > 0)


async def test_a_range(object_store: ObjectStore, key: str) -> None:
    """From the first byte asked for up to, but without, the last; nothing for nothing."""
    spans = [(5, 7), (3, 9 * MIB + 1), (len(BODY) - MIB, len(BODY)), (7, 7)]
    for start, stop in spans:
        with Reader(bare=True) as reader:
            assert BODY[start:stop] == await passed(object_store, key, reader, Allowing(), start=start, stop=stop)


@pytest.mark.parametrize(("cut_at", "connections"), [(10_000, 3), (3 * MIB, 3), (20 * MIB, 2)])
async def test_a_broken_answer_is_gone_on_with(
    store: ObjectStore, gate: FaultyGate, key: str, cut_at: int, connections: int
) -> None:
    """Where the store's connection breaks, another one goes on; the reader sees nothing of it."""
    gate.cut_answers = [cut_at, cut_at]
    with Reader(bare=True) as reader:
        assert SHA256 == hashlib.sha256(await passed(store, key, reader, Allowing())).hexdigest()
    assert connections == gate.connections


class Over:
    """Other bytes in some places of the object."""

    def __init__(self, places: dict[int, bytes]) -> None:
        self.whole = bytearray(BODY)
        for at, data in places.items():
            self.whole[at : at + len(data)] = data

    def over(self, at: int, piece: bytes) -> bytes:
        """See storage.objects.overlays.Overlay."""
        assert BODY[at : at + len(piece)] == piece
        return bytes(self.whole[at : at + len(piece)])

    def lay(self, at: int, load: memoryview) -> None:
        """See storage.objects.overlays.Overlay."""
        assert BODY[at : at + len(load)] == load
        load[:] = self.whole[at : at + len(load)]


OVER = Over(
    {0: b"begin", 3 * MIB - 7: b"m" * 200_000, 5 * MIB: b"4444", 5 * MIB + 90_000: b"five", len(BODY) - 3: b"end"}
)


@pytest.mark.parametrize("bare", [True, False])
async def test_what_lies_over_it(object_store: ObjectStore, key: str, *, bare: bool) -> None:
    """Other bytes in their places reach the reader in any range, from socket to socket or in pieces."""
    for start, stop in [(0, len(BODY)), (3 * MIB + 5, 9 * MIB + 1), (5 * MIB + 2, 5 * MIB + 90_002), (7, 8)]:
        with Reader(bare=bare) as reader:
            got = await passed(object_store, key, reader, Allowing(), start=start, stop=stop, overlay=OVER)
        assert hashlib.sha256(OVER.whole[start:stop]).digest() == hashlib.sha256(got).digest()


@pytest.mark.parametrize("cut_at", [10_000, 3 * MIB, 20 * MIB])
async def test_what_lies_over_a_broken_answer(store: ObjectStore, gate: FaultyGate, key: str, cut_at: int) -> None:
    """Where another connection goes on, what lies over the rest is in its place."""
    gate.cut_answers = [cut_at, cut_at]
    with Reader(bare=True) as reader:
        got = await passed(store, key, reader, Allowing(), overlay=OVER)
    assert hashlib.sha256(OVER.whole).digest() == hashlib.sha256(got).digest()


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five of them in the object; every reader is fast."""
    monkeypatch.setattr(windows, "WINDOW_BYTES", 5 * MIB)
    monkeypatch.setattr(windows, "FAST_S", FOR_EVER_S)


@pytest.mark.usefixtures("small_windows")
async def test_windows_come_on_kept_connections(store: ObjectStore, gate: FaultyGate, key: str) -> None:
    """A fast reader gets the next ones asked for ahead, on connections that serve one window after the other."""
    with Reader(bare=True) as reader:
        assert SHA256 == hashlib.sha256(await passed(store, key, reader, Allowing())).hexdigest()
    assert 4 == gate.connections  # for four windows behind the first, of which the first connection takes one
    await until(lambda: not gate.open)


@pytest.mark.usefixtures("small_windows")
async def test_a_slow_reader_is_asked_for_by_one_request(
    store: ObjectStore, gate: FaultyGate, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits in the store for somebody who takes his time."""
    monkeypatch.setattr(windows, "FAST_S", 0.0)
    with Reader(bare=True) as reader:
        assert SHA256 == hashlib.sha256(await passed(store, key, reader, Allowing())).hexdigest()
    assert 1 == gate.connections


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("cut_at", [10, 300, 2 * MIB, 5 * MIB])
async def test_a_window_that_breaks_is_asked_for_again(
    store: ObjectStore, gate: FaultyGate, key: str, cut_at: int
) -> None:
    """In its head, at its end or between, and the connection behind it too: every byte comes once."""
    gate.cut_answers = [9 * MIB, cut_at, cut_at]
    with Reader(bare=True) as reader:
        assert SHA256 == hashlib.sha256(await passed(store, key, reader, Allowing())).hexdigest()


@pytest.mark.usefixtures("small_windows")
async def test_what_lies_over_windows(object_store: ObjectStore, key: str) -> None:
    """Other bytes in their places, wherever windows end."""
    for start, stop in [(0, len(BODY)), (3 * MIB + 5, 19 * MIB + 1)]:
        with Reader(bare=True) as reader:
            got = await passed(object_store, key, reader, Allowing(), start=start, stop=stop, overlay=OVER)
        assert hashlib.sha256(OVER.whole[start:stop]).digest() == hashlib.sha256(got).digest()


@pytest.mark.usefixtures("small_windows")
async def test_windows_are_of_one_object(object_store: ObjectStore, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is replaced while it is read ends the answer; no byte of the other follows."""
    monkeypatch.setattr(windows, "AHEAD", 0)
    monkeypatch.setattr(passing, "GRANT_BYTES", MIB)
    other = bytes(len(BODY))

    class Replacing(Allowing):
        async def allow(self, size_bytes: int) -> float:
            if not self.asked_bytes:
                await object_store.put(key, other, media_type="application/octet-stream")
            return await super().allow(size_bytes)

    with Reader(bare=True) as reader:
        reading = asyncio.create_task(reader.rest())
        with pytest.raises(StoreRefused):
            await object_store.pass_on(key, reader, Replacing().allow)
        reader.sent_all()
        got = await reading
    assert BODY[: len(got)] == got


async def test_what_is_not_allowed_stays(object_store: ObjectStore, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as the answer is no, nothing more leaves, and what left is counted."""
    monkeypatch.setattr(passing, "GRANT_BYTES", MIB)
    allowing = Allowing(at_most_bytes=5 * MIB)
    with Reader(bare=True) as reader:
        reading = asyncio.create_task(reader.rest())
        with pytest.raises(Forbidden):
            await object_store.pass_on(key, reader, allowing.allow)
        reader.sent_all()
        assert len(await reading) == reader.written_bytes + reader.taken_bytes <= allowing.asked_bytes


@pytest.mark.parametrize("bare", [True, False])
async def test_a_reader_that_goes_ends_the_answer(
    store: ObjectStore, gate: FaultyGate, key: str, *, bare: bool
) -> None:
    """It is said to be gone, and the store's connection ends."""
    with Reader(bare=bare, pieces_max=None if bare else 2) as reader:
        passing = asyncio.create_task(store.pass_on(key, reader, Allowing().allow))
        if bare:
            await reader.some()
            reader.leave()
        with pytest.raises(OutletGone):
            await passing
    await until(lambda: not gate.open)


async def test_a_reader_that_stands_still_is_let_go(store: ObjectStore, gate: FaultyGate, key: str) -> None:
    """Who takes nothing for so long is gone, too."""
    with Reader(bare=True, standstill_s=0.2) as reader:
        passing = asyncio.create_task(store.pass_on(key, reader, Allowing().allow))
        await reader.some()
        with pytest.raises(OutletGone):
            await passing
    await until(lambda: not gate.open)


async def test_a_slow_reader_holds_no_thread(object_store: ObjectStore, key: str) -> None:
    """While it takes nothing, the event loop waits for it; then all goes on."""
    with Reader(bare=True) as reader:
        passing = asyncio.create_task(object_store.pass_on(key, reader, Allowing().allow))
        first = await reader.some()
        await until(lambda: not _busy())
        reading = asyncio.create_task(reader.rest())
        await passing
        reader.sent_all()
        assert SHA256 == hashlib.sha256(first + await reading).hexdigest()


async def test_whoever_is_cancelled_leaves_nothing_running(store: ObjectStore, gate: FaultyGate, key: str) -> None:
    """No thread touches the sockets any more, and the store's connection ends."""
    with Reader(bare=True) as reader:
        passing = asyncio.create_task(store.pass_on(key, reader, Allowing().allow))
        await reader.some()
        passing.cancel()
        await asyncio.wait({passing})
        assert passing.cancelled()
        assert not _busy()
    await until(lambda: not gate.open)


def _busy() -> bool:
    """Whether a thread of a store is at work: one that has nothing to do waits for work."""
    frames = sys._current_frames()
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("s3-get")]
    return any(_is_turning(frames.get(thread.ident or 0)) for thread in threads)


def _is_turning(frame: Any) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "_turn":
            return True
        frame = frame.f_back
    return False
