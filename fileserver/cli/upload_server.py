"""The server as `sealshare upload` speaks to it: plain requests, and what their failures mean for another try.

Promises: an error is either Refused, which stays so, or Unreachable, after which another try may help; waiting between
tries is bounded by the patience that the person asked for, counted from the last sign of progress.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp

from fileserver.cli.upload_files import Unusable

DELAY_FIRST_S = 0.5
DELAY_MAX_S = 15.0
TRY_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LOCKED, HTTPStatus.TOO_MANY_REQUESTS})
REDIRECTS = range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST)
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

T = TypeVar("T")


class Refused(Exception):
    """The server says no, and would say it again; the message is its own sentence."""

    def __init__(self, message: str, *, slug: str = "") -> None:
        super().__init__(message)
        self.slug = slug


class Unreachable(Exception):
    """No answer, or none that counts; trying later may help. `connected` is False when nothing was there at all."""

    def __init__(self, message: str, *, retry_after_s: float = 0.0, connected: bool = True) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.connected = connected


class Patience:
    """How long to go on without progress. One for each file; `waiting` hears why it waits, and None when it goes on."""

    def __init__(
        self,
        limit_s: float,
        waiting: Callable[[str | None], None] = lambda _: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limit_s, self._waiting, self._clock, self._sleep = limit_s, waiting, clock, sleep
        self._since: float | None = None  # the first failure since the last progress
        self._delay_s = DELAY_FIRST_S

    def progressed(self) -> None:
        """Something went well: from here patience counts anew."""
        if self._since is not None:
            self._waiting(None)
        self._since, self._delay_s = None, DELAY_FIRST_S

    async def wait(self, error: Unreachable, *, quiet: bool = False) -> None:
        """Returns when it is time for another try; raises the error when patience is at its end."""
        now = self._clock()
        self._since = now if self._since is None else self._since
        left_s = self._since + self._limit_s - now
        if left_s <= 0:
            raise error
        if not quiet:
            self._waiting(str(error))
        delay_s = max(self._delay_s * random.uniform(0.5, 1.0), error.retry_after_s)  # noqa: S311  # protects nothing
        self._delay_s = min(self._delay_s * 2, DELAY_MAX_S)
        await self._sleep(min(delay_s, left_s))

    async def until(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """`attempt` until it comes through. Raises Refused, and Unreachable after the last try."""
        while True:
            try:
                answer = await attempt()
            except Unreachable as error:
                await self.wait(error)
            else:
                self.progressed()
                return answer


class Server:
    """One server, as one person. `session` carries their token and goes nowhere else."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self.url = session, url.rstrip("/")

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Any:
        """One request in JSON; None for an answer without a body. Raises Refused, Unreachable."""
        async with self.asked(method, self.url + path, json=body, params=query) as response:
            return await response.json() if response.status != HTTPStatus.NO_CONTENT else None

    @asynccontextmanager
    async def asked(
        self, method: str, url: str, *, fine: frozenset[HTTPStatus] = frozenset(), **request: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a request, if it is one of success or in `fine`."""
        async with sent(self._session, method, url, **request) as response:
            if response.status in REDIRECTS and response.status not in fine:
                raise Refused(
                    f"the server sends elsewhere ({response.headers.get('Location', '?')}): give that address"
                )
            if not response.ok and response.status not in fine:
                raise await _refusal(response)
            yield response


@asynccontextmanager
async def sent(
    session: aiohttp.ClientSession, method: str, url: Any, **request: Any
) -> AsyncIterator[aiohttp.ClientResponse]:
    """A request's answer, whatever it says; the token and the body go to no other address.

    Raises Unreachable, and Unusable when the file failed that was its body.
    """
    try:
        async with session.request(method, url, allow_redirects=False, **request) as response:
            yield response
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if isinstance(error.__cause__, Unusable):  # the file itself broke off, not the connection
            raise error.__cause__ from None
        connected = not isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))
        raise Unreachable(f"no answer ({type(error).__name__})", connected=connected) from error


async def _refusal(response: aiohttp.ClientResponse) -> Exception:
    """Unreachable for what another try may change, Refused with the problem's sentence for the rest."""
    try:
        problem = await response.json(content_type=None)
        message = problem.get("detail") or problem.get("title") or f"status {response.status}"
        slug = str(problem.get("type", "")).rpartition("/")[2]
    except (ValueError, AttributeError):
        message, slug = f"status {response.status}", ""
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in TRY_AGAIN:
        after = response.headers.get("Retry-After", "")
        return Unreachable(message, retry_after_s=float(after) if after.isdecimal() else 0.0)
    return Refused(message, slug=slug)
