"""Asking a provider: where to send a browser, and whom it vouches for when it comes back."""

from compliance.errors import NotFound, ProviderRefused
from compliance.sessions import FRESH_S
from compliance.sign_in_providers import WECOM, secret_of
from fileserver.accounts.providers.port import EmployeeIdentity
from fileserver.oidc import Client, Exchange, OidcRefused
from fileserver.platforms import PlatformError
from fileserver.services import Services
from storage.rows import sign_in_providers as rows
from storage.rows.sign_in_providers import ProviderRow

EMAIL = "email"
WECOM_BROWSER = "wxwork"


def callback_url(services: Services, slug: str) -> str:
    """Where this provider sends browsers back: each has an address of its own, so that two can't be mixed up."""
    return f"{services.config.public_url}/sign-in/with/{slug}/callback"


async def provider_of(services: Services, slug: str) -> ProviderRow:
    """An OpenID Connect provider that may be used. Raises NotFound."""
    async with services.database.transaction() as tx:
        row = await rows.provider_by_slug(tx, slug)
    if row is None or row.disabled_at is not None:
        raise NotFound
    return row


def client_of(services: Services, row: ProviderRow) -> Client:
    """What this installation is to the provider."""
    return Client(
        issuer=row.issuer,
        client_id=row.client_id,
        secret=secret_of(services.keys.master, row),
        scopes=row.scopes,
        redirect_uri=callback_url(services, row.slug),
    )


async def address(services: Services, slug: str, exchange: Exchange, *, again: bool, user_agent: str) -> str:
    """Where to send the browser. Raises NotFound, ProviderRefused."""
    if slug == WECOM:
        wecom = services.platforms.wecom
        if wecom is None or again:  # WeCom has no way to ask a person anew
            raise NotFound
        inside = WECOM_BROWSER in user_agent.casefold()
        back = callback_url(services, slug)
        return wecom.authorize_url(back, exchange.state) if inside else wecom.qr_login_url(back, exchange.state)
    row = await provider_of(services, slug)
    try:
        return await services.oidc.address(client_of(services, row), exchange, again=again)
    except OidcRefused as refused:
        raise ProviderRefused(reason=refused.reason) from refused


async def vouched(
    services: Services, slug: str, exchange: Exchange, *, code: str, answered_by: str, again: bool
) -> EmployeeIdentity:
    """Whom the provider vouches for. Raises NotFound, ProviderRefused."""
    if slug == WECOM:
        return await _by_wecom(services, code)
    row = await provider_of(services, slug)
    try:
        claims = await services.oidc.claims(
            client_of(services, row),
            exchange,
            code=code,
            answered_by=answered_by,
            fresh_s=FRESH_S if again else None,
        )
    except OidcRefused as refused:
        raise ProviderRefused(reason=refused.reason) from refused
    hint = claims.get(row.login_claim) if row.login_claim else ""
    if row.login_claim == EMAIL and claims.get("email_verified") is not True:
        hint = ""
    return EmployeeIdentity(
        provider="oidc",
        app=row.issuer,
        subject=str(claims["sub"]),
        method=f"oidc:{row.slug}",
        login_hint=hint if isinstance(hint, str) else "",
        provider_id=row.id,
        provider_session=str(claims.get("sid", "")),
        claims=claims,
    )


async def _by_wecom(services: Services, code: str) -> EmployeeIdentity:
    wecom = services.platforms.wecom
    if wecom is None:
        raise NotFound
    try:
        found = await wecom.get_user_info(code)
    except PlatformError as error:
        raise ProviderRefused(reason="wecom") from error
    if not found.is_employee:
        raise ProviderRefused(reason="no-employee")
    return wecom_identity(wecom.corp_id, found.user_id)


async def by_mini_program(services: Services, code: str) -> EmployeeIdentity:
    """Whom WeCom's mini-program code is of. Raises NotFound without WeCom, ProviderRefused."""
    wecom = services.platforms.wecom
    if wecom is None:
        raise NotFound
    try:
        found = await wecom.code_to_session(code)
    except PlatformError as error:
        raise ProviderRefused(reason="wecom") from error
    if found.corp_id != wecom.corp_id:
        raise ProviderRefused(reason="other-corporation")
    return wecom_identity(wecom.corp_id, found.user_id)


def wecom_identity(corp_id: str, user_id: str) -> EmployeeIdentity:
    """A member of the corporation; directories link them to accounts."""
    return EmployeeIdentity(provider=WECOM, app=corp_id, subject=user_id, method=WECOM)
