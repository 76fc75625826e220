"""Direct uploads as a test speaks them: the server's JSON, and parts straight into the store."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import aiohttp
from yarl import URL

from storage.objects import PendingMultipart
from tests.uploads import Tus

BASE = "/uploads/s3/multipart"


def sha256_of(body: bytes) -> str:
    """The checksum that a part is signed with."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> Any:
        """The body of an answer that must be a success."""
        assert self.status < 400, self.body
        return self.body

    @property
    def slug(self) -> str:
        """The slug of a refusal."""
        return str(self.body["type"]).removeprefix("/problems/")


@dataclass(frozen=True)
class DirectClient:
    """One person who sends parts to the store; looks behind the server by `tus`."""

    tus: Tus

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """One request to the server."""
        headers = {"Authorization": f"Bearer {self.tus.token}", "Accept-Language": "en"}
        url = self.tus.address.with_path(path).with_query(query)
        async with self.tus.session.request(method, url, headers=headers, json=body) as response:
            said = await response.json(content_type=None) if response.content_type.endswith("json") else None
            return Reply(response.status, said, response.headers)

    async def begin(self, size: int, **metadata: Any) -> str:
        """The id of a new upload."""
        body = {"filename": "a.bin", "type": "x/y", "size": size, "metadata": metadata}
        return str((await self.call("POST", BASE, body)).ok["uploadId"])

    async def signed(self, upload: str, number: int, body: bytes) -> Any:
        """The request for one part."""
        return (await self.call("GET", f"{BASE}/{upload}/{number}", key=upload, checksum=sha256_of(body))).ok

    async def put(self, signed: Any, body: bytes, **headers: str) -> Reply:
        """Sends a signed request, or something like it, as a browser would: without a word from the server."""
        url = URL(signed["url"], encoded=True)
        sent = {**signed["headers"], **headers}
        async with (
            aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session,
            session.request(signed["method"], url, headers=sent, data=BytesIO(body)) as response,
        ):
            return Reply(response.status, await response.text(), response.headers)

    async def send(self, upload: str, number: int, body: bytes) -> dict[str, Any]:
        """Signs and sends one part; what Complete wants to know of it."""
        stored = await self.put(await self.signed(upload, number, body), body)
        assert stored.status == 200, stored.body
        return {"PartNumber": number, "ETag": stored.headers["ETag"]}

    async def send_all(self, upload: str, body: bytes, part_bytes: int) -> list[dict[str, Any]]:
        """Every part."""
        cuts = range(0, len(body), part_bytes)
        return [await self.send(upload, n, body[at : at + part_bytes]) for n, at in enumerate(cuts, 1)]

    async def listed(self, upload: str) -> Any:
        """The parts that the server says the store has."""
        return (await self.call("GET", f"{BASE}/{upload}", key=upload)).ok

    async def complete(self, upload: str, parts: Sequence[Mapping[str, Any]]) -> Reply:
        """All parts are there."""
        return await self.call("POST", f"{BASE}/{upload}/complete", {"parts": list(parts)}, key=upload)

    async def forget(self, upload: str) -> Reply:
        """The client gives up."""
        return await self.call("DELETE", f"{BASE}/{upload}", key=upload)

    async def read(self, upload: str) -> Any:
        """The upload as everybody reads it."""
        return await self.tus.json(f"/api/v1/uploads/{upload}")

    async def work(self) -> None:
        """What a worker would do now, and what follows from that."""
        await self.tus.work()
        await self.tus.work()

    async def pending(self, upload: str) -> tuple[PendingMultipart, ...]:
        """What the store keeps of multipart uploads that were not ended."""
        return await self.tus.services.objects.list_multiparts(f"uploads/{UUID(upload)}")
