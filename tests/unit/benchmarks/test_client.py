"""The benchmarks' own clients and their sink understand each other."""

import hashlib
import socket
import threading
from collections.abc import AsyncIterator

import pytest

from benchmarks.relay import Hashing, serve
from benchmarks.uploads.jobs import Job, Way, perform
from benchmarks.uploads.sink.objects import Shelf
from benchmarks.uploads.sink.serving import listen
from benchmarks.uploads.wire import END, parse

STORE = {"access_key": "any", "secret_key": "any", "region": "us-east-1", "bucket": "bucket"}
MIB = 1 << 20


@pytest.fixture
def shelf() -> Shelf:
    """What the sink holds."""
    return Shelf()


@pytest.fixture
async def port(shelf: Shelf) -> AsyncIterator[int]:
    """Where the sink serves."""
    async with await listen(shelf, 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_the_raw_client_sends_every_byte(shelf: Shelf, port: int) -> None:
    """Small bodies and big ones, over several connections, arrive whole."""
    job = Job(
        way="put", host="127.0.0.1", port=port, path="/raw/raw", files=3, file_bytes=40 * MIB, request_bytes=1, lanes=2
    )
    result = await perform("benchmarks.uploads.load", job)
    assert 3 == len(result.files_s)
    assert 3 * 40 * MIB == shelf.received_bytes == sum(each.size_bytes for each in shelf.objects.values())


async def test_no_two_small_files_are_the_same(shelf: Shelf, port: int) -> None:
    """A server that stores the same bytes once gains nothing here."""
    job = Job(
        way="put", host="127.0.0.1", port=port, path="/raw/raw", files=5, file_bytes=65536, request_bytes=0, lanes=2
    )
    await perform("benchmarks.uploads.load", job)
    assert 5 == len({each.body for each in shelf.objects.values()})


@pytest.mark.parametrize("way", ["presigned", "checked"])
async def test_the_plain_client_completes_its_files(shelf: Shelf, port: int, way: Way) -> None:
    """Each file becomes one object of its size, by parts of 16 MiB, several at once; bound to their SHA-256 or not."""
    job = Job(
        way=way, host="127.0.0.1", port=port, path="", files=2, file_bytes=33 * MIB, request_bytes=1, lanes=2,
        at_once=2, store=STORE,
    )  # fmt: skip
    await perform("benchmarks.uploads.plain", job)
    assert [33 * MIB] * 2 == [each.size_bytes for each in shelf.objects.values()]
    assert 6 == shelf.requests["UploadPart"]


async def test_the_relay_hands_everything_on(shelf: Shelf, port: int) -> None:
    """The same files by way of the relay: the same objects, and the bytes' own SHA-256 computed beside."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening, ("127.0.0.1", port)), daemon=True).start()
        job = Job(
            way="presigned", host="127.0.0.1", port=port, path="", files=2, file_bytes=33 * MIB, request_bytes=1,
            lanes=2, at_once=2, relay=listening.getsockname()[1], store=STORE,
        )  # fmt: skip
        await perform("benchmarks.uploads.plain", job)
        listening.shutdown(socket.SHUT_RDWR)
    assert [33 * MIB] * 2 == [each.size_bytes for each in shelf.objects.values()]
    assert 6 == shelf.requests["UploadPart"]


def test_the_relay_hashes_what_passes() -> None:
    """Digest after digest, each of its own pieces."""
    hashing = Hashing()
    for pieces in ((b"a", b"bc"), (b"",), (b"abc",)):
        for piece in pieces:
            hashing.add(memoryview(piece))
        assert hashlib.sha256(b"".join(pieces)).hexdigest() == hashing.digest()


def test_answers_are_told_apart() -> None:
    """Interim answers are skipped, bodies are passed over, and an answer that isn't whole yet waits."""
    interim, empty = b"HTTP/1.1 100 Continue" + END, b"HTTP/1.1 204 No Content\r\nUpload-Offset: 7" + END
    chunked = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked" + END + b"0" + END
    told, rest = parse(interim + empty + chunked, bodiless=False)
    assert told is not None
    assert (204, "7", chunked) == (told.status, told.headers["upload-offset"], rest)
    created, rest = parse(chunked, bodiless=False)
    assert created is not None
    assert (201, b"") == (created.status, rest)
    assert (None, chunked[:-2]) == parse(chunked[:-2], bodiless=False)
