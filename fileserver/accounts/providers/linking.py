"""One's own account connected to who one is at a provider, and disconnected: by its person, freshly proved.

A link is begun from a page of ours (`intent`), in one session, and ends in the same one. An identity leads to one
account, and an account has one identity at each provider.
"""

import hmac
from uuid import UUID

from compliance import ledger
from compliance.errors import IdentityKept, IdentityTaken, IdentityUnknown, NotFound, ProviderRefused
from compliance.events import Act, Trail
from compliance.sessions import FRESH_S
from fileserver.accounts.directory.following import NO_PASSWORD, key_of
from fileserver.accounts.providers.attempts import intent_of
from fileserver.accounts.providers.port import EmployeeIdentity
from fileserver.http.caller import Caller, CallerKind
from fileserver.http.dispatch import is_fresh
from fileserver.http.errors import StepUpNeeded
from fileserver.services import Services
from storage.rows import accounts, directories, own_identities, sign_in_changes
from storage.rows import sign_in_providers as rows
from storage.rows.viewers import add_identity, person_by_identity


def require_intent(services: Services, caller: Caller | None, slug: str, intent: str) -> None:
    """Returns for an employee who proved a short while ago who they are, on their own page.

    Raises ProviderRefused, StepUpNeeded.
    """
    if caller is None or caller.session_id is None or caller.kind is not CallerKind.EMPLOYEE or caller.limited:
        raise ProviderRefused(reason="no-session")
    wanted = intent_of(services.keys.master, caller.session_id, slug)
    if not hmac.compare_digest(
        wanted.encode(), intent.encode(errors="replace")
    ):  # as bytes: it takes no text beyond ASCII
        raise ProviderRefused(reason="intent")
    if not is_fresh(caller, services.clock()):
        raise StepUpNeeded(fresh_s=FRESH_S, by="code" if caller.second_factor else "password")


async def link(services: Services, trail: Trail, who: EmployeeIdentity, caller: Caller) -> None:
    """From now on this identity opens the caller's account. Raises IdentityTaken, IdentityUnknown."""
    now = services.clock()
    async with services.database.transaction() as tx:
        account = await accounts.account_of(tx, caller.person_id, lock=True)
        if account is None or account.disabled_at is not None:
            raise IdentityUnknown
        leads_to = await person_by_identity(tx, provider=who.provider, app=who.app, subject=who.subject)
        if leads_to == caller.person_id:
            return
        if leads_to is not None or await rows.has_identity(tx, caller.person_id, who.provider, who.app):
            raise IdentityTaken
        if not await add_identity(tx, caller.person_id, provider=who.provider, app=who.app, subject=who.subject):
            raise IdentityTaken
        await sign_in_changes.add(tx, caller.person_id, "link", by=caller.person_id, at=now, detail=who.method)
        det: dict[str, str | int] = {"provider": who.method}
        event = trail.event(Act.EMPLOYEE_IDENTITY_LINK, obj=f"person:{account.pseudonym}", det=det)
        await ledger.append(tx, event, now=now)


async def unlink(services: Services, trail: Trail, person_id: UUID, identity_id: UUID) -> None:
    """This identity opens the person's account no more. Raises NotFound, IdentityKept."""
    now, master = services.clock(), services.keys.master
    async with services.database.transaction() as tx:
        account = await accounts.account_of(tx, person_id, lock=True)
        row = await own_identities.identity_of(tx, person_id, identity_id)
        if account is None or row is None:
            raise NotFound
        if account.password_hash == NO_PASSWORD or person_id in await directories.made_by(tx, [person_id]):
            raise IdentityKept
        await own_identities.remove(tx, row.id)
        slug = next((each.slug for each in await rows.list_providers(tx) if each.issuer == row.app), row.provider)
        source = row.provider if row.provider != "oidc" else f"oidc:{slug}"
        await directories.forget_member(tx, key_of(master, source, row.app, row.subject))
        await sign_in_changes.add(tx, person_id, "unlink", by=person_id, at=now, detail=source)
        det: dict[str, str | int] = {"provider": source}
        event = trail.event(Act.EMPLOYEE_IDENTITY_UNLINK, obj=f"person:{account.pseudonym}", det=det)
        await ledger.append(tx, event, now=now)
