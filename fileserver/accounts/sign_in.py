"""Signing in by login and password.

The order matters: the attempt is counted and committed first, then the password is verified outside any transaction,
then the account is locked, looked at again and the session begun. So attempts at the same moment all count, the slow
hash holds no connection, and nobody slips in while being disabled. Every refusal reads the same and takes as long.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

import structlog

from compliance import ledger, limits, sessions
from compliance.errors import SignInRefused, TooManyAttempts
from compliance.events import Act, Result, Trail
from compliance.limits import Attempt
from compliance.profiles import Profile, profiles_of
from compliance.sessions import NewSession, SessionLimits
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import accounts
from storage.rows.accounts import AccountRow

LOGIN_HASH_CHARS = 16

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who signed in, and the session that began."""

    account: AccountRow
    profile: Profile
    session: NewSession


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """An attempt that was let through, and the account it is about, if there is one."""

    attempt: Attempt
    account: AccountRow | None


def normal_login(login: str) -> str:
    """Logins are compared in one form: NFKC, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


async def sign_in(
    services: Services, trail: Trail, *, login: str, password: str, address: str, before: Caller | None = None
) -> SignedIn:
    """Begins a session; `before` is whom this browser was signed in as: that session ends.

    Raises SignInRefused or TooManyAttempts.
    """
    login = normal_login(login)
    admitted = await admit(services, login, address)
    hashed = admitted.account.password_hash if admitted.account else None
    if not await services.passwords.verify(password, hashed) or hashed is None:
        raise await _refused(services, trail, login, admitted.account)
    renewed = await services.passwords.hash(password) if services.passwords.outdated(hashed) else None
    now = services.clock()
    async with services.database.transaction() as tx:
        account = await accounts.account_by_login(tx, login, lock=True)
        if account is not None and account.disabled_at is None and account.password_hash == hashed:
            if renewed is not None:
                await accounts.put_password_hash(tx, account.person_id, renewed)
            await limits.succeeded(tx, admitted.attempt)
            return await _begin(services, tx, trail, account, before, now)
    raise await _refused(services, trail, login, account)


async def admit(services: Services, login: str, address: str) -> Admitted:
    """Counts an attempt on this login. Raises TooManyAttempts."""
    try:
        async with services.database.transaction() as tx:
            attempt = await limits.admit(tx, services.keys.master, login=login, address=address, now=services.clock())
            return Admitted(attempt=attempt, account=await accounts.account_by_login(tx, login))
    except TooManyAttempts as error:
        log.warning("too many sign-in attempts", retry_after_s=error.params["retry_after_s"])
        raise


async def _begin(
    services: Services, tx: Transaction, trail: Trail, account: AccountRow, before: Caller | None, now: datetime
) -> SignedIn:
    session_limits = SessionLimits(services.config.session_idle_s, services.config.session_absolute_s)
    session = await sessions.start(tx, account.person_id, limits=session_limits, now=now)
    if before is not None and before.session_id is not None:
        await sessions.end(tx, trail, before.person_id, before.session_id, now=now)
    named = sessions.trail_in(trail, session.id, pseudonym=account.pseudonym, role=account.role)
    await ledger.append(tx, named.event(Act.EMPLOYEE_SESSION_START), now=now)
    profiles = await profiles_of(tx, services.keys.master, person_ids=[account.person_id])
    return SignedIn(account=account, profile=profiles[account.person_id], session=session)


async def _refused(services: Services, trail: Trail, login: str, account: AccountRow | None) -> SignInRefused:
    """Records the refusal: nobody knows who tried, so the log says whose account it was, and a hash of the login."""
    stranger = Trail(ip=trail.ip, ua=trail.ua)
    tried = services.keys.master.keyed_hash("login", login)[:LOGIN_HASH_CHARS]
    event = stranger.event(
        Act.EMPLOYEE_SESSION_START,
        res=Result.DENY,
        why=SignInRefused.slug,
        obj=f"person:{account.pseudonym}" if account else "",
        det={"login": tried},
    )
    async with services.database.transaction() as tx:
        await ledger.append(tx, event, now=services.clock())
    return SignInRefused()
