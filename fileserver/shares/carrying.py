"""Ways to carry a share's link: QR codes with the brand's logo, mini-program codes, short links of WeChat's."""

import asyncio
from datetime import timedelta

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied, NotFound
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Handler, Route
from fileserver.platforms.errors import PlatformError
from fileserver.platforms.wechat.mini_program import MiniProgram
from fileserver.qr_codes import CodeUnavailable, png, svg
from fileserver.shares import service
from fileserver.shares.schemas import ShareOut, SharePath, ShortLinkOut
from fileserver.shares.showing import share_out

NO_STORE = {"Cache-Control": "no-store"}
SHORT_LINK_LIFETIME = timedelta(days=30)  # the longest that WeChat gives


async def _share(call: Call[None, None, SharePath]) -> ShareOut:
    return share_out(call.services, await service.read(call.services, call.actor, call.params.share_id))


async def _link(call: Call[None, None, SharePath]) -> str:
    url = (await _share(call)).url
    if url is None:
        raise NotFound(field="share_id")
    return url


async def qr_svg(call: Call[None, None, SharePath]) -> web.Response:
    """The share's link as a QR code, for print."""
    drawn = await asyncio.to_thread(svg, await _link(call), call.services.config.brand_logo)
    return web.Response(body=drawn, content_type="image/svg+xml", headers=NO_STORE)


async def qr_png(call: Call[None, None, SharePath]) -> web.Response:
    """The same as a picture, for chats."""
    drawn = await asyncio.to_thread(png, await _link(call), call.services.config.brand_logo)
    return web.Response(body=drawn, content_type="image/png", headers=NO_STORE)


def _mini_program(call: Call[None, None, SharePath]) -> MiniProgram:
    wechat = call.services.platforms.wechat
    if wechat is None:
        raise CodeUnavailable
    return wechat


async def mini_program_code(call: Call[None, None, SharePath]) -> web.Response:
    """The share's mini-program code, as WeChat draws it. Raises CodeUnavailable where there is no mini-program."""
    share = await _share(call)
    if share.token is None:
        raise NotFound(field="share_id")
    try:
        code = await _mini_program(call).unlimited_code(share.token, page=call.services.config.share_page)
    except PlatformError as error:
        raise CodeUnavailable from error
    return web.Response(body=code.content, content_type=code.media_type, headers=NO_STORE)


async def short_link(call: Call[None, None, SharePath]) -> ShortLinkOut:
    """A short link that opens the share in the mini-program, until it ends or WeChat's month is over."""
    share = await _share(call)
    if share.token is None:
        raise NotFound(field="share_id")
    until = min(share.expires_at, call.services.clock() + SHORT_LINK_LIFETIME)
    try:
        url = await _mini_program(call).generate_url_link(
            call.services.config.share_page, f"scene={share.token}", expires_at=int(until.timestamp())
        )
    except PlatformError as error:
        raise CodeUnavailable from error
    return ShortLinkOut(url=url, expires_at=until)


def _picture(name: str, path: str, summary: str, handler: Handler, produces: str, *errors: type[Exception]) -> Route:
    return Route(
        method="GET",
        path=f"/api/v1/shares/{{share_id}}/{path}",
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        produces=produces,
        errors=(AccessDenied, NotFound, *errors),
    )


ROUTES = (
    _picture("shares.qr", "qr.svg", "The share's link as a QR code", qr_svg, "image/svg+xml"),
    _picture("shares.qr_png", "qr.png", "The same as a picture", qr_png, "image/png"),
    _picture(
        "shares.mini_program_code",
        "mini-program-code",
        "The share as a mini-program code",
        mini_program_code,
        "image/jpeg",
        CodeUnavailable,
    ),
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/short-link",
        name="shares.short_link",
        summary="Make a short link into the mini-program",
        handler=short_link,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:write",
        path_params=SharePath,
        returns=ShortLinkOut,
        errors=(AccessDenied, NotFound, CodeUnavailable),
    ),
)
