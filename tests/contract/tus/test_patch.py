"""PATCH: bytes go where the offset says, and count once they are stored and recorded."""

import hashlib
import os

import pytest

from tests.uploads import Tus


@pytest.mark.parametrize("size_bytes", [1, 100_000, 5 << 20, (5 << 20) + 1, 12_345_678])
async def test_one_patch_brings_the_whole_file(tus: Tus, size_bytes: int) -> None:
    """Whatever the size, the stored object has the same bytes, and its SHA-256 is known at once."""
    body = os.urandom(size_bytes)
    path = await tus.create(size_bytes)
    answer = await tus.patch(path, 0, body)
    assert (204, str(size_bytes)) == (answer.status, answer.headers["Upload-Offset"])
    row = await tus.row(path)
    assert ("complete", hashlib.sha256(body).hexdigest()) == (row.state, row.sha256)
    assert body == await tus.stored(path)
