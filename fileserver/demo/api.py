"""The demo's people at work: a small client of our own API, so that the demo brand is filled through the front door."""

import base64
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

TIMEOUT_S = 120


class Desk:
    """One signed-in person. Use as an async context manager; everything raises DemoRefused with the problem's text."""

    def __init__(self, url: str, credentials_path: str, credentials: Mapping[str, Any]) -> None:
        self.url, self._path, self._credentials = url, credentials_path, credentials
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))

    async def __aenter__(self) -> Self:
        answer = await self.call("POST", self._path, self._credentials)
        self.authorize(answer["token"])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def authorize(self, token: str) -> None:
        """Whose requests follow."""
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.cookie_jar.clear()

    @property
    def authorization(self) -> str:
        """The header that signs a request, for who makes their own."""
        return self._session.headers["Authorization"]

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request of the JSON API; the answer's JSON, or None."""
        async with self._session.request(method, self.url + path, json=body) as response:
            if not response.ok:
                raise DemoRefused(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json() if response.content_type == "application/json" else None

    async def sign(self, review_id: str, sha256: str, decision: str = "approve", reason: str = "") -> Any:
        """A reviewer's signed decision; the answer is the review."""
        said = {"decision": decision, "sha256": sha256, "reason": reason, "password": self._credentials["password"]}
        return await self.call("POST", f"/api/v1/reviews/{review_id}/decision", said)

    async def read(self, path: str) -> int:
        """Reads sealed bytes to their end and returns how many there were."""
        return sum([size_bytes async for size_bytes in self.pieces(path)])

    async def pieces(self, path: str) -> AsyncIterator[int]:
        """The sizes of an answer's pieces, as they arrive."""
        async with self._session.get(self.url + path) as response:
            if not response.ok:
                raise DemoRefused(f"GET {path}: {response.status} {await response.text()}")
            async for piece in response.content.iter_any():
                yield len(piece)

    async def upload(self, filename: str, media_type: str, content: bytes) -> str:
        """A whole file in one tus request (creation-with-upload); returns the upload's id."""
        metadata = {"filename": filename, "filetype": media_type}
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(content)),
            "Upload-Metadata": ",".join(f"{name} {_base64(value)}" for name, value in metadata.items()),
            "Content-Type": "application/offset+octet-stream",
        }
        async with self._session.post(f"{self.url}/uploads/", data=content, headers=headers) as response:
            if response.status != 201 or int(response.headers["Upload-Offset"]) != len(content):  # noqa: PLR2004  # 201 Created
                raise DemoRefused(f"upload of {filename}: {response.status} {await response.text()}")
            return response.headers["Location"].rsplit("/", 1)[-1]


class DemoRefused(Exception):
    """Our own API refused a step of the demo's story."""


def employee(url: str, login: str, password: str) -> Desk:
    """An employee's desk."""
    return Desk(url, "/api/v1/sessions", {"login": login, "password": password})


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
