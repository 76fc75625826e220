"""HEAD: where the upload stands."""

import pytest

from tests.uploads import VERSION, Tus


async def test_tells_offset_length_and_expiry(tus: Tus) -> None:
    """And nobody may cache it."""
    path = await tus.create(10)
    await tus.patch(path, 0, b"abc")
    answer = await tus.request("HEAD", path, VERSION)
    assert 200 == answer.status
    assert ("3", "10") == (answer.headers["Upload-Offset"], answer.headers["Upload-Length"])
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Mon, 30 Nov 2026 01:30:00 GMT" == answer.headers["Upload-Expires"]


@pytest.mark.parametrize("path", ["/uploads/b8a1c2f0-0000-4000-8000-000000000000", "/uploads/none"])
async def test_unknown_upload(tus: Tus, path: str) -> None:
    """404 and no offset, which a client could take for a place to go on."""
    answer = await tus.request("HEAD", path, VERSION)
    assert (404, False) == (answer.status, "Upload-Offset" in answer.headers)
