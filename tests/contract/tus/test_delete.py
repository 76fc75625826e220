"""DELETE: ending uploads (extension termination)."""

import os

from fileserver.uploads import jobs
from fileserver.uploads.names import object_key, tail_prefix
from tests.contract.tus.conftest import PART_BYTES
from tests.uploads import VERSION, Tus


async def test_the_upload_is_gone(tus: Tus) -> None:
    """204, then every verb says that it is gone."""
    path = await tus.create(10)
    assert 204 == (await tus.request("DELETE", path, VERSION)).status
    assert 410 == (await tus.request("HEAD", path, VERSION)).status
    assert 410 == (await tus.patch(path, 0, b"abc")).status
    assert 410 == (await tus.request("DELETE", path, VERSION)).status


async def test_its_bytes_are_removed(tus: Tus) -> None:
    """Parts, tails and the multipart upload go by the job that was enqueued with the termination."""
    path = await tus.create(3 * PART_BYTES)
    await tus.patch(path, 0, os.urandom(PART_BYTES + 10))
    row, objects = await tus.row(path), tus.services.objects
    assert [row.multipart_id] == [each.multipart_id for each in await objects.list_multiparts(row.object_key)]
    await tus.request("DELETE", path, VERSION)
    await tus.work()
    assert () == await objects.list_multiparts(object_key(row.id))
    assert 0 == await objects.delete_prefix(tail_prefix(row.id))


async def test_a_finished_upload_that_nobody_used(tus: Tus) -> None:
    """May be terminated too, and its object goes."""
    path = await tus.create(5)
    await tus.patch(path, 0, b"hello")
    row = await tus.row(path)
    assert 204 == (await tus.request("DELETE", path, VERSION)).status
    await jobs.discard(tus.services, row.id)
    assert 0 == await tus.services.objects.delete_prefix(object_key(row.id))


async def test_an_older_request_is_ended_by_it(tus: Tus) -> None:
    """A PATCH under way does not bring the upload back."""
    path = await tus.create(100)
    async with tus.open_patch(path, 0, 100) as patch:
        await patch.send(b"x" * 50)
        assert 204 == (await tus.request("DELETE", path, VERSION)).status
        assert 400 == await patch.status()
    assert "terminated" == (await tus.row(path)).state
