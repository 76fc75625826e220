"""Proving once more who one is: whoever holds only a session or a token must not do what can't be undone.

Somebody with a second factor proves it by its code, or by password and code where the sign-in policy says so; somebody
without one by their password.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import Field, SecretStr

from compliance import ledger, limits, second_factor, sign_in_policy
from compliance.errors import CodeRefused, InvalidValue, NotFound
from compliance.events import Act, Result, Trail
from compliance.limits import Attempt
from compliance.passwords import PASSWORD_CHARS_MAX
from compliance.second_factor import Factor
from compliance.sign_in_policy import SigningFactor
from fileserver.http.caller import Caller
from fileserver.http.schemas import Input
from fileserver.services import Services
from storage.rows import accounts
from storage.rows.accounts import AccountRow

CODE_CHARS_MAX = 40


class Reentry(Input):
    """A body that carries a proof of who the caller is: their password, the code of their second factor, or both."""

    password: SecretStr | None = Field(
        default=None, max_length=PASSWORD_CHARS_MAX, description="One's password, again; without a second factor needed"
    )
    code: SecretStr | None = Field(
        default=None, max_length=CODE_CHARS_MAX, description="The code of one's second factor; with one, needed"
    )

    @property
    def proof(self) -> "Proof":
        """What was entered."""
        return Proof(password=_plain(self.password), code=_plain(self.code))


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What somebody entered to prove who they are; empty for nothing."""

    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


class Proved(StrEnum):
    """What it was proved with, as signatures and events say it."""

    PASSWORD = "password"  # noqa: S105  # the name of a factor, no password
    TOTP = "totp"
    BOTH = "password+totp"
    RECOVERY = "recovery-code"


async def confirm(services: Services, trail: Trail, caller: Caller, proof: Proof, *, address: str, act: Act) -> Proved:
    """What the caller proved who they are with. Guesses count like those of a sign-in; each is an event of `act`.

    Raises InvalidValue or CodeRefused naming the field, TooManyAttempts, or NotFound for somebody without an account.
    """
    async with services.database.transaction() as tx:
        account = await accounts.account_of(tx, caller.person_id)
        if account is None:
            raise NotFound
        enrolled = (await second_factor.state_of(tx, caller.person_id)).enrolled
        policy = await sign_in_policy.in_force(tx)
    with_password = not enrolled or policy.signing_factor is SigningFactor.BOTH
    if enrolled and not proof.code:
        raise InvalidValue(field="code", rule="code-needed")
    if with_password and not proof.password:
        raise InvalidValue(field="password", rule="password-needed")
    attempt = await _admit(services, account, address)
    if with_password and not await services.passwords.verify(proof.password, account.password_hash):
        await _deny(services, trail, act, "password-wrong")
        raise InvalidValue(field="password", rule="password-wrong")
    factor = await _succeed(services, caller, attempt, proof.code if enrolled else "")
    if enrolled and factor is None:
        await _deny(services, trail, act, CodeRefused.slug)
        raise CodeRefused(field="code")
    if factor is None:
        return Proved.PASSWORD
    if factor is Factor.RECOVERY:
        return Proved.RECOVERY
    return Proved.BOTH if with_password else Proved.TOTP


async def _admit(services: Services, account: AccountRow, address: str) -> Attempt:
    async with services.database.transaction() as tx:
        return await limits.admit(tx, services.keys.master, login=account.login, address=address, now=services.clock())


async def _succeed(services: Services, caller: Caller, attempt: Attempt, code: str) -> Factor | None:
    """Uses the code up, if there is one to be used, and takes the attempt's count back unless it was wrong."""
    async with services.database.transaction() as tx:
        factor = None
        if code:
            factor = await second_factor.accept(tx, services.keys.master, caller.person_id, code, now=services.clock())
        if factor is not None or not code:
            await limits.succeeded(tx, attempt)
        return factor


async def _deny(services: Services, trail: Trail, act: Act, why: str) -> None:
    async with services.database.transaction() as tx:
        await ledger.append(tx, trail.event(act, res=Result.DENY, why=why), now=services.clock())


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
