"""Addresses that are entered in the consoles of WeChat and WeCom as the ones to push messages to."""

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web
from pydantic import SecretStr

from compliance.errors import NotFound
from fileserver.callbacks.receiving import BODY_MAX_BYTES, Inbox, echoed, take
from fileserver.config import Config
from fileserver.http.call import Call
from fileserver.http.errors import BodyTimedOut, BodyTooLarge, CallbackRefused
from fileserver.http.parsing import read_body
from fileserver.http.routing import Auth, Handler, Route
from fileserver.platforms.crypto.push import Envelope

PLAIN = "text/plain"


def mini_program_inbox(config: Config) -> Inbox | None:
    """Of the mini-program."""
    return _inbox("wechat", config.wechat_app_id, config.wechat_push_token, config.wechat_push_key)


def official_inbox(config: Config) -> Inbox | None:
    """Of the official account."""
    return _inbox(
        "wechat",
        config.official_account_app_id,
        config.official_account_push_token,
        config.official_account_push_key,
    )


def wecom_inbox(config: Config) -> Inbox | None:
    """Of the company in WeCom, which pushes encrypted messages only."""
    if config.wecom_callback_key is None:
        return None
    return _inbox("wecom", config.wecom_corp_id, config.wecom_callback_token, config.wecom_callback_key, sealed=True)


def _inbox(
    platform: str, app: str | None, token: SecretStr | None, key: SecretStr | None, *, sealed: bool = False
) -> Inbox | None:
    if app is None or token is None:
        return None
    envelope = Envelope(key.get_secret_value(), app) if key is not None else None
    return Inbox(platform, app, token.get_secret_value(), envelope, echo_is_sealed=sealed)


def _routes(name: str, title: str, inbox_of: Callable[[Config], Inbox | None]) -> tuple[Route, ...]:
    def found(call: Call) -> Inbox:
        inbox = inbox_of(call.services.config)
        if inbox is None:
            raise NotFound
        return inbox

    async def greet(call: Call) -> web.Response:
        return _plain(await echoed(call.services, found(call), call.request.query))

    async def receive(call: Call) -> web.Response:
        inbox = found(call)
        content = await read_body(call.request, BODY_MAX_BYTES)
        return _plain(await take(call.services, inbox, call.request.query, content))

    def route(method: str, verb: str, summary: str, handler: Handler) -> Route:
        return Route(
            method=method,
            path=f"/api/v1/platforms/{name}",
            name=f"callbacks.{name}_{verb}",
            summary=summary,
            handler=handler,
            auth=Auth.PUBLIC,
            csrf=False,
            reads_session=False,
            produces=PLAIN,
            body_max_bytes=None if method == "POST" else BODY_MAX_BYTES,
            errors=(NotFound, CallbackRefused, *((BodyTooLarge, BodyTimedOut) if method == "POST" else ())),
        )

    return (
        route("GET", "greet", f"Answer {title}'s test of this address", greet),
        route("POST", "receive", f"Take a message that {title} pushes", receive),
    )


def _plain(text: str) -> web.Response:
    return web.Response(status=HTTPStatus.OK, text=text, content_type=PLAIN)


ROUTES: tuple[Route, ...] = (
    *_routes("wechat", "WeChat's mini-program", mini_program_inbox),
    *_routes("official", "WeChat's official account", official_inbox),
    *_routes("wecom", "WeCom", wecom_inbox),
)
