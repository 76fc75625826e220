"""The cookie of a browser that is sent away to prove who its person is: whoever comes back has to have it."""

from aiohttp import web

from fileserver.accounts.providers import attempts
from fileserver.config import Config
from fileserver.http.headers import is_secure

COOKIE = "sealshare_sign_in"


def browser_of(config: Config, request: web.Request) -> str:
    """What the browser keeps; empty for one that was not sent away lately.

    Under HTTPS a cookie without `__Host-` is not looked at: a neighbouring host could have set it.
    """
    return request.cookies.get(_name(config), "")


def keep_browser(config: Config, response: web.StreamResponse, browser: str) -> None:
    """Gives it to the browser, for as long as it may be away."""
    secure = is_secure(config)
    response.set_cookie(
        _name(config),
        browser,
        max_age=attempts.LIFETIME_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def _name(config: Config) -> str:
    return f"__Host-{COOKIE}" if is_secure(config) else COOKIE
