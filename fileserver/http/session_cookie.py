"""The session's cookie: out of the reach of scripts, sent by our own pages only, and bound to the host under HTTPS."""

from aiohttp import web

from fileserver.config import Config
from fileserver.http.caller import session_cookie
from fileserver.http.headers import is_secure
from fileserver.http.schemas import Output


def signed_in_response(config: Config, answer: Output, token: str) -> web.Response:
    """201 with the answer and the cookie. The session's own limits decide how long it works, not the cookie's age."""
    response = web.Response(body=answer.model_dump_json().encode(), status=201, content_type="application/json")
    set_session_cookie(config, response, token)
    return response


def set_session_cookie(config: Config, response: web.Response, token: str) -> None:
    """Gives the browser the session's token."""
    response.set_cookie(
        session_cookie(config.public_url),
        token,
        max_age=config.session_absolute_s,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=is_secure(config),
    )


def signed_out_response(config: Config) -> web.Response:
    """204 that makes the browser forget the cookie."""
    response = web.Response(status=204)
    response.del_cookie(
        session_cookie(config.public_url), path="/", httponly=True, samesite="Lax", secure=is_secure(config)
    )
    return response
