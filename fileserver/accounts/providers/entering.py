"""From somebody that a provider vouches for to an account, and to a session."""

from datetime import datetime

from compliance import ledger, sessions
from compliance.errors import ComplianceError, IdentityUnknown, ProviderRefused
from compliance.events import Act, Result, Trail
from compliance.keys import MasterKey
from compliance.sessions import Begun
from fileserver.accounts.beginning import SignedIn, begin
from fileserver.accounts.directory.claims import follow_claims
from fileserver.accounts.providers.port import EmployeeIdentity
from fileserver.accounts.sign_in import normal_login
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import accounts
from storage.rows import sign_in_providers as rows
from storage.rows.accounts import AccountRow
from storage.rows.viewers import add_identity, person_by_identity


async def enter(
    services: Services, trail: Trail, who: EmployeeIdentity, *, device: str, before: Caller | None
) -> SignedIn:
    """Begins a session of the account that belongs to this identity. Raises IdentityUnknown."""
    try:
        async with services.database.transaction() as tx:
            await follow_claims(services, tx, who)  # committed by itself: who left is out, whoever tries to come in
        async with services.database.transaction() as tx:
            account = await account_of(services, tx, trail, who)
            begun = Begun(
                device=device,
                address=trail.ip,
                methods=(who.method,),
                provider_id=who.provider_id,
                provider_session=session_hash(services.keys.master, who),
            )
            return await begin(services, tx, trail, account, begun, before)
    except IdentityUnknown as refusal:
        await record(services, trail, who.method, refusal)
        raise


async def step_up(services: Services, trail: Trail, who: EmployeeIdentity, caller: Caller) -> str:
    """The new token of the caller's session, whose person the provider just asked. Raises ProviderRefused."""
    now = services.clock()
    async with services.database.transaction() as tx:
        person_id = await person_by_identity(tx, provider=who.provider, app=who.app, subject=who.subject)
        if person_id != caller.person_id or caller.session_id is None:
            raise ProviderRefused(reason="somebody-else")
        methods = tuple(dict.fromkeys((*caller.methods, who.method)))
        token = await sessions.freshen(tx, caller.session_id, methods=methods, limited=caller.limited, now=now)
        await ledger.append(tx, trail.event(Act.EMPLOYEE_SESSION_CONFIRM, det={"by": who.method}), now=now)
        return token


async def account_of(services: Services, tx: Transaction, trail: Trail, who: EmployeeIdentity) -> AccountRow:
    """The locked account of this identity, active and in its time.

    It is linked at its first sign-in where the provider may name accounts.
    An account that another subject of the same provider is linked to is never linked to a second one: whoever gets a
    leaver's address doesn't get their account. Raises IdentityUnknown.
    """
    now = services.clock()
    person_id = await person_by_identity(tx, provider=who.provider, app=who.app, subject=who.subject)
    if person_id is not None:
        return _active(await accounts.account_of(tx, person_id, lock=True), now)
    if not who.login_hint:
        raise IdentityUnknown
    account = _active(await accounts.account_by_login(tx, normal_login(who.login_hint), lock=True), now)
    if await rows.has_identity(tx, account.person_id, who.provider, who.app):
        raise IdentityUnknown
    await add_identity(tx, account.person_id, provider=who.provider, app=who.app, subject=who.subject)
    obj = f"person:{account.pseudonym}"
    event = trail.event(Act.EMPLOYEE_IDENTITY_LINK, obj=obj, det={"provider": who.method})
    await ledger.append(tx, event, now=now)
    return account


async def record(services: Services, trail: Trail, method: str, refusal: ComplianceError) -> None:
    """The log is told of a sign-in that was refused; whose it was nobody knows."""
    stranger = Trail(ip=trail.ip, ua=trail.ua)
    det: dict[str, str | int] = {"by": method, "reason": str(refusal.params.get("reason", ""))}
    event = stranger.event(Act.EMPLOYEE_SESSION_START, res=Result.DENY, why=refusal.slug, det=det)
    async with services.database.transaction() as tx:
        await ledger.append(tx, event, now=services.clock())


def session_hash(master: MasterKey, who: EmployeeIdentity) -> str:
    """What is kept of the provider's own session; empty if it named none."""
    return sid_hash(master, who.app, who.provider_session) if who.provider_session else ""


def sid_hash(master: MasterKey, issuer: str, sid: str) -> str:
    """A provider's session as rows name it."""
    return master.keyed_hash("provider-session", f"{issuer}\n{sid}")


def _active(account: AccountRow | None, now: datetime) -> AccountRow:
    if account is None or account.disabled_at is not None or not account.in_time(now):
        raise IdentityUnknown
    return account
