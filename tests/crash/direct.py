"""Clients that sometimes send a file's parts straight into the store, as browsers do where they reach it.

What the store has acknowledged must be listed from then on, whatever is killed, until the upload is put together. They
walk away in the middle of parts, send parts twice, complete twice, and leave some uploads for good.
"""

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from tests.crash.client import PASSING, PAUSE_S, Client, Upload, patience
from tests.crash.files import File
from tests.crash.journal import Told
from tests.crash.tus import Answer, Cut, body, walk_away

BASE = "/uploads/s3/multipart"
JSON = {"Content-Type": "application/json"}
GOES_DIRECT, TWICE, LEAVES = 0.3, 0.1, 0.05  # of one: how often
OVER = "over"  # listed: the upload takes no parts any more

Parts = dict[int, str]
"""ETags by number."""


@dataclass(frozen=True)
class EitherWay(Client):
    """Takes one way or the other."""

    async def upload(self, file: File) -> None:
        """See Client."""
        if self.door.chance.random() >= GOES_DIRECT:
            await super().upload(file)
            return
        token = self.door.chance.choice(self.tokens)
        told, part_bytes = await self._begin(file, token)
        await self.see_through(DirectUpload(self, file, token, told, part_bytes))

    async def _begin(self, file: File, token: str) -> tuple[Told, int]:
        """A new upload and the size of its parts. Without an answer, another."""
        document = {"filename": f"{file.number}.bin", "type": "x/y", "size": file.length}
        for _ in patience("a direct upload"):
            answer = await self.door.ask("POST", BASE, token, JSON, _said(document))
            if answer and answer.status == HTTPStatus.CREATED:
                return Told(f"/uploads/{answer.document['uploadId']}"), answer.document["partSize"]
            if answer and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                token = self.door.chance.choice(self.tokens)
            await asyncio.sleep(PAUSE_S)
        raise AssertionError("patience() raises")


class DirectUpload(Upload):
    """One upload whose parts the client itself brings to the store."""

    def __init__(self, client: Client, file: File, token: str, told: Told, part_bytes: int) -> None:
        super().__init__(client, file, token, told)
        self._item = BASE + told.path.removeprefix("/uploads")
        self._part_bytes = part_bytes
        self._stored: Parts = {}  # as the store has acknowledged them

    async def bring(self) -> bool:
        """See Upload."""
        leaves_at = self._chance.random() < LEAVES and self._chance.randint(0, self._count)
        while True:
            listed = await self._listed()
            if listed is None:
                return False
            missing = [] if listed == OVER else sorted(set(range(1, self._count + 1)) - listed.keys())
            if listed == OVER or (not missing and await self._complete(listed)):
                return True
            for number in missing:
                if leaves_at is not False and len(self._stored) >= leaves_at:
                    self._journal.acts["left for good"] += 1
                    return False
                await self._bring_part(number)

    @property
    def _count(self) -> int:
        return -(-self._file.length // self._part_bytes)

    async def _listed(self) -> Parts | Any:
        """What the server says that the store has; OVER, or None when a promise was broken."""
        for _ in patience(f"the parts of {self._told.path}"):
            answer = await self._request("GET", self._item)
            if answer and answer.status == HTTPStatus.OK:
                listed = {part["PartNumber"]: part["ETag"].strip('"') for part in answer.document}
                gone = {number: etag for number, etag in self._stored.items() if listed.get(number) != etag}
                if gone:
                    self._violated("lost", f"the store has not what it acknowledged: {gone}, but {listed}")
                return None if gone else listed
            if answer and answer.status == HTTPStatus.CONFLICT:
                return OVER
            if not self._may_pass(answer, "GET"):
                return None
            await asyncio.sleep(PAUSE_S)
        return None

    async def _bring_part(self, number: int) -> None:
        """One part once, twice at the same time, or only its beginning."""
        piece = self._file.body[(number - 1) * self._part_bytes : number * self._part_bytes]
        checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        asked = URL(f"{self._item}/{number}").with_query(checksum=checksum)
        signed = await self._request("GET", str(asked))
        if not signed or signed.status != HTTPStatus.OK:
            self._may_pass(signed, "signing")
            await asyncio.sleep(PAUSE_S)
            return
        kind, away = self._chance.random(), self._client.manners.walks_away
        if kind < away:
            self._journal.acts["walked away"] += 1
            await self._put(signed, number, piece, self._chance.randint(0, len(piece)))
        elif kind < away + TWICE:
            self._journal.acts["sent twice"] += 1
            await asyncio.gather(self._put(signed, number, piece), self._put(signed, number, piece))
        else:
            await self._put(signed, number, piece)

    async def _put(self, signed: Answer, number: int, piece: memoryview, cut_at: int | None = None) -> None:
        """Into the store, which is at its own address and wants no word of ours."""
        pieces = (piece[start : start + (128 << 10)] for start in range(0, len(piece), 128 << 10))
        sent = body(pieces, self._client.sent, cut_at, None if cut_at is None else walk_away)
        url = URL(signed.document["url"], encoded=True)
        headers = {**signed.document["headers"], "Content-Length": str(len(piece))}
        try:
            async with self._door.http.put(url, data=sent, headers=headers) as answer:
                said = await answer.text()
        except (aiohttp.ClientError, OSError, TimeoutError, Cut):
            self._journal.answers["store cut"] += 1
            return
        self._journal.answers[f"store {answer.status}"] += 1
        if answer.status == HTTPStatus.OK:
            self._stored[number] = answer.headers["ETag"].strip('"')
        elif answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in PASSING:
            self._violated("refused", f"part {number} was answered {answer.status}: {said[:200]}")

    async def _complete(self, listed: Parts) -> bool:
        """Whether the server has said that it is put together; sometimes asked twice at the same time."""
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(listed.items())]
        times = 2 if self._chance.random() < TWICE else 1
        asked = [self._request("POST", f"{self._item}/complete", JSON, _said({"parts": parts})) for _ in range(times)]
        answers = await asyncio.gather(*asked)
        done = [answer is not None and answer.status == HTTPStatus.OK for answer in answers]
        for answer, is_done in zip(answers, done, strict=True):
            if not is_done and not self._may_pass(answer, "complete"):
                return False
        return any(done)


async def _said(document: Any) -> Any:
    yield memoryview(json.dumps(document).encode())
