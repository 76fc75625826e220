"""Who an employee is, in a mini-program inside WeCom, in WeCom's browser, and at a desk by its QR code."""

from yarl import URL

from fileserver.platforms.api import Api
from fileserver.platforms.transport import result
from fileserver.platforms.wecom.results import UserDetail, UserInfo, WeComSession

PLATFORM = "wecom"
PRIVATE = "snsapi_privateinfo"
BASE = "snsapi_base"


class SignIn:
    """Part of `WeCom`."""

    _api: Api
    _open_url: str
    _login_url: str
    corp_id: str
    agent_id: int

    def authorize_url(self, redirect_uri: str, state: str, *, private: bool = False) -> str:
        """Where WeCom's own browser is sent, to come back with `code` and `state`; `private` asks for contact data."""
        query = {
            "appid": self.corp_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": PRIVATE if private else BASE,
            "state": state,
            "agentid": str(self.agent_id),
        }
        url = URL(self._open_url).joinpath("connect/oauth2/authorize")
        return str(url.with_query(query).with_fragment("wechat_redirect"))

    def qr_login_url(self, redirect_uri: str, state: str) -> str:
        """The page at which an employee scans with WeCom, from any other browser."""
        query = {
            "login_type": "CorpApp",
            "appid": self.corp_id,
            "agentid": str(self.agent_id),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return str(URL(self._login_url).joinpath("wwlogin/sso/login").with_query(query))

    async def code_to_session(self, code: str) -> WeComSession:
        """Who `wx.qy.login` was. Raises CodeRefused besides."""
        query = {"js_code": code, "grant_type": "authorization_code"}
        return result(PLATFORM, WeComSession, await self._api.get("/cgi-bin/miniprogram/jscode2session", query))

    async def get_user_info(self, code: str) -> UserInfo:
        """Who came back from the browser: look at `is_employee`. Raises CodeRefused besides."""
        return result(PLATFORM, UserInfo, await self._api.get("/cgi-bin/auth/getuserinfo", {"code": code}))

    async def get_user_detail(self, user_ticket: str) -> UserDetail:
        """What the employee agreed to show, with the ticket of `get_user_info`."""
        said = await self._api.post("/cgi-bin/auth/getuserdetail", {"user_ticket": user_ticket})
        return result(PLATFORM, UserDetail, said)
