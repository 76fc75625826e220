"""A TCP gate in front of a real S3 server that misbehaves as told: the real bytes, broken in the middle.

`go_away` makes it a server that is down, whatever its protocol is, and `come_back` one that is up again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from storage.settings import S3Settings

ANSWER_503 = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ERROR_501 = b"<Error><Code>NotImplemented</Code><Message>no</Message></Error>"
ANSWER_501 = (
    b"HTTP/1.1 501 Not Implemented\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(ERROR_501), ERROR_501)
)
PIECE_BYTES = 64 * 1024
REQUEST_HEAD_BYTES = 2000


class FaultyGate:
    """Counts connections; `refuse` and `cut_after` say what happens to the next ones, in order, then all is well."""

    def __init__(self, settings: S3Settings) -> None:
        self._behind, self.settings = urlsplit(settings.endpoint_url), settings
        self.connections, self.open = 0, 0
        self.away = False
        # How many connections get 503 before anything reaches the server.
        self.refuse = 0
        # For one connection each: how many bytes of the answer, or of the request, pass before it is cut.
        self.cut_answers: list[int] = []
        self.cut_requests: list[int] = []
        # Requests whose beginning holds one of these are answered as by a server that doesn't know them.
        self.lacks: tuple[bytes, ...] = ()
        self.all_closed = asyncio.Event()
        self._visits: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["FaultyGate"]:
        """While it lasts, `settings` lead through the gate."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.settings = replace(self.settings, endpoint_url=f"http://127.0.0.1:{port}")
        async with server:
            yield self
            server.close()
            for visit in self._visits:
                visit.cancel()
            await asyncio.gather(*self._visits, return_exceptions=True)

    async def go_away(self) -> None:
        """From now on nobody gets through, and whoever is connected is cut off."""
        self.away = True
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    def come_back(self) -> None:
        """From now on all is well."""
        self.away = False

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            writer.transport.abort()
            return
        visit = asyncio.create_task(self._serve(reader, writer))
        # Also for a visit that is cancelled before it has begun.
        visit.add_done_callback(lambda _: writer.close())
        self._visits.append(visit)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            if self.refuse:
                self.refuse -= 1
                await reader.read(PIECE_BYTES)
                writer.write(ANSWER_503)
                await writer.drain()
            else:
                await self._pass_on(reader, writer)
        finally:
            self.open -= 1
            if not self.open:
                self.all_closed.set()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        limits = [cuts.pop(0) if cuts else None for cuts in (self.cut_requests, self.cut_answers)]
        back_reader, back_writer = await self._connect()
        ways = [
            asyncio.create_task(_copy(reader, back_writer, limits[0], self._unknown(writer))),
            asyncio.create_task(_copy(back_reader, writer, limits[1])),
        ]
        try:
            # Whichever side ends first, or is cut, ends the other.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (back_writer, writer):
                each.transport.abort()
            for way in ways:
                way.cancel()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To what is behind: `http://host:port` or `unix:/path/of/a/socket`."""
        if self._behind.scheme == "unix":
            return await asyncio.open_unix_connection(self._behind.path)
        return await asyncio.open_connection(self._behind.hostname, self._behind.port)

    def _unknown(self, writer: asyncio.StreamWriter) -> Callable[[bytes], Awaitable[bool]]:
        async def answered(piece: bytes) -> bool:
            if not any(words in piece[:REQUEST_HEAD_BYTES] for words in self.lacks):
                return False
            writer.write(ANSWER_501)
            await writer.drain()
            return True

        return answered


def before_postgresql(url: str, settings: S3Settings) -> FaultyGate:
    """A gate in front of PostgreSQL: the embedded one is at a socket, where its folder's path is short."""
    reached = make_url(url)
    folder, port = reached.query.get("host"), reached.port or reached.query.get("port")
    address = f"unix:{folder}/.s.PGSQL.{port}" if folder else f"http://{reached.host}:{port}"
    return FaultyGate(replace(settings, endpoint_url=address))


def through(gate: FaultyGate, url: str) -> str:
    """The address of the same database, by the gate."""
    port = urlsplit(gate.settings.endpoint_url).port
    return make_url(url).set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)


async def _answers_nothing(piece: bytes) -> bool:
    return False


async def _copy(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    limit_bytes: int | None,
    answered: Callable[[bytes], Awaitable[bool]] = _answers_nothing,
) -> None:
    passed_bytes = 0
    with suppress(ConnectionError):
        while (piece := await reader.read(PIECE_BYTES)) and not await answered(piece):
            writer.write(piece if limit_bytes is None else piece[: limit_bytes - passed_bytes])
            await writer.drain()
            passed_bytes += len(piece)
            if limit_bytes is not None and passed_bytes >= limit_bytes:
                return
