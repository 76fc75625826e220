"""One connection, several requests: also behind a long body, which is read past aiohttp's parser."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp.web_protocol import RequestHandler

from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.uploads import STREAM, VERSION, WAIT_MAX_S, Tus, until

LENGTH = PART_BYTES + 1_000_003


class Line:
    """A connection on which requests are written by hand."""

    def __init__(self, tus: Tus, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tus, self._reader, self._writer = tus, reader, writer

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
        """As bytes."""
        sent = {
            "Host": self._tus.address.authority, "Authorization": f"Bearer {self._tus.token}",
            "Content-Length": str(len(body)), **VERSION, **(headers or {}),
        }  # fmt: skip
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
        return "\r\n".join(lines).encode() + body

    def patch(self, path: str, offset: int, body: bytes) -> bytes:
        """As bytes."""
        return self.request("PATCH", path, body, {**STREAM, "Upload-Offset": str(offset)})

    async def send(self, sent: bytes) -> None:
        """All of it."""
        self._writer.write(sent)
        await self._writer.drain()

    async def answer(self) -> tuple[int, dict[str, str]]:
        """Status and headers, with small names, of the next answer, which has no body."""
        async with asyncio.timeout(WAIT_MAX_S):
            first, *rest = (await self._reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in rest)

    async def is_closed(self) -> bool:
        """Whether the server has nothing more to say."""
        async with asyncio.timeout(WAIT_MAX_S):
            return not await self._reader.read()


@asynccontextmanager
async def line_to(tus: Tus) -> AsyncIterator[Line]:
    """A new connection."""
    reader, writer = await asyncio.open_connection(tus.address.host, tus.address.port)
    try:
        yield Line(tus, reader, writer)
    finally:
        writer.close()


async def test_a_file_comes_over_one_connection(tus: Tus) -> None:
    """PATCH after PATCH, each long, and a HEAD at the end: the connection is kept, and the bytes are right."""
    body = os.urandom(LENGTH)
    path = await tus.create(LENGTH)
    async with line_to(tus) as line:
        for start in range(0, LENGTH, 2_000_000):
            await line.send(line.patch(path, start, body[start : start + 2_000_000]))
            status, headers = await line.answer()
            assert (204, None) == (status, headers.get("connection"))
        await line.send(line.request("HEAD", path))
        status, headers = await line.answer()
        assert (200, str(LENGTH)) == (status, headers["upload-offset"])
    await assert_complete(tus, path, body)


async def test_the_next_request_may_follow_at_once(tus: Tus) -> None:
    """Requests that come together with the end of a long body are answered in order."""
    body = os.urandom(LENGTH)
    path = await tus.create(LENGTH)
    async with line_to(tus) as line:
        await line.send(line.patch(path, 0, body) + line.request("HEAD", path) + line.patch(path, LENGTH, b""))
        assert 204 == (await line.answer())[0]
        assert str(LENGTH) == (await line.answer())[1]["upload-offset"]
        assert 204 == (await line.answer())[0]
    await assert_complete(tus, path, body)


async def test_an_unfinished_body_ends_the_connection(tus: Tus) -> None:
    """A newer request took over: what is still on its way can't be told from a next request."""
    path = await tus.create(LENGTH)
    async with line_to(tus) as line:
        await line.send(line.patch(path, 0, bytes(LENGTH))[: LENGTH // 2])
        await until(lambda: tus.reception(path) is not None)
        await tus.offset(path)
        status, headers = await line.answer()
        assert (400, "close") == (status, headers["connection"])


async def test_another_aiohttp_closes_after_a_long_body(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the parser is not what we know, the answer says so and the connection ends: slower, and as safe."""
    monkeypatch.setattr("fileserver.uploads.renewal.HttpRequestParser", type("Other", (), {}))
    body = os.urandom(LENGTH)
    path = await tus.create(LENGTH)
    async with line_to(tus) as line:
        await line.send(line.patch(path, 0, body))
        status, headers = await line.answer()
        assert (204, "close") == (status, headers["connection"])
        assert await line.is_closed()
    await assert_complete(tus, path, body)


def test_aiohttp_is_what_we_know() -> None:
    """Its connection keeps its parser where we put the new one; otherwise each long PATCH costs a connection."""
    assert any("_parser" in getattr(each, "__slots__", ()) for each in RequestHandler.__mro__)
