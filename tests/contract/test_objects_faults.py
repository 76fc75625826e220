"""ObjectStore on a real S3 server whose connections break."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from storage.engines import Endpoints
from storage.errors import PartRefused, StoreRefused, StoreUnavailable
from storage.objects import RETRIES, ObjectStore
from storage.objects.faults import ATTEMPTS_MAX
from tests.contract.faulty_gate import FaultyGate

BODY = os.urandom(3_000_000)


@pytest.fixture
async def gate(engines: Endpoints) -> AsyncIterator[FaultyGate]:
    """A gate that does no harm yet."""
    async with FaultyGate(engines.s3).opened() as opened:
        yield opened


@pytest.fixture
def delays() -> list[float]:
    """The pauses the store made, without making them."""
    return []


@pytest.fixture
async def store(gate: FaultyGate, delays: list[float]) -> AsyncIterator[ObjectStore]:
    """A store behind the gate."""

    async def sleep(delay_s: float) -> None:
        delays.append(delay_s)

    async with ObjectStore(gate.settings, sleep=sleep) as opened:
        yield opened


async def test_a_put_is_tried_again(store: ObjectStore, gate: FaultyGate, delays: list[float], key_prefix: str) -> None:
    """A refusal and a cut connection pass, with growing pauses; the object is whole."""
    gate.refuse, gate.cut_requests = 1, [1_000_000]
    await store.put(key_prefix + "a", BODY, media_type="image/png")
    assert len(delays) == 2
    assert delays[0] < delays[1]
    assert await store.read_all(key_prefix + "a", limit_bytes=len(BODY)) == BODY


async def test_retries_are_counted(
    store: ObjectStore, gate: FaultyGate, object_store: ObjectStore, key_prefix: str
) -> None:
    """By operation; a streamed part that its sender has to send again counts as well."""
    before, key = RETRIES.copy(), key_prefix + "b"
    multipart = await object_store.create_multipart(key, media_type="image/png")
    gate.refuse = 1
    with pytest.raises(PartRefused):
        await store.upload_part(key, multipart, 1, _once(BODY), len(BODY))
    await object_store.abort_multipart(key, multipart)
    gate.refuse = 1
    await store.put(key_prefix + "a", BODY, media_type="image/png")
    assert {"put_object": 1, "upload_part": 1} == dict(RETRIES - before)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def test_control_calls_are_tried_again(
    store: ObjectStore, gate: FaultyGate, delays: list[float], key_prefix: str
) -> None:
    """What botocore sends is tried again by the same rule."""
    gate.refuse, gate.cut_answers = 1, [10]
    await store.create_multipart(key_prefix + "a", media_type="image/png")
    assert len(delays) == 2


async def test_retries_end(store: ObjectStore, gate: FaultyGate, delays: list[float], key_prefix: str) -> None:
    """A store that stays broken is given up after a fixed number of attempts."""
    gate.refuse = ATTEMPTS_MAX
    with pytest.raises(StoreUnavailable) as gave_up:
        await store.put(key_prefix + "a", BODY, media_type="image/png")
    assert gave_up.value.params == {"store": "s3", "operation": "put_object", "detail": "status 503"}
    assert (gate.connections, len(delays)) == (ATTEMPTS_MAX, ATTEMPTS_MAX - 1)


async def test_a_broken_read_goes_on_where_it_stopped(
    store: ObjectStore, gate: FaultyGate, object_store: ObjectStore, key_prefix: str
) -> None:
    """A download cut twice still gives every byte once."""
    await object_store.put(key_prefix + "a", BODY, media_type="image/png")
    gate.cut_answers = [1_000_000, 500_000]
    pieces = [piece async for piece in store.read(key_prefix + "a", start=5, stop=2_900_000)]
    assert b"".join(pieces) == BODY[5:2_900_000]
    assert gate.connections == 3


async def test_a_broken_read_does_not_mix_two_objects(
    store: ObjectStore, gate: FaultyGate, object_store: ObjectStore, key_prefix: str
) -> None:
    """An object replaced between the two halves of a broken download is an error, not a mixture."""
    await object_store.put(key_prefix + "a", BODY, media_type="image/png")
    gate.cut_answers = [1_000_000]
    reading = store.read(key_prefix + "a")
    async with aclosing(reading):
        await anext(reading)
        await object_store.put(key_prefix + "a", BODY[::-1], media_type="image/png")
        with pytest.raises(StoreRefused, match="PreconditionFailed"):
            async for _ in reading:
                pass


async def test_a_cut_stream_is_refused_and_leaves_no_part(
    store: ObjectStore, gate: FaultyGate, object_store: ObjectStore, key_prefix: str
) -> None:
    """A streamed part is sent once: the caller, who has the bytes, is told; the store keeps nothing of it."""

    async def pieces() -> AsyncIterator[bytes]:
        yield BODY[:1_500_000]
        yield BODY[1_500_000:]

    key = key_prefix + "a"
    multipart = await object_store.create_multipart(key, media_type="image/png")
    gate.cut_requests = [1_000_000]
    with pytest.raises(PartRefused) as refused:
        await store.upload_part(key, multipart, 1, pieces(), len(BODY))
    assert (refused.value.params["key"], refused.value.params["number"]) == (key, 1)
    assert await object_store.list_parts(key, multipart) == ()
    part = await store.upload_part(key, multipart, 1, pieces(), len(BODY))
    assert await object_store.list_parts(key, multipart) == (part,)


async def test_an_abandoned_read_closes_its_connection(
    store: ObjectStore, gate: FaultyGate, object_store: ObjectStore, key_prefix: str
) -> None:
    """A reader who walks away doesn't leave the store sending."""
    await object_store.put(key_prefix + "a", os.urandom(20_000_000), media_type="image/png")
    async with aclosing(store.read(key_prefix + "a")) as reading:
        await anext(reading)
        assert gate.open == 1
    await asyncio.wait_for(gate.all_closed.wait(), 10)


async def test_a_store_that_is_not_there_is_unavailable(engines: Endpoints, key_prefix: str) -> None:
    """Nobody listening is a matter of availability, for readiness and for work alike."""
    nobody = replace(engines.s3, endpoint_url="http://127.0.0.1:1")
    async with ObjectStore(nobody, sleep=lambda delay_s: asyncio.sleep(0)) as store:
        with pytest.raises(StoreUnavailable):
            await store.ping()
        with pytest.raises(StoreUnavailable):
            await store.read_all(key_prefix + "a", limit_bytes=1)


async def test_wrong_keys_are_refused_without_telling_secrets(engines: Endpoints, key_prefix: str) -> None:
    """A refusal isn't tried again, and its text holds no signature, no key, no address."""
    wrong = replace(engines.s3, secret_key="wrong" * 8)
    async with ObjectStore(wrong) as store:
        for attempt in (store.ping(), store.put(key_prefix + "a", b"x", media_type="image/png")):
            with pytest.raises(StoreRefused) as refused:
                await attempt
            told = str(refused.value)
            assert [word for word in ("Signature=", "wrongwrong", engines.s3.access_key, "http") if word in told] == []


async def test_a_missing_bucket_is_not_ready(engines: Endpoints) -> None:
    """Readiness asks for the bucket, not for the server."""
    async with ObjectStore(replace(engines.s3, bucket="no-such-bucket")) as store:
        with pytest.raises(StoreUnavailable, match="no such bucket"):
            await store.ping()
