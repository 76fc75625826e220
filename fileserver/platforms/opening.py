"""The platforms of a process, made from its configuration."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from compliance.keys import MasterKey
from fileserver.config import Config
from fileserver.outgoing import Outgoing
from fileserver.platforms.api import Api, Bare, Sleep
from fileserver.platforms.callbacks import Callbacks
from fileserver.platforms.figures import PlatformFigures
from fileserver.platforms.tencent import Addresses, TencentCloud
from fileserver.platforms.tokens import SharedTokens
from fileserver.platforms.transport import Transport
from fileserver.platforms.wechat import MiniProgram, OfficialAccount
from fileserver.platforms.wechat.mini_program import app_token as wechat_token
from fileserver.platforms.wecom import WeCom
from fileserver.platforms.wecom.client import Corporation
from fileserver.platforms.wecom.client import app_token as wecom_token
from storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Platforms:
    """What is configured; `wechat` is the mini-program, `official` the official account."""

    wechat: MiniProgram | None = None
    official: OfficialAccount | None = None
    wecom: WeCom | None = None
    tencent: TencentCloud | None = None
    figures: PlatformFigures = field(default_factory=PlatformFigures)
    callbacks: Callbacks = field(default_factory=Callbacks)


def open_platforms(
    config: Config,
    outgoing: Outgoing,
    database: Database,
    master: MasterKey,
    clock: Callable[[], datetime],
    sleep: Sleep = asyncio.sleep,
) -> Platforms:
    """Nothing is asked yet."""
    figures, tokens = PlatformFigures(), SharedTokens(database, master, clock)

    def bare(platform: str, url: str) -> Bare:
        return Bare(Transport(outgoing, figures, platform), url, sleep=sleep)

    wechat = bare("wechat", config.wechat_api_url)
    return Platforms(
        wechat=_mini_program(config, wechat, tokens),
        official=_official(config, wechat, tokens, clock),
        wecom=_wecom(config, bare("wecom", config.wecom_api_url), tokens),
        tencent=_tencent(config, Transport(outgoing, figures, "tencent"), clock),
        figures=figures,
    )


def _mini_program(config: Config, bare: Bare, tokens: SharedTokens) -> MiniProgram | None:
    app_id, secret = config.wechat_app_id, config.wechat_app_secret
    if app_id is None or secret is None:
        return None
    api = Api(bare, tokens, f"wechat/{app_id}/access", wechat_token(bare, app_id, secret))
    return MiniProgram(api, app_id=app_id, app_secret=secret)


def _official(
    config: Config, bare: Bare, tokens: SharedTokens, clock: Callable[[], datetime]
) -> OfficialAccount | None:
    app_id, secret = config.official_account_app_id, config.official_account_app_secret
    if app_id is None or secret is None:
        return None
    api = Api(bare, tokens, f"wechat/{app_id}/access", wechat_token(bare, app_id, secret))
    return OfficialAccount(api, open_url=config.wechat_open_url, app_id=app_id, app_secret=secret, clock=clock)


def _wecom(config: Config, bare: Bare, tokens: SharedTokens) -> WeCom | None:
    corp_id, agent_id, secret = config.wecom_corp_id, config.wecom_agent_id, config.wecom_secret
    if corp_id is None or agent_id is None or secret is None:
        return None
    corporation = Corporation(corp_id, agent_id, secret)
    api = Api(bare, tokens, f"wecom/{corp_id}/{agent_id}/access", wecom_token(bare, corporation))
    return WeCom(api, corporation, open_url=config.wecom_open_url, login_url=config.wecom_login_url)


def _tencent(config: Config, transport: Transport, clock: Callable[[], datetime]) -> TencentCloud | None:
    if config.tencent_secret_id is None or config.tencent_secret_key is None:
        return None
    return TencentCloud(
        transport,
        Addresses(config.tencent_faceid_url, config.tencent_ess_url),
        secret_id=config.tencent_secret_id,
        secret_key=config.tencent_secret_key,
        region=config.tencent_region,
        clock=clock,
    )
