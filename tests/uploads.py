"""The upload protocol as a test speaks it: plain requests, nothing retried, nothing hidden."""

import asyncio
import base64
import fcntl
import json
import struct
import termios
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from aiohttp import ClientResponse, ClientSession
from sqlalchemy import text
from yarl import URL

from fileserver.services import Services
from fileserver.uploads.checksums import ALGORITHMS
from fileserver.uploads.jobs import register
from fileserver.uploads.names import obj_of
from fileserver.uploads.receptions import RECEPTIONS, Reception, Receptions
from storage.rows import uploads
from storage.rows.events import EventFilter, search_events
from storage.rows.uploads import UploadRow
from tests.api import Client
from tests.queues import Queue, due

VERSION = {"Tus-Resumable": "1.0.0"}
WAIT_MAX_S = 20
STREAM = {"Content-Type": "application/offset+octet-stream"}

Body = bytes | AsyncIterable[bytes]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(WAIT_MAX_S):
        while not holds():  # noqa: ASYNC110  # what is waited for happens on the other side of a socket
            await asyncio.sleep(0.005)


def metadata(**values: str) -> dict[str, str]:
    """Upload-Metadata of plain text values."""
    pairs = [f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items()]
    return {"Upload-Metadata": ",".join(pairs)}


def checksum(body: bytes, algorithm: str = "sha1") -> dict[str, str]:
    """Upload-Checksum of a body."""
    hasher = ALGORITHMS[algorithm].hasher()
    hasher.update(body)
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(hasher.digest()).decode()}"}


def _unacknowledged_bytes(file: int) -> int:
    waiting: tuple[int] = struct.unpack("i", fcntl.ioctl(file, termios.TIOCOUTQ, b"\0" * 4))
    return waiting[0]


@dataclass(frozen=True)
class OpenPatch:
    """A PATCH whose body is sent by hand."""

    tus: "Tus"
    path: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, body: bytes) -> None:
        """Some of the bytes, which the server's socket has taken when this returns."""
        self.writer.write(body)
        await self.writer.drain()

    async def begun(self) -> None:
        """Returns when the server is at work on it."""
        await until(lambda: self.tus.reception(self.path) is not None)

    async def delivered(self) -> None:
        """Returns when the server's machine has acknowledged every byte that was sent."""
        file = self.writer.get_extra_info("socket").fileno()
        await until(lambda: not self.writer.transport.get_write_buffer_size() and not _unacknowledged_bytes(file))

    async def status(self) -> int:
        """The answer's status, once it comes."""
        return int((await self.reader.readline()).split()[1])

    async def cut(self) -> None:
        """Ends the connection once the server is at work on it; returns when it has kept what it could."""
        answer = asyncio.ensure_future(self.reader.readline())
        await until(lambda: self.tus.reception(self.path) is not None or answer.done())
        self.writer.close()
        await asyncio.wait({answer})
        await until(lambda: self.tus.reception(self.path) is None)


@dataclass(frozen=True)
class Tus:
    """One person at /uploads/."""

    session: ClientSession
    address: URL  # of the server
    receptions: Receptions  # of the server, if it runs in this process
    services: Services  # to look behind it
    token: str

    @classmethod
    def at(cls, client: Client, services: Services, token: str) -> "Tus":
        """The person whose token it is, at an application that runs here."""
        app = client.app
        assert app is not None
        return cls(client.session, client.make_url("/"), app[RECEPTIONS], services, token)

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: Body | None = None
    ) -> ClientResponse:
        """One request with exactly these headers and the person's token; the answer is read whole."""
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **headers}
        data = BytesIO(body) if isinstance(body, bytes) else body
        skip = ("Content-Type",)
        url = self.address.with_path(path)
        async with self.session.request(method, url, headers=sent, data=data, skip_auto_headers=skip) as response:
            await response.read()
            return response

    async def create(self, length: int, headers: Mapping[str, str] | None = None, body: Body | None = None) -> str:
        """Makes an upload and returns its path."""
        answer = await self.request(
            "POST", "/uploads/", {**VERSION, "Upload-Length": str(length), **(headers or {})}, body
        )
        assert answer.status == 201, await answer.text()
        return URL(answer.headers["Location"]).path

    async def patch(
        self, path: str, offset: int, body: Body, headers: Mapping[str, str] | None = None
    ) -> ClientResponse:
        """Sends bytes."""
        sent = {**VERSION, **STREAM, "Upload-Offset": str(offset), **(headers or {})}
        return await self.request("PATCH", path, sent, body)

    @asynccontextmanager
    async def open_patch(
        self, path: str, offset: int, announced: int, headers: Mapping[str, str] | None = None
    ) -> "AsyncIterator[OpenPatch]":
        """Begins a PATCH of `announced` bytes on a connection of its own and sends none; "" leaves a header out."""
        reader, writer = await asyncio.open_connection(self.address.host, self.address.port)
        sent = {
            "Host": self.address.authority,
            "Authorization": f"Bearer {self.token}",
            **VERSION,
            **STREAM,
            "Upload-Offset": str(offset),
            "Content-Length": str(announced),
            **(headers or {}),
        }
        lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items() if value), "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        try:
            yield OpenPatch(self, path, reader, writer)
        finally:
            writer.close()

    def reception(self, path: str) -> Reception | None:
        """The request that is at work on the upload at this moment."""
        return self.receptions._holders.get(UUID(path.rpartition("/")[2]))

    async def offset(self, path: str) -> int:
        """Where the upload stands, as HEAD says."""
        answer = await self.request("HEAD", path, VERSION)
        assert answer.status == 200, answer.status
        return int(answer.headers["Upload-Offset"])

    async def row(self, path: str) -> UploadRow:
        """What the database says."""
        async with self.services.database.transaction() as tx:
            row = await uploads.upload_by_id(tx, UUID(path.rpartition("/")[2]))
        assert row is not None
        return row

    async def stored(self, path: str) -> bytes:
        """What the object store holds of a finished upload."""
        row = await self.row(path)
        return b"".join([piece async for piece in self.services.objects.read(row.object_key)])

    async def until_recorded(self, path: str, offset: int) -> None:
        """Wait until the row has come so far."""
        await self.until_row(path, lambda row: row.offset_bytes >= offset)

    async def until_row(self, path: str, holds: Callable[[UploadRow], bool]) -> None:
        """Wait until the row is as it should be."""
        async with asyncio.timeout(WAIT_MAX_S):
            while not holds(await self.row(path)):  # noqa: ASYNC110  # what is waited for happens in another process
                await asyncio.sleep(0.01)

    async def events(self, path: str) -> list[dict[str, Any]]:
        """What the log says about the upload, in order."""
        where = EventFilter(obj=obj_of(UUID(path.rpartition("/")[2])))
        async with self.services.database.transaction() as tx:
            rows = await search_events(tx, where)
        return [json.loads(row.leaf) for row in reversed(rows)]

    async def log(self) -> list[dict[str, Any]]:
        """All that the log says, newest first."""
        async with self.services.database.transaction() as tx:
            return [json.loads(row.leaf) for row in await search_events(tx, EventFilter())]

    async def acts(self, path: str) -> list[str]:
        """Only the acts of it."""
        return [event["act"] for event in await self.events(path)]

    async def work(self) -> None:
        """What a worker would do now, with what follows from it."""
        while await due(self.services.database):
            jobs = Queue(self.services.config.database_url.get_secret_value())
            register(jobs, self.services)
            await jobs.run(wait=False)

    async def let_jobs_come(self) -> None:
        """Jobs that wait for their time have waited long enough: the queue goes by the database's clock."""
        async with self.services.database.transaction() as tx:
            await tx.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))

    async def json(self, path: str) -> Any:
        """What a GET answers."""
        answer = await self.request("GET", path, {})
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def problem(self, answer: ClientResponse) -> Any:
        """The slug of a refusal and the fields it names."""
        document = await answer.json(content_type="application/problem+json")
        return document["type"].removeprefix("/problems/"), [error["field"] for error in document.get("errors", ())]
