"""An official account (公众号): who somebody is in WeChat's browser, and what our pages may do there."""

import secrets
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import SecretStr
from yarl import URL

from fileserver.platforms.api import Api, fetched
from fileserver.platforms.crypto.js_sdk import page_signature
from fileserver.platforms.tokens import Fetched
from fileserver.platforms.transport import result
from fileserver.platforms.wechat.mini_program import PLATFORM
from fileserver.platforms.wechat.results import JsConfig, OAuthToken, UserInfo

STATE_BYTES_MAX = 128
NONCE_BYTES = 12


class Scope(StrEnum):
    """What a person lets us know: who they are, or their nickname too, which asks them."""

    BASE = "snsapi_base"
    USER_INFO = "snsapi_userinfo"


class OfficialAccount:
    """One official account. Everything raises PlatformRefused, PlatformUnavailable and StoreUnavailable."""

    def __init__(
        self, api: Api, *, open_url: str, app_id: str, app_secret: SecretStr, clock: Callable[[], datetime]
    ) -> None:
        self._api, self._open_url, self._clock = api, URL(open_url), clock
        self.app_id, self._secret = app_id, app_secret

    def authorize_url(self, redirect_uri: str, state: str, scope: Scope = Scope.BASE) -> str:
        """Where WeChat's browser is sent, to come back to `redirect_uri` with `code` and `state`. Raises ValueError."""
        if len(state.encode()) > STATE_BYTES_MAX:
            raise ValueError(f"a state has {STATE_BYTES_MAX} bytes at most")
        query = {
            "appid": self.app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": scope.value,
            "state": state,
        }
        # WeChat's documentation asks for this order, for everything encoded, and for the fragment.
        address = self._open_url.joinpath("connect/oauth2/authorize")
        return f"{address}?{urlencode(query)}#wechat_redirect"

    async def oauth_access_token(self, code: str) -> OAuthToken:
        """Who came back with this code; refuse who `is_virtual`. Raises CodeRefused besides."""
        query = {
            "appid": self.app_id,
            "secret": self._secret.get_secret_value(),
            "code": code,
            "grant_type": "authorization_code",
        }
        return result(PLATFORM, OAuthToken, await self._api.bare.get("/sns/oauth2/access_token", query))

    async def user_info(self, token: OAuthToken) -> UserInfo:
        """Name and unionid, if the scope was `snsapi_userinfo`."""
        query = {"access_token": token.access_token, "openid": token.openid, "lang": "zh_CN"}
        return result(PLATFORM, UserInfo, await self._api.bare.get("/sns/userinfo", query))

    async def js_config(self, url: str) -> JsConfig:
        """What the page at `url` passes to `wx.config`."""
        ticket = await self._api.tokens.valid(f"{PLATFORM}/{self.app_id}/jsapi", self._fetch_ticket)
        nonce, timestamp = secrets.token_urlsafe(NONCE_BYTES), int(self._clock().timestamp())
        signature = page_signature(ticket, nonce=nonce, timestamp=timestamp, url=url)
        return JsConfig(app_id=self.app_id, timestamp=timestamp, nonce=nonce, signature=signature)

    async def _fetch_ticket(self, _force: bool, /) -> Fetched:  # noqa: FBT001  # as `Fetch` has it
        said = await self._api.get("/cgi-bin/ticket/getticket", {"type": "jsapi"})
        return fetched(PLATFORM, said, "ticket")
