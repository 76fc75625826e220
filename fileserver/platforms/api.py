"""An app's requests to WeChat or WeCom: with its token, renewed once when it is refused, patient while it is busy."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from yarl import URL

from fileserver.outgoing import Answer
from fileserver.platforms.errors import PlatformBusy, PlatformUnavailable, TokenRefused
from fileserver.platforms.tokens import Fetch, Fetched, SharedTokens
from fileserver.platforms.transport import Ask, Transport, as_json

TRIES_MAX = 3
PAUSE_S = 0.5  # before the second try; twice that before the third

Values = Mapping[str, Any]
Sleep = Callable[[float], Awaitable[object]]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A body that is no JSON."""

    content: bytes
    media_type: str
    timeout_s: float


class Bare:
    """Requests without the app's token: the query or the body itself shows who asks.

    Everything raises PlatformRefused and PlatformUnavailable.
    """

    def __init__(self, transport: Transport, base: str, *, sleep: Sleep = asyncio.sleep) -> None:
        self.transport, self._base, self._sleep = transport, URL(base), sleep

    async def get(self, path: str, query: Values) -> dict[str, Any]:
        """GET."""
        return await self.patiently(lambda: self.transport.json(self.ask(path, query)))

    async def post(self, path: str, body: Values) -> dict[str, Any]:
        """POST of JSON."""
        return await self.patiently(lambda: self.transport.json(self.ask(path, {}, as_json(body))))

    def ask(self, path: str, query: Values, body: bytes | None = None) -> Ask:
        """The request; figures name it by its path."""
        return Ask(endpoint=path, url=self._base.joinpath(path.lstrip("/")).with_query(query), body=body)

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """As often as it says that it is busy, TRIES_MAX times at most."""
        for attempt in range(1, TRIES_MAX):
            try:
                return await ask()
            except PlatformBusy:
                await self._sleep(PAUSE_S * attempt)
        return await ask()


class Api:
    """Requests with the token that `name` and `fetch` are of. Everything raises as `Bare`, and StoreUnavailable."""

    def __init__(self, bare: Bare, tokens: SharedTokens, name: str, fetch: Fetch) -> None:
        self.bare, self.tokens, self._name, self._fetch = bare, tokens, name, fetch

    async def get(self, path: str, query: Values | None = None) -> dict[str, Any]:
        """GET."""
        return await self._asked(self.bare.transport.json, path, query or {}, None)

    async def post(self, path: str, body: Values) -> dict[str, Any]:
        """POST of JSON."""
        return await self._asked(self.bare.transport.json, path, {}, as_json(body))

    async def picture(self, path: str, body: Values) -> Answer:
        """POST of JSON, answered by bytes."""
        return await self._asked(self.bare.transport.picture, path, {}, as_json(body))

    async def upload(self, path: str, query: Values, upload: Upload) -> dict[str, Any]:
        """POST of a file."""

        async def send(ask: Ask) -> dict[str, Any]:
            return await self.bare.transport.json(
                Ask(
                    endpoint=ask.endpoint,
                    url=ask.url,
                    body=upload.content,
                    media_type=upload.media_type,
                    timeout_s=upload.timeout_s,
                )
            )

        return await self._asked(send, path, query, upload.content)

    async def _asked(self, send: Callable[[Ask], Awaitable[T]], path: str, query: Values, body: bytes | None) -> T:
        """One forced renewal and one more try when the token is refused."""

        async def ask(token: str) -> T:
            request = self.bare.ask(path, {"access_token": token, **query}, body)
            return await self.bare.patiently(lambda: send(request))

        token = await self.tokens.valid(self._name, self._fetch)
        try:
            return await ask(token)
        except TokenRefused:
            fresh = await self.tokens.instead_of(self._name, token, self._fetch)
        return await ask(fresh)


def fetched(platform: str, said: Values, field: str) -> Fetched:
    """A token and how long it lasts. Raises PlatformUnavailable("nonsense")."""
    try:
        return Fetched(text_of(platform, said, field), int(said["expires_in"]))
    except (KeyError, TypeError, ValueError):
        raise PlatformUnavailable(platform, "nonsense") from None


def text_of(platform: str, said: Values, field: str) -> str:
    """A text that has to be there. Raises PlatformUnavailable("nonsense")."""
    value = said.get(field)
    if not isinstance(value, str) or not value:
        raise PlatformUnavailable(platform, "nonsense")
    return value


def object_of(platform: str, said: Values, field: str) -> dict[str, Any]:
    """An object that has to be there. Raises PlatformUnavailable("nonsense")."""
    value = said.get(field)
    if not isinstance(value, dict):
        raise PlatformUnavailable(platform, "nonsense")
    return value
