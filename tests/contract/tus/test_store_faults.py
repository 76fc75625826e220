"""Every fault of the store at every operation of an upload: it ends equal or clearly failed, and trying has an end."""

import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest

from fileserver.config import Config
from fileserver.uploads.names import object_key, tail_prefix
from fileserver.uploads.orphans import sweep_orphans
from storage.engines import Endpoints
from storage.objects import ObjectStore, faults
from tests.contract.faulty_store import Fault, FaultyStore
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.contract.tus.test_process import serving
from tests.crash.check import look
from tests.crash.journal import Violation
from tests.crash.rows import Rows
from tests.services import Clock
from tests.uploads import VERSION, Tus, until

BODY = os.urandom(PART_BYTES + 300_000)
LENGTH = len(BODY)
TAIL = 100_000  # where the first PATCH leaves off
LONG = os.urandom(3 * PART_BYTES)
TRIES_MAX = 8  # of a client, each a HEAD and a PATCH
EVER = 10_000
# Of one operation for one PATCH while the store stays broken: a part is streamed once, then sent from memory.
REQUESTS_MAX = 2 * (1 + faults.ATTEMPTS_MAX)

ASKING = (Fault.SLOW_DOWN, Fault.TRICKLE, Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.HALF_ANSWER)
SENDING = (*ASKING, Fault.UNHEARD, Fault.BAD_DIGEST, Fault.WRONG_ETAG)
CASES: Mapping[str, tuple[Fault, ...]] = {
    "create_multipart_upload": ASKING,
    "upload_part": (*SENDING, Fault.GONE),
    "put_object": SENDING,
    "get_object": ASKING,
    "delete_object": ASKING,
    "head_object": ASKING,
    "complete_multipart_upload": (
        *ASKING,
        Fault.UNHEARD,
        Fault.ERROR_IN_200,
        Fault.DONE_ERROR_IN_200,
        Fault.GONE,
        Fault.DONE_GONE,
    ),
}
# What may end an upload for good: the store denies what it has acknowledged. A client is told 410 and begins anew.
MAY_FAIL = {
    ("upload_part", Fault.WRONG_ETAG),
    ("upload_part", Fault.GONE),
    ("complete_multipart_upload", Fault.GONE),
}
ENDING = ("list_objects_v2", "delete_objects", "list_multipart_uploads", "abort_multipart_upload")


@pytest.fixture
async def faulty(engines: Endpoints, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FaultyStore]:
    """The real store behind a proxy, and no pauses between attempts."""
    monkeypatch.setattr(faults, "FIRST_DELAY_S", 0.001)
    async with FaultyStore(engines.s3).opened() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    """The time of the process that is killed."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def config(config: Config, faulty: FaultyStore) -> Config:
    """The application works through the proxy."""
    return config.model_copy(update={"s3_endpoint_url": faulty.settings.endpoint_url})


async def brings(tus: Tus, path: str, body: bytes, *cuts: int) -> bool:
    """A client that asks, sends to the next of `cuts`, and asks again; False when it is told that it is gone."""
    for _ in range(TRIES_MAX):
        asked = await tus.request("HEAD", path, VERSION)
        if asked.status == 410:
            return False
        if asked.status != 200:
            assert 503 == asked.status
            continue
        offset = int(asked.headers["Upload-Offset"])
        if offset == len(body):
            return True
        stop = next(cut for cut in (*cuts, len(body)) if cut > offset)
        answer = await tus.patch(path, offset, body[offset:stop])
        assert answer.status in (204, 410, 503), await answer.text()
    raise AssertionError("no end of trying")


async def test_one_fault(tus: Tus, faulty: FaultyStore, subtests: pytest.Subtests) -> None:
    """A fault that passes harms nobody: the bytes arrive, each once, and the SHA-256 is theirs."""
    for operation, fault in ((operation, each) for operation, several in CASES.items() for each in several):
        with subtests.test(f"{operation} {fault}"):
            path = await tus.create(LENGTH)
            faulty.fail(operation, fault)
            brought = await brings(tus, path, BODY, TAIL)
            assert [] == faulty.faults[operation]
            assert brought or (operation, fault) in MAY_FAIL
            await tus.work()
            if brought:
                await assert_complete(tus, path, BODY)
            else:
                assert "failed" == (await tus.row(path)).state


@pytest.mark.parametrize("operation", ["create_multipart_upload", "upload_part", "put_object"])
async def test_a_store_that_stays_broken(
    tus: Tus, faulty: FaultyStore, operation: str, subtests: pytest.Subtests
) -> None:
    """Trying has an end, which the client is told with 503; when the store is well again the upload goes on."""
    for fault in (Fault.SLOW_DOWN, Fault.UNHEARD, Fault.CUT_AFTER, Fault.HALF_ANSWER):
        with subtests.test(str(fault)):
            path = await tus.create(LENGTH)
            faulty.requests.clear()
            faulty.fail(operation, fault, times=EVER)
            stop = TAIL if operation == "put_object" else LENGTH
            assert 503 == (await tus.patch(path, 0, BODY[:stop])).status
            assert 1 <= faulty.requests[operation] <= REQUESTS_MAX
            assert 0 == await tus.offset(path)
            faulty.faults.clear()
            assert await brings(tus, path, BODY)
            await tus.work()
            await assert_complete(tus, path, BODY)


async def test_a_part_that_fails_after_later_ones_succeeded(tus: Tus, faulty: FaultyStore) -> None:
    """HEAD does not count what lies behind the gap; the client fills it, and the bytes are equal."""
    path = await tus.create(len(LONG))
    faulty.fail("upload_part 1", Fault.SLOW_DOWN, times=EVER)
    assert 503 == (await tus.patch(path, 0, LONG)).status
    assert faulty.requests["upload_part 2"]
    assert 0 == await tus.offset(path)
    faulty.faults.clear()
    assert await brings(tus, path, LONG, PART_BYTES + TAIL)
    await tus.work()
    await assert_complete(tus, path, LONG)


async def test_a_tail_outlives_the_server_that_folds_it_into_a_part(tus: Tus, faulty: FaultyStore) -> None:
    """Kill -9 while the part that covers an acknowledged tail is on its way: the tail still counts, and is equal."""
    path = await tus.create(len(LONG))
    acknowledged = PART_BYTES + TAIL
    async with serving(tus) as (process, first):
        assert 204 == (await first.patch(path, 0, LONG[:acknowledged])).status
        faulty.fail("upload_part 2", Fault.HOLD)
        async with first.open_patch(path, acknowledged, len(LONG) - acknowledged) as patch:
            await patch.send(LONG[acknowledged:])
            await until(faulty.holds.is_set)
            process.kill()
            await process.wait()
    assert acknowledged == await tus.offset(path)
    assert await brings(tus, path, LONG)
    await tus.work()
    await assert_complete(tus, path, LONG)


async def test_what_an_ended_upload_leaves_goes_in_spite_of_faults(
    tus: Tus, faulty: FaultyStore, object_store: ObjectStore
) -> None:
    """Lists, deletions and aborts that fail once are done again: parts and tails are gone from the store."""
    for fault in ASKING:
        path = await tus.create(len(LONG))
        assert 204 == (await tus.patch(path, 0, LONG[: PART_BYTES + TAIL])).status
        for operation in ENDING:
            faulty.fail(operation, fault)
        assert 204 == (await tus.request("DELETE", path, VERSION)).status
        await tus.work()
        assert [] == [name for name in ENDING if faulty.faults[name]], fault
        row = await tus.row(path)
        assert () == await object_store.list_multiparts(object_key(row.id))
        assert 0 == await object_store.delete_prefix(tail_prefix(row.id))


async def test_what_a_lost_answer_left_is_swept(
    tus: Tus, faulty: FaultyStore, engines: Endpoints, clock: Clock
) -> None:
    """A multipart upload that was begun and whose id nobody learned is gone when the sweep has been."""
    path = await tus.create(LENGTH)
    faulty.fail("create_multipart_upload", Fault.CUT_AFTER)
    assert 204 == (await tus.patch(path, 0, BODY)).status
    assert 2 == faulty.requests["create_multipart_upload"]
    rows, mine = Rows(tus.services.config.database_url.get_secret_value()), path.rpartition("/")[2]
    assert ["orphan multipart"] == [each.kind for each in await wrong(tus, rows, engines, mine)]
    clock.advance(days=1)
    await sweep_orphans(tus.services)
    assert [] == await wrong(tus, rows, engines, mine)


async def wrong(tus: Tus, rows: Rows, engines: Endpoints, upload_id: str) -> list[Violation]:
    """What a look at rows and store finds about one upload."""
    found = await look(rows, tus.services.objects, engines.s3)
    return [each for each in (*found.broken, *found.orphans, *found.leftovers) if each.upload == upload_id]
