"""The second factor of a local account: TOTP (RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes.

Promises: a secret is sealed under its person's own key; an enrolment counts once a code of it was entered; a code of
the step before or after is taken too, for clocks that drift, and none that was used, nor one older than it; each
recovery code works once. What has to be asked before a factor may be removed, and how often somebody may guess, is
the caller's matter: every wrong code has to count as a failed attempt (compliance.limits).
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import pyotp
from pyotp.exceptions import OTPVerificationError

from compliance.errors import CodeRefused, WrongState
from compliance.keys import MasterKey
from compliance.passwords import RANDOM_ALPHABET
from compliance.profiles import open_secret, seal_secret
from storage.database import Transaction
from storage.rows import second_factors as rows

SECRET_CHARS = 32  # base32: 160 bits, as RFC 4226 recommends
DRIFT_STEPS = 1
CODE_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_GROUPS = 4
RECOVERY_GROUP_CHARS = 6  # 24 characters carry 118 bits: more than a hash without a salt needs (ASVS 6.5.2)


class Factor(StrEnum):
    """What somebody proved who they are with. Stands in sessions, signatures and events."""

    PASSWORD = "pwd"  # noqa: S105  # the name of a factor, no password
    TOTP = "otp"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What an authenticator app needs, shown to its person only, and only now."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)  # otpauth://, for a QR code


@dataclass(frozen=True, kw_only=True)
class State:
    """How somebody stands with their second factor."""

    since: datetime | None  # None: they have none
    recovery_codes_left: int

    @property
    def enrolled(self) -> bool:
        """Whether codes are asked of them."""
        return self.since is not None


async def state_of(tx: Transaction, person_id: UUID) -> State:
    """A person's second factor."""
    row = await rows.totp_of(tx, person_id)
    if row is None or row.confirmed_at is None:
        return State(since=None, recovery_codes_left=0)
    return State(since=row.confirmed_at, recovery_codes_left=await rows.recovery_codes_left(tx, person_id))


async def begin(
    tx: Transaction, master: MasterKey, person_id: UUID, *, label: str, issuer: str, now: datetime
) -> Enrolment:
    """A fresh secret, in place of one that was not confirmed. `label` and `issuer` name the account in the app.

    Raises WrongState for somebody who has a second factor already.
    """
    secret = pyotp.random_base32(SECRET_CHARS)
    sealed = await seal_secret(tx, master, person_id, secret.encode(), _context(person_id))
    if not await rows.put_pending(tx, person_id, sealed, now):
        raise WrongState
    return Enrolment(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=issuer))


async def confirm(tx: Transaction, master: MasterKey, person_id: UUID, code: str, *, now: datetime) -> tuple[str, ...]:
    """Ends the enrolment; the recovery codes are known at this moment only.

    Raises CodeRefused, or WrongState where no enrolment is under way.
    """
    row = await rows.totp_of(tx, person_id, lock=True)
    if row is None or row.confirmed_at is not None:
        raise WrongState
    if not await _by_totp(tx, master, row, code, now):
        raise CodeRefused(field="code")
    await rows.put_confirmed(tx, person_id, now)
    return await renew_recovery_codes(tx, master, person_id, now=now)


async def accept(tx: Transaction, master: MasterKey, person_id: UUID, code: str, *, now: datetime) -> Factor | None:
    """Which factor this code proves, used up by this call; None for a code that is wrong or was used.

    Of many tries with one code in the same moment one succeeds, whatever the process.
    """
    row = await rows.totp_of(tx, person_id, lock=True)
    if row is None or row.confirmed_at is None:
        return None
    typed = "".join(code.split()).replace("-", "").lower()
    if typed.isdecimal() and len(typed) == CODE_DIGITS:
        return Factor.TOTP if await _by_totp(tx, master, row, typed, now) else None
    used = await rows.use_recovery_code(tx, person_id, _recovery_hash(master, person_id, typed), now)
    return Factor.RECOVERY if used else None


async def renew_recovery_codes(
    tx: Transaction, master: MasterKey, person_id: UUID, *, now: datetime
) -> tuple[str, ...]:
    """Ten new codes in place of all that were there."""
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    hashes = [_recovery_hash(master, person_id, code.replace("-", "")) for code in codes]
    await rows.replace_recovery_codes(tx, person_id, hashes, now)
    return tuple(codes)


async def remove(tx: Transaction, person_id: UUID) -> None:
    """Asks for no code any more. Raises WrongState for somebody who has no second factor."""
    if not await rows.remove_factors(tx, person_id):
        raise WrongState


async def _by_totp(tx: Transaction, master: MasterKey, row: rows.TotpRow, code: str, now: datetime) -> bool:
    secret = (await open_secret(tx, master, row.person_id, row.sealed_secret, _context(row.person_id))).decode()
    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(code.strip(), for_time=now, valid_window=DRIFT_STEPS)
    except OTPVerificationError:
        return False
    if step <= row.last_step:
        return False
    await rows.put_last_step(tx, row.person_id, step)
    return True


def _random_code() -> str:
    size = RECOVERY_GROUPS * RECOVERY_GROUP_CHARS
    text = "".join(secrets.choice(RANDOM_ALPHABET) for _ in range(size))
    return "-".join(text[at : at + RECOVERY_GROUP_CHARS] for at in range(0, size, RECOVERY_GROUP_CHARS))


def _recovery_hash(master: MasterKey, person_id: UUID, typed: str) -> str:
    return master.keyed_hash("recovery-code", f"{person_id}\n{typed}")


def _context(person_id: UUID) -> str:
    return f"totp:{person_id}"
