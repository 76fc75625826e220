"""How a direct upload begins, and what the server says about ways."""

import pytest

from fileserver.http.headers import content_security_policy
from tests.contract.tus.conftest import PART_BYTES
from tests.direct import BASE, DirectClient
from tests.uploads import VERSION, Tus, metadata


async def test_the_ways_name_the_stores_address(direct: DirectClient) -> None:
    """A client learns where parts would go and how large they are."""
    endpoint = direct.tus.services.config.s3_public_url
    expected = {"direct": {"endpoint": endpoint}, "part_size_min_bytes": PART_BYTES}
    assert expected == await direct.tus.json("/api/v1/uploads/ways")


async def test_pages_may_send_to_the_store_and_nowhere_else(direct: DirectClient) -> None:
    """connect-src is ourselves and the store's public origin."""
    policy = (await direct.call("GET", "/api/v1/uploads/ways")).headers["Content-Security-Policy"]
    assert f"connect-src 'self' {direct.tus.services.config.s3_public_url};" in policy
    assert "connect-src 'self';" in content_security_policy(None)


async def test_a_new_upload_says_how_to_cut_the_file(direct: DirectClient) -> None:
    """The answer has Uppy's names; the upload is the caller's, direct, and finds its file again."""
    body = {
        "filename": "资料.mp4",
        "type": "video/mp4",
        "size": 12,
        "metadata": {"fingerprint": "f-1", "n": 1, "x": None},
    }
    made = (await direct.call("POST", BASE, body)).ok
    upload = made["uploadId"]
    expected = {"uploadId": upload, "key": upload, "partSize": PART_BYTES, "location": f"/api/v1/uploads/{upload}"}
    assert expected == made
    read = await direct.read(upload)
    assert ("资料.mp4", "video/mp4", "f-1", 12) == tuple(
        read[name] for name in ("filename", "media_type", "fingerprint", "length_bytes")
    )
    assert ("direct", "receiving", PART_BYTES) == (read["way"], read["state"], read["part_size_bytes"])
    assert [("employee:upload:create", {"bytes": 12, "way": "direct"})] == [
        (event["act"], event["det"]) for event in await direct.tus.events(f"/uploads/{upload}")
    ]


@pytest.mark.parametrize("size", [12, "12"], ids=["number", "text"])
async def test_the_size_may_stand_in_the_metadata(direct: DirectClient, size: int | str) -> None:
    """Uppy's own plug-in has no other place for it."""
    made = (await direct.call("POST", BASE, {"filename": "a", "type": "", "metadata": {"size": size}})).ok
    assert 12 == (await direct.read(made["uploadId"]))["length_bytes"]


async def test_what_can_not_be_stored_or_shown_is_refused(direct: DirectClient, subtests: pytest.Subtests) -> None:
    """A problem, and no upload."""
    for body, status in [
        ({}, 422),
        ({"metadata": {"size": -1}}, 422),
        ({"metadata": {"size": "-1"}}, 422),
        ({"metadata": {"size": True}}, 422),
        ({"metadata": {"size": 1.5}}, 422),
        ({"size": -1}, 422),
        ({"size": 1 << 63}, 422),
        ({"size": 1 << 62}, 413),
        ({"size": 1, "filename": "a/b"}, 422),
        ({"size": 1, "filename": "a\nb"}, 422),
        ({"size": 1, "type": "no type"}, 422),
        ({"size": 1, "metadata": {"a b": "x"}}, 422),
        ({"size": 1, "metadata": {"a": "x" * 1025}}, 422),
        ({"size": 1, "metadata": {f"k{n}": "x" * 1000 for n in range(5)}}, 422),
        ({"size": 1, "metadata": {"a": {"b": 1}}}, 422),
        ({"size": 1, "bucket": "x"}, 422),
    ]:
        with subtests.test(str((body, status))):
            assert status == (await direct.call("POST", BASE, body)).status
            assert [] == (await direct.tus.json("/api/v1/uploads"))["items"]


async def test_an_empty_file_is_complete_at_once(direct: DirectClient) -> None:
    """There is no part to send; completing it, as for any other, changes nothing."""
    upload = await direct.begin(0)
    assert "complete" == (await direct.read(upload))["state"]
    assert 200 == (await direct.complete(upload, [])).status


async def test_ways_do_not_mix(direct: DirectClient, tus: Tus) -> None:
    """Tus does not touch a direct upload, nor is a streamed one signed for; a tus client may only end it."""
    upload, streamed = await direct.begin(10), (await tus.create(10, metadata(filename="a"))).rpartition("/")[2]
    for answer in (
        await tus.request("HEAD", f"/uploads/{upload}", VERSION),
        await tus.patch(f"/uploads/{upload}", 0, b"x" * 10),
        await direct.call("GET", f"{BASE}/{streamed}"),
        await direct.complete(streamed, []),
        await direct.forget(streamed),
    ):
        assert 409 == answer.status
    assert ("receiving", "receiving") == ((await direct.read(upload))["state"], (await direct.read(streamed))["state"])
    assert 204 == (await tus.request("DELETE", f"/uploads/{upload}", VERSION)).status
