"""Upload-Checksum: the bytes of a PATCH count only if they hash to what was sent with them."""

import os

import pytest

from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.uploads import Tus, checksum


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "crc32c"])
async def test_a_right_checksum(tus: Tus, algorithm: str, subtests: pytest.Subtests) -> None:
    """The PATCH counts as any other."""
    for size_bytes in (5, PART_BYTES * 2, PART_BYTES * 3 + 5):
        with subtests.test(str(size_bytes)):
            body = os.urandom(size_bytes)
            path = await tus.create(size_bytes + 1)
            assert 204 == (await tus.patch(path, 0, body, checksum(body, algorithm))).status
            assert 204 == (await tus.patch(path, size_bytes, b"x")).status
            await assert_complete(tus, path, body + b"x")


@pytest.mark.parametrize("size_bytes", [5, PART_BYTES * 3 + 5])
async def test_a_wrong_checksum(tus: Tus, size_bytes: int) -> None:
    """460 discards the whole PATCH, also the parts of it that were stored; the right bytes may follow."""
    body = os.urandom(size_bytes)
    path = await tus.create(size_bytes)
    answer = await tus.patch(path, 0, os.urandom(size_bytes), checksum(body))
    assert (460, ("checksum-mismatch", [])) == (answer.status, await tus.problem(answer))
    assert 0 == await tus.offset(path)
    assert 204 == (await tus.patch(path, 0, body, checksum(body))).status
    await assert_complete(tus, path, body)


async def test_an_algorithm_that_is_not_known(tus: Tus) -> None:
    """400 names the header; nothing changes."""
    path = await tus.create(5)
    answer = await tus.patch(path, 0, b"hello", {"Upload-Checksum": "crc32 AAAA"})
    assert (400, ("upload-header-invalid", ["/Upload-Checksum"])) == (answer.status, await tus.problem(answer))
    assert 0 == await tus.offset(path)


async def test_a_cut_before_the_checksum_could_be_checked(tus: Tus) -> None:
    """Bytes that nobody could check are not kept."""
    path, body = await tus.create(100), os.urandom(100)
    async with tus.open_patch(path, 0, 100, checksum(body)) as patch:
        await patch.send(body[:60])
        await patch.cut()
    assert 0 == await tus.offset(path)
