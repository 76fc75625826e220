"""Entering one's password once more: whoever holds only a session or a token must not do what can't be undone."""

from compliance import ledger, limits
from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Result, Trail
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.rows import accounts


async def confirm_password(
    services: Services, trail: Trail, caller: Caller, *, password: str, address: str, act: Act
) -> None:
    """Returns if it is the caller's password. Guesses count like those of a sign-in, and each is an event of `act`.

    Raises InvalidValue, TooManyAttempts, or NotFound for somebody without an account.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        account = await accounts.account_of(tx, caller.person_id)
        if account is None:
            raise NotFound
    async with services.database.transaction() as tx:
        attempt = await limits.admit(tx, services.keys.master, login=account.login, address=address, now=now)
    right = await services.passwords.verify(password, account.password_hash)
    async with services.database.transaction() as tx:
        if right:
            await limits.succeeded(tx, attempt)
        else:
            await ledger.append(tx, trail.event(act, res=Result.DENY, why="password-wrong"), now=now)
    if not right:
        raise InvalidValue(field="password", rule="password-wrong")
