"""Signing in by login and password.

The order matters: the attempt is counted and committed first, then the password is verified outside any transaction,
then the account is locked, looked at again, its second factor asked for and the session begun. So attempts at the same
moment all count, the slow hash holds no connection, and nobody slips in while being disabled. Every refusal of somebody
without the right password reads the same and takes as long.
"""

import unicodedata
from dataclasses import dataclass, replace

import structlog

from compliance import ledger, limits, second_factor
from compliance.errors import CodeNeeded, CodeRefused, ComplianceError, LocalSignInOff, SignInRefused, TooManyAttempts
from compliance.events import Act, Result, Trail
from compliance.limits import Attempt
from compliance.second_factor import Factor
from compliance.sessions import Begun
from compliance.sign_in_policy import in_force
from fileserver.accounts.beginning import SignedIn, begin, is_emergency, limited_by, password_opens, sound_alarm
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import accounts
from storage.rows.accounts import AccountRow

LOGIN_HASH_CHARS = 16

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """An attempt that was let through, and the account it is about, if there is one."""

    attempt: Attempt
    account: AccountRow | None


def normal_login(login: str) -> str:
    """Logins are compared in one form: NFKC, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


async def sign_in(
    services: Services,
    trail: Trail,
    *,
    login: str,
    password: str,
    address: str,
    code: str = "",
    device: str = "",
    before: Caller | None = None,
) -> SignedIn:
    """Begins a session; `before` is whom this browser was signed in as: that session ends.

    Raises SignInRefused or TooManyAttempts; and, for whoever has the right password only, LocalSignInOff, CodeNeeded
    where a second factor stands, or CodeRefused.
    """
    login = normal_login(login)
    admitted = await admit(services, login, address)
    hashed = admitted.account.password_hash if admitted.account else None
    if not await services.passwords.verify(password, hashed) or hashed is None:
        raise await _refused(services, trail, login, admitted.account, SignInRefused())
    renewed = await services.passwords.hash(password) if services.passwords.outdated(hashed) else None
    try:
        async with services.database.transaction() as tx:
            account = await accounts.account_by_login(tx, login, lock=True)
            shut = account is None or account.disabled_at is not None or not account.in_time(services.clock())
            if account is None or shut or account.password_hash != hashed:
                raise SignInRefused
            begun = await _asked(services, tx, account, code, Begun(device=device, address=trail.ip))
            if renewed is not None:
                await accounts.put_password_hash(tx, account.person_id, renewed)
            await limits.succeeded(tx, admitted.attempt)
            done = await begin(services, tx, trail, account, begun, before)
            if is_emergency(await in_force(tx), account):
                await sound_alarm(services, tx, trail, account, services.clock())
            return done
    except (SignInRefused, CodeNeeded, CodeRefused, LocalSignInOff) as refusal:
        raise await _refused(services, trail, login, admitted.account, refusal) from None


async def _asked(services: Services, tx: Transaction, account: AccountRow, code: str, begun: Begun) -> Begun:
    """What the password alone doesn't open: whether it opens this account at all, and its second factor.

    Raises LocalSignInOff, CodeNeeded, CodeRefused.
    """
    policy = await in_force(tx)
    if not password_opens(policy, account):
        raise LocalSignInOff
    enrolled = (await second_factor.state_of(tx, account.person_id)).enrolled
    if not enrolled:
        limited = limited_by(policy, account, enrolled=False)
        return replace(begun, methods=(Factor.PASSWORD,), limited=limited)
    if not code:
        raise CodeNeeded(field="code")
    master = services.keys.master
    factor = await second_factor.accept(tx, master, account.person_id, code, now=services.clock())
    if factor is None:
        raise CodeRefused(field="code")
    return replace(begun, methods=(Factor.PASSWORD, factor))


async def admit(services: Services, login: str, address: str) -> Admitted:
    """Counts an attempt on this login. Raises TooManyAttempts."""
    try:
        async with services.database.transaction() as tx:
            attempt = await limits.admit(tx, services.keys.master, login=login, address=address, now=services.clock())
            return Admitted(attempt=attempt, account=await accounts.account_by_login(tx, login))
    except TooManyAttempts as error:
        log.warning("too many sign-in attempts", retry_after_s=error.params["retry_after_s"])
        raise


async def _refused(
    services: Services, trail: Trail, login: str, account: AccountRow | None, refusal: ComplianceError
) -> ComplianceError:
    """Records the refusal: nobody knows who tried, so the log says whose account it was, and a hash of the login."""
    stranger = Trail(ip=trail.ip, ua=trail.ua)
    tried = services.keys.master.keyed_hash("login", login)[:LOGIN_HASH_CHARS]
    event = stranger.event(
        Act.EMPLOYEE_SESSION_START,
        res=Result.DENY,
        why=refusal.slug,
        obj=f"person:{account.pseudonym}" if account else "",
        det={"login": tried},
    )
    async with services.database.transaction() as tx:
        await ledger.append(tx, event, now=services.clock())
    return refusal
