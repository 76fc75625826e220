"""What led somebody here, kept in their browser while they are on the way in: a share, an invitation.

Only tokens are kept, never an address: where to go afterwards is put together here, so it can be nowhere else.
"""

import re

from aiohttp import web

from fileserver.config import Config
from fileserver.http.headers import is_secure

SHARE, INVITATION = "sealshare_share", "sealshare_invitation"
LIFETIME_S = 2 * 3600  # as long as a face check may take
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
HOME = "/my-data"


def remember(config: Config, response: web.StreamResponse, name: str, token: str) -> None:
    """Keeps a token; anything else is not kept."""
    if not TOKEN.fullmatch(token):
        return
    secure = is_secure(config)
    response.set_cookie(
        _cookie(config, name),
        token,
        max_age=LIFETIME_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def forget(config: Config, response: web.StreamResponse, name: str) -> None:
    """Lets go of a token."""
    secure = is_secure(config)
    response.del_cookie(_cookie(config, name), path="/", httponly=True, samesite="Lax", secure=secure)


def token_of(config: Config, request: web.Request, name: str) -> str:
    """The token that is kept; empty for none.

    Under HTTPS a cookie without `__Host-` is not looked at: a neighbouring host could have set it.
    """
    kept = request.cookies.get(_cookie(config, name), "")
    return kept if TOKEN.fullmatch(kept) else ""


def back_to(config: Config, request: web.Request) -> str:
    """Where this browser's person wanted to go."""
    share, invitation = token_of(config, request, SHARE), token_of(config, request, INVITATION)
    if share:
        return f"/s/{share}"
    return f"/i/{invitation}" if invitation else HOME


def _cookie(config: Config, name: str) -> str:
    return f"__Host-{name}" if is_secure(config) else name
