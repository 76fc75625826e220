"""The stand-in's official account: web authorization and tickets of the JS-SDK."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fileserver.demo.platforms.codes import Codes
from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal
from fileserver.demo.platforms.pushing import Delivered, Pusher
from fileserver.demo.platforms.tokens import LASTS, AppTokens

OAUTH, USER_INFO = "oauth", "snsapi_userinfo"
GRANT = "grant_type=authorization_code"


@dataclass(frozen=True, kw_only=True)
class Authorized:
    """Who came back from the authorize page."""

    openid: str
    unionid: str | None = None
    nickname: str = ""
    scope: str = "snsapi_base"
    is_snapshot: bool = False


@dataclass
class Official:
    """`tickets` has how often a ticket was made anew."""

    record: Record
    codes: Codes
    tokens: AppTokens
    app_id: str
    tickets: int = 0
    pusher: Pusher = field(init=False)
    _ticket: tuple[str, datetime] | None = None
    _users: dict[str, Authorized] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pusher = Pusher(self.record.clock)

    async def follow(self, openid: str, *, scene: str = "", event: str = "subscribe") -> Delivered:
        """Somebody follows the account, by a code of ours if `scene` says so, or leaves it (`unsubscribe`)."""
        said = {
            "ToUserName": "gh_abcdef012345",
            "FromUserName": openid,
            "CreateTime": int(self.record.clock().timestamp()),
            "MsgType": "event",
            "Event": event,
            "EventKey": f"qrscene_{scene}" if scene else "",
        }
        return await self.pusher.push(said)

    def issue_code(self, who: Authorized) -> str:
        """What the authorize page sends back."""
        return self.codes.issue(self.app_id, OAUTH, who)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        return (
            Endpoint(
                method="GET", path="/sns/oauth2/access_token", handler=self._token, token=False,
                query=Fields(f"appid secret code {GRANT}"),
            ),
            Endpoint(
                method="GET", path="/sns/userinfo", handler=self._user, token=False,
                query=Fields("access_token openid", "lang"),
            ),
            Endpoint(method="GET", path="/cgi-bin/ticket/getticket", handler=self._jsapi, query=Fields("type=jsapi")),
        )  # fmt: skip

    def _token(self, asked: Asked) -> dict[str, Any]:
        app = asked.query["appid"]
        if self.tokens.known.get(app) != asked.query["secret"]:
            raise Refusal(40125, "invalid appsecret")
        who: Authorized = self.codes.redeem(app, OAUTH, asked.query["code"])
        token = secrets.token_urlsafe(48)
        self._users[token] = who
        said = {
            "access_token": token,
            "expires_in": int(LASTS.total_seconds()),
            "refresh_token": secrets.token_urlsafe(48),
            "openid": who.openid,
            "scope": who.scope,
        }
        # Only an authorization that the person was asked for brings it.
        said |= {"unionid": who.unionid} if who.unionid and who.scope == USER_INFO else {}
        return said | ({"is_snapshotuser": 1} if who.is_snapshot else {})

    def _user(self, asked: Asked) -> dict[str, Any]:
        who = self._users.get(asked.query["access_token"])
        if who is None or who.openid != asked.query["openid"]:
            raise Refusal(40001, "invalid credential")
        if who.scope != USER_INFO:
            raise Refusal(48001, "api unauthorized")
        said = {"openid": who.openid, "nickname": who.nickname, "privilege": []}
        return said | ({"unionid": who.unionid} if who.unionid else {})

    def _jsapi(self, asked: Asked) -> dict[str, Any]:
        if asked.app != self.app_id:
            raise Refusal(48001, "api unauthorized")
        now = self.record.clock()
        if self._ticket is None or now >= self._ticket[1]:
            self.tickets += 1
            self._ticket = (secrets.token_urlsafe(60), now + LASTS)
        return {"ticket": self._ticket[0], "expires_in": int((self._ticket[1] - now).total_seconds())}
