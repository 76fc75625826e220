"""POST: making uploads (extensions creation, creation-with-upload)."""

import hashlib
import os

import pytest

from fileserver.uploads import service
from tests.uploads import STREAM, VERSION, Tus, checksum, metadata


async def test_location_is_absolute_and_nothing_has_arrived(tus: Tus) -> None:
    """201 with an address under the public origin, where HEAD tells offset 0."""
    answer = await tus.request("POST", "/uploads/", {**VERSION, "Upload-Length": "10"})
    assert 201 == answer.status
    location = answer.headers["Location"]
    assert location.startswith(tus.services.config.public_url + "/uploads/")
    assert 0 == await tus.offset(location.removeprefix(tus.services.config.public_url))


async def test_an_empty_file_is_complete_at_once(tus: Tus) -> None:
    """Length 0 needs no PATCH; its SHA-256 is that of nothing, and one PATCH of nothing is fine."""
    path = await tus.create(0)
    row = await tus.row(path)
    assert ("complete", hashlib.sha256().hexdigest()) == (row.state, row.sha256)
    assert b"" == await tus.stored(path)
    assert 204 == (await tus.patch(path, 0, b"")).status


async def test_a_bad_header_is_named(tus: Tus, subtests: pytest.Subtests) -> None:
    """400 with the header and what is wrong with it, and no upload is made."""
    for headers, field in [
        ({}, "/Upload-Length"),
        ({"Upload-Length": "+5"}, "/Upload-Length"),
        ({"Upload-Length": "5", "Upload-Concat": "whole"}, "/Upload-Concat"),
        ({"Upload-Length": "5", "Upload-Metadata": "filename Li4vYQ=="}, "/Upload-Metadata"),
        ({"Upload-Length": "5", "Upload-Checksum": "crc32 AAAA"}, "/Upload-Checksum"),
    ]:
        with subtests.test(str((headers, field))):
            answer = await tus.request("POST", "/uploads/", {**VERSION, **headers})
            assert (400, ("upload-header-invalid", [field])) == (answer.status, await tus.problem(answer))
            assert [] == (await tus.json("/api/v1/uploads"))["items"]


async def test_numbers_that_are_none_or_too_large(tus: Tus, subtests: pytest.Subtests) -> None:
    """Only 1 to 19 ASCII digits are a number; one that no upload can have is too large, and nothing overflows."""
    for text, status in [
        ("-1", 400),
        ("+5", 400),
        (" 5 5", 400),
        ("1_0", 400),
        ("0x10", 400),
        ("5.0", 400),
        ("", 400),
        ("1e3", 400),
        ("9" * 20, 400),
        ("9" * 19, 413),
        (str(1 << 63), 413),
        (str((1 << 63) - 1), 413),
    ]:
        with subtests.test(str((text, status))):
            answer = await tus.request("POST", "/uploads/", {**VERSION, "Upload-Length": text})
            assert status == answer.status
            path = await tus.create(10)
            expected = 400 if status == 400 else 409
            assert expected == (await tus.patch(path, 0, b"abc", {"Upload-Offset": text})).status


async def test_larger_than_the_largest_upload(tus: Tus) -> None:
    """413 names the limit."""
    size_max = tus.services.config.upload_size_max_bytes
    answer = await tus.request("POST", "/uploads/", {**VERSION, "Upload-Length": str(size_max + 1)})
    assert (413, size_max) == (answer.status, (await answer.json(content_type=None))["size_max_bytes"])


async def test_too_many_unfinished_uploads(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person can't fill the server with beginnings; finished uploads do not count."""
    monkeypatch.setattr(service, "UNFINISHED_MAX", 2)
    await tus.create(0)
    paths = [await tus.create(10), await tus.create(10)]
    refused = {**VERSION, "Upload-Length": "10"}
    assert 429 == (await tus.request("POST", "/uploads/", refused)).status
    await tus.request("DELETE", paths[0], VERSION)
    assert 201 == (await tus.request("POST", "/uploads/", refused)).status


async def test_with_the_whole_file(tus: Tus) -> None:
    """creation-with-upload: 201 with the offset reached; a small file needs one request."""
    body = os.urandom(1000)
    answer = await tus.request("POST", "/uploads/", {**VERSION, **STREAM, "Upload-Length": "1000"}, body)
    assert (201, "1000") == (answer.status, answer.headers["Upload-Offset"])
    path = answer.headers["Location"].removeprefix(tus.services.config.public_url)
    assert hashlib.sha256(body).hexdigest() == (await tus.row(path)).sha256
    assert body == await tus.stored(path)


async def test_with_the_beginning_of_the_file(tus: Tus) -> None:
    """The rest comes by PATCH."""
    body = os.urandom(1000)
    path = await tus.create(1000, STREAM, body[:300])
    assert 300 == await tus.offset(path)
    await tus.patch(path, 300, body[300:])
    assert body == await tus.stored(path)


async def test_with_a_body_of_another_type(tus: Tus) -> None:
    """A form or a JSON document is no beginning of a file."""
    headers = {**VERSION, "Upload-Length": "5", "Content-Type": "application/json"}
    assert 415 == (await tus.request("POST", "/uploads/", headers, b"hello")).status


async def test_with_more_than_the_length(tus: Tus) -> None:
    """Refused before an upload is made."""
    headers = {**VERSION, **STREAM, "Upload-Length": "4"}
    assert 413 == (await tus.request("POST", "/uploads/", headers, b"hello")).status


async def test_with_a_wrong_checksum(tus: Tus) -> None:
    """460, and the bytes are gone."""
    headers = {**VERSION, **STREAM, **checksum(b"other"), "Upload-Length": "5"}
    assert 460 == (await tus.request("POST", "/uploads/", headers, b"hello")).status


async def test_metadata_comes_back_as_it_was_sent(tus: Tus) -> None:
    """HEAD echoes it; the JSON view decodes name and type."""
    sent = metadata(filename="产品手册.pdf", filetype="application/pdf", empty="")
    path = await tus.create(10, sent)
    answer = await tus.request("HEAD", path, VERSION)
    assert {pair.rstrip() for pair in sent["Upload-Metadata"].split(",")} == {
        *answer.headers["Upload-Metadata"].split(",")
    }
    seen = await tus.json("/api/v1" + path)
    assert ("产品手册.pdf", "application/pdf", "receiving", 0, 10) == (
        seen["filename"], seen["media_type"], seen["state"], seen["offset_bytes"], seen["length_bytes"],
    )  # fmt: skip
