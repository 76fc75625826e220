"""Sign-in providers over HTTP, for administrators: added, changed, disabled, with who did it and why."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from compliance import sign_in_providers
from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.profiles import profiles_of
from compliance.sign_in_providers import Wanted
from fileserver.accounts.provider_sign_in_routes import ProviderPath, Slug
from fileserver.accounts.providers.vouching import callback_url
from fileserver.accounts.session_schemas import Reason
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import LINE, Input, Output
from fileserver.outgoing import OutgoingRefused
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import sign_in_providers as rows

PATH = "/api/v1/people/sign-in-providers"
LABEL_CHARS_MAX = 40
TEXT_CHARS_MAX = 255
SECRET_CHARS_MAX = 512

Label = Annotated[str, StringConstraints(min_length=1, max_length=LABEL_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Word = Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX, strip_whitespace=True, pattern=r"^[!-~]*$")]


class ProviderChange(Input):
    """A provider as it is to be."""

    label: Label = Field(description="What stands on the button")
    issuer: Word = Field(min_length=8, description="As its discovery document names it; its host must be listed")
    client_id: Word = Field(min_length=1)
    secret: SecretStr | None = Field(
        default=None, max_length=SECRET_CHARS_MAX, description="Null keeps the one that is there; empty: public client"
    )
    scopes: Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX, pattern=r"^openid( [!-~]+)*$")] = "openid"
    login_claim: Word = Field(
        default="",
        description="Claim that names the login here, at the first sign-in; `email` counts only when it is verified. "
        "Empty: only people who are linked already",
    )
    enabled: bool = True
    reason: Reason


class ProviderIn(ProviderChange):
    """A provider to be added."""

    slug: Slug = Field(description="Its name in addresses; it stays")


class ProviderOut(Output):
    """A provider without its secret."""

    slug: str
    label: str
    issuer: str
    client_id: str
    has_secret: bool
    scopes: str
    login_claim: str
    enabled: bool
    revision: int
    redirect_uri: str = Field(description="To be entered at the provider")
    backchannel_logout_uri: str = Field(description="To be entered at the provider, if it signs out by back-channel")


class ProviderChangeOut(Output):
    """A state that a provider was in."""

    slug: str
    revision: int
    facts: dict[str, Any]
    reason: str
    changed_by: str
    changed_by_id: UUID
    changed_at: datetime


class ProviderList(Output):
    """Every provider, and what was changed, newest first."""

    items: list[ProviderOut]
    history: list[ProviderChangeOut]
    next: None = None


async def listed(call: Call) -> ProviderList:
    """Every provider, disabled ones too."""
    require(call.actor, Action.SIGN_IN_CONFIGURE)
    async with call.services.database.transaction() as tx:
        return await _out(call.services, tx)


async def add(call: Call[ProviderIn]) -> ProviderList:
    """Add a provider."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    return await _put(call, call.body.slug, call.body, rule, new=True)


async def change(call: Call[ProviderChange, None, ProviderPath]) -> ProviderList:
    """Change a provider, or disable it: sessions that it vouched for go on."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    return await _put(call, call.params.slug, call.body, rule, new=False)


async def _put(call: Call[Any, Any, Any], slug: str, body: ProviderChange, rule: str, *, new: bool) -> ProviderList:
    services, now = call.services, call.services.clock()
    try:
        services.outgoing.policy.check(body.issuer)
    except OutgoingRefused as refused:
        raise InvalidValue(field="issuer", rule="host-refused") from refused
    wanted = Wanted(
        slug=slug,
        label=body.label,
        issuer=body.issuer,
        client_id=body.client_id,
        secret=body.secret.get_secret_value() if body.secret is not None else None,
        scopes=body.scopes,
        login_claim=body.login_claim,
        enabled=body.enabled,
    )
    act = sign_in_providers.add if new else sign_in_providers.change
    async with services.database.transaction() as tx:
        master, by = services.keys.master, call.signed_in.person_id
        await act(tx, master, call.trail, by, wanted, reason=body.reason, now=now, why=rule)
        return await _out(services, tx)


async def _out(services: Services, tx: Transaction) -> ProviderList:
    found, history = await rows.list_providers(tx), await rows.history(tx)
    people = await profiles_of(tx, services.keys.master, person_ids=[each.changed_by for each in history])
    items = [
        ProviderOut(
            slug=row.slug,
            label=row.label,
            issuer=row.issuer,
            client_id=row.client_id,
            has_secret=bool(row.sealed_secret),
            scopes=row.scopes,
            login_claim=row.login_claim,
            enabled=row.disabled_at is None,
            revision=row.revision,
            redirect_uri=callback_url(services, row.slug),
            backchannel_logout_uri=f"{services.config.public_url}/sign-in/with/{row.slug}/logout",
        )
        for row in found
    ]
    changes = [
        ProviderChangeOut(
            slug=str(each.facts["slug"]),
            revision=each.revision,
            facts=dict(each.facts),
            reason=each.reason,
            changed_by=people[each.changed_by].name,
            changed_by_id=each.changed_by,
            changed_at=each.changed_at,
        )
        for each in history
    ]
    return ProviderList(items=items, history=changes)


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="sign_in_providers.list",
        summary="List sign-in providers",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        returns=ProviderList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path=PATH,
        name="sign_in_providers.add",
        summary="Add a sign-in provider",
        handler=add,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        fresh=True,
        body=ProviderIn,
        returns=ProviderList,
        status=201,
        errors=(AccessDenied, InvalidValue, StepUpNeeded),
    ),
    Route(
        method="PUT",
        path=f"{PATH}/{{slug}}",
        name="sign_in_providers.change",
        summary="Change a sign-in provider",
        handler=change,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        fresh=True,
        path_params=ProviderPath,
        body=ProviderChange,
        returns=ProviderList,
        errors=(AccessDenied, InvalidValue, NotFound, StepUpNeeded),
    ),
)
