"""Requests that another site makes a browser send, refused by where they come from and by what they can't know.

The origin test holds for every unsafe request without an API token, sign-in included; the token test for every cookie
session. A program that sends neither Origin nor Sec-Fetch-Site is no browser being abused, and then the token alone
decides.
"""

import hmac
from functools import lru_cache

from aiohttp import web
from yarl import URL

from fileserver.http.errors import CsrfRefused, OriginRefused

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
ORIGINS_MAX = 256  # that are kept as they were understood: pages name the same ones again and again
SAME_SITE_ENOUGH = frozenset({"same-origin", "none"})  # `none` is the person's own doing: a typed address, a bookmark


def check_origin(request: web.Request, public_url: str) -> None:
    """Raises OriginRefused when the browser names another origin (Fetch Metadata, RFC 6454)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in SAME_SITE_ENOUGH:
        raise OriginRefused
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own(origin, request, public_url):
        raise OriginRefused


def _is_own(origin: str, request: web.Request, public_url: str) -> bool:
    """Our public origin, or the host that the request was sent to: a server may be reached by a second name."""
    named = _named(origin)
    return named is not None and (named == _named(public_url) or named.authority == request.host)


@lru_cache(ORIGINS_MAX)
def _named(url: str) -> URL | None:
    """The origin of an address; None for "null", or what is no URL at all."""
    try:
        return URL(url).origin()
    except ValueError:
        return None


def check_csrf_token(expected: str | None, sent: str | None) -> None:
    """Raises CsrfRefused unless the caller repeated the session's token; constant time."""
    if not expected or not sent or not hmac.compare_digest(expected.encode(), sent.encode(errors="replace")):
        raise CsrfRefused
