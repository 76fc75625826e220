"""A file straight into the store: its parts go by requests that the server signs, several at once.

Promises: each part is hashed before it is signed for, so that the store refuses bytes that changed; parts that the
store has are not sent again; the person's token goes to the server only. Leaves to its caller what to do when the store
can't be reached from here.
"""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from yarl import URL

from fileserver.cli.upload_files import Progress, Source, Unusable, pieces, sha256_of
from fileserver.cli.upload_server import Patience, Refused, Server, Unreachable, sent

BASE = "/uploads/s3/multipart"
PARTS_AT_ONCE = 4  # of all files together: the network is full by then
REFUSALS_MAX = 3  # of one part in a row; a new signature heals the first, and nothing the third


class OutOfReach(Exception):
    """The store does not answer to us, though it may to the server."""


@dataclass(frozen=True)
class Ticket:
    """A direct upload."""

    upload: str
    part_bytes: int


class DirectClient:
    """Direct uploads of one person. `store` is a session without any credentials."""

    def __init__(self, server: Server, store: aiohttp.ClientSession) -> None:
        self._server, self._store = server, store
        self._slots = asyncio.Semaphore(PARTS_AT_ONCE)
        self.proven = False  # a part has arrived: from then on silence is a fault that passes

    async def begin(self, source: Source) -> Ticket:
        """A new upload. Raises Refused, Unreachable."""
        body = {
            "filename": source.name,
            "type": source.media_type,
            "size": source.size_bytes,
            "metadata": {"fingerprint": source.fingerprint},
        }
        made = await self._server.call("POST", BASE, body)
        return Ticket(made["uploadId"], made["partSize"])

    async def send(self, ticket: Ticket, source: Source, progress: Progress, patience: Patience) -> None:
        """Every part that the store lacks, and then completes. Raises Refused, Unreachable, Unusable, OutOfReach."""
        listed = await patience.until(lambda: self._server.call("GET", f"{BASE}/{ticket.upload}"))
        sending = _Sending(ticket, source, progress, {part["PartNumber"]: part["ETag"] for part in listed})
        self.proven = self.proven or bool(listed)
        missing = iter(sending.missing)
        if not self.proven and (first := next(missing, None)) is not None:
            await self._send_part(sending, first, patience)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(PARTS_AT_ONCE):
                    group.create_task(self._send_parts(sending, missing, patience))
        except BaseExceptionGroup as failures:
            raise _the_one(failures) from failures
        source.check()
        body = {"parts": [{"PartNumber": n, "ETag": etag} for n, etag in sorted(sending.etags.items())]}
        await patience.until(lambda: self._server.call("POST", f"{BASE}/{ticket.upload}/complete", body))

    async def _send_parts(self, sending: "_Sending", missing: Iterator[int], patience: Patience) -> None:
        for number in missing:
            await self._send_part(sending, number, patience)

    async def _send_part(self, sending: "_Sending", number: int, patience: Patience) -> None:
        refusals = 0
        while number not in sending.etags:
            try:
                async with self._slots:
                    refusal = await self._put(sending, number)
            except Unreachable as error:
                if not error.connected and not self.proven:
                    raise OutOfReach(str(error)) from error
                await patience.wait(error)
                continue
            if refusal is None:
                self.proven = True
                patience.progressed()
                return
            sending.source.check()
            refusals += 1
            if refusals == REFUSALS_MAX:
                raise (Refused if self.proven else OutOfReach)(f"the store refuses part {number} ({refusal})")

    async def _put(self, sending: "_Sending", number: int) -> str | None:
        """One try at one part; why the store refused it, or None."""
        source, (offset, size_bytes) = sending.source, sending.span(number)
        digest = await asyncio.to_thread(sha256_of, source, offset, size_bytes)
        checksum = base64.b64encode(digest.digest()).decode()
        signed = await self._server.call("GET", f"{BASE}/{sending.ticket.upload}/{number}", checksum=checksum)
        body = pieces(source, offset, size_bytes, lambda so_far: sending.under_way(number, so_far))
        headers = {**signed["headers"], "Content-Length": str(size_bytes)}
        url = URL(signed["url"], encoded=True)
        try:
            async with sent(self._store, signed["method"], url, headers=headers, data=body) as response:
                if response.ok:
                    sending.done(number, response.headers["ETag"])
                    return None
                if (
                    response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
                    or response.status == HTTPStatus.TOO_MANY_REQUESTS
                ):
                    raise Unreachable(f"the store answers {response.status}")
                return f"status {response.status}"
        finally:
            if number not in sending.etags:
                sending.under_way(number, 0)


class _Sending:
    """How far one file is: which parts are there, which are under way."""

    def __init__(self, ticket: Ticket, source: Source, progress: Progress, etags: dict[int, str]) -> None:
        self.ticket, self.source, self._progress, self.etags = ticket, source, progress, etags
        self._under_way: dict[int, int] = {}
        self._tell()

    @property
    def missing(self) -> list[int]:
        """Parts that are still to be sent."""
        count = -(-self.source.size_bytes // self.ticket.part_bytes)
        return [number for number in range(1, count + 1) if number not in self.etags]

    def span(self, number: int) -> tuple[int, int]:
        """Where a part begins, and its size."""
        offset = (number - 1) * self.ticket.part_bytes
        return offset, min(self.ticket.part_bytes, self.source.size_bytes - offset)

    def under_way(self, number: int, size_bytes: int) -> None:
        """So much of a part has left."""
        self._under_way[number] = size_bytes
        self._tell()

    def done(self, number: int, etag: str) -> None:
        """The store has a part."""
        self.etags[number] = etag
        self._under_way.pop(number, None)
        self._tell()

    def _tell(self) -> None:
        self._progress(sum(self.span(number)[1] for number in self.etags) + sum(self._under_way.values()))


def _the_one(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure that counts of those of several parts."""
    order = (Unusable, Refused, OutOfReach, Unreachable)
    return next(
        (each for kind in order for each in failures.exceptions if isinstance(each, kind)), failures.exceptions[0]
    )
