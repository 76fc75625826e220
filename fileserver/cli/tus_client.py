"""A tus 1.0.0 client for the terminal: streams a file in a few long requests and goes on after whatever cuts them.

Promises: bytes are read as they are sent, never the whole file; after a cut it asks how much the server has (HEAD) and
sends the rest; it gives up after `TRIES_MAX` tries without progress. Leaves remembering addresses to its caller.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

TUS = {"Tus-Resumable": "1.0.0"}
REQUEST_BYTES = (
    256 << 20
)  # what sits between us and the server may have a limit or a restart; a new request costs little
READ_BYTES = 1 << 20
TRIES_MAX = 10
WAIT_MAX_S = 15.0
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
TRY_AGAIN = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.LOCKED, HTTPStatus.TOO_MANY_REQUESTS}
)

Progress = Callable[[int], None]


class Refused(Exception):
    """The server says no, and would say it again; the message is its own sentence."""


class Unreachable(Exception):
    """The server gives no answer, or none that counts; trying later may help."""


@dataclass(frozen=True)
class Source:
    """A file as it is to arrive."""

    path: Path
    size_bytes: int
    media_type: str

    @property
    def metadata(self) -> str:
        """The value of Upload-Metadata."""
        fields = {"filename": self.path.name, "filetype": self.media_type}
        return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())


class TusClient:
    """Uploads of one person on one server. `session` carries the person's token."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url.rstrip("/")

    async def create(self, source: Source) -> str:
        """A new upload's address, on the host that we were told to use. Raises Refused, Unreachable."""
        headers = {**TUS, "Upload-Length": str(source.size_bytes), "Upload-Metadata": source.metadata}
        async with self._asked("POST", f"{self._url}/uploads/", headers=headers) as response:
            return self._url + URL(response.headers["Location"]).raw_path

    async def offset(self, address: str) -> int | None:
        """How many bytes the server has; None once it has forgotten the upload. Raises Refused, Unreachable."""
        async with self._asked("HEAD", address, headers=TUS, fine=GONE) as response:
            return None if response.status in GONE else int(response.headers["Upload-Offset"])

    async def send(self, address: str, source: Source, progress: Progress) -> None:
        """Brings the server every byte that it lacks. Raises Refused, Unreachable."""
        tries, reached = 0, -1
        while True:
            try:
                offset = await self.offset(address)
                if offset is None:
                    raise Refused("the server has forgotten this upload")
                if offset > reached:
                    tries, reached = 0, offset
                progress(offset)
                if offset == source.size_bytes:
                    return
                await self._patch(address, source, offset, progress)
            except Unreachable:
                tries += 1
                if tries >= TRIES_MAX:
                    raise
                await asyncio.sleep(min(2.0 ** (tries - 2), WAIT_MAX_S))

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request of the JSON API. Raises Refused, Unreachable."""
        async with self._asked(method, self._url + path, json=body) as response:
            return await response.json()

    async def _patch(self, address: str, source: Source, offset: int, progress: Progress) -> None:
        size_bytes = min(REQUEST_BYTES, source.size_bytes - offset)
        headers = {
            **TUS,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(size_bytes),
        }
        pieces = _pieces(source.path, offset, size_bytes, progress)
        async with self._asked("PATCH", address, headers=headers, data=pieces):
            pass

    @asynccontextmanager
    async def _asked(
        self, method: str, url: str, *, fine: frozenset[HTTPStatus] = frozenset(), **request: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a request, if it is one of success or in `fine`."""
        try:
            async with self._session.request(method, url, **request) as response:
                if not response.ok and response.status not in fine:
                    raise await _refusal(response)
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            if isinstance(error.__cause__, Refused):  # the file itself broke off, not the connection
                raise error.__cause__ from None
            raise Unreachable(str(error) or type(error).__name__) from error


async def _refusal(response: aiohttp.ClientResponse) -> Exception:
    """Unreachable for what another try may change, Refused with the problem's sentence for the rest."""
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in TRY_AGAIN:
        return Unreachable(f"status {response.status}")
    try:
        problem = await response.json(content_type=None)
        return Refused(problem.get("detail") or problem.get("title") or f"status {response.status}")
    except (ValueError, AttributeError):
        return Refused(f"status {response.status}")


async def _pieces(path: Path, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
    """A part of the file, read as it is sent; `progress` hears where it stands."""
    with path.open("rb") as file:
        file.seek(offset)
        left = size_bytes
        while left:
            piece = await asyncio.to_thread(file.read, min(READ_BYTES, left))
            if not piece:
                raise Refused("the file became shorter while it was sent")
            yield piece
            left -= len(piece)
            progress(offset + size_bytes - left)
