"""The stand-in's check of content: a text at once, a picture by a verdict that is pushed when the control says so."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import aiohttp

from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal
from fileserver.demo.platforms.pushing import Delivered, Pusher

VISITED_WITHIN = timedelta(hours=2)
CONTENT_MAX = 2500
SCENES = (1, 2, 3, 4)
PICTURE_MAX_BYTES = 10 << 20
PICTURE_TYPES = ("image/jpeg", "image/png", "image/bmp", "image/gif")
DOWNLOAD_TIMEOUT_S = 5.0
UNREADABLE = -1008
PASSED = ("pass", 100)


class Pushing(StrEnum):
    """When the verdict on a picture is pushed."""

    HELD = "held"  # when `deliver` is called; never, if it isn't
    AT_ONCE = "at-once"  # after the answer
    BEFORE = "before"  # the answer that announces it


@dataclass
class ContentChecks:
    """`words` and `pictures` judge; `held` are verdicts that wait to be pushed, oldest first."""

    record: Record
    pusher: Pusher
    app_id: str
    words: dict[str, tuple[str, int]] = field(default_factory=dict)  # word: (suggest, label)
    pictures: Callable[[bytes], tuple[str, int]] = lambda _: PASSED
    reaching: Callable[[str], str] = lambda address: address  # where an address is really served, as DNS would say
    pushing: Pushing = Pushing.HELD
    asked: list[dict[str, Any]] = field(default_factory=list)
    looked_at: list[bytes] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    _visits: dict[str, datetime] = field(default_factory=dict)

    def visited(self, openid: str) -> None:
        """The person used the app now."""
        self._visits[openid] = self.record.clock()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        return (
            Endpoint(
                method="POST", path="/wxa/msg_sec_check", handler=self._text,
                body=Fields("version=2 openid scene content", "title nickname signature"),
            ),
            Endpoint(
                method="POST", path="/wxa/media_check_async", handler=self._picture,
                body=Fields("version=2 openid scene media_url media_type"),
            ),
        )  # fmt: skip

    async def deliver(self, which: int = 0) -> Delivered:
        """Pushes one of the verdicts that wait."""
        return await self.pusher.push(self.held.pop(which))

    def _text(self, asked: Asked) -> dict[str, Any]:
        self._check(asked)
        content = str(asked.body["content"])
        if not content or len(content) > CONTENT_MAX:
            raise Refusal(47001, "data format error")
        self.asked.append(dict(asked.body))
        return {"trace_id": secrets.token_hex(8), **verdict_on(content, self.words)}

    async def _picture(self, asked: Asked) -> dict[str, Any]:
        self._check(asked)
        if asked.body["media_type"] not in (1, 2):
            raise Refusal(40004, "invalid media type")
        trace_id = secrets.token_hex(16)
        said = await self._looked(str(asked.body["media_url"]), trace_id)
        if self.pushing is Pushing.HELD:
            self.held.append(said)
        else:
            # Nobody can tell the two apart but by their order: the real one pushes from another machine.
            await self.pusher.push(said)
        return {"trace_id": trace_id}

    async def _looked(self, url: str, trace_id: str) -> dict[str, Any]:
        said: dict[str, Any] = {
            "ToUserName": "gh_0123456789ab",
            "FromUserName": "oMini_platform",
            "CreateTime": int(self.record.clock().timestamp()),
            "MsgType": "event",
            "Event": "wxa_media_check",
            "appid": self.app_id,
            "trace_id": trace_id,
            "version": 2,
        }
        picture = await _downloaded(self.reaching(url))
        if picture is None:
            return said | {"errcode": UNREADABLE, "errmsg": "download failed", "result": {"suggest": "", "label": 0}}
        self.looked_at.append(picture)
        suggest, label = self.pictures(picture)
        detail = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
        return said | {"errcode": 0, "result": {"suggest": suggest, "label": label}, "detail": [detail]}

    def _check(self, asked: Asked) -> None:
        if asked.body["scene"] not in SCENES:
            raise Refusal(40129, "invalid scene")
        if asked.app != self.app_id:
            raise Refusal(43104, "appid and openid mismatch")
        seen = self._visits.get(str(asked.body["openid"]))
        if seen is None or self.record.clock() - seen > VISITED_WITHIN:
            raise Refusal(61010, "code is expired")


def verdict_on(content: str, words: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """`errcode` is 0 whatever it is."""
    met = [(word, *words[word]) for word in words if word in content]
    _, suggest, label = max(met, key=lambda each: each[1] == "risky", default=("", *PASSED))
    detail = [
        {"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label, "keyword": word, "level": 90}
        for word, suggest, label in met
    ]
    model = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
    return {"result": {"suggest": suggest, "label": label}, "detail": [model, *detail]}


async def _downloaded(url: str) -> bytes | None:
    timeout = aiohttp.ClientTimeout(total=DOWNLOAD_TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            if response.status != 200 or response.content_type not in PICTURE_TYPES:  # noqa: PLR2004  # OK
                return None
            content = await response.content.read(PICTURE_MAX_BYTES + 1)
            while len(content) <= PICTURE_MAX_BYTES and (more := await response.content.read(PICTURE_MAX_BYTES)):
                content += more
            return content if len(content) <= PICTURE_MAX_BYTES else None
    except (TimeoutError, ValueError, aiohttp.ClientError):
        return None
