"""The store or the database fails at the worst moment: nothing that was acknowledged is lost, nothing else counts."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from fileserver.uploads import finishing, jobs, verifying
from fileserver.uploads.names import tail_prefix
from storage.errors import MultipartMissing, PartRefused, StoreRefused, StoreUnavailable
from storage.objects import ObjectStore
from storage.rows import uploads
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.services import Clock
from tests.uploads import VERSION, Tus

BODY = os.urandom(2 * PART_BYTES + 100_000)
LENGTH = len(BODY)


@dataclass
class Faults:
    """Makes single calls of a store's method fail, having done their work or not."""

    monkeypatch: pytest.MonkeyPatch
    calls: list[str] = field(default_factory=list)

    def fail(self, method: str, call: int, error: Exception, *, persisted: bool = False) -> None:
        """The `call`-th call of `method` (from 1) raises `error`; with `persisted` after it has done everything."""
        real: Callable[..., Awaitable[Any]] = getattr(ObjectStore, method)

        async def faulty(store: ObjectStore, *args: Any, **kwargs: Any) -> Any:
            self.calls.append(method)
            if self.calls.count(method) != call:
                return await real(store, *args, **kwargs)
            if persisted:
                await real(store, *args, **kwargs)
            raise error

        self.monkeypatch.setattr(ObjectStore, method, faulty)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Faults of the store."""
    return Faults(monkeypatch)


async def resume(tus: Tus, path: str) -> None:
    """What a client does after a failure."""
    offset = await tus.offset(path)
    assert 204 == (await tus.patch(path, offset, BODY[offset:])).status


@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
@pytest.mark.parametrize("part", [1, 2])
async def test_a_part_is_sent_again_from_memory(tus: Tus, faults: Faults, part: int, *, persisted: bool) -> None:
    """The client does not notice that the store refused a part, whether or not it had stored it."""
    faults.fail("upload_part", part, PartRefused(key="k", number=part, detail="cut"), persisted=persisted)
    path = await tus.create(LENGTH)
    assert 204 == (await tus.patch(path, 0, BODY)).status
    assert 4 == faults.calls.count("upload_part")
    await assert_complete(tus, path, BODY)


@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
async def test_a_failed_part_before_good_ones(tus: Tus, faults: Faults, *, persisted: bool) -> None:
    """The offset never counts past a gap, although later parts were stored."""
    faults.fail("upload_part", 1, StoreUnavailable(operation="upload_part", detail="down"), persisted=persisted)
    path = await tus.create(LENGTH)
    assert 503 == (await tus.patch(path, 0, BODY)).status
    assert 0 == await tus.offset(path)
    await resume(tus, path)
    await assert_complete(tus, path, BODY)


@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
async def test_a_tail_that_can_not_be_kept(tus: Tus, faults: Faults, *, persisted: bool) -> None:
    """Its bytes do not count; the parts before it do. What it may have left is swept in the end."""
    faults.fail("put", 1, StoreUnavailable(operation="put_object", detail="down"), persisted=persisted)
    path = await tus.create(LENGTH)
    assert 503 == (await tus.patch(path, 0, BODY[: PART_BYTES + 10])).status
    assert PART_BYTES == await tus.offset(path)
    await resume(tus, path)
    await assert_complete(tus, path, BODY)
    await tus.work()
    assert 0 == await tus.services.objects.delete_prefix(tail_prefix((await tus.row(path)).id))


async def test_a_tail_that_can_not_be_read_back(tus: Tus, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    """The PATCH that needs it fails and changes nothing; the next one succeeds."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:10])

    def unreadable(store: ObjectStore, key: str) -> Any:
        raise StoreUnavailable(operation="get_object", detail="down")

    with monkeypatch.context() as broken:
        broken.setattr(ObjectStore, "read", unreadable)
        assert 503 == (await tus.patch(path, 10, BODY[10:])).status
    assert 10 == await tus.offset(path)
    await resume(tus, path)
    await assert_complete(tus, path, BODY)


@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
async def test_assembling_fails(tus: Tus, faults: Faults, *, persisted: bool) -> None:
    """The last PATCH fails; asking for the offset assembles, with the hash kept, whether or not the store had."""
    error = StoreUnavailable(operation="complete_multipart_upload", detail="down")
    faults.fail("complete_multipart", 1, error, persisted=persisted)
    path = await tus.create(LENGTH)
    assert 503 == (await tus.patch(path, 0, BODY)).status
    assert "assembling" == (await tus.row(path)).state
    assert LENGTH == await tus.offset(path)
    await assert_complete(tus, path, BODY)


async def test_assembling_by_the_job(tus: Tus, other: Tus, faults: Faults) -> None:
    """A server that died before it could assemble is followed by the job, which reads the object for the hash."""
    faults.fail("complete_multipart", 1, StoreUnavailable(operation="complete_multipart_upload", detail="down"))
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY)
    await finishing.finish(other.services, (await tus.row(path)).id)
    assert "verifying" == (await tus.row(path)).state
    await tus.work()
    await assert_complete(tus, path, BODY)


async def test_parts_that_are_lost_for_good(tus: Tus, faults: Faults) -> None:
    """The upload is failed, says so to everybody, and its remains go."""
    faults.fail("complete_multipart", 1, MultipartMissing(key="k"))
    path = await tus.create(LENGTH)
    assert 410 == (await tus.patch(path, 0, BODY)).status
    assert "failed" == (await tus.row(path)).state
    assert 410 == (await tus.request("HEAD", path, VERSION)).status
    await tus.work()
    assert () == await tus.services.objects.list_multiparts((await tus.row(path)).object_key)


async def test_another_complete_was_faster(tus: Tus, faults: Faults) -> None:
    """A second Complete that the store refuses harms nothing: the object is there, and is read for its hash."""
    faults.fail("complete_multipart", 1, StoreRefused(operation="complete", code="InvalidPart"), persisted=True)
    path = await tus.create(LENGTH)
    assert 204 == (await tus.patch(path, 0, BODY)).status
    assert "verifying" == (await tus.row(path)).state
    await tus.work()
    await assert_complete(tus, path, BODY)


async def test_the_database_fails_to_record(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that the store has and the row does not name never counts."""
    path = await tus.create(LENGTH)

    async def down(*_: Any, **__: Any) -> None:
        raise StoreUnavailable(store="postgresql")

    with monkeypatch.context() as away:
        away.setattr(uploads, "add_parts", down)
        away.setattr(uploads, "advance_by_parts", down)
        assert 503 == (await tus.patch(path, 0, BODY)).status
    assert 0 == await tus.offset(path)
    await resume(tus, path)
    await assert_complete(tus, path, BODY)


async def test_verification_starts_anew(tus: Tus, other: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that died while hashing loses nothing; how far it had read was told meanwhile."""
    monkeypatch.setattr(verifying, "PROGRESS_BYTES", 1 << 20)
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:1000])
    await other.patch(path, 1000, BODY[1000:])
    row = await tus.row(path)
    with monkeypatch.context() as broken:
        broken.setattr(verifying, "complete", _dies)
        with pytest.raises(RuntimeError):
            await verifying.verify(tus.services, row.id)
    seen = await tus.json("/api/v1" + path)
    assert ("verifying", True, None) == (seen["state"], 0 < seen["verified_bytes"] <= LENGTH, seen["sha256"])
    await tus.work()
    await assert_complete(tus, path, BODY)
    assert LENGTH == (await tus.json("/api/v1" + path))["verified_bytes"]


async def test_steps_whose_jobs_failed_for_good_are_taken_again(tus: Tus, other: Tus, clock: Clock) -> None:
    """A store that was away for longer than a job tries: the periodic job brings the upload to its end."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:1000])
    await other.patch(path, 1000, BODY[1000:])
    async with tus.services.database.transaction() as tx:
        await tx.execute(text("DELETE FROM procrastinate_jobs"))
    await jobs.revive(tus.services)
    await tus.work()
    assert "verifying" == (await tus.row(path)).state
    clock.advance(minutes=16)
    await jobs.revive(tus.services)
    await tus.work()
    await assert_complete(tus, path, BODY)


async def test_a_step_is_enqueued_once(tus: Tus, other: Tus, clock: Clock) -> None:
    """However often the periodic job runs while no worker does, an upload's next step waits in the queue once."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:1000])
    await other.patch(path, 1000, BODY[1000:])
    async with tus.services.database.transaction() as tx:
        await tx.execute(text("DELETE FROM procrastinate_jobs"))
    clock.advance(minutes=16)
    for _ in range(3):
        await jobs.revive(tus.services)
    async with tus.services.database.transaction() as tx:
        assert 1 == await tx.scalar(text("SELECT count(*) FROM procrastinate_jobs"))


async def _dies(*_: Any) -> None:
    raise RuntimeError("killed")


async def test_an_object_that_is_gone_can_not_be_verified(tus: Tus, other: Tus) -> None:
    """The upload is failed instead of being tried for ever."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[:1000])
    await other.patch(path, 1000, BODY[1000:])
    row = await tus.row(path)
    await tus.services.objects.delete(row.object_key)
    await verifying.verify(tus.services, row.id)
    assert "failed" == (await tus.row(path)).state


async def test_jobs_for_an_upload_that_moved_on(tus: Tus) -> None:
    """Each may come late or twice and then does nothing."""
    path = await tus.create(3)
    await tus.patch(path, 0, b"abc")
    row = await tus.row(path)
    await finishing.finish(tus.services, row.id)
    await verifying.verify(tus.services, row.id)
    await jobs.discard(tus.services, row.id)
    await assert_complete(tus, path, b"abc")
