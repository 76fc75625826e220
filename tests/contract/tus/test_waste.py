"""What is stored and never recorded is counted: nobody fills the store by sending again and again what is refused."""

import os
from uuid import UUID

import pytest
from sqlalchemy import select

from fileserver.config import Config
from fileserver.uploads import waste
from fileserver.uploads.names import object_key
from storage.schema import upload
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.uploads import VERSION, Tus, checksum

BODY = os.urandom(PART_BYTES)
WRONG = checksum(b"something else")
QUOTA_BYTES = 2 * PART_BYTES


@pytest.fixture(autouse=True)
def _little_waste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waste, "WASTED_FREE_BYTES", 2 * PART_BYTES)


@pytest.fixture
def config(config: Config) -> Config:
    """Everybody may keep little."""
    return config.model_copy(update={"upload_quota_person_bytes": QUOTA_BYTES})


async def wasted_bytes(tus: Tus, path: str) -> int:
    """What the row says was wasted."""
    async with tus.services.database.transaction() as tx:
        of_it = upload.c.id == UUID(path.rpartition("/")[2])
        return int(await tx.scalar(select(upload.c.wasted_bytes).where(of_it)) or 0)


@pytest.mark.parametrize("length", [PART_BYTES, 2 * PART_BYTES], ids=["object", "part"])
async def test_wrong_checksums_without_end(tus: Tus, length: int) -> None:
    """The upload fails once it has wasted more than it may; what the store has of it goes."""
    path = await tus.create(length)
    for _ in range(2):
        assert 460 == (await tus.patch(path, 0, BODY, WRONG)).status
    answer = await tus.patch(path, 0, BODY, WRONG)
    assert (410, ("upload-wasteful", [])) == (answer.status, await tus.problem(answer))
    assert (3 * PART_BYTES, "failed") == (await wasted_bytes(tus, path), (await tus.row(path)).state)
    assert 410 == (await tus.request("HEAD", path, VERSION)).status
    await tus.work()
    prefix = object_key(UUID(path.rpartition("/")[2]))
    assert () == await tus.services.objects.list_multiparts(prefix)
    assert [] == [found async for page in tus.services.objects.list_pages(prefix) for found in page]


async def test_waste_within_measure(tus: Tus) -> None:
    """An upload may waste as much as it is long, and still ends well."""
    path = await tus.create(2 * PART_BYTES)
    for _ in range(2):
        assert 460 == (await tus.patch(path, 0, BODY, WRONG)).status
    assert 204 == (await tus.patch(path, 0, BODY + BODY)).status
    await assert_complete(tus, path, BODY + BODY)
    assert 2 * PART_BYTES == await wasted_bytes(tus, path)


async def test_what_is_kept_is_not_wasted(tus: Tus) -> None:
    """Parts, tails and cut bodies that are recorded don't count."""
    path, body = await tus.create(2 * PART_BYTES), BODY + BODY
    assert 204 == (await tus.patch(path, 0, body[:5])).status
    async with tus.open_patch(path, 5, len(body) - 5) as patch:
        await patch.send(body[5 : PART_BYTES + 100])
        await patch.cut()
    offset = await tus.offset(path)
    assert 204 == (await tus.patch(path, offset, body[offset:])).status
    await assert_complete(tus, path, body)
    assert 0 == await wasted_bytes(tus, path)


@pytest.mark.parametrize("size_bytes", [PART_BYTES, 1000], ids=["part", "tail"])
async def test_what_the_quota_refuses_is_wasted(tus: Tus, monkeypatch: pytest.MonkeyPatch, size_bytes: int) -> None:
    """Bytes of an upload without a length that were stored before the quota refused them count too."""
    monkeypatch.setattr(waste, "WASTED_FREE_BYTES", size_bytes)
    await tus.create(QUOTA_BYTES)
    answer = await tus.request("POST", "/uploads/", {**VERSION, "Upload-Defer-Length": "1"})
    path = "/uploads/" + answer.headers["Location"].rpartition("/")[2]
    assert 413 == (await tus.patch(path, 0, BODY[:size_bytes])).status
    answer = await tus.patch(path, 0, BODY[:size_bytes])
    assert (410, ("upload-wasteful", [])) == (answer.status, await tus.problem(answer))
