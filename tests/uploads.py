"""The upload protocol as a test speaks it: plain requests, nothing retried, nothing hidden."""

import base64
import hashlib
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from fileserver.services import Services
from storage.rows import uploads
from storage.rows.uploads import UploadRow

VERSION = {"Tus-Resumable": "1.0.0"}
STREAM = {"Content-Type": "application/offset+octet-stream"}

Body = bytes | AsyncIterable[bytes]


def metadata(**values: str) -> dict[str, str]:
    """Upload-Metadata of plain text values."""
    pairs = [f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items()]
    return {"Upload-Metadata": ",".join(pairs)}


def checksum(body: bytes, algorithm: str = "sha1") -> dict[str, str]:
    """Upload-Checksum of a body."""
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"}


@dataclass(frozen=True)
class Tus:
    """One person at /uploads/."""

    client: TestClient[web.Request, web.Application]
    services: Services
    token: str

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: Body | None = None
    ) -> ClientResponse:
        """One request with exactly these headers and the person's token; the answer is read whole."""
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **headers}
        data = BytesIO(body) if isinstance(body, bytes) else body
        skip = ("Content-Type",)
        async with self.client.request(method, path, headers=sent, data=data, skip_auto_headers=skip) as response:
            await response.read()
            return response

    async def create(self, length: int, headers: Mapping[str, str] | None = None, body: Body | None = None) -> str:
        """Makes an upload and returns its path."""
        answer = await self.request(
            "POST", "/uploads/", {**VERSION, "Upload-Length": str(length), **(headers or {})}, body
        )
        assert answer.status == 201, await answer.text()
        return answer.headers["Location"].removeprefix(self.services.config.public_url)

    async def patch(
        self, path: str, offset: int, body: Body, headers: Mapping[str, str] | None = None
    ) -> ClientResponse:
        """Sends bytes."""
        sent = {**VERSION, **STREAM, "Upload-Offset": str(offset), **(headers or {})}
        return await self.request("PATCH", path, sent, body)

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

    async def problem(self, answer: ClientResponse) -> Any:
        """The slug of a refusal and the fields it names."""
        document = await answer.json(content_type="application/problem+json")
        return document["type"].removeprefix("/problems/"), [error["field"] for error in document.get("errors", ())]
