"""Signing in through a provider, over HTTP: sent away, back again, signed out by the provider."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from aiohttp import hdrs, web
from pydantic import Field, StringConstraints

from compliance import ledger, limits
from compliance.access import Role
from compliance.errors import IdentityTaken, IdentityUnknown, NotFound, ProviderRefused, TooManyAttempts
from compliance.events import Act, short_hash
from compliance.sign_in_providers import WECOM
from fileserver.accounts.providers import attempts, entering, linking, vouching
from fileserver.accounts.providers.browser import browser_of, keep_browser
from fileserver.accounts.schemas import Person, SignedInOut
from fileserver.devices import device_of
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.http.session_cookie import set_session_cookie, signed_in_response
from fileserver.oidc import OidcRefused
from storage.rows.sessions import end_sessions_of_provider
from storage.rows.viewers import person_by_identity

SEE_OTHER = 303
SLUG = r"^[a-z0-9][a-z0-9-]{0,30}$"
TEXT_MAX = 4_096
# A page of ours: one slash, then no second one, and nothing that browsers read as one.
LOCAL = r"^/([A-Za-z0-9._~!$&'()*+,;=:@%?-][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?$"

Slug = Annotated[str, StringConstraints(pattern=SLUG)]


class ProviderPath(Input):
    """One way to sign in."""

    slug: Slug


class BeginQuery(Input):
    """What for, and where to go afterwards."""

    purpose: Literal["sign-in", "step-up", "link"] = "sign-in"
    intent: str = Field(default="", max_length=100, description="Of a link: what one's own page gave", repr=False)
    next: str = Field(default="/", max_length=500, pattern=LOCAL)


class LogoutIn(Input):
    """Whom a provider signed out."""

    logout_token: str = Field(max_length=TEXT_MAX * 4, repr=False)


class MiniProgramIn(Input):
    """What `wx.qy.login` gave the mini-program inside WeCom."""

    code: str = Field(min_length=1, max_length=512, repr=False)


async def leave(call: Call[None, BeginQuery, ProviderPath]) -> web.Response:
    """Send the browser to the provider."""
    services, slug, purpose = call.services, call.params.slug, call.query.purpose
    session_id = call.caller.session_id if call.caller is not None and purpose != "sign-in" else None
    if purpose != "sign-in" and session_id is None:
        raise ProviderRefused(reason="no-session")
    if purpose == "link" and session_id is not None:
        linking.require_intent(services, call.caller, slug, call.query.intent)
    async with services.database.transaction() as tx:
        master, now = services.keys.master, services.clock()
        await limits.succeeded(tx, await limits.admit_stranger(tx, master, address=call.client_ip, now=now))
    sent = await attempts.send(
        services,
        slug,
        purpose,
        session_id=session_id,
        next_path=call.query.next,
        browser=browser_of(services.config, call.request),
    )
    again = purpose == "step-up"
    agent = call.request.headers.get(hdrs.USER_AGENT, "")
    response = _to(await vouching.address(services, slug, sent.exchange, again=again, user_agent=agent))
    keep_browser(services.config, response, sent.browser)
    return response


async def back(call: Call[None, None, ProviderPath]) -> web.Response:
    """The browser comes back: look at what the provider says, begin a session, go where the person wanted to go."""
    services, slug = call.services, call.params.slug
    said = {name: call.request.query.get(name, "")[:TEXT_MAX] for name in ("state", "code", "iss", "error")}
    async with services.database.transaction() as tx:
        master, now = services.keys.master, services.clock()
        attempt = await limits.admit_stranger(tx, master, address=call.client_ip, now=now)
    try:
        token, then = await _come_back(call, slug, said)
    except ProviderRefused as refusal:
        await entering.record(services, call.trail, slug, refusal)
        raise
    async with services.database.transaction() as tx:
        await limits.succeeded(tx, attempt)
    response = _to(then)
    if token:
        set_session_cookie(services.config, response, token)
    return response


async def _come_back(call: Call[None, None, ProviderPath], slug: str, said: dict[str, str]) -> tuple[str, str]:
    services = call.services
    row = await attempts.take(services, slug, state=said["state"], browser=browser_of(services.config, call.request))
    if said["error"] or not said["code"]:
        raise ProviderRefused(reason="declined")
    again, exchange = row.purpose == "step-up", attempts.exchange_of(services.keys.master, said["state"])
    who = await vouching.vouched(services, slug, exchange, code=said["code"], answered_by=said["iss"], again=again)
    if again:
        if call.caller is None or call.caller.session_id != row.session_id:
            raise ProviderRefused(reason="somebody-else")
        return await entering.step_up(services, call.trail, who, call.caller), row.next_path
    if row.purpose == "link":
        if call.caller is None or call.caller.session_id != row.session_id:
            raise ProviderRefused(reason="somebody-else")
        await linking.link(services, call.trail, who, call.caller)
        return "", row.next_path
    before = call.caller if call.caller is not None and call.caller.ambient else None
    device = device_of(call.request.headers.get(hdrs.USER_AGENT, ""))
    done = await entering.enter(services, call.trail, who, device=device, before=before)
    return done.session.token, row.next_path


async def by_mini_program(call: Call[MiniProgramIn]) -> web.Response:
    """Sign an employee in by a code of WeCom's mini-program."""
    services = call.services
    async with services.database.transaction() as tx:
        master, now = services.keys.master, services.clock()
        attempt = await limits.admit_stranger(tx, master, address=call.client_ip, now=now)
    try:
        who = await vouching.by_mini_program(services, call.body.code)
    except ProviderRefused as refusal:
        await entering.record(services, call.trail, WECOM, refusal)
        raise
    device = device_of(call.request.headers.get(hdrs.USER_AGENT, ""))
    done = await entering.enter(services, call.trail, who, device=device, before=None)
    async with services.database.transaction() as tx:
        await limits.succeeded(tx, attempt)
    answer = SignedInOut(
        id=done.session.id,
        token=done.session.token,
        person=Person(id=done.account.person_id, name=done.profile.name),
        role=Role(done.account.role),
        csrf_token=done.session.csrf_token,
        expires_at=done.session.expires_at,
    )
    return signed_in_response(services.config, answer, done.session.token)


async def signed_out_there(call: Call[LogoutIn, None, ProviderPath]) -> web.Response:
    """The provider says that somebody signed out there: their sessions here end (OIDC Back-Channel Logout 1.0)."""
    services, now = call.services, call.services.clock()
    row = await vouching.provider_of(services, call.params.slug)
    try:
        claims = await services.oidc.logout_claims(vouching.client_of(services, row), call.body.logout_token)
    except OidcRefused as refused:
        raise ProviderRefused(reason=refused.reason) from refused
    sid = str(claims.get("sid", ""))
    async with services.database.transaction() as tx:
        person_id = None
        if claims.get("sub"):
            person_id = await person_by_identity(tx, provider="oidc", app=row.issuer, subject=str(claims["sub"]))
        if person_id is not None or sid:
            named = entering.sid_hash(services.keys.master, row.issuer, sid) if sid else ""
            ended = await end_sessions_of_provider(tx, row.id, now, person_id=person_id, provider_session=named)
            for each in ended:
                det: dict[str, str | int] = {"session": short_hash(str(each.id)), "by": f"oidc:{row.slug}"}
                await ledger.append(tx, call.trail.event(Act.EMPLOYEE_SESSION_END, det=det), now=now)
    return web.Response(status=200, headers={"Cache-Control": "no-store"})


async def sign_out_there(call: Call[None, None, ProviderPath]) -> web.Response:
    """After signing out here, sign out at the provider too (OIDC RP-Initiated Logout 1.0)."""
    services = call.services
    here = f"{services.config.public_url}/sign-in"
    if call.params.slug == WECOM:
        return _to(here)
    row = await vouching.provider_of(services, call.params.slug)
    try:
        endpoint = (await services.oidc.metadata(row.issuer)).get("end_session_endpoint")
    except OidcRefused:
        return _to(here)
    if not isinstance(endpoint, str):
        return _to(here)
    query = urlencode({"client_id": row.client_id, "post_logout_redirect_uri": here})
    return _to(f"{endpoint}{'&' if '?' in endpoint else '?'}{query}")


def _to(address: str) -> web.Response:
    return web.Response(status=SEE_OTHER, headers={"Location": address, "Cache-Control": "no-store"})


REFUSALS = (IdentityTaken, IdentityUnknown, NotFound, ProviderRefused, StepUpNeeded, TooManyAttempts)

ROUTES = (
    Route(
        method="GET",
        path="/sign-in/with/{slug}",
        name="sign_in.leave",
        summary="Sign in through a provider",
        handler=leave,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        query=BeginQuery,
        path_params=ProviderPath,
        errors=REFUSALS,
    ),
    Route(
        method="GET",
        path="/sign-in/with/{slug}/callback",
        name="sign_in.back",
        summary="Come back from a provider",
        handler=back,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        path_params=ProviderPath,
        errors=REFUSALS,
    ),
    Route(
        method="POST",
        path="/sign-in/with/{slug}/logout",
        name="sign_in.signed_out_there",
        summary="A provider tells who signed out there",
        handler=signed_out_there,
        auth=Auth.PUBLIC,
        csrf=False,
        reads_session=False,
        hidden=True,
        produces="text/html",
        body=LogoutIn,
        path_params=ProviderPath,
        errors=(NotFound, ProviderRefused),
    ),
    Route(
        method="GET",
        path="/sign-out/with/{slug}",
        name="sign_in.sign_out_there",
        summary="Sign out at the provider too",
        handler=sign_out_there,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        path_params=ProviderPath,
        errors=(NotFound,),
    ),
    Route(
        method="POST",
        path="/api/v1/sessions/wecom",
        name="sessions.by_wecom",
        summary="Sign an employee in by a code of WeCom's mini-program",
        handler=by_mini_program,
        auth=Auth.PUBLIC,
        csrf=False,
        body=MiniProgramIn,
        returns=SignedInOut,
        status=201,
        errors=REFUSALS,
    ),
)
