"""WeChat's browser: sent to the official account's authorize page, and back with a code (facts of 网页授权).

Promises: only the browser that was sent away comes back, once, within minutes; it goes where its own person came from,
a page of ours that is named by a token; somebody whom WeChat shows a snapshot is nobody. The unionid, which only
`snsapi_userinfo` brings and about which WeChat asks the person, is asked for once in a browser, and only where there is
a mini-program whose users it tells us.
"""

from aiohttp import hdrs, web

from compliance import limits
from compliance.errors import (
    AccessDenied,
    InvitationOver,
    LinkInvalid,
    ProviderRefused,
    SignInRefused,
    SignInUnavailable,
    TooManyAttempts,
)
from fileserver.accounts.providers import attempts
from fileserver.accounts.providers.browser import browser_of, keep_browser
from fileserver.devices import device_of
from fileserver.entering import beginning, inviting
from fileserver.entering.beginning import Began, Visitor
from fileserver.http.call import Call
from fileserver.http.headers import is_secure
from fileserver.http.routing import Auth, Route
from fileserver.http.session_cookie import set_session_cookie
from fileserver.pages import came_for
from fileserver.pages.entry_trouble import ENTER, SNAPSHOT, WECHAT_AGAIN, refused_page, trouble_page
from fileserver.platforms.wechat.official import Scope

SEE_OTHER = 303
CALLBACK = "/enter/wechat/callback"
PROVIDER = "viewer:wechat"  # no provider of employees can be called so
JOINED_COOKIE = "sealshare_joined"  # this browser's WeChat user is known by their unionid
JOINED_S = 365 * 24 * 3600
TEXT_MAX = 512
REFUSALS = (
    AccessDenied,
    InvitationOver,
    LinkInvalid,
    ProviderRefused,
    SignInRefused,
    SignInUnavailable,
    TooManyAttempts,
)


async def leave(call: Call) -> web.Response:
    """Send the browser to WeChat."""
    try:
        return await _sent(call)
    except (SignInUnavailable, TooManyAttempts) as refusal:
        return refused_page(call, refusal)


async def _sent(call: Call) -> web.Response:
    services, official = call.services, call.services.platforms.official
    if official is None:
        raise SignInUnavailable(provider=beginning.OFFICIAL)
    async with services.database.transaction() as tx:
        master, now = services.keys.master, services.clock()
        await limits.succeeded(tx, await limits.admit_stranger(tx, master, address=call.client_ip, now=now))
    sent = await attempts.send(
        services,
        PROVIDER,
        "sign-in",
        session_id=None,
        next_path=ENTER,
        browser=browser_of(services.config, call.request),
    )
    back = f"{services.config.public_url}{CALLBACK}"
    response = _to(official.authorize_url(back, sent.exchange.state, _scope(call)))
    keep_browser(services.config, response, sent.browser)
    return response


def _scope(call: Call) -> Scope:
    joins = call.services.platforms.wechat is not None and JOINED_COOKIE not in call.request.cookies
    return Scope.USER_INFO if joins else Scope.BASE


async def back(call: Call) -> web.Response:
    """The browser comes back from WeChat: a session begins, and the way goes on where it is left off."""
    said = {name: call.request.query.get(name, "")[:TEXT_MAX] for name in ("state", "code")}
    try:
        began = await _came_back(call, **said)
    except REFUSALS as refusal:
        response = refused_page(call, refusal)
        if isinstance(refusal, InvitationOver | LinkInvalid):
            came_for.forget(call.services.config, response, came_for.INVITATION)
        return response
    if began is None:
        return trouble_page(call, SNAPSHOT)
    response = _to(ENTER)
    set_session_cookie(call.services.config, response, began.session.token)
    if call.services.platforms.wechat is not None:
        _note_joined(call, response)
    return response


async def _came_back(call: Call, *, state: str, code: str) -> Began | None:
    services = call.services
    await attempts.take(services, PROVIDER, state=state, browser=browser_of(services.config, call.request))
    if not code:  # the person said no
        raise ProviderRefused(reason="declined")
    invitation = await inviting.token_of(
        services, came_for.token_of(services.config, call.request, came_for.INVITATION)
    )
    before = call.caller if call.caller is not None and call.caller.ambient else None
    device = device_of(call.request.headers.get(hdrs.USER_AGENT, ""))
    visitor = Visitor(trail=call.trail, address=call.client_ip, device=device, before=before, invitation=invitation)
    return await beginning.by_official_account(services, visitor, code)


def _note_joined(call: Call, response: web.Response) -> None:
    secure = is_secure(call.services.config)
    response.set_cookie(
        JOINED_COOKIE, "1", max_age=JOINED_S, path=WECHAT_AGAIN, httponly=True, samesite="Lax", secure=secure
    )


def _to(address: str) -> web.Response:
    return web.Response(status=SEE_OTHER, headers={"Location": address})


ROUTES = (
    Route(
        method="GET",
        path=WECHAT_AGAIN,
        name="pages.enter_wechat",
        summary="Sign in as a clinic user by WeChat's official account",
        handler=leave,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
    ),
    Route(
        method="GET",
        path=CALLBACK,
        name="pages.enter_wechat_back",
        summary="Come back from WeChat's authorize page",
        handler=back,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
    ),
)
