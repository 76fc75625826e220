"""The client: one session, whose connections all go through the checked look-up of names."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from fileserver.outgoing.addresses import Address
from fileserver.outgoing.errors import OutgoingFailed, OutgoingRefused
from fileserver.outgoing.policy import Policy

TIMEOUT_S = 5.0
ANSWER_BYTES_MAX = 64 * 1024
CONNECTIONS_MAX = 16
KEEPALIVE_S = 30.0
REDIRECTS = range(300, 400)

Lookup = Callable[[str, int], Awaitable[Sequence[Address]]]


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Limits:
    """What one request may take."""

    answer_bytes_max: int
    timeout_s: float


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Every address of a name, from the system's resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(name[0])) for *_, name in found]


class CheckedResolver(AbstractResolver):
    """Looks a name up and lets it pass only when every address of it may be asked."""

    def __init__(self, policy: Policy, lookup: Lookup) -> None:
        self._policy, self._lookup = policy, lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses for one connection. Raises OutgoingRefused, OSError."""
        found = await self._lookup(host, port)
        for address in found:
            self._policy.check_address(address)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,  # noqa: PLR2004  # IPv4
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
            if family in (socket.AF_UNSPEC, socket.AF_INET if address.version == 4 else socket.AF_INET6)  # noqa: PLR2004  # IPv4
        ]

    async def close(self) -> None:
        """Nothing is held."""


@cache
def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """Read once: the system's issuers take some 50 ms."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class Outgoing:
    """An asynchronous context manager; one per process is enough."""

    def __init__(self, policy: Policy, *, ca_file: str | None = None, lookup: Lookup = look_up) -> None:
        """`ca_file` (PEM) adds issuers of certificates to those the system trusts. Raises OSError if unreadable."""
        self.policy = policy
        self._context = _trusting(ca_file)
        self._lookup = lookup
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=CheckedResolver(self.policy, self._lookup),
                use_dns_cache=False,
                ssl=self._context,
                limit=CONNECTIONS_MAX,
                keepalive_timeout=KEEPALIVE_S,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "sealshare", "Accept-Encoding": "identity"},
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(
        self,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        timeout_s: float | None = None,
    ) -> Answer:
        """Reads something small. Raises OutgoingRefused, OutgoingFailed; a status is the caller's to judge."""
        return await self._ask("GET", address, None, headers or {}, Limits(answer_bytes_max, timeout_s or TIMEOUT_S))

    async def post(
        self,
        address: str,
        body: bytes,
        *,
        media_type: str,
        headers: Mapping[str, str] | None = None,
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        timeout_s: float | None = None,
    ) -> Answer:
        """Sends `body`. Raises OutgoingRefused (nothing was sent), OutgoingFailed (it may have arrived)."""
        headers = {"Content-Type": media_type, **(headers or {})}
        return await self._ask("POST", address, body, headers, Limits(answer_bytes_max, timeout_s or TIMEOUT_S))

    async def _ask(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str], limits: "Limits"
    ) -> Answer:
        if self._session is None:
            raise RuntimeError("use the client inside `async with`")
        url = self.policy.check(address)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=limits.timeout_s),
            ) as response:
                if response.status in REDIRECTS:
                    raise OutgoingFailed("redirect")
                read = await _bounded(response.content, limits.answer_bytes_max)
                return Answer(response.status, response.content_type, read)
        except TimeoutError as error:
            raise OutgoingFailed("timeout") from error
        except aiohttp.ClientConnectorDNSError as error:
            raise OutgoingFailed("name") from error
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            raise OutgoingFailed("tls") from error
        except aiohttp.InvalidURL as error:
            raise OutgoingRefused("malformed") from error
        except (aiohttp.ClientError, OSError) as error:
            raise OutgoingFailed("connection") from error


async def _bounded(content: aiohttp.StreamReader, size_max_bytes: int) -> bytes:
    pieces, size_bytes = [], 0
    async for piece in content.iter_any():
        size_bytes += len(piece)
        if size_bytes > size_max_bytes:
            raise OutgoingFailed("too-large")
        pieces.append(piece)
    return b"".join(pieces)
