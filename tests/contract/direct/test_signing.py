"""A signature is good for one part of one upload: its number, its size, its bytes, for minutes."""

import os
import time

import pytest
from yarl import URL

from fileserver.uploads.direct import service as direct_service
from storage.objects import signing
from tests.contract.tus.conftest import PART_BYTES
from tests.direct import BASE, DirectClient, sha256_of

BODY = os.urandom(PART_BYTES)
OTHER = os.urandom(PART_BYTES)


async def test_the_store_takes_what_was_signed(direct: DirectClient) -> None:
    """The part lies in the store, the answer names its ETag, and the server's list agrees."""
    upload = await direct.begin(PART_BYTES + 7)
    signed = await direct.signed(upload, 1, BODY)
    assert ("PUT", 300) == (signed["method"], signed["expires"])
    stored = await direct.put(signed, BODY)
    assert 200 == stored.status
    assert [{"PartNumber": 1, "Size": PART_BYTES, "ETag": stored.headers["ETag"]}] == await direct.listed(upload)


async def test_other_bytes_are_refused(direct: DirectClient) -> None:
    """The SHA-256 is part of the signature: the store refuses bytes that don't have it, and keeps nothing of them."""
    upload = await direct.begin(2 * PART_BYTES)
    signed = await direct.signed(upload, 1, BODY)
    assert 400 == (await direct.put(signed, OTHER)).status
    assert 403 == (await direct.put({**signed, "headers": {}}, OTHER)).status
    claimed = {"x-amz-checksum-sha256": sha256_of(OTHER)}
    assert 403 == (await direct.put({**signed, "headers": claimed}, OTHER)).status
    assert [] == await direct.listed(upload)


@pytest.mark.parametrize("size_bytes", [0, 1, PART_BYTES - 1, PART_BYTES + 1])
async def test_another_size_is_refused(direct: DirectClient, size_bytes: int) -> None:
    """Content-Length is signed: neither less nor more than the layout says gets in."""
    upload = await direct.begin(2 * PART_BYTES)
    body = (BODY + b"x")[:size_bytes]
    assert 403 == (await direct.put(await direct.signed(upload, 1, body), body)).status
    assert [] == await direct.listed(upload)


async def test_another_place_is_refused(direct: DirectClient) -> None:
    """Number, upload and object are signed."""
    upload, second = await direct.begin(2 * PART_BYTES), await direct.begin(2 * PART_BYTES)
    signed = await direct.signed(upload, 1, BODY)
    for before, after in (("partNumber=1", "partNumber=2"), (upload, second), ("sealshare/", "sealshare2/")):
        assert before in signed["url"]
        assert (await direct.put({**signed, "url": signed["url"].replace(before, after)}, BODY)).status in (403, 404)
    assert 403 == (await direct.put({**signed, "method": "DELETE"}, b"")).status
    assert [] == await direct.listed(upload) + await direct.listed(second)


@pytest.mark.parametrize("cut", [{}, {"x-amz-copy-source-range": f"bytes=0-{PART_BYTES - 1}"}], ids=["whole", "range"])
async def test_a_copy_of_another_object_is_refused(direct: DirectClient, cut: dict[str, str]) -> None:
    """A header that nobody signed does not turn the part into a copy of bytes that its sender may not have."""
    await direct.tus.services.objects.put("versions/bare", OTHER, media_type="x/y")
    upload = await direct.begin(2 * PART_BYTES)
    signed = await direct.signed(upload, 1, BODY)
    source = {"x-amz-copy-source": f"{URL(signed['url'], encoded=True).raw_parts[1]}/versions/bare"}
    assert 403 == (await direct.put(signed, BODY, **source, **cut)).status
    assert [] == await direct.listed(upload)


async def test_an_old_signature_is_refused_and_a_new_one_is_good(
    direct: DirectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its minutes the store says 403; the client asks again and goes on."""
    upload = await direct.begin(PART_BYTES)
    signer = direct.tus.services.objects._control._public_presigner
    with monkeypatch.context() as earlier:
        earlier.setattr(signer, "_clock", lambda: time.time() - direct_service.SIGNED_FOR_S - 1)
        signed = await direct.signed(upload, 1, BODY)
    assert 403 == (await direct.put(signed, BODY)).status
    assert 1 == (await direct.send(upload, 1, BODY))["PartNumber"]
    assert direct_service.SIGNED_FOR_S <= 900 < signing.EXPIRES_MAX_S


async def test_a_part_that_is_none_is_refused(direct: DirectClient, subtests: pytest.Subtests) -> None:
    """Numbers outside the layout and checksums that are none are named, and nothing is signed."""
    upload = await direct.begin(2 * PART_BYTES)
    for number, checksum, field in [
        ("3", sha256_of(b""), "part_number"),
        ("0", sha256_of(b""), "/part_number"),
        ("10001", sha256_of(b""), "/part_number"),
        ("1", "", "/checksum"),
        ("1", sha256_of(b"")[:-1], "/checksum"),
        ("1", sha256_of(b"") + "\n", "/checksum"),
        ("1", "a" * 64, "/checksum"),
    ]:
        with subtests.test(str((number, checksum, field))):
            answer = await direct.call("GET", f"{BASE}/{upload}/{number}", key=upload, checksum=checksum)
            assert 422 == answer.status
            assert [field.strip("/")] == [error["field"].strip("/") for error in answer.body["errors"]]


async def test_the_key_must_be_the_uploads(direct: DirectClient) -> None:
    """A key of another upload is no key; none at all is fine."""
    upload, other = await direct.begin(PART_BYTES), await direct.begin(PART_BYTES)
    assert 404 == (await direct.call("GET", f"{BASE}/{upload}", key=other)).status
    assert [] == (await direct.call("GET", f"{BASE}/{upload}")).ok


async def test_a_stored_part_is_not_signed_without_end(direct: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store may keep every attempt at a part: the upload that wants too many ends, and its parts go."""
    monkeypatch.setattr(direct_service, "SIGNED_MAX", 2)
    upload = await direct.begin(2 * PART_BYTES)
    await direct.send(upload, 1, BODY)
    await direct.send(upload, 1, OTHER)
    query = {"key": upload, "checksum": sha256_of(BODY)}
    refused = await direct.call("GET", f"{BASE}/{upload}/1", **query)
    assert (410, "upload-wasteful") == (refused.status, refused.slug)
    assert "failed" == (await direct.read(upload))["state"]
    await direct.work()
    assert () == await direct.pending(upload)


async def test_a_part_that_never_arrives_may_be_signed_again(
    direct: DirectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that can't reach the store goes on asking; nothing is wasted by that."""
    monkeypatch.setattr(direct_service, "SIGNED_MAX", 2)
    upload = await direct.begin(2 * PART_BYTES)
    await direct.send(upload, 2, BODY)
    for _ in range(6):
        await direct.signed(upload, 1, BODY)
    await direct.send(upload, 1, BODY)
