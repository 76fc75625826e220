"""What a real clamd says, and what anything else at its address says: clean is one answer only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from compliance.scanning import Clamd
from compliance.scanning.clamd import CHUNK_MAX_BYTES, Cause, Verdict
from tests.clamds import SIGNATURE, STREAM_MAX_BYTES, running_clamd
from tests.hostile.model import EICAR
from tests.materials import pdf
from tests.office_files import zipped

FOUND, CLEAN = Verdict(signature=f"{SIGNATURE}.UNOFFICIAL"), Verdict()
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def streamed(content: bytes) -> AsyncIterator[bytes]:
    """In small pieces."""
    for at in range(0, len(content), 1000):
        yield content[at : at + 1000]


@pytest.mark.clamav
async def test_a_real_clamd_finds_the_test_signature_wherever_it_lies(tmp_path: Path) -> None:
    """Plain, in an archive and in an archive in that; what is clean is clean, what is too large is not scanned."""
    async with running_clamd(tmp_path) as address:
        clamd = Clamd(address)
        nested = zipped({"b/c.zip": zipped({"d.txt": EICAR})})
        said = [await clamd.scan(streamed(body)) for body in (EICAR, zipped({"a.txt": EICAR}), nested, pdf())]
        large = await clamd.scan(streamed(bytes(STREAM_MAX_BYTES + 1)))
        version = await clamd.version()
    assert [FOUND, FOUND, FOUND, CLEAN] == said
    assert Verdict(cause=Cause.TOO_LARGE) == large
    assert version is not None
    assert version.startswith("ClamAV ")
    assert Verdict(cause=Cause.NO_DAEMON) == await Clamd(address).scan(streamed(EICAR))


@asynccontextmanager
async def answering(path: Path, answer: Answer) -> AsyncIterator[str]:
    """Something else at the address of a clamd."""
    server = await asyncio.start_unix_server(answer, path / "socket")
    async with server:
        yield str(path / "socket")


async def drained(reader: asyncio.StreamReader) -> None:
    """Read the request to its end."""
    await reader.readuntil(b"zINSTREAM\0")
    while size := int.from_bytes(await reader.readexactly(4), "big"):
        await reader.readexactly(size)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"stream: OK", Cause.ERROR),  # without its end: the connection broke off
        (b"", Cause.ERROR),
        (b"stream: ERROR\0", Cause.ERROR),
        (b"INSTREAM size limit exceeded. ERROR\0", Cause.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\n\r\n\0", Cause.ERROR),
        (b"stream: OK ERROR\0", Cause.ERROR),
        (b"\0stream: OK\0", Cause.ERROR),
        (b"x" * 10_000, Cause.ERROR),
    ],
)
async def test_whatever_is_no_verdict_is_not_scanned(tmp_path: Path, said: bytes, cause: Cause) -> None:
    """Half an answer, an error, somebody else's protocol: none of them is clean."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await drained(reader)
        writer.write(said)
        writer.close()

    async with answering(tmp_path, answer) as address:
        assert Verdict(cause=cause) == await Clamd(address).scan(streamed(b"content"))


async def test_a_file_that_was_not_taken_whole_is_not_clean(tmp_path: Path) -> None:
    """A daemon that says OK before it has everything has not looked at everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(10)
        writer.write(b"stream: OK\0")
        writer.close()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield bytes(CHUNK_MAX_BYTES)

    async with answering(tmp_path, answer) as address:
        verdict = await Clamd(address).scan(endless())
    assert verdict.cause is not None
    assert not verdict.signature


async def test_a_daemon_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """The scan does not wait for ever, neither for room nor for a verdict."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with answering(tmp_path, answer) as address:
        assert Verdict(cause=Cause.TIMEOUT) == await Clamd(address, verdict_timeout_s=0.05).scan(streamed(b"content"))


async def test_a_daemon_that_takes_nothing_is_given_up(tmp_path: Path) -> None:
    """What it left untaken keeps nobody: the scan ends once it has not taken a piece in time."""
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with answering(tmp_path, answer) as address:
        async with asyncio.timeout(5):
            verdict = await Clamd(address, piece_timeout_s=0.05).scan(streamed(bytes(4 * CHUNK_MAX_BYTES)))
        over.set()
    assert Verdict(cause=Cause.TIMEOUT) == verdict


async def test_nobody_at_the_address_is_not_scanned(tmp_path: Path) -> None:
    """Neither a socket that isn't there nor a port that nobody listens on is clean."""
    for address in (str(tmp_path / "none"), "127.0.0.1:1"):
        assert Verdict(cause=Cause.NO_DAEMON) == await Clamd(address).scan(streamed(b"content"))
        assert None is await Clamd(address).version()
