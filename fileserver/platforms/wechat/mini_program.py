"""A mini-program's server API, an endpoint for each method, named as WeChat names them.

Everything raises PlatformRefused (in the class that says why), PlatformUnavailable and StoreUnavailable.
Limits that WeChat would refuse are refused here first (ValueError): they are ours to keep.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from fileserver.platforms.api import Api, Bare, fetched, object_of, text_of
from fileserver.platforms.crypto.session import SIG_METHOD, user_signature
from fileserver.platforms.errors import PlatformRefused, PlatformUnavailable
from fileserver.platforms.tokens import Fetch, Fetched
from fileserver.platforms.transport import result
from fileserver.platforms.wechat.results import (
    ActivityId,
    Environment,
    PhoneNumber,
    Picture,
    Session,
    TextCheck,
)

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
QUERY_MAX = 1024
WIDTHS = range(280, 1281)
WIDTH = 430
LINK_LASTS_MAX_S = 30 * 24 * 3600
CHECK_VERSION = 2
CONTENT_MAX = 2500
SOCIAL_LOG = 4
IMAGE = 2
SESSION_INVALID = 87009
EXPIRES_AT = 0  # expire_type: at a time, not after days

PLATFORM = "wechat"


class MiniProgram:
    """One mini-program."""

    def __init__(self, api: Api, *, app_id: str, app_secret: SecretStr) -> None:
        self._api, self.app_id, self._secret = api, app_id, app_secret

    async def code_to_session(self, code: str) -> Session:
        """Who `wx.login` was. Raises CodeRefused, PersonBlocked, TooFrequent besides."""
        query = {
            "appid": self.app_id,
            "secret": self._secret.get_secret_value(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return result(PLATFORM, Session, await self._api.bare.get("/sns/jscode2session", query))

    async def phone_number(self, code: str, openid: str | None = None) -> PhoneNumber:
        """The number behind a code of getPhoneNumber. Raises CodeRefused besides."""
        body = {"code": code} | ({"openid": openid} if openid else {})
        said = await self._api.post("/wxa/business/getuserphonenumber", body)
        number = result(PLATFORM, PhoneNumber, object_of(PLATFORM, said, "phone_info"))
        if number.watermark.app_id != self.app_id:
            raise PlatformUnavailable(PLATFORM, "nonsense")
        return number

    async def unlimited_code(
        self,
        scene: str,
        page: str,
        *,
        environment: Environment = Environment.RELEASE,
        width: int = WIDTH,
        check_path: bool = True,
    ) -> Picture:
        """A mini-program code whose page gets `scene`: 32 characters at most, no `%`. Raises Unfit."""
        if not SCENE.fullmatch(scene) or page.startswith("/") or "?" in page or width not in WIDTHS:
            raise ValueError("not a scene, page or width that a mini-program code can have")
        body = {
            "scene": scene,
            "page": page,
            "check_path": check_path,
            "env_version": environment.value,
            "width": width,
        }
        answer = await self._api.picture("/wxa/getwxacodeunlimit", body)
        return Picture(answer.media_type, answer.body)

    async def generate_scheme(
        self, path: str, query: str, *, expires_at: int, environment: Environment = Environment.RELEASE
    ) -> str:
        """`weixin://dl/business/?t=…`, which opens the mini-program from outside WeChat; `expires_at` in seconds."""
        body = {
            "jump_wxa": {"path": path, "query": _short(query), "env_version": environment.value},
            "expire_type": EXPIRES_AT,
            "expire_time": expires_at,
        }
        return text_of(PLATFORM, await self._api.post("/wxa/generatescheme", body), "openlink")

    async def generate_url_link(
        self, path: str, query: str, *, expires_at: int, environment: Environment = Environment.RELEASE
    ) -> str:
        """`https://wxaurl.cn/…`, likewise, from any browser or a message."""
        body = {
            "path": path,
            "query": _short(query),
            "expire_type": EXPIRES_AT,
            "expire_time": expires_at,
            "env_version": environment.value,
        }
        return text_of(PLATFORM, await self._api.post("/wxa/generate_urllink", body), "url_link")

    async def check_session(self, openid: str, session_key: str) -> bool:
        """Whether the session_key is still the newest one."""
        query = {"openid": openid, "signature": user_signature(session_key), "sig_method": SIG_METHOD}
        try:
            await self._api.get("/wxa/checksession", query)
        except PlatformRefused as error:
            if error.code != SESSION_INVALID:
                raise
            return False
        return True

    async def msg_sec_check(self, content: str, *, openid: str, scene: int = SOCIAL_LOG) -> TextCheck:
        """What WeChat makes of a text of CONTENT_MAX characters at most; the person must have been here within 2 h."""
        body = {"version": CHECK_VERSION, "scene": scene, "openid": openid, "content": content}
        return result(PLATFORM, TextCheck, await self._api.post("/wxa/msg_sec_check", body))

    async def media_check_async(self, media_url: str, *, openid: str, scene: int = SOCIAL_LOG) -> str:
        """Has a picture looked at (JPEG, PNG, BMP, GIF; 10 MB); the trace id under which a verdict is pushed."""
        body = {
            "media_url": media_url,
            "media_type": IMAGE,
            "version": CHECK_VERSION,
            "openid": openid,
            "scene": scene,
        }
        return text_of(PLATFORM, await self._api.post("/wxa/media_check_async", body), "trace_id")

    async def subscribe_send(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str = "", lang: str = "zh_CN"
    ) -> None:
        """One message for one consent. Raises ConsentMissing when it was refused or used, Unfit for a bad field."""
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in data.items()},
            "miniprogram_state": "formal",
            "lang": lang,
        }
        await self._api.post("/cgi-bin/message/subscribe/send", body | ({"page": page} if page else {}))

    async def activity_id(self, *, openid: str) -> ActivityId:
        """The id of a message that only this person can send, and nobody can forward."""
        said = await self._api.get("/cgi-bin/message/wxopen/activityid/create", {"openid": openid})
        return result(PLATFORM, ActivityId, said)


def _short(query: str) -> str:
    if len(query) > QUERY_MAX:
        raise ValueError(f"a link's query has {QUERY_MAX} characters at most")
    return query


def app_token(bare: Bare, app_id: str, app_secret: SecretStr) -> Fetch:
    """How an app's token is fetched: `stable_token`, which gives every process the same one in the usual mode."""

    async def fetch(force: bool, /) -> Fetched:  # noqa: FBT001  # as `Fetch` has it
        body = {
            "grant_type": "client_credential",
            "appid": app_id,
            "secret": app_secret.get_secret_value(),
            "force_refresh": force,
        }
        bare.transport.figures.tokens.labels(PLATFORM, str(force).lower()).inc()
        return fetched(PLATFORM, await bare.post("/cgi-bin/stable_token", body), "access_token")

    return fetch
