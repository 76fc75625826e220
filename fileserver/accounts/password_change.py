"""Changing one's own password: whoever holds only a session must not take over the account with it."""

from compliance import ledger, limits
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Result, Trail
from compliance.passwords import check_password
from fileserver.accounts import service
from fileserver.accounts.sign_in import admit
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.rows import accounts as rows


async def change(services: Services, trail: Trail, caller: Caller, *, current: str, new: str, address: str) -> None:
    """Replaces the caller's password and ends their other sessions.

    Guesses count like those of a sign-in. Raises InvalidValue for either password, TooManyAttempts, or WrongState.
    """
    async with services.database.transaction() as tx:
        account = await rows.account_of(tx, caller.person_id)
    if account is None:
        raise NotFound
    check_password(new, account.login, field="new_password")
    attempt = (await admit(services, account.login, address)).attempt
    if not await services.passwords.verify(current, account.password_hash):
        await _record_guess(services, trail)
        raise InvalidValue(field="current_password", rule="password-wrong")
    hashed = await services.passwords.hash(new)
    async with services.database.transaction() as tx:
        latest = await rows.account_of(tx, caller.person_id, lock=True)
        if latest is None or latest.password_hash != account.password_hash:
            raise WrongState  # an administrator was faster
        await limits.succeeded(tx, attempt)
        await service.put_password(tx, trail, caller.person_id, hashed, now=services.clock(), keep=caller.session_id)


async def _record_guess(services: Services, trail: Trail) -> None:
    event = trail.event(Act.EMPLOYEE_PASSWORD_CHANGE, res=Result.DENY, why="password-wrong")
    async with services.database.transaction() as tx:
        await ledger.append(tx, event, now=services.clock())
