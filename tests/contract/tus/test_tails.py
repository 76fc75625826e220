"""Many short PATCHes: what they leave stays few objects and few rows."""

import os
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import update

from fileserver.uploads import recording
from fileserver.uploads.names import tail_prefix
from storage.rows import uploads
from storage.rows.uploads import TailRow
from storage.schema import upload
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.uploads import Tus

TAILS_MAX = 3
PATCH_BYTES = 7


@pytest.fixture(autouse=True)
def _few_tails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "TAILS_MAX", TAILS_MAX)


def id_of(path: str) -> UUID:
    """The upload's id."""
    return UUID(path.rpartition("/")[2])


async def tails_of(tus: Tus, path: str) -> Sequence[TailRow]:
    """The rows."""
    async with tus.services.database.transaction() as tx:
        return await uploads.tails_of(tx, id_of(path))


async def stored_keys(tus: Tus, path: str) -> set[str]:
    """The objects."""
    pages = tus.services.objects.list_pages(tail_prefix(id_of(path)))
    return {found.key async for page in pages for found in page}


async def patched(tus: Tus, path: str, body: bytes, times: int, offset: int = 0) -> int:
    """So many short PATCHes; where the upload stands then."""
    for _ in range(times):
        end = offset + PATCH_BYTES
        assert 204 == (await tus.patch(path, offset, body[offset:end])).status
        offset = end
    return offset


@pytest.mark.parametrize("length", [1000, PART_BYTES + 1000], ids=["object", "parts"])
async def test_tails_are_folded(tus: Tus, length: int) -> None:
    """There are never more than so many; each byte is in one of them; the object is what was sent."""
    path, body, offset = await tus.create(length), os.urandom(length), 0
    for _ in range(3 * TAILS_MAX):
        offset = await patched(tus, path, body, 1, offset)
        tails = await tails_of(tus, path)
        assert len(tails) <= TAILS_MAX
        assert [0, *(tail.end for tail in tails)] == [*(tail.offset_bytes for tail in tails), offset]
        assert {tail.object_key for tail in tails} == await stored_keys(tus, path)
    assert 204 == (await tus.patch(path, offset, body[offset:])).status
    await assert_complete(tus, path, body)
    assert set() == await stored_keys(tus, path)


async def test_a_tail_of_the_next_part_is_not_folded_into_those_before(tus: Tus) -> None:
    """A PATCH that fills the part and leaves a tail of the next one: the part covers the older tails."""
    length = 2 * PART_BYTES
    path, body = await tus.create(length), os.urandom(length)
    offset, end = await patched(tus, path, body, TAILS_MAX), PART_BYTES + 5
    assert 204 == (await tus.patch(path, offset, body[offset:end])).status
    (tail,) = await tails_of(tus, path)
    assert (PART_BYTES, 5) == (tail.offset_bytes, tail.size_bytes)
    assert 204 == (await tus.patch(path, end, body[end:])).status
    await assert_complete(tus, path, body)


async def test_a_replaced_request_folds_nothing(tus: Tus) -> None:
    """Rows and objects stay as they were when another process has taken the upload over."""
    path, body = await tus.create(1000), os.urandom(1000)
    offset = await patched(tus, path, body, TAILS_MAX)
    before, keys = await tails_of(tus, path), await stored_keys(tus, path)
    async with tus.open_patch(path, offset, PATCH_BYTES) as patch:
        await patch.begun()
        async with tus.services.database.transaction() as tx:
            of_it = update(upload).where(upload.c.id == id_of(path))
            await tx.execute(of_it.values(fence=upload.c.fence + 1))
        await patch.send(body[offset : offset + PATCH_BYTES])
        assert 400 == await patch.status()
    assert before == await tails_of(tus, path)
    assert keys < await stored_keys(tus, path)
    assert 204 == (await tus.patch(path, offset, body[offset:])).status
    await tus.work()  # the hash of what came before went with the fence
    await assert_complete(tus, path, body)
