"""Uploads that stand still are dropped, and their bytes with them."""

import os
from datetime import timedelta
from email.utils import parsedate_to_datetime

from yarl import URL

from compliance.events import Act
from fileserver.uploads import jobs
from tests.contract.tus.conftest import PART_BYTES
from tests.services import Clock
from tests.uploads import VERSION, Tus


async def test_the_time_is_told_with_every_answer(tus: Tus, clock: Clock) -> None:
    """Upload-Expires comes with POST, PATCH and HEAD, counted from the making of the upload."""
    expires_at = clock.now + timedelta(seconds=tus.services.config.upload_expiry_s)
    made = await tus.request("POST", "/uploads/", {**VERSION, "Upload-Length": "10"})
    path = URL(made.headers["Location"]).path
    clock.advance(days=2)
    answers = made, await tus.patch(path, 0, b"abc"), await tus.request("HEAD", path, VERSION)
    assert [expires_at] * 3 == [parsedate_to_datetime(each.headers["Upload-Expires"]) for each in answers]
    assert "Upload-Expires" not in (await tus.patch(path, 3, b"defghij")).headers


async def test_an_expired_upload_is_gone(tus: Tus, clock: Clock) -> None:
    """410 from the moment on, even before the job has come by."""
    path = await tus.create(10)
    clock.advance(seconds=tus.services.config.upload_expiry_s)
    assert 410 == (await tus.request("HEAD", path, VERSION)).status
    assert 410 == (await tus.patch(path, 0, b"abc")).status


async def test_the_job_drops_what_has_expired_and_nothing_else(tus: Tus, clock: Clock) -> None:
    """Parts and tails go, the log says so, and a younger upload stays."""
    old, finished = await tus.create(2 * PART_BYTES), await tus.create(3)
    await tus.patch(old, 0, os.urandom(PART_BYTES + 5))
    await tus.patch(finished, 0, b"abc")
    clock.advance(seconds=tus.services.config.upload_expiry_s)
    young = await tus.create(10)
    assert [1, 0] == [await jobs.expire(tus.services), await jobs.expire(tus.services)]
    await tus.work()
    row, objects = await tus.row(old), tus.services.objects
    assert ["terminated", "complete", "receiving"] == [(await tus.row(path)).state for path in (old, finished, young)]
    assert () == await objects.list_multiparts(row.object_key)
    assert 0 == await objects.delete_prefix(f"tails/{row.id}/")
    assert Act.SYSTEM_UPLOAD_EXPIRE in await tus.acts(old)
