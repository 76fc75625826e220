"""The stand-in's mini-program: login, phone numbers, codes and links, messages, and the check of content."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fileserver.demo.platforms.codes import Codes, new_session_key
from fileserver.demo.platforms.content import ContentChecks
from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal
from fileserver.demo.platforms.links import Links
from fileserver.demo.platforms.messages import Subscriptions
from fileserver.demo.platforms.official import Official
from fileserver.demo.platforms.people import PEOPLE, Person
from fileserver.demo.platforms.pushing import Pusher
from fileserver.demo.platforms.tokens import AppTokens
from fileserver.platforms.crypto.session import user_signature

MINI_APP_ID, MINI_SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
OFFICIAL_APP_ID, OFFICIAL_SECRET = "wxfedcba9876543210", "fedcba9876543210fedcba9876543210"
LOGIN, PHONE = "login", "phone"
GRANT = "grant_type=authorization_code"


@dataclass
class WeChat:
    """WeChat, with the control of what happens on its side."""

    record: Record
    blocked: set[str] = field(default_factory=set)  # openids that WeChat takes for a risk
    session_keys: dict[str, str] = field(default_factory=dict)  # the newest, by openid
    people: dict[str, Person] = field(default_factory=lambda: {each.openid: each for each in PEOPLE})

    def __post_init__(self) -> None:
        self.codes = Codes(self.record.clock)
        self.tokens = AppTokens(self.record.clock, {MINI_APP_ID: MINI_SECRET, OFFICIAL_APP_ID: OFFICIAL_SECRET})
        self.pusher = Pusher(self.record.clock)
        self.content = ContentChecks(self.record, self.pusher, MINI_APP_ID)
        self.links = Links(self.record)
        self.subscriptions = Subscriptions(self.record)
        self.official = Official(self.record, self.codes, self.tokens, OFFICIAL_APP_ID)

    def issue_login_code(self, openid: str, *, unionid: str | None = None, app: str = MINI_APP_ID) -> str:
        """What `wx.login` gives on this person's phone; they have used the app now."""
        self.content.visited(openid)
        return self.codes.issue(app, LOGIN, (openid, unionid))

    def issue_phone_code(self, phone: str, *, app: str = MINI_APP_ID) -> str:
        """What `getPhoneNumber` gives; `phone` without the country's code."""
        return self.codes.issue(app, PHONE, phone)

    def forget_tokens(self) -> None:
        """Every token is over, as after somebody else's forced renewal."""
        self.tokens.revoke()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """All that it serves."""
        return (
            Endpoint(
                method="GET", path="/sns/jscode2session", handler=self._session, token=False,
                query=Fields(f"appid secret js_code {GRANT}"),
            ),
            Endpoint(
                method="GET", path="/cgi-bin/token", handler=self._classic, token=False,
                query=Fields("appid secret grant_type=client_credential"),
            ),
            Endpoint(
                method="POST", path="/cgi-bin/stable_token", handler=self._stable, token=False,
                body=Fields("grant_type=client_credential appid secret", "force_refresh"),
            ),
            Endpoint(
                method="POST", path="/wxa/business/getuserphonenumber", handler=self._phone,
                body=Fields("code", "openid"),
            ),
            Endpoint(
                method="GET", path="/wxa/checksession", handler=self._check_session,
                query=Fields("openid signature sig_method=hmac_sha256"),
            ),
            *self.content.endpoints(),
            *self.links.endpoints(),
            *self.subscriptions.endpoints(),
            *self.official.endpoints(),
        )  # fmt: skip

    def _session(self, asked: Asked) -> dict[str, Any]:
        app, secret = asked.query["appid"], asked.query["secret"]
        if self.tokens.known.get(app) != secret:
            raise Refusal(40013 if app not in self.tokens.known else 40125, "invalid appid or secret")
        openid, unionid = self.codes.redeem(app, LOGIN, asked.query["js_code"])
        self.codes.limit(openid)
        if openid in self.blocked:
            raise Refusal(40226, "code blocked")
        self.session_keys[openid] = new_session_key()
        said = {"openid": openid, "session_key": self.session_keys[openid]}
        return said | ({"unionid": unionid} if unionid else {})

    def _classic(self, asked: Asked) -> dict[str, Any]:
        token, lasts = self.tokens.classic(asked.query["appid"], asked.query["secret"])
        return {"access_token": token, "expires_in": lasts}

    def _stable(self, asked: Asked) -> web.Response:
        forced = bool(asked.body.get("force_refresh"))
        token, lasts = self.tokens.stable(asked.body["appid"], asked.body["secret"], force=forced)
        return web.json_response({"access_token": token, "expires_in": lasts})  # without errcode, as the real one

    def _phone(self, asked: Asked) -> dict[str, Any]:
        phone = self.codes.redeem(asked.app, PHONE, asked.body["code"])
        mark = {"timestamp": int(self.record.clock().timestamp()), "appid": asked.app}
        info = {"phoneNumber": f"+86{phone}", "purePhoneNumber": phone, "countryCode": "86", "watermark": mark}
        return {"phone_info": info}

    def _check_session(self, asked: Asked) -> dict[str, Any]:
        key = self.session_keys.get(asked.query["openid"])
        if key is None or asked.query["signature"] != user_signature(key):
            raise Refusal(87009, "invalid signature")
        return {}
