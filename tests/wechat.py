"""WeChat's server API as a stand-in on the loopback: its token system and its check of text, with what they do wrong.

Errors come with status 200, `errcode` and a message that ends with a request id; forced renewals end the token before;
the verdict on a text comes with `errcode` 0 however bad it is.
"""

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

APP_ID, APP_SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"  # of the stand-in
TOKEN_LASTS = timedelta(seconds=7200)
SAME_TOKEN_UNTIL = timedelta(minutes=5)  # before its end, in the usual mode
FORCED_MAX = 20
CONTENT_MAX = 2500
VERSION = 2
SCENES = range(1, 5)


@dataclass
class FakeWeChat:
    """The stand-in. `visitors` used the app within two hours; `words` are judged by what stands for them."""

    clock: Callable[[], datetime]
    url: str = ""
    visitors: set[str] = field(default_factory=lambda: {"o-visitor"})
    words: dict[str, tuple[str, int]] = field(default_factory=dict)  # word: (suggest, label)
    faults: list[int | str] = field(default_factory=list)  # next answers of the check: an errcode, or raw text
    asked: list[dict[str, Any]] = field(default_factory=list)
    fetched: list[bool] = field(default_factory=list)  # whether each fetch of a token was forced
    _token: str = ""
    _ends: datetime | None = None

    def forget_token(self) -> None:
        """The token is not valid any more, as after somebody else's forced renewal."""
        self._token, self._ends = "", None

    async def stable_token(self, request: web.Request) -> web.Response:
        """POST /cgi-bin/stable_token."""
        asked = await request.json()
        if (asked["appid"], asked["secret"]) != (APP_ID, APP_SECRET):
            return _error(40125, "invalid appsecret")
        forced = bool(asked.get("force_refresh"))
        self.fetched.append(forced)
        if forced and sum(self.fetched) > FORCED_MAX:
            return _error(45009, "reach max api daily quota limit")
        now = self.clock()
        if forced or self._ends is None or now >= self._ends - SAME_TOKEN_UNTIL:
            self._token, self._ends = secrets.token_urlsafe(96), now + TOKEN_LASTS
        lasts = int((self._ends - now).total_seconds())
        return web.json_response({"access_token": self._token, "expires_in": lasts})

    async def msg_sec_check(self, request: web.Request) -> web.Response:
        """POST /wxa/msg_sec_check."""
        if code := self._unknown(request.query.get("access_token")):
            return _error(code, "invalid credential, access_token is invalid or not latest")
        body = await request.read()
        asked = json.loads(body)
        if self.faults:
            fault = self.faults.pop(0)
            return _error(fault, "as asked") if isinstance(fault, int) else web.Response(text=fault)
        if b"\\u" in body or asked["version"] != 2 or len(asked["content"]) > CONTENT_MAX:  # the version
            return _error(47001, "data format error")
        if asked["scene"] not in (1, 2, 3, 4):
            return _error(40129, "invalid scene")
        if asked["openid"] not in self.visitors:
            return _error(61010, "code is expired")
        self.asked.append(asked)
        return web.json_response({"errcode": 0, "errmsg": "ok", **self._verdict(asked["content"])})

    def _unknown(self, token: str | None) -> int:
        """The errcode for a token; 0 for the one that is valid now."""
        if token is None:
            return 41001
        return 0 if token == self._token and self._ends is not None and self.clock() < self._ends else 40001

    def _faulty(self, asked: dict[str, Any], body: bytes) -> int:
        """The errcode for what is wrong with a question; 0 for nothing."""
        checks = (
            (b"\\u" in body or asked["version"] != VERSION or len(asked["content"]) > CONTENT_MAX, 47001),
            (asked["scene"] not in SCENES, 40129),
            (asked["openid"] not in self.visitors, 61010),
        )
        return next((code for wrong, code in checks if wrong), 0)

    def _verdict(self, content: str) -> dict[str, Any]:
        met = [(word, *self.words[word]) for word in self.words if word in content]
        _, suggest, label = max(met, key=lambda each: each[1] == "risky", default=("", "pass", 100))
        detail = [
            {"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label, "keyword": word, "level": 90}
            for word, suggest, label in met
        ]
        content_model = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
        return {
            "trace_id": secrets.token_hex(8),
            "result": {"suggest": suggest, "label": label},
            "detail": [content_model, *detail],
        }


@contextlib.asynccontextmanager
async def wechat(clock: Callable[[], datetime]) -> AsyncIterator[FakeWeChat]:
    """The stand-in, for as long as the block lasts."""
    fake = FakeWeChat(clock)
    app = web.Application()
    app.router.add_post("/cgi-bin/stable_token", fake.stable_token)
    app.router.add_post("/wxa/msg_sec_check", fake.msg_sec_check)
    async with TestServer(app, host="127.0.0.1") as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


def _error(code: int, message: str) -> web.Response:
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return web.json_response({"errcode": code, "errmsg": f"{message} rid: {rid}"})
