"""A client of clamd, the daemon of ClamAV: a file streamed to it, and its verdict.

Promises: `Verdict` says clean only when clamd said so of all the bytes; no daemon, no answer in time, a file beyond its
limits, an ERROR and nonsense are each "not scanned", with a cause. Nothing of the file is kept here. Protocol:
clamd(8), INSTREAM and VERSION with their NUL-ended forms.
"""

import asyncio
import re
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

CHUNK = struct.Struct(">I")
CHUNK_MAX_BYTES = 1 << 20
ANSWER_MAX_BYTES = 4 << 10
CONNECT_TIMEOUT_S = 5.0
PIECE_TIMEOUT_S = 30.0  # for clamd to take a piece
VERDICT_TIMEOUT_S = 180.0  # from the last byte to the answer; clamd's own MaxScanTime is two minutes
SIGNATURE_MAX = 100
_FOUND = re.compile(rb"^stream: ([\x21-\x7e]{1,300})(?:\([0-9a-f]{32}:\d+\))? FOUND$")


class Cause(StrEnum):
    """Why there is no verdict."""

    NOT_CONFIGURED = "not-configured"
    NO_DAEMON = "no-daemon"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    ERROR = "error"


@dataclass(frozen=True)
class Verdict:
    """`signature` names what was found; `cause` why nothing is known; neither: clean."""

    signature: str = ""
    cause: Cause | None = None


class Clamd:
    """`address` is a path of a Unix socket, or host:port."""

    def __init__(
        self, address: str, *, piece_timeout_s: float = PIECE_TIMEOUT_S, verdict_timeout_s: float = VERDICT_TIMEOUT_S
    ) -> None:
        self._address = address
        self._piece_timeout_s, self._verdict_timeout_s = piece_timeout_s, verdict_timeout_s

    async def scan(self, source: AsyncIterable[bytes]) -> Verdict:
        """What clamd says of these bytes. Raises only what the source raises."""
        try:
            async with self._connected() as (reader, writer):
                writer.write(b"zINSTREAM\0")
                sent = await self._send(writer, source)
                return _verdict(await self._answer(reader), whole=sent)
        except TimeoutError:
            return Verdict(cause=Cause.TIMEOUT)
        except OSError:
            return Verdict(cause=Cause.NO_DAEMON)

    async def version(self) -> str | None:
        """Which clamd with which signatures is there; None when none answers."""
        try:
            async with self._connected() as (reader, writer):
                writer.write(b"zVERSION\0")
                answer = await self._answer(reader)
        except OSError:
            return None
        text = answer.decode(errors="replace").strip("\0 \n")
        return text if text.isprintable() and text.startswith("ClamAV") else None

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[tuple[StreamReader, StreamWriter]]:
        """Raises OSError, of which TimeoutError is one."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if self._address.startswith("/"):
                reader, writer = await asyncio.open_unix_connection(self._address)
            else:
                host, _, port = self._address.rpartition(":")
                reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        try:
            yield reader, writer
        finally:
            writer.transport.abort()  # closing would wait until what is unsent is taken, by one who may never take it
            with suppress(OSError):
                await writer.wait_closed()

    async def _send(self, writer: StreamWriter, source: AsyncIterable[bytes]) -> bool:
        """All of it, then the end; False when clamd stopped listening, as it does beyond its limits."""
        async for piece in source:
            for at in range(0, len(piece), CHUNK_MAX_BYTES):
                part = piece[at : at + CHUNK_MAX_BYTES]
                if not await self._sent(writer, CHUNK.pack(len(part)), part):
                    return False
        return await self._sent(writer, CHUNK.pack(0))

    async def _sent(self, writer: StreamWriter, *parts: bytes) -> bool:
        writer.writelines(parts)
        try:
            async with asyncio.timeout(self._piece_timeout_s):
                await writer.drain()
        except ConnectionError:
            return False  # what it had to say may still be read
        return True

    async def _answer(self, reader: StreamReader) -> bytes:
        async with asyncio.timeout(self._verdict_timeout_s):
            answer = b""
            while len(answer) < ANSWER_MAX_BYTES and b"\0" not in answer:
                try:
                    piece = await reader.read(ANSWER_MAX_BYTES)
                except ConnectionError:
                    break
                if not piece:
                    break
                answer += piece
            return answer


def _verdict(answer: bytes, *, whole: bool) -> Verdict:
    """Clean is one answer only, and only to a whole file."""
    said = answer.partition(b"\0")[0]
    if match := _FOUND.match(said):
        return Verdict(signature=match[1].decode()[:SIGNATURE_MAX])
    if said == b"stream: OK" and whole and answer.endswith(b"\0"):
        return Verdict()
    # Beyond its limit it says so and stops listening; what it said may be lost with the connection.
    broke_off = not whole and not said
    return Verdict(cause=Cause.TOO_LARGE if b"size limit exceeded" in said or broke_off else Cause.ERROR)
