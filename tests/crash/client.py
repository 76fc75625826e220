"""Clients that behave like real ones: they trust only what was answered, ask where they stand, and go on from there.

Each makes uploads one after the other. It ends PATCHes early, walks away in the middle, and sometimes leaves an old
request hanging that wakes up after newer ones. It notes every broken promise: an offset below an acknowledged one or
beyond what was sent, an upload that is gone, a SHA-256 or stored bytes that differ.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from yarl import URL

from storage.errors import StorageError
from storage.objects import ObjectStore
from tests.crash.files import MIB, PATCHES, TINY_MAX_BYTES, File, Files, drawn
from tests.crash.journal import Journal, Told
from tests.crash.rows import Rows
from tests.crash.tus import Answer, Door, body, patch_headers, walk_away
from tests.uploads import STREAM, metadata

PATIENCE_S = 240.0  # after so long without the answer that must come, something is stuck
PAUSE_S = 0.1
FIRST_BYTES_MAX = 2 * MIB
# "Try again": everything else that is not a success is a broken promise. 500 is a failure that nobody thought of.
PASSING = frozenset({400, 408, 409, 423, 425, 429, 502, 503, 504})
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Stuck(Exception):
    """What must come in the end has not come."""


@dataclass
class Manners:
    """How often, of one, clients misbehave; may change while they work."""

    walks_away: float = 0.08
    leaves_hanging: float = 0.03
    forgets: float = 0.85  # a finished upload, after it was compared: or the disk fills


@dataclass(frozen=True)
class Client:
    """One of several that upload at the same time."""

    door: Door
    journal: Journal
    files: Files
    rows: Rows
    store: ObjectStore
    tokens: tuple[str, ...]
    manners: Manners

    async def run(self, enough: Callable[[], bool]) -> None:
        """Uploads until it is enough; then the present one to its end."""
        while not enough():
            await self.upload(self.files.next())

    async def upload(self, file: File) -> None:
        """One file, from its creation to the comparison."""
        token = self.door.chance.choice(self.tokens)
        await self.see_through(Upload(self, file, token, await self._create(file, token)))

    async def see_through(self, one: "Upload") -> None:
        """Every byte of it, the comparison, and the end."""
        try:
            if await one.bring() and await one.compare():
                await one.part_with()
        except Stuck as stuck:
            self.journal.violated("stuck", one.path, str(stuck))
        finally:
            await one.straggler()

    async def _create(self, file: File, token: str) -> Told:
        """A new upload, perhaps with its first bytes. Without an answer its address is never known: make another."""
        chance = self.door.chance
        some = chance.choice((0, 0, chance.randint(1, FIRST_BYTES_MAX)))
        first = file.length if file.length <= TINY_MAX_BYTES else min(some, file.length)
        headers = {"Upload-Length": str(file.length), **metadata(filename=f"{file.number}.bin")}
        if first:
            headers |= {**STREAM, "Content-Length": str(first)}
        for _ in patience("a creation"):
            pieces = body(file.slices(0, first), self.sent) if first else None
            answer = await self.door.ask("POST", "/uploads/", token, headers, pieces)
            if answer and answer.status == HTTPStatus.CREATED:
                told = Told(URL(answer.headers["Location"]).path, sent_end=first)
                if answer.offset is not None:
                    told.hears(self.journal, answer.offset, "POST")
                return told
            if answer and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                token = chance.choice(self.tokens)
            await asyncio.sleep(PAUSE_S)
        raise AssertionError("patience() raises")

    def sent(self, count: int) -> None:
        """Bytes on their way."""
        self.journal.sent_bytes += count


class Upload:
    """One upload of one client."""

    def __init__(self, client: Client, file: File, token: str, told: Told) -> None:
        self._client, self._file, self._token, self._told = client, file, token, told
        self._door, self._journal, self._chance = client.door, client.journal, client.door.chance
        self._hanging: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._parted = False  # the client has said that it doesn't want the upload any more

    @property
    def path(self) -> str:
        """Where it is."""
        return self._told.path

    async def bring(self) -> bool:
        """Every byte; False when the upload is lost, which is noted."""
        offset: int | None = self._told.acknowledged if self._chance.random() < 0.5 else None
        while True:
            if offset is None:
                offset = await self._ask()
            if offset is None:
                return False
            if offset == self._file.length:
                return True
            offset = await self._send(offset)

    async def compare(self) -> bool:
        """Waits for the SHA-256 and compares it, then the stored bytes."""
        for _ in patience(f"the SHA-256 of {self._told.path}"):
            answer = await self._request("GET", f"/api/v1{self._told.path}")
            if answer and answer.status == HTTPStatus.OK:
                if answer.document["state"] == "failed":
                    return self._violated("failed", "the server gave it up")
                if answer.document["state"] == "complete":
                    return await self._compare_with(answer.document["sha256"])
            elif not self._may_pass(answer, "GET"):
                return False
            await asyncio.sleep(PAUSE_S)
        return False

    async def _compare_with(self, told_sha256: str) -> bool:
        if told_sha256 != self._file.sha256:
            return self._violated("wrong SHA-256", f"{told_sha256} instead of {self._file.sha256}")
        stored_sha256 = await self._stored_sha256()
        if stored_sha256 != self._file.sha256:
            return self._violated("wrong bytes", f"stored are {stored_sha256} instead of {self._file.sha256}")
        self._journal.finished += 1
        self._journal.finished_bytes += self._file.length
        return True

    async def part_with(self) -> None:
        """Forgets the upload, or keeps it until the end of the run."""
        if self._chance.random() >= self._client.manners.forgets:
            self._journal.kept[self._told.path] = self._file.sha256
            return
        self._parted = True
        for _ in patience(f"DELETE of {self._told.path}"):
            answer = await self._request("DELETE", self._told.path)
            if answer and answer.status in (HTTPStatus.NO_CONTENT, *GONE):
                return
            if not self._may_pass(answer, "DELETE"):
                return
            await asyncio.sleep(PAUSE_S)

    async def straggler(self) -> None:
        """Waits for the request that was left hanging, if any."""
        if self._hanging:
            self._wake.set()
            await self._hanging

    async def _ask(self) -> int | None:
        for _ in patience(f"HEAD of {self._told.path}"):
            answer = await self._request("HEAD", self._told.path)
            if answer and answer.status == HTTPStatus.OK and answer.offset is not None:
                self._told.hears(self._journal, answer.offset, "HEAD")
                return answer.offset
            if not self._may_pass(answer, "HEAD"):
                return None
            await asyncio.sleep(PAUSE_S)
        return None

    async def _send(self, offset: int) -> int | None:
        """One PATCH; the offset that it was answered."""
        length = min(drawn(self._chance, PATCHES), self._file.length - offset)
        kind, manners = self._chance.random(), self._client.manners
        if kind < manners.walks_away:
            self._journal.acts["walked away"] += 1
            return await self._patch(offset, length, self._chance.randint(0, length), walk_away)
        if kind < manners.walks_away + manners.leaves_hanging and self._hanging is None:
            self._journal.acts["left hanging"] += 1
            await self._leave_hanging(offset, length)
            return None
        return await self._patch(offset, length)

    async def _patch(self, offset: int, length: int, pause_at: int | None = None, pause: Any = None) -> int | None:
        self._told.sent_end = max(self._told.sent_end, offset + length)
        pieces = body(self._file.slices(offset, offset + length), self._client.sent, pause_at, pause)
        answer = await self._request("PATCH", self._told.path, patch_headers(offset, length), pieces)
        if answer and answer.status == HTTPStatus.NO_CONTENT and answer.offset is not None:
            self._told.hears(self._journal, answer.offset, "PATCH")
            if answer.offset != offset + length:
                self._violated("offset", f"PATCH of {offset}+{length} says {answer.offset}")
            return answer.offset
        self._may_pass(answer, "PATCH")
        await asyncio.sleep(PAUSE_S)
        return None

    async def _leave_hanging(self, offset: int, length: int) -> None:
        """A PATCH stops in the middle, as from a phone in a tunnel; it goes on when newer requests have been made."""
        stalled = asyncio.Event()

        async def pause() -> None:
            stalled.set()
            await self._wake.wait()

        async def hang() -> None:
            await self._patch(offset, length, self._chance.randint(0, length), pause)
            stalled.set()

        self._hanging = asyncio.create_task(hang())
        await stalled.wait()
        asyncio.get_running_loop().call_later(self._chance.uniform(0.05, 2), self._wake.set)

    async def _stored_sha256(self) -> str:
        for _ in patience(f"the stored bytes of {self._told.path}"):
            with suppress(StorageError):
                key = await self._client.rows.object_key(self._told.path.rpartition("/")[2])
                sha256 = hashlib.sha256()
                async for piece in self._client.store.read(key):
                    sha256.update(piece)
                return sha256.hexdigest()
            await asyncio.sleep(PAUSE_S)
        raise AssertionError("patience() raises")

    async def _request(self, method: str, path: str, *more: Any) -> Answer | None:
        return await self._door.ask(method, path, self._token, *more)

    def _may_pass(self, answer: Answer | None, method: str) -> bool:
        """Whether it is worth another try; if not, a promise was broken."""
        if answer is None or answer.status in PASSING or (self._parted and answer.status in GONE):
            return True
        return self._violated("refused", f"{method} was answered {answer.status}")

    def _violated(self, kind: str, detail: str) -> bool:
        self._journal.violated(kind, self._told.path, detail)
        return False


def patience(what: str, timeout_s: float = PATIENCE_S) -> Iterator[None]:
    """Again and again, but not for ever. Raises Stuck."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        yield
    raise Stuck(f"no end of waiting for {what}")
