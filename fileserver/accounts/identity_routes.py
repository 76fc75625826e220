"""Who one is at sign-in providers, over HTTP: listed, connected and disconnected by oneself."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from compliance.errors import IdentityKept, NotFound
from compliance.sign_in_providers import WECOM
from fileserver.accounts.directory.following import NO_PASSWORD
from fileserver.accounts.provider_sign_in_routes import ProviderPath
from fileserver.accounts.providers import linking
from fileserver.accounts.providers.attempts import intent_of
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from storage.rows import accounts, directories, own_identities
from storage.rows.sign_in_providers import list_providers

PATH = "/api/v1/people/me/identities"


class IdentityPath(Input):
    """One of the caller's identities."""

    identity_id: UUID


class IdentityOut(Output):
    """A provider, and who the caller is there if they are connected."""

    slug: str
    label: str = Field(description="Empty for WeCom, which each language calls its own")
    id: UUID | None = Field(description="Null: not connected")
    subject: str = Field(description="What the provider calls the caller")
    since: datetime | None
    kept: bool = Field(description="Whether it can't be disconnected: the account follows it, or has no other way in")


class IdentityList(Output):
    """The providers that may be used, and who the caller is there."""

    items: list[IdentityOut]
    next: None = None


class IntentOut(Output):
    """What the address that leads to the provider has to bring."""

    slug: str
    intent: str = Field(description="For `/sign-in/with/{slug}?purpose=link&intent=…`, in this session", repr=False)


async def listed(call: Call) -> IdentityList:
    """The providers that may be used, and who the caller is there."""
    services, person_id = call.services, call.signed_in.person_id
    async with services.database.transaction() as tx:
        account = await accounts.account_of(tx, person_id)
        made = person_id in await directories.made_by(tx, [person_id])
        kept = made or account is None or account.password_hash == NO_PASSWORD
        known = {(row.provider, row.app): row for row in await own_identities.identities_of(tx, person_id)}
        offered = [(row.slug, row.label, ("oidc", row.issuer)) for row in await list_providers(tx, enabled=True)]
    if services.platforms.wecom is not None:
        offered.append((WECOM, "", (WECOM, services.platforms.wecom.corp_id)))
    items = []
    for slug, label, key in offered:
        row = known.get(key)
        items.append(
            IdentityOut(
                slug=slug,
                label=label,
                id=row.id if row else None,
                subject=row.subject if row else "",
                since=row.created_at if row else None,
                kept=kept and row is not None,
            )
        )
    return IdentityList(items=items)


async def begin(call: Call[None, None, ProviderPath]) -> IntentOut:
    """Begin to connect one's account to a provider."""
    session_id, slug = call.signed_in.session_id, call.params.slug
    if session_id is None:
        raise NotFound
    return IntentOut(slug=slug, intent=intent_of(call.services.keys.master, session_id, slug))


async def remove(call: Call[None, None, IdentityPath]) -> None:
    """Disconnect one's account from a provider."""
    await linking.unlink(call.services, call.trail, call.signed_in.person_id, call.params.identity_id)


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="identities.list",
        summary="List who one is at sign-in providers",
        handler=listed,
        auth=Auth.EMPLOYEE,
        own=True,
        returns=IdentityList,
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{slug}}",
        name="identities.begin",
        summary="Begin to connect one's account to a sign-in provider",
        handler=begin,
        auth=Auth.EMPLOYEE,
        own=True,
        fresh=True,
        path_params=ProviderPath,
        returns=IntentOut,
        status=201,
        errors=(NotFound, StepUpNeeded),
    ),
    Route(
        method="DELETE",
        path=f"{PATH}/{{identity_id}}",
        name="identities.remove",
        summary="Disconnect one's account from a sign-in provider",
        handler=remove,
        auth=Auth.EMPLOYEE,
        own=True,
        fresh=True,
        path_params=IdentityPath,
        status=204,
        errors=(IdentityKept, NotFound, StepUpNeeded),
    ),
)
