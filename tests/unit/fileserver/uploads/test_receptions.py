"""A newer request of an upload ends the older one, and hashes pass from one to the next only while they are true."""

import asyncio
import hashlib
from uuid import uuid4

import pytest

from fileserver.uploads import receptions as module
from fileserver.uploads.errors import ServerFull, ServerStopping, UploadBusy, UploadReplaced
from fileserver.uploads.receptions import Receptions, RunningHash

UPLOAD = uuid4()


async def test_a_newer_request_ends_the_older_one() -> None:
    """The older one's wait ends with the reason, and only then does the newer one begin."""
    receptions, story = Receptions(), list[str]()
    started = asyncio.Event()

    async def older() -> None:
        async with receptions.hold(UPLOAD) as reception:
            started.set()
            with pytest.raises(UploadReplaced):
                async with reception.waiting():
                    await asyncio.Event().wait()
            story.append("older kept what it had")

    task = asyncio.create_task(older())
    await started.wait()
    async with receptions.hold(UPLOAD):
        story.append("newer began")
    await task
    assert ["older kept what it had", "newer began"] == story


async def test_an_older_request_that_can_not_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newer one is told that the upload is busy, instead of waiting for ever."""
    monkeypatch.setattr(module, "LET_GO_TIMEOUT_S", 0.01)
    receptions = Receptions()
    async with receptions.hold(UPLOAD):
        with pytest.raises(UploadBusy):
            async with receptions.hold(UPLOAD):
                pass


async def test_other_uploads_are_not_touched() -> None:
    """Two uploads never disturb each other."""
    receptions = Receptions()
    async with receptions.hold(UPLOAD) as one, receptions.hold(uuid4()) as other:
        assert [None, None] == [one.ending, other.ending]


def test_a_full_server_sends_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the memory is meant for, and one more as soon as one has ended."""
    monkeypatch.setattr(module, "RECEIVING_MAX", 2)
    receptions = Receptions()
    with receptions.room(uuid4()):
        with receptions.room(uuid4()):
            with pytest.raises(ServerFull) as refused, receptions.room(uuid4()):
                pass
            assert {"retry_after_s": 5} == refused.value.params
        with receptions.room(uuid4()):
            pass


def test_nobody_takes_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person has at most half of them; somebody else finds one, and so do they when one of theirs has ended."""
    monkeypatch.setattr(module, "RECEIVING_MAX", 4)
    receptions, person = Receptions(), uuid4()
    with receptions.room(person):
        with receptions.room(person):
            with pytest.raises(ServerFull), receptions.room(person):
                pass
            with receptions.room(uuid4()):
                pass
        with receptions.room(person):
            pass


async def test_a_wait_that_takes_too_long() -> None:
    """Is a TimeoutError, not an ending."""
    async with Receptions().hold(UPLOAD) as reception:
        with pytest.raises(TimeoutError):
            async with reception.waiting(0.01):
                await asyncio.Event().wait()


async def test_a_stopping_server_ends_all() -> None:
    """Those under way, and those that still come."""
    receptions = Receptions()
    async with receptions.hold(UPLOAD) as reception:
        receptions.stop()
        with pytest.raises(ServerStopping):
            async with reception.waiting():
                pass
    async with receptions.hold(UPLOAD) as late:
        with pytest.raises(ServerStopping):
            async with late.waiting():
                pass


@pytest.mark.parametrize(("fence", "offset"), [(2, 100), (1, 101)])
def test_a_hash_of_other_bytes_is_not_used(fence: int, offset: int) -> None:
    """Neither after another process took the upload up, nor at another offset."""
    receptions = Receptions()
    receptions.leave_hash(UPLOAD, RunningHash(1, 100, hashlib.sha256()))
    assert None is receptions.take_hash(UPLOAD, fence, offset)


def test_a_hash_is_taken_once() -> None:
    """Two requests never update the same one."""
    receptions, running = Receptions(), RunningHash(1, 100, hashlib.sha256())
    receptions.leave_hash(UPLOAD, running)
    assert [running, None] == [receptions.take_hash(UPLOAD, 1, 100) for _ in range(2)]


def test_old_hashes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Abandoned uploads do not fill the memory."""
    monkeypatch.setattr(module, "HASHES_MAX", 2)
    receptions, ids = Receptions(), [uuid4() for _ in range(3)]
    for upload_id in ids:
        receptions.leave_hash(upload_id, RunningHash(1, 0, hashlib.sha256()))
    assert [True, False, False] == [receptions.take_hash(upload_id, 1, 0) is None for upload_id in ids]


def test_a_long_file_takes_several_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it keeps in memory counts: the others find fewer places, and it is refused when there are too few."""
    monkeypatch.setattr(module, "RECEIVING_MAX", 20)
    receptions = Receptions()
    with receptions.room(uuid4(), 14):
        with pytest.raises(ServerFull), receptions.room(uuid4(), 14):
            pass
        with receptions.room(uuid4(), 6), pytest.raises(ServerFull), receptions.room(uuid4()):
            pass
    with receptions.room(uuid4(), 14):
        pass
