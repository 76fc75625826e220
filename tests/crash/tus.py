"""Single requests of tus 1.0.0, as a client on a bad network makes them: an answer, or nothing."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.crash.journal import Journal
from tests.uploads import STREAM, VERSION

ANSWER_TIMEOUT_S = 60.0


class Cut(Exception):
    """The client itself walks away in the middle."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    document: Any = None

    @property
    def offset(self) -> int | None:
        """Upload-Offset."""
        text = self.headers.get("Upload-Offset")
        return None if text is None else int(text)


@dataclass(frozen=True)
class Door:
    """The way to the nodes: each request goes to any of them."""

    http: aiohttp.ClientSession
    nodes: Sequence[str]
    chance: random.Random
    journal: Journal

    async def ask(
        self,
        method: str,
        path: str,
        token: str,
        headers: Mapping[str, str] | None = None,
        body: AsyncIterator[memoryview] | None = None,
    ) -> Answer | None:
        """The answer; None when the connection ended without one."""
        url = self.chance.choice(self.nodes) + path
        sent = {"Authorization": f"Bearer {token}", **VERSION, **(headers or {})}
        try:
            async with self.http.request(method, url, headers=sent, data=body) as response:
                is_json = "json" in response.headers.get("Content-Type", "")
                answer = Answer(response.status, dict(response.headers), await response.json() if is_json else None)
        except (aiohttp.ClientError, OSError, TimeoutError, Cut):
            self.journal.answers[f"{method} cut"] += 1
            return None
        self.journal.answers[f"{method} {answer.status}"] += 1
        return answer


@asynccontextmanager
async def opened_door(nodes: Sequence[str], chance: random.Random, journal: Journal) -> AsyncIterator[Door]:
    """A door with connections of its own."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=ANSWER_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as http:
        yield Door(http, nodes, chance, journal)


def patch_headers(offset: int, length: int) -> dict[str, str]:
    """Of a PATCH with a body of this length."""
    return {**STREAM, "Upload-Offset": str(offset), "Content-Length": str(length)}


async def body(
    pieces: Iterable[memoryview],
    note: Callable[[int], None],
    pause_at: int | None = None,
    pause: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[memoryview]:
    """The pieces one after the other; `note` hears each one's size, `pause` is awaited once behind `pause_at` bytes."""
    sent = 0
    for piece in pieces:
        if pause is not None and pause_at is not None and sent >= pause_at:
            await pause()
            pause = None
        sent += len(piece)
        note(len(piece))
        yield piece
        await asyncio.sleep(0)


async def walk_away() -> None:
    """A pause that ends the request."""
    raise Cut
