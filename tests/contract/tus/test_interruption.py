"""Connections break, clients fall silent, requests meet: what arrived is kept, and the bytes are right in the end."""

import asyncio
import hashlib
import os
import socket
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from compliance.visits import actor_of, person_now
from fileserver.uploads import body as body_module
from fileserver.uploads import handover, pace, service
from fileserver.uploads.handover import PATIENCE_S
from storage.database import Transaction
from storage.rows import uploads
from storage.rows.standing import Standing
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.uploads import VERSION, Tus, until

LENGTH = 2 * PART_BYTES + 300_000
BODY = os.urandom(LENGTH)
IN_SOCKETS_BYTES = 1 << 20  # what may still be in buffers when a connection breaks


@pytest.mark.parametrize("sent", [1000, PART_BYTES, PART_BYTES + 1000, LENGTH - 1])
async def test_what_arrived_before_the_cut_is_kept(tus: Tus, sent: int) -> None:
    """HEAD tells nearly all of it; the rest completes the file with the SHA-256 computed on the way."""
    path = await tus.create(LENGTH)
    async with tus.open_patch(path, 0, LENGTH) as patch:
        await patch.send(BODY[:sent])
        await until(lambda: tus.reception(path) is not None)
        await patch.cut()
    offset = await tus.offset(path)
    assert sent - IN_SOCKETS_BYTES <= offset <= sent
    await tus.patch(path, offset, BODY[offset:])
    await assert_complete(tus, path, BODY)


async def test_a_newer_request_ends_the_older_one(tus: Tus) -> None:
    """HEAD on a new connection answers at once, with what the silent one had brought, and that stays true."""
    path = await tus.create(LENGTH)
    async with tus.open_patch(path, 0, LENGTH) as silent:
        await silent.send(BODY[:400_000])
        await until(lambda: tus.reception(path) is not None)
        offset = await tus.offset(path)
        assert 400 == await silent.status()
    assert 204 == (await tus.patch(path, offset, BODY[offset:])).status
    await assert_complete(tus, path, BODY)


async def test_a_silent_client_is_given_up(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """408 after the time that a client may be silent; what it had brought is kept."""
    monkeypatch.setattr(body_module, "SILENCE_MAX_S", 0.05)
    path = await tus.create(100)
    async with tus.open_patch(path, 0, 100) as patch:
        await patch.send(b"x" * 60)
        assert 408 == await patch.status()
    assert 60 == await tus.offset(path)


async def test_a_client_that_hardly_sends_is_given_up(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """408 although it is never silent for long: a trickle would hold its place for days; its bytes are kept."""
    monkeypatch.setattr(pace, "PATIENCE_S", 0)
    monkeypatch.setattr(pace, "RATE_MIN_BYTES_S", 1 << 60)
    path = await tus.create(100)
    async with tus.open_patch(path, 0, 100) as patch:
        await patch.send(b"x" * 60)
        assert 408 == await patch.status()
    assert 60 == await tus.offset(path)


async def test_a_stopping_server_keeps_what_arrived(tus: Tus) -> None:
    """Requests under way end with 503 as soon as the server is told to stop."""
    path = await tus.create(100)
    async with tus.open_patch(path, 0, 100) as patch:
        await patch.send(b"x" * 60)
        await until(lambda: tus.reception(path) is not None)
        tus.receptions.stop()
        assert 503 == await patch.status()
    row = await tus.row(path)
    assert row.offset_bytes <= 60
    assert "receiving" == row.state


@pytest.mark.parametrize("size_bytes", [PART_BYTES - 1000, PART_BYTES + 900_000, LENGTH - 1])
async def test_every_byte_that_was_delivered_counts(tus: Tus, other: Tus, size_bytes: int) -> None:
    """Also those that the request which is ended had not read yet, whether its own process or another asks."""
    for asker in (tus, other):
        async with tus.open_patch(await tus.create(LENGTH), 0, LENGTH) as patch:
            await patch.send(BODY[:size_bytes])
            await patch.begun()
            await patch.delivered()
            assert size_bytes == await asker.offset(patch.path)


async def test_what_is_not_taken_any_more_is_not_hashed(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client goes on sending beyond what a request may take as it ends: the SHA-256 is of what was kept."""
    monkeypatch.setattr(body_module, "LATE_MAX_BYTES", 1)
    occupied = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as threads:
        monkeypatch.setattr(body_module, "THREADS", threads)
        threads.submit(occupied.wait)  # so that nothing is read before the request is asked to end
        async with tus.open_patch(await tus.create(LENGTH), 0, LENGTH) as patch:
            patch.writer.write(BODY)
            await patch.begun()
            told = asyncio.ensure_future(tus.offset(patch.path))
            await until(lambda: (older := tus.reception(patch.path)) is not None and older.ending is not None)
            occupied.set()
            offset = await told
        assert 0 < offset <= PART_BYTES
        assert 204 == (await tus.patch(patch.path, offset, BODY[offset:])).status
    await assert_complete(tus, patch.path, BODY)


async def test_a_socket_that_promises_too_much(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said to be readable, and then it is not: what came just before is not lost, and no hole is left."""

    class Promising(socket.socket):
        reads = 0

        def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
            Promising.reads += 1
            if Promising.reads % 17 == 0 and self.gettimeout() == 0:
                raise BlockingIOError
            return super().recv_into(buffer, nbytes or min(len(buffer), 100_000), flags)

    monkeypatch.setattr(body_module, "SILENCE_MAX_S", 1)
    path = await tus.create(LENGTH)
    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", Promising)
        answer = await tus.patch(path, 0, BODY)
    offset = await tus.offset(path)
    if answer.status != 204:
        await tus.patch(path, offset, BODY[offset:])
    await assert_complete(tus, path, BODY)


async def test_another_node_takes_over(tus: Tus, other: Tus) -> None:
    """Two servers, one database: the second asks the first to let go, which keeps every byte that had arrived."""
    path = await tus.create(LENGTH)
    async with tus.open_patch(path, 0, LENGTH) as older:
        await older.send(BODY[: PART_BYTES + 10])
        await tus.until_recorded(path, PART_BYTES)
        reached = await other.offset(path)
        assert PART_BYTES + 10 == reached
        assert 400 == await older.status()
    await other.patch(path, reached, BODY[reached:])
    assert "verifying" == (await tus.row(path)).state
    await tus.work()
    await assert_complete(tus, path, BODY)


async def test_a_length_and_a_node_are_changed_together(tus: Tus, other: Tus) -> None:
    """A request that doesn't know the length can't record up to it: nobody would see that the upload is complete."""
    answer = await tus.request("POST", "/uploads/", {**VERSION, "Upload-Defer-Length": "1"})
    path = URL(answer.headers["Location"]).path
    await other.patch(path, 0, BODY[:1000])
    before = await tus.row(path)

    async def recorded_meanwhile() -> bool:
        async with other.services.database.transaction() as tx:
            return await uploads.advance(
                tx, before.id, before.fence, start=1000, end=2000, state="receiving", object_key=before.object_key,
                now=before.created_at,
            )  # fmt: skip

    class Interfered:
        """Between any two transactions the other node records."""

        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[Transaction]:
            async with tus.services.database.transaction() as tx:
                yield tx
            assert not await recorded_meanwhile()

    services = replace(tus.services, database=cast("Any", Interfered()))
    actor = actor_of(await person(tus, before.person_id), tus.services.clock())
    taken = await service.take_up(services, actor, before.id, holder=uuid4(), asked=True, offset=1000, length=2000)
    assert (1000, 2000) == (taken.row.offset_bytes, taken.row.length_bytes)


async def person(tus: Tus, person_id: UUID) -> Standing:
    """Who uploads."""
    async with tus.services.database.transaction() as tx:
        return await person_now(tx, person_id)


async def test_a_node_that_died_is_not_waited_for(tus: Tus, other: Tus) -> None:
    """Its name is free in PostgreSQL: the other one goes on from the offset at once."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:1000])
    async with tus.services.database.transaction() as tx:
        await uploads.set_holder(tx, UUID(path.rpartition("/")[2]), 1, uuid4())
    async with asyncio.timeout(PATIENCE_S / 2):
        assert 1000 == await other.offset(path)


async def test_a_node_that_does_not_listen_is_passed_over(
    tus: Tus, other: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lives, but no word reaches it: after some patience the fence shuts it out, and it records nothing more."""
    monkeypatch.setattr(handover, "PATIENCE_S", 0.1)
    path = await tus.create(LENGTH)
    async with tus.open_patch(path, 0, LENGTH) as older:
        await older.send(BODY[: PART_BYTES + 10])
        await tus.until_recorded(path, PART_BYTES)
        monkeypatch.setattr(handover, "CHANNEL", "where_nobody_listens")
        assert PART_BYTES == await other.offset(path)
        await older.send(BODY[PART_BYTES + 10 :])
        assert 400 == await older.status()
    assert PART_BYTES == (await tus.row(path)).offset_bytes
    await other.patch(path, PART_BYTES, BODY[PART_BYTES:])
    await tus.work()
    await assert_complete(tus, path, BODY)


async def test_nodes_by_turns(tus: Tus, other: Tus) -> None:
    """A node that saw only some of the bytes does not trust the hash that it has of them: the object is read."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:1000])
    await other.patch(path, 1000, BODY[1000:2000])
    await tus.patch(path, 2000, BODY[2000:])
    assert "verifying" == (await tus.row(path)).state
    await tus.work()
    await assert_complete(tus, path, BODY)


@settings(
    max_examples=settings().max_examples // 16,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cuts=st.lists(st.tuples(st.integers(min_value=0, max_value=LENGTH), st.booleans()), min_size=1, max_size=5))
async def test_cuts_anywhere(tus: Tus, cuts: list[tuple[int, bool]]) -> None:
    """However often and wherever a transfer breaks off, resuming by HEAD ends with equal bytes and SHA-256.

    A polite step ends its PATCH at the cut, another breaks the connection in the middle of a PATCH of all the rest.
    """
    path, offset = await tus.create(LENGTH), 0
    for cut, polite in cuts:
        stop = max(offset, cut)
        if polite:
            await tus.patch(path, offset, BODY[offset:stop])
        else:
            async with tus.open_patch(path, offset, LENGTH - offset) as patch:
                await patch.send(BODY[offset:stop])
                await patch.cut()
        before, offset = offset, await tus.offset(path)
        assert before <= offset <= stop
    await tus.patch(path, offset, BODY[offset:])
    await assert_complete(tus, path, BODY)
    assert hashlib.sha256(BODY).hexdigest() == (await tus.row(path)).sha256
    assert 204 == (await tus.request("DELETE", path, VERSION)).status


@pytest.mark.parametrize("read_first", [False, True], ids=["at-once", "after-reading"])
@pytest.mark.parametrize("length", [100, LENGTH], ids=["short", "long"])
async def test_a_client_that_goes_away_is_no_error(
    tus: Tus, caplog: pytest.LogCaptureFixture, length: int, *, read_first: bool
) -> None:
    """A line that says so, and no traceback: it happens all day. Also when only the body's thread has seen it yet."""
    caplog.set_level("INFO")
    async with tus.open_patch(await tus.create(length), 0, length) as patch:
        await patch.send(BODY[:60])
        if read_first:
            await until(lambda: (now := tus.reception(patch.path)) is not None and now.flight.received_bytes == 60)
        await patch.cut()
    await until(lambda: "client gone" in caplog.messages)
    assert [] == [record.message for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
