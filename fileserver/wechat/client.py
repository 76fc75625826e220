"""The client: requests with the app's token.

WeChat's conventions: errors come with status 200 and an `errcode`; a token that it doesn't take any more is renewed by
force exactly once; -1 says that it is busy. Forced renewals are few (20 a day), so the usual mode comes first: it gives
every process the same token.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from yarl import URL

from fileserver.outgoing import Outgoing, OutgoingFailed, OutgoingRefused
from fileserver.single_flight import SingleFlight
from fileserver.wechat.errors import WeChatRefused, WeChatUnavailable

TOKEN_REFUSED = frozenset({40001, 40014, 41001, 42001})
BUSY = -1
TRIES_MAX = 3
PAUSE_S = 0.5  # before the second try; twice that before the third
RENEWED_BEFORE = timedelta(minutes=5)  # the token's end
STATUS_OK = 200

Body = Mapping[str, Any]
Sleep = Callable[[float], Awaitable[object]]


class WeChat:
    """One app: a mini-program or an official account."""

    def __init__(
        self,
        outgoing: Outgoing,
        *,
        api_url: str,
        app_id: str,
        app_secret: SecretStr,
        clock: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outgoing, self._api, self._clock, self._sleep = outgoing, URL(api_url), clock, sleep
        self._app_id, self._app_secret = app_id, app_secret
        self._token, self._renewed_at = "", datetime.min.replace(tzinfo=clock().tzinfo)
        self._renewing: SingleFlight[str] = SingleFlight()

    async def call(self, path: str, body: Body) -> dict[str, Any]:
        """POSTs `body` with the token. Raises WeChatRefused, WeChatUnavailable."""
        token = await self._fresh_token()
        try:
            return await self._patiently(path, body, token)
        except WeChatRefused as error:
            if error.code not in TOKEN_REFUSED:
                raise
        return await self._patiently(path, body, await self._renewed(token, force=True))

    async def _patiently(self, path: str, body: Body, token: str) -> dict[str, Any]:
        """As often as it says that it is busy, TRIES_MAX times at most."""
        for attempt in range(1, TRIES_MAX + 1):
            try:
                return await self._post(self._api.joinpath(path.lstrip("/")).with_query(access_token=token), body)
            except WeChatRefused as error:
                if error.code != BUSY or attempt == TRIES_MAX:
                    raise
            await self._sleep(PAUSE_S * attempt)
        raise AssertionError("the last try returns or raises")

    async def _fresh_token(self) -> str:
        if self._clock() < self._renewed_at:
            return self._token
        return await self._renewed(self._token, force=False)

    async def _renewed(self, refused: str, *, force: bool) -> str:
        """Another token than `refused`; who asks while one is fetched shares it."""

        async def fetch() -> str:
            if self._token != refused and self._clock() < self._renewed_at:
                return self._token
            return await self._fetch(force=force)

        return await self._renewing.share(force, fetch)

    async def _fetch(self, *, force: bool) -> str:
        asked = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._app_secret.get_secret_value(),
            "force_refresh": force,
        }
        answer = await self._post(self._api.joinpath("cgi-bin/stable_token"), asked)
        try:
            self._token, lasts = str(answer["access_token"]), timedelta(seconds=int(answer["expires_in"]))
        except (KeyError, TypeError, ValueError) as error:
            raise WeChatUnavailable("nonsense") from error
        self._renewed_at = self._clock() + lasts - RENEWED_BEFORE
        return self._token

    async def _post(self, url: URL, body: Body) -> dict[str, Any]:
        # Not as \u escapes: WeChat shows and judges them as they stand.
        sent = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            answer = await self._outgoing.post(str(url), sent, media_type="application/json")
        except OutgoingFailed as error:
            raise WeChatUnavailable(error.reason) from error
        except OutgoingRefused as error:
            raise WeChatUnavailable("address") from error
        if answer.status != STATUS_OK:
            raise WeChatUnavailable("status")
        return _read(answer.body)


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
        code = int(said.get("errcode", 0))
    except (AttributeError, TypeError, ValueError) as error:
        raise WeChatUnavailable("nonsense") from error
    if code:
        raise WeChatRefused(code)
    return dict(said)
