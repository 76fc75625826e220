"""The stand-in's message push: signed, in XML or JSON, plain or encrypted, and repeated when nobody answers in time."""

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import aiohttp

from fileserver.demo.platforms.frame import Clock
from fileserver.platforms.crypto.push import Envelope, push_signature

ANSWER_WITHIN_S = 5.0
TRIES_MAX = 3
ANSWERS = ("", "success")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a server takes messages, as it was entered in the platform's console. Without a key they are plain."""

    url: str
    token: str = field(repr=False)
    encoded_key: str = field(default="", repr=False)
    receiver: str = ""
    as_json: bool = False


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One try: the status, 0 for none in time, and what was answered."""

    status: int
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether the platform is content."""
        return self.status == 200 and self.text in ANSWERS  # noqa: PLR2004  # OK


@dataclass
class Pusher:
    """Pushes to one target; `deliveries` has every try."""

    clock: Clock
    target: Target | None = None
    answer_within_s: float = ANSWER_WITHIN_S
    deliveries: list[Delivered] = field(default_factory=list)
    shared: aiohttp.ClientSession | None = None

    async def handshake(self, echo: str = "5927782489442352469") -> Delivered:
        """The GET by which a console tries the address."""
        target, timestamp, nonce = self._target(), self._timestamp(), secrets.token_hex(5)
        query = {"timestamp": timestamp, "nonce": nonce, "echostr": echo}
        if target.encoded_key and target.receiver.startswith("ww"):
            query["echostr"] = sealed = Envelope(target.encoded_key, target.receiver).seal(echo.encode())
            query["msg_signature"] = push_signature(target.token, timestamp, nonce, sealed)
        else:
            query["signature"] = push_signature(target.token, timestamp, nonce)
        async with aiohttp.ClientSession() as session, session.get(target.url, params=query) as response:
            return Delivered(status=response.status, text=await response.text())

    async def push(self, message: Mapping[str, Any], **changed: str) -> Delivered:
        """Up to TRIES_MAX tries; `changed` replaces parts of the query, as an attacker would."""
        query, content = self.request_for(message, **changed)
        done = await self.post(query, content)
        for _ in range(TRIES_MAX - 1):
            if done.status:
                break
            done = await self.post(query, content)
        return done

    def request_for(self, message: Mapping[str, Any], **changed: str) -> tuple[dict[str, str], bytes]:
        """Query and body."""
        target = self._target()
        timestamp, nonce = self._timestamp(), secrets.token_hex(5)
        content = as_json(message) if target.as_json else as_xml(message)
        query = {"timestamp": timestamp, "nonce": nonce, "signature": push_signature(target.token, timestamp, nonce)}
        if target.encoded_key:
            encrypted = Envelope(target.encoded_key, target.receiver).seal(content)
            query["msg_signature"] = push_signature(target.token, timestamp, nonce, encrypted)
            query["encrypt_type"] = "aes"
            outer = {"ToUserName": message.get("ToUserName", ""), "Encrypt": encrypted}
            content = as_json(outer) if target.as_json else as_xml(outer)
        return query | changed, content

    async def post(self, query: Mapping[str, str], content: bytes) -> Delivered:
        """One try."""
        target = self._target()
        kind = "application/json" if target.as_json else "text/xml"
        timeout, headers = aiohttp.ClientTimeout(total=self.answer_within_s), {"Content-Type": kind}
        try:
            async with (
                self._session() as session,
                session.post(target.url, params=query, data=content, headers=headers, timeout=timeout) as response,
            ):
                done = Delivered(status=response.status, text=await response.text())
        except (TimeoutError, aiohttp.ClientError):
            done = Delivered(status=0, text="")
        self.deliveries.append(done)
        return done

    @contextlib.asynccontextmanager
    async def one_session(self) -> AsyncIterator[None]:
        """Many pushes over a few connections, as from a busy platform."""
        async with aiohttp.ClientSession() as self.shared:
            yield
        self.shared = None

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self.shared is not None:
            yield self.shared
            return
        async with aiohttp.ClientSession() as session:
            yield session

    def _target(self) -> Target:
        if self.target is None:
            raise RuntimeError("nobody has entered an address in the console")
        return self.target

    def _timestamp(self) -> str:
        return str(int(self.clock().timestamp()))


def as_xml(message: Mapping[str, Any]) -> bytes:
    """As platforms write it: `<xml>` with an element for each field."""
    root = Element("xml")
    for name, value in message.items():
        _add(root, name, value)
    written: bytes = tostring(root, encoding="utf-8")
    return written


def _add(parent: Element, name: str, value: Any) -> None:
    for each in value if isinstance(value, list) else [value]:
        element = SubElement(parent, name)
        if isinstance(each, Mapping):
            for inner, content in each.items():
                _add(element, inner, content)
        else:
            element.text = str(each)


def as_json(message: Mapping[str, Any]) -> bytes:
    """The same as JSON."""
    return json.dumps(message, ensure_ascii=False).encode()
