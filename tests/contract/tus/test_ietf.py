"""Resumable uploads as the IETF drafts them (draft-ietf-httpbis-resumable-upload, interop versions 5 and 6)."""

import asyncio
import base64
import itertools
import os
import warnings
from collections.abc import Mapping

import pytest
from aiohttp import ClientResponse
from yarl import URL

from fileserver.config import Config
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete, chunked
from tests.uploads import VERSION, Body, Tus, metadata

SIX = {"Upload-Draft-Interop-Version": "6"}
FIVE = {"Upload-Draft-Interop-Version": "5"}
NEXT = {**SIX, "Content-Type": "application/partial-upload"}
MORE, LAST = {"Upload-Complete": "?0"}, {"Upload-Complete": "?1"}
SIZE_MAX_BYTES = 3 * PART_BYTES


@pytest.fixture
def config(config: Config) -> Config:
    """The largest upload is one that a test can send."""
    return config.model_copy(update={"upload_size_max_bytes": SIZE_MAX_BYTES})


def path_of(answer: ClientResponse) -> str:
    """Where the upload is."""
    return URL(answer.headers["Location"]).path


def told(answer: ClientResponse) -> tuple[int, str | None, str | None]:
    """Status, offset, and whether the upload is complete."""
    return answer.status, answer.headers.get("Upload-Offset"), answer.headers.get("Upload-Complete")


async def begun(tus: Tus, body: Body = b"", headers: Mapping[str, str] | None = None) -> str:
    """Makes an upload with its first bytes; returns its path."""
    answer = await tus.request("POST", "/uploads/", {**SIX, **MORE, **(headers or {})}, body)
    assert 201 == answer.status, await answer.text()
    return path_of(answer)


async def append(tus: Tus, path: str, offset: int, body: Body, *headers: Mapping[str, str]) -> ClientResponse:
    """The next bytes."""
    sent = {**NEXT, "Upload-Offset": str(offset)}
    for each in headers:
        sent |= each
    return await tus.request("PATCH", path, sent, body)


@pytest.mark.parametrize("version", [FIVE, SIX], ids=["5", "6"])
async def test_a_file_in_one_request(tus: Tus, version: Mapping[str, str], subtests: pytest.Subtests) -> None:
    """201 with the address, the whole offset, and that it is complete; the version comes back."""
    for size_bytes, announced in itertools.product([0, 1000, PART_BYTES + 1000], [True, False]):
        with subtests.test(f"{size_bytes} {'announced' if announced else 'chunked'}"):
            content = os.urandom(size_bytes)
            body = content if announced else chunked(content[:10], content[10:])
            answer = await tus.request("POST", "/uploads/", {**version, **LAST}, body)
            assert (201, str(size_bytes), "?1") == told(answer)
            assert version["Upload-Draft-Interop-Version"] == answer.headers["Upload-Draft-Interop-Version"]
            await assert_complete(tus, path_of(answer), content)


async def test_a_file_in_several_requests(tus: Tus) -> None:
    """Each says where it begins, and the last one that it is the last; nobody needs to know the length before."""
    content = os.urandom(PART_BYTES + 3000)
    path = await begun(tus, content[:1000])
    assert (201, "2000", "?0") == told(await append(tus, path, 1000, content[1000:2000], MORE))
    head = await tus.request("HEAD", path, SIX)
    assert (204, "2000", "?0") == told(head)
    assert (None, True) == (head.headers.get("Upload-Length"), "no-store" in head.headers["Cache-Control"])
    assert (201, str(len(content)), "?1") == told(await append(tus, path, 2000, chunked(content[2000:]), LAST))
    head = await tus.request("HEAD", path, SIX)
    assert ((204, str(len(content)), "?1"), str(len(content))) == (told(head), head.headers["Upload-Length"])
    await assert_complete(tus, path, content)


async def test_an_end_without_bytes(tus: Tus) -> None:
    """A request may only say that all is here."""
    path = await begun(tus, b"abc")
    assert (201, "3", "?1") == told(await append(tus, path, 3, b"", LAST))
    assert (201, "3", "?1") == told(await append(tus, path, 3, b"", LAST))
    await assert_complete(tus, path, b"abc")


async def test_a_length_said_before(tus: Tus) -> None:
    """Then the upload is complete at its last byte."""
    path = await begun(tus, b"abc", {"Upload-Length": "6"})
    assert "6" == (await tus.request("HEAD", path, SIX)).headers["Upload-Length"]
    assert (201, "6", "?1") == told(await append(tus, path, 3, b"def", MORE))
    await assert_complete(tus, path, b"abcdef")


async def test_lengths_that_do_not_agree(tus: Tus) -> None:
    """400, and what was there stays."""
    assert 400 == (await tus.request("POST", "/uploads/", {**SIX, **LAST, "Upload-Length": "5"}, b"abc")).status
    path = await begun(tus, b"abc", {"Upload-Length": "6"})
    assert 400 == (await append(tus, path, 3, b"d", LAST)).status
    assert 400 == (await append(tus, path, 3, b"defg", MORE)).status
    assert 400 == (await append(tus, path, 3, chunked(b"defg"), MORE)).status
    assert (204, "3", "?0") == told(await tus.request("HEAD", path, SIX))


async def test_another_offset(tus: Tus) -> None:
    """409 says where the upload stands, in headers and in the problem."""
    path = await begun(tus, b"abc")
    answer = await append(tus, path, 2, b"x", MORE)
    assert ((409, "3", "?0"), ("offset-mismatch", ["/Upload-Offset"])) == (told(answer), await tus.problem(answer))


async def test_the_next_bytes_need_their_type(tus: Tus) -> None:
    """From version 6 on; version 5 had none."""
    path = await begun(tus)
    sent = {"Upload-Offset": "0", "Content-Type": "video/mp4", **MORE}
    assert 415 == (await tus.request("PATCH", path, {**SIX, **sent}, b"abc")).status
    assert 201 == (await tus.request("PATCH", path, {**FIVE, **sent}, b"abc")).status
    assert 415 == (await append(tus, path, 3, b"abc", {"Content-Encoding": "gzip"})).status


async def test_headers_that_do_not_fit(tus: Tus, subtests: pytest.Subtests) -> None:
    """400 names the header; nothing is done."""
    for method, headers, field in [
        ("POST", {}, "/Upload-Complete"),
        ("POST", {"Upload-Complete": "1"}, "/Upload-Complete"),
        ("POST", {"Upload-Complete": "?1", "Upload-Offset": "0"}, "/Upload-Offset"),
        ("POST", {"Upload-Complete": "?1", "Upload-Draft-Interop-Version": "99"}, "/Upload-Draft-Interop-Version"),
        ("PATCH", {}, "/Upload-Offset"),
        ("PATCH", {"Upload-Offset": "-1"}, "/Upload-Offset"),
        ("HEAD", {"Upload-Offset": "0"}, None),
        ("HEAD", {"Upload-Complete": "?1"}, None),
        ("DELETE", {"Upload-Complete": "?1"}, "/Upload-Complete"),
    ]:
        with subtests.test(str((method, headers, field))):
            path = "/uploads/" if method == "POST" else await begun(tus)
            sent = {**(NEXT if method == "PATCH" else SIX), **headers}
            answer = await tus.request(method, path, sent)
            assert 400 == answer.status
            if field:
                assert ("upload-header-invalid", [field]) == await tus.problem(answer)


async def test_an_upload_that_is_not_there(tus: Tus) -> None:
    """404, after it was cancelled as well."""
    path = await begun(tus, b"abc")
    assert 204 == (await tus.request("DELETE", path, SIX)).status
    assert [404, 404, 404] == [
        (await tus.request("HEAD", "/uploads/b8a1c2f0-0000-4000-8000-000000000000", SIX)).status,
        (await tus.request("HEAD", path, SIX)).status,
        (await append(tus, path, 3, b"d", MORE)).status,
    ]


async def test_the_limit(tus: Tus) -> None:
    """Told before and with the making, and kept at the byte, announced or not."""
    announced = f"max-size={SIZE_MAX_BYTES}"
    assert announced == (await tus.request("OPTIONS", "/uploads/", SIX)).headers["Upload-Limit"]
    made = await tus.request("POST", "/uploads/", {**SIX, **MORE})
    assert f"{announced}, expires={tus.services.config.upload_expiry_s}" == made.headers["Upload-Limit"]
    assert 413 == (await tus.request("POST", "/uploads/", {**SIX, **MORE, "Upload-Length": str(1 << 60)})).status
    whole = os.urandom(SIZE_MAX_BYTES)
    assert 400 == (await append(tus, path_of(made), 0, chunked(whole, b"x"), MORE)).status
    standing = int((await tus.request("HEAD", path_of(made), SIX)).headers["Upload-Offset"])
    assert standing <= SIZE_MAX_BYTES


async def test_name_and_type(tus: Tus) -> None:
    """From Content-Disposition and Content-Type, as of any HTTP upload, or from tus's Upload-Metadata."""
    disposition = "attachment; filename*=UTF-8''%E4%BA%A7%E5%93%81.pdf"
    sent = {"Content-Type": "application/pdf", "Content-Disposition": disposition}
    seen = await tus.json("/api/v1" + await begun(tus, b"%PDF", sent))
    assert ("产品.pdf", "application/pdf") == (seen["filename"], seen["media_type"])
    seen = await tus.json("/api/v1" + await begun(tus, b"", metadata(filename="a.mp4", filetype="video/mp4")))
    assert ("a.mp4", "video/mp4") == (seen["filename"], seen["media_type"])
    name = base64.b64encode(b"../x").decode()
    answer = await tus.request("POST", "/uploads/", {**SIX, **MORE, "Upload-Metadata": f"filename {name}"})
    assert 400 == answer.status


@pytest.mark.parametrize("disposition", ["attachment; filename=张三 2026.pdf", "attachment; filename*0*=no''%ff", '"'])
async def test_a_name_that_cannot_be_read_stays_out_of_the_log(tus: Tus, disposition: str) -> None:
    """The upload has no name; no warning quotes the header, which anybody could fill the memory with."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = await tus.json("/api/v1" + await begun(tus, b"", {"Content-Disposition": disposition}))
    assert "" == seen["filename"]


async def test_both_protocols_meet_at_one_upload(tus: Tus) -> None:
    """A client of tus may go on with what one of the draft began, and the other way round."""
    path = await begun(tus, b"abc")
    assert 3 == await tus.offset(path)
    assert 204 == (await tus.patch(path, 3, b"def")).status
    assert (201, "9", "?1") == told(await append(tus, path, 6, b"ghi", LAST))
    await assert_complete(tus, path, b"abcdefghi")
    assert 412 == (await tus.request("HEAD", path, {**SIX, "Tus-Resumable": "0.2.2"})).status


async def sent_by_hand(tus: Tus, head: Mapping[str, str], body: bytes, *, http: str = "1.1") -> list[str]:
    """Everything that the server answers to a POST, as lines."""
    reader, writer = await asyncio.open_connection(tus.address.host, tus.address.port)
    sent = {
        "Host": tus.address.authority, "Authorization": f"Bearer {tus.token}", "Connection": "close",
        "Content-Length": str(len(body)), **head,
    }  # fmt: skip
    lines = [f"POST /uploads/ HTTP/{http}", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    answer = await reader.read()
    writer.close()
    return answer.decode().split("\r\n")


@pytest.mark.parametrize("size_bytes", [3, PART_BYTES], ids=["small", "large"])
async def test_an_informational_response_comes_first(tus: Tus, size_bytes: int) -> None:
    """104 with the address, so that a client can go on although the answer itself never came."""
    lines = await sent_by_hand(tus, {**SIX, **LAST}, os.urandom(size_bytes))
    assert ["HTTP/1.1 104 Upload Resumption Supported", "Upload-Draft-Interop-Version: 6"] == lines[:2]
    informational, final = lines[: lines.index("")], lines[lines.index("") + 1 :]
    assert "HTTP/1.1 201 Created" == final[0]
    location = next(line for line in informational if line.startswith("Location: "))
    assert location in final
    assert any(line.startswith("Upload-Limit: max-size=") for line in informational)


@pytest.mark.parametrize(
    ("head", "http"),
    [({**SIX, **LAST}, "1.0"), ({**SIX, **LAST, "Upload-Draft-Interop-Version": "8"}, "1.1"), ({}, "1.1")],
    ids=["1.0", "another version", "no version"],
)
async def test_no_informational_response_for_others(tus: Tus, head: Mapping[str, str], http: str) -> None:
    """Who does not speak this version, or HTTP/1.1, would not understand it."""
    assert "104" not in (await sent_by_hand(tus, head, b"abc", http=http))[0]


async def test_a_newer_request_ends_the_older_one(tus: Tus) -> None:
    """What had arrived is kept, and the offset that was told is where to go on."""
    path, content = await begun(tus), os.urandom(1000)
    headers = {**NEXT, **LAST, "Tus-Resumable": ""}
    async with tus.open_patch(path, 0, 1000, headers) as patch:
        await patch.send(content[:600])
        await tus.until_row(path, lambda row: row.fence > 0)
        head = await tus.request("HEAD", path, SIX)
        offset = int(head.headers["Upload-Offset"])
        assert (0 <= offset <= 600, "?0") == (True, head.headers["Upload-Complete"])
    assert (201, "1000", "?1") == told(await append(tus, path, offset, content[offset:], LAST))
    await assert_complete(tus, path, content)


async def test_tus_is_refused_without_its_version(tus: Tus) -> None:
    """No header of either protocol: 412 tells what is spoken."""
    answer = await tus.request("POST", "/uploads/", {"Upload-Length": "3"})
    assert (412, VERSION["Tus-Resumable"]) == (answer.status, answer.headers["Tus-Version"])
