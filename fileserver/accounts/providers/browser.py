"""The cookie of a browser that is sent away to prove who its person is: whoever comes back has to have it."""

from aiohttp import web

from fileserver.accounts.providers import attempts
from fileserver.config import Config
from fileserver.http.headers import is_secure

COOKIE = "sealshare_sign_in"


def browser_of(request: web.Request) -> str:
    """What the browser keeps; empty for one that was not sent away lately."""
    return next((request.cookies[name] for name in (f"__Host-{COOKIE}", COOKIE) if name in request.cookies), "")


def keep_browser(config: Config, response: web.StreamResponse, browser: str) -> None:
    """Gives it to the browser, for as long as it may be away."""
    secure = is_secure(config)
    response.set_cookie(
        f"__Host-{COOKIE}" if secure else COOKIE,
        browser,
        max_age=attempts.LIFETIME_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
