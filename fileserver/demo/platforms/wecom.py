"""The stand-in's WeCom: its tokens and codes; the directory, contacts and messages stand in modules of their own."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fileserver.demo.platforms.codes import Codes, new_session_key
from fileserver.demo.platforms.contacts import Contacts
from fileserver.demo.platforms.directory import Directory
from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal
from fileserver.demo.platforms.group_messages import GroupMessages
from fileserver.demo.platforms.pushing import Pusher
from fileserver.demo.platforms.tokens import AppTokens
from fileserver.demo.platforms.transfers import Transfers

CORP_ID, AGENT_ID, WECOM_SECRET = "ww0123456789abcdef", 1000002, "wecomDemoSecret0123456789abcdef0123456789ab"
BAD_SECRET = 40125  # WeChat's word for it
MINI, BROWSER = "mini", "browser"
TICKET_LASTS = timedelta(seconds=1800)


@dataclass
class WeCom:
    """WeCom, with the control of what happens on its side."""

    record: Record

    def __post_init__(self) -> None:
        self.codes = Codes(self.record.clock)
        self.tokens = AppTokens(self.record.clock, {CORP_ID: WECOM_SECRET})
        self.pusher = Pusher(self.record.clock)
        self.directory = Directory(self.record, self.pusher, CORP_ID, AGENT_ID)
        self.contacts = Contacts(self.record, self.pusher, CORP_ID, self.directory)
        self.transfers = Transfers(self.record, self.contacts)
        self.group_messages = GroupMessages(self.record, self.contacts)
        self._tickets: dict[str, tuple[str, datetime]] = {}

    def issue_login_code(self, user_id: str) -> str:
        """What `wx.qy.login` gives on this employee's phone."""
        return self.codes.issue(CORP_ID, MINI, user_id)

    def issue_browser_code(self, user_id: str, *, private: bool = False) -> str:
        """What the authorize page sends back for an employee."""
        return self.codes.issue(CORP_ID, BROWSER, (user_id, private))

    def issue_stranger_code(self, openid: str) -> str:
        """What it sends back for somebody who is no employee."""
        return self.codes.issue(CORP_ID, BROWSER, (openid, None))

    def forget_tokens(self) -> None:
        """Every token is over."""
        self.tokens.revoke()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """All that it serves."""
        return (
            Endpoint(
                method="GET", path="/cgi-bin/gettoken", handler=self._token, token=False,
                query=Fields("corpid corpsecret"),
            ),
            Endpoint(
                method="GET", path="/cgi-bin/miniprogram/jscode2session", handler=self._session,
                query=Fields("js_code grant_type=authorization_code"),
            ),
            Endpoint(method="GET", path="/cgi-bin/auth/getuserinfo", handler=self._user_info, query=Fields("code")),
            Endpoint(
                method="POST", path="/cgi-bin/auth/getuserdetail", handler=self._user_detail, body=Fields("user_ticket")
            ),
            *self.directory.endpoints(),
            *self.contacts.endpoints(),
            *self.transfers.endpoints(),
            *self.group_messages.endpoints(),
        )  # fmt: skip

    def _token(self, asked: Asked) -> dict[str, Any]:
        try:
            token, lasts = self.tokens.same(asked.query["corpid"], asked.query["corpsecret"])
        except Refusal as refusal:
            raise Refusal(40001 if refusal.code == BAD_SECRET else refusal.code, "invalid credential") from None
        return {"access_token": token, "expires_in": lasts}

    def _session(self, asked: Asked) -> dict[str, Any]:
        user_id = self._redeemed(MINI, asked.query["js_code"])
        return {"corpid": CORP_ID, "userid": user_id, "session_key": new_session_key()}

    def _user_info(self, asked: Asked) -> dict[str, Any]:
        who, private = self._redeemed(BROWSER, asked.query["code"])
        if private is None:
            return {"openid": who}
        if not private:
            return {"userid": who}
        ticket = secrets.token_urlsafe(32)
        self._tickets[ticket] = (who, self.record.clock() + TICKET_LASTS)
        return {"userid": who, "user_ticket": ticket}

    def _user_detail(self, asked: Asked) -> dict[str, Any]:
        who, ends_at = self._tickets.get(asked.body["user_ticket"], ("", self.record.clock()))
        if self.record.clock() >= ends_at:
            raise Refusal(40029, "invalid user_ticket")
        return {"userid": who, "gender": "0", "mobile": "13800000000", "email": f"{who}@example.com", "biz_mail": ""}

    def _redeemed(self, what: str, code: str) -> Any:
        """WeCom has one error for every code that is no good."""
        try:
            return self.codes.redeem(CORP_ID, what, code)
        except Refusal:
            raise Refusal(40029, "invalid code") from None
