"""Which ways in are offered to this browser, and the page that offers them."""

from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from yarl import URL

from fileserver.config import Config
from fileserver.http.call import Call
from fileserver.pages import came_for
from fileserver.pages.rendering import page

WECHAT, WECOM = "micromessenger", "wxwork"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class Ways:
    """What this browser can do. `elsewhere`: it could, in WeChat."""

    wechat: bool
    email: bool
    elsewhere: bool


def ways_of(call: Call[Any, Any, Any]) -> Ways:
    """In WeChat's browser the official account, where there is one; a code by e-mail wherever mail is sent."""
    services = call.services
    official = services.platforms.official is not None
    inside = in_wechat(call.request.headers.get(hdrs.USER_AGENT, "")) or asks_a_stand_in(services.config)
    return Ways(wechat=official and inside, email=services.mail is not None, elsewhere=official and not inside)


def in_wechat(user_agent: str) -> bool:
    """Whether this is WeChat's own browser; WeCom's says so too, and is another."""
    folded = user_agent.casefold()
    return WECHAT in folded and WECOM not in folded


def asks_a_stand_in(config: Config) -> bool:
    """Whether WeChat's page is on this machine: a demo's, which opens in any browser."""
    return URL(config.wechat_open_url).host in LOOPBACK


def sign_in_page(call: Call[Any, Any, Any], **values: Any) -> web.Response:
    """The first step. `values`: what the page may say of what led here."""
    request = call.request
    return page(
        call,
        "enter_sign_in.html",
        ways=ways_of(call),
        **{
            "share": came_for.token_of(call.services.config, request, came_for.SHARE),
            "invitation": came_for.token_of(call.services.config, request, came_for.INVITATION),
            "invited": None,
            **values,
        },
    )
