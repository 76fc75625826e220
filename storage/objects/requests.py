"""One GET for some bytes of an object, over a presigned URL.

Promises that an answer holds what was asked for, or an error. Leaves to `download` which bytes are asked for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from yarl import URL

from storage.errors import StoreRefused
from storage.objects.faults import Sleep, from_response, with_retries

OPERATION = "get_object"
OK, PARTIAL_CONTENT = 200, 206

Presign = Callable[[], URL]


@dataclass(frozen=True)
class Get:
    """One object to be read: `stop` is exclusive, and may lie behind its end."""

    session: aiohttp.ClientSession
    presign: Presign
    key: str
    start: int
    stop: int | None
    sleep: Sleep


@dataclass(frozen=True)
class Ask:
    """Which bytes: `stop` is exclusive, and may lie behind the end. Of the object with this ETag, once it is known."""

    start: int
    stop: int | None
    etag: str = ""

    def headers(self) -> dict[str, str]:
        """Of the request."""
        last = "" if self.stop is None else str(self.stop - 1)
        ranged = {"Range": f"bytes={self.start}-{last}"} if self.start or last else {}
        return ranged | ({"If-Match": self.etag} if self.etag else {})


@dataclass(frozen=True)
class Answer:
    """The bytes up to `stop` (exclusive) of an object of `total_bytes` with this ETag."""

    response: aiohttp.ClientResponse
    stop: int
    total_bytes: int
    etag: str


async def answer_to(get: Get, ask: Ask) -> Answer:
    """With retries. Raises ObjectMissing, RangeUnsatisfiable, StoreUnavailable, StoreRefused."""
    return await with_retries(OPERATION, lambda: _answer(get, ask), get.sleep)


async def _answer(get: Get, ask: Ask) -> Answer:
    response = await get.session.get(get.presign(), headers=ask.headers(), allow_redirects=False)
    try:
        if response.status not in (OK, PARTIAL_CONTENT):
            raise await from_response(OPERATION, get.key, response)
        begin, stop, total_bytes = _extent(response)
        if total_bytes is None or begin != ask.start or stop != _least(ask.stop, total_bytes):
            raise StoreRefused(operation=OPERATION, code="another range than asked")
        return Answer(response, stop, total_bytes, response.headers.get("ETag", ""))
    except BaseException:
        response.close()
        raise


def _least(stop: int | None, total_bytes: int) -> int:
    return total_bytes if stop is None else min(stop, total_bytes)


def _extent(response: aiohttp.ClientResponse) -> tuple[int, int, int | None]:
    """First byte and end (exclusive) of what the answer holds, and the object's size if it is told."""
    if response.status == OK:
        return 0, response.content_length or 0, response.content_length
    match = re.fullmatch(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", response.headers.get("Content-Range", ""))
    return (int(match[1]), int(match[2]) + 1, int(match[3])) if match else (-1, -1, None)
