"""The stand-in as a whole: three services, each at a port of its own on the loopback address."""

import socket
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from fileserver.demo.platforms import pages
from fileserver.demo.platforms.frame import BODY_MAX_BYTES, Call, Clock, Faults, Record, Service
from fileserver.demo.platforms.phone import phone_routes
from fileserver.demo.platforms.pushing import Target
from fileserver.demo.platforms.tencent import MERCHANT_ID, OPERATOR, RULE_ID, SECRET_ID, SECRET_KEY, TencentCloud
from fileserver.demo.platforms.wechat import MINI_APP_ID, MINI_SECRET, OFFICIAL_APP_ID, OFFICIAL_SECRET, WeChat
from fileserver.demo.platforms.wecom import AGENT_ID, CORP_ID, WECOM_SECRET, WeCom

HOST = "127.0.0.1"
PUSH_TOKEN, PUSH_KEY = "sealshareDemo", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@dataclass
class FakePlatforms:
    """Use as an async context manager; `settings` are what a server is configured with to ask it.

    `wechat`, `wecom` and `tencent` control what happens there; `faults`, `calls` and `violations` are of all three.
    """

    clock: Clock
    urls: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.record = Record(self.clock)
        self.wechat, self.wecom, self.tencent = WeChat(self.record), WeCom(self.record), TencentCloud(self.record)
        self._runners: list[web.AppRunner] = []

    @property
    def faults(self) -> Faults:
        """What fails next."""
        return self.record.faults

    @property
    def calls(self) -> list[Call]:
        """Every request, oldest first."""
        return self.record.calls

    @property
    def violations(self) -> list[str]:
        """Requests that the real services would not know what to do with."""
        return self.record.violations

    async def __aenter__(self) -> Self:
        try:
            for name, app in self._apps().items():
                await self._serve(name, app)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    @property
    def settings(self) -> dict[str, Any]:
        """Fields of the configuration, secrets as plain texts."""
        return {
            "wechat_app_id": MINI_APP_ID,
            "wechat_app_secret": MINI_SECRET,
            "wechat_push_token": PUSH_TOKEN,
            "wechat_push_key": PUSH_KEY,
            "wechat_api_url": self.urls["wechat"],
            "official_account_app_id": OFFICIAL_APP_ID,
            "official_account_app_secret": OFFICIAL_SECRET,
            "official_account_push_token": PUSH_TOKEN,
            "official_account_push_key": PUSH_KEY,
            "wechat_open_url": self.urls["wechat"],
            "wecom_corp_id": CORP_ID,
            "wecom_agent_id": AGENT_ID,
            "wecom_secret": WECOM_SECRET,
            "wecom_callback_token": PUSH_TOKEN,
            "wecom_callback_key": PUSH_KEY,
            "wecom_api_url": self.urls["wecom"],
            "wecom_open_url": self.urls["wecom"],
            "wecom_login_url": self.urls["wecom"],
            "tencent_secret_id": SECRET_ID,
            "tencent_secret_key": SECRET_KEY,
            "tencent_face_rule_id": RULE_ID,
            "tencent_eid_merchant_id": MERCHANT_ID,
            "tencent_esign_operator": OPERATOR,
            "tencent_faceid_url": self.urls["tencent"],
            "tencent_ess_url": self.urls["tencent"],
            "outgoing_loopback_http": True,
        }

    def push_to(self, server_url: str) -> None:
        """Enters this server's addresses in the consoles."""
        base = f"{server_url}/api/v1/platforms"
        self.wechat.pusher.target = Target(
            url=f"{base}/wechat", token=PUSH_TOKEN, encoded_key=PUSH_KEY, receiver=MINI_APP_ID
        )
        self.wechat.official.pusher.target = Target(
            url=f"{base}/official", token=PUSH_TOKEN, encoded_key=PUSH_KEY, receiver=OFFICIAL_APP_ID
        )
        self.wecom.pusher.target = Target(url=f"{base}/wecom", token=PUSH_TOKEN, encoded_key=PUSH_KEY, receiver=CORP_ID)

    def _apps(self) -> dict[str, web.Application]:
        wechat = _app()
        wechat.add_routes(Service("wechat", self.record, self.wechat.tokens.app_of).routes(self.wechat.endpoints()))
        wechat.add_routes([*pages.wechat_routes(self.wechat), *phone_routes(self.wechat)])
        wecom = _app()
        wecom.add_routes(Service("wecom", self.record, self.wecom.tokens.app_of).routes(self.wecom.endpoints()))
        wecom.add_routes(pages.wecom_routes(self.wecom))
        tencent = _app()
        tencent.add_routes(pages.tencent_routes(self.tencent))
        tencent.add_routes([web.route("*", "/{path:.*}", self.tencent.serve)])
        return {"wechat": wechat, "wecom": wecom, "tencent": tencent}

    async def _serve(self, name: str, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._runners.append(runner)
        listening = socket.create_server((HOST, 0))
        await web.SockSite(runner, listening).start()
        self.urls[name] = f"http://{HOST}:{listening.getsockname()[1]}"
        self.tencent.url = self.urls.get("tencent", "")

    async def _stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()


def _app() -> web.Application:
    return web.Application(client_max_size=BODY_MAX_BYTES)
