"""What the API of proving who one is takes and answers: second factors, proofs once more, the sign-in policy."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from compliance.sign_in_policy import LocalSignIn, SigningFactor
from fileserver.accounts.schemas import EmployeeRole
from fileserver.http.schemas import Input, Output
from fileserver.reentry import CODE_CHARS_MAX, Proved

REASON_CHARS_MAX = 500

Reason = Annotated[str, StringConstraints(min_length=1, max_length=REASON_CHARS_MAX, strip_whitespace=True)]


class SteppedUpOut(Output):
    """Who the caller is was proved anew. Cookie or bearer is another one from now on; the CSRF token stays."""

    token: str = Field(description="For `Authorization: Bearer`, where no cookie is kept", repr=False)
    by: Proved
    fresh_until: datetime


class SecondFactorOut(Output):
    """How the caller stands with their second factor."""

    enrolled_at: datetime | None = Field(description="Null: they have none")
    recovery_codes_left: int
    needed: bool = Field(description="Whether the caller's role must have one")


class EnrolmentOut(Output):
    """What an authenticator app needs. It is not shown again, and counts once a code of it was confirmed."""

    secret: str = Field(description="To type where a QR code can't be read", repr=False)
    uri: str = Field(description="The same as an otpauth address", repr=False)
    qr_svg: str = Field(description="The same as a QR code, an SVG image made by this server", repr=False)


class CodeIn(Input):
    """A code that the authenticator app shows."""

    code: SecretStr = Field(max_length=CODE_CHARS_MAX)
    end_others: bool = Field(default=True, description="Sign out everywhere else")


class RecoveryCodesOut(Output):
    """Codes that each open the account once, without the app. They are not shown again."""

    codes: list[str] = Field(repr=False)


class EnrolledOut(RecoveryCodesOut):
    """The second factor stands, and the session goes on under another token."""

    token: str = Field(repr=False)


class FactorResetIn(Input):
    """Why somebody's second factor is taken away."""

    reason: Reason = Field(description="How you made sure who asked; only its hash goes into the log")


class EmergencyIn(Input):
    """Whether an account is for emergencies."""

    emergency: bool
    reason: Reason


class PolicyIn(Input):
    """What is to be asked of whom."""

    revision: int = Field(ge=0, description="Of the policy that was read: another one's change is not overwritten")
    second_factor_roles: list[EmployeeRole] = Field(max_length=5, description="Roles that must have a second factor")
    local_sign_in: LocalSignIn = Field(description="Who may sign in by password; `break-glass`: emergencies only")
    signing_factor: SigningFactor = Field(description="What somebody with a second factor signs with")
    reason: Reason


class PolicyState(Output):
    """What was asked of whom from `changed_at` on."""

    revision: int
    second_factor_roles: list[str]
    local_sign_in: LocalSignIn
    signing_factor: SigningFactor
    reason: str
    changed_by: str = Field(description="A name; empty once that person is erased")
    changed_by_id: UUID
    changed_at: datetime


class PolicyOut(Output):
    """The policy in force, and its history, newest first."""

    revision: int
    second_factor_roles: list[str]
    local_sign_in: LocalSignIn
    signing_factor: SigningFactor
    history: list[PolicyState]
