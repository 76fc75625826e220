"""Parts that are too large to wait in memory: received in steps, each stored before the part is made of them."""

import os
from collections import Counter

import pytest

from fileserver.uploads import layout, recording
from storage.errors import PartRefused, StoreUnavailable
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_faults import Faults, faults
from tests.contract.tus.test_patch import assert_complete
from tests.contract.tus.test_tails import stored_keys, tails_of
from tests.uploads import Tus, checksum

__all__ = ["faults"]

STEP_BYTES = 2 << 20
LENGTH = 2 * PART_BYTES + STEP_BYTES + 1000
BODY = os.urandom(LENGTH)


@pytest.fixture(autouse=True)
def _large_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "RETAINED_MAX_BYTES", 2 * STEP_BYTES)
    monkeypatch.setattr(layout, "STEP_BYTES", STEP_BYTES)


async def assert_whole(tus: Tus, path: str) -> None:
    """All is there, and nothing else stays in the store."""
    await assert_complete(tus, path, BODY)
    await tus.work()
    assert set() == await stored_keys(tus, path)


async def test_one_patch(tus: Tus) -> None:
    """The file is the same, and its SHA-256 known at once."""
    path = await tus.create(LENGTH)
    assert 204 == (await tus.patch(path, 0, BODY)).status
    await assert_whole(tus, path)


@pytest.mark.parametrize("kept", [STEP_BYTES + 5, PART_BYTES + 2 * STEP_BYTES + 5, 2 * PART_BYTES + STEP_BYTES + 5])
async def test_a_cut_connection_loses_nothing(tus: Tus, kept: int) -> None:
    """Every byte that arrived counts, whole steps and the beginning of one; the client goes on behind it."""
    path = await tus.create(LENGTH)
    async with tus.open_patch(path, 0, LENGTH) as patch:
        await patch.send(BODY[:kept])
        await patch.delivered()
        await patch.cut()
    assert kept == await tus.offset(path)
    assert 204 == (await tus.patch(path, kept, BODY[kept:])).status
    await assert_whole(tus, path)


async def test_short_patches(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they leave in a step is folded within that step: no more of it is ever read into memory."""
    monkeypatch.setattr(recording, "TAILS_MAX", 2)
    path, offset = await tus.create(LENGTH), 0
    while offset < LENGTH:
        end = min(offset + 500_000, LENGTH)
        assert 204 == (await tus.patch(path, offset, BODY[offset:end])).status
        offset = end
        tails = await tails_of(tus, path)
        steps = Counter(tail.offset_bytes % PART_BYTES // STEP_BYTES for tail in tails)
        assert steps == Counter((tail.end - 1) % PART_BYTES // STEP_BYTES for tail in tails)
        assert all(count <= 2 for count in steps.values())
    await assert_whole(tus, path)


@pytest.mark.parametrize("persisted", [False, True], ids=["lost", "stored"])
async def test_a_part_that_the_store_refuses_is_made_again(tus: Tus, faults: Faults, *, persisted: bool) -> None:
    """Of the tails and the last step; the client doesn't notice."""
    faults.fail("upload_part", 1, PartRefused(key="k", number=1, detail="cut"), persisted=persisted)
    path = await tus.create(LENGTH)
    assert 204 == (await tus.patch(path, 0, BODY)).status
    await assert_whole(tus, path)


async def test_a_store_that_goes_away(tus: Tus, faults: Faults) -> None:
    """What was recorded before counts, and the upload goes on from there."""
    faults.fail("upload_part", 2, StoreUnavailable(operation="upload_part", detail="down"))
    path = await tus.create(LENGTH)
    assert 503 == (await tus.patch(path, 0, BODY)).status
    offset = await tus.offset(path)
    assert PART_BYTES <= offset < 2 * PART_BYTES
    assert 204 == (await tus.patch(path, offset, BODY[offset:])).status
    await assert_whole(tus, path)


@pytest.mark.parametrize("end", [LENGTH, PART_BYTES + 2 * STEP_BYTES + 7, STEP_BYTES])
async def test_a_checksum_covers_steps_too(tus: Tus, end: int) -> None:
    """A wrong one leaves nothing, a right one everything."""
    path = await tus.create(LENGTH)
    assert 460 == (await tus.patch(path, 0, BODY[:end], checksum(BODY[1:]))).status
    assert 0 == await tus.offset(path)
    assert 204 == (await tus.patch(path, 0, BODY[:end], checksum(BODY[:end]))).status
    assert end == await tus.offset(path)
    if end < LENGTH:
        assert 204 == (await tus.patch(path, end, BODY[end:])).status
    await assert_whole(tus, path)
