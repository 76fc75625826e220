"""The page for whoever can't go on at this moment: what happened, what to do, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import hdrs, web

from compliance.errors import (
    AccessDenied,
    ComplianceError,
    InvitationOver,
    LinkInvalid,
    ProviderRefused,
    SignInRefused,
    SignInUnavailable,
    TooManyAttempts,
)
from fileserver.http.call import Call
from fileserver.pages.rendering import page

WECHAT_AGAIN, ENTER = "/enter/wechat", "/enter"
SERVICE_RETRY_S = 60


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why somebody can't go on (`entry-<key>-title` and `-text`), and where the one button leads; empty: nowhere."""

    key: str
    status: int = 200
    again: str = ""


SNAPSHOT = Trouble(key="snapshot", status=403, again=WECHAT_AGAIN)
BLOCKED = Trouble(key="blocked", status=403)
DUPLICATE = Trouble(key="duplicate")
USED_UP = Trouble(key="used-up")
UNAVAILABLE = Trouble(key="unavailable")
BUSY = Trouble(key="busy", again=ENTER)
BY_ERROR: Mapping[type[ComplianceError], Trouble] = {
    AccessDenied: BLOCKED,
    InvitationOver: Trouble(key="invitation", status=410, again=ENTER),
    LinkInvalid: Trouble(key="invitation", status=404, again=ENTER),
    ProviderRefused: Trouble(key="returned", status=403, again=WECHAT_AGAIN),
    SignInRefused: Trouble(key="code", status=403, again=WECHAT_AGAIN),
    SignInUnavailable: Trouble(key="down", status=503, again=WECHAT_AGAIN),
    TooManyAttempts: Trouble(key="too-many", status=429, again=ENTER),
}


def trouble_page(
    call: Call[Any, Any, Any], trouble: Trouble, *, until: datetime | None = None, retry_after_s: int = 0
) -> web.Response:
    """`until` when it is worth another try, where that is known."""
    response = page(call, "enter_trouble.html", trouble.status, trouble=trouble, until=until)
    if retry_after_s:
        response.headers[hdrs.RETRY_AFTER] = str(retry_after_s)
    return response


def refused_page(call: Call[Any, Any, Any], refusal: ComplianceError) -> web.Response:
    """The page for what signing in raised."""
    trouble = BY_ERROR[type(refusal)]
    wait = int(refusal.params.get("retry_after_s", SERVICE_RETRY_S if trouble.key == "down" else 0))
    return trouble_page(call, trouble, retry_after_s=wait)
