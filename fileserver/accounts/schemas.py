"""What the API of sessions, tokens and accounts takes and answers.

Passwords are taken and never given back, but for one that the server made itself.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import Role, Sensitivity
from compliance.passwords import PASSWORD_CHARS_MAX
from fileserver.accounts.service import DEPARTMENT_CHARS_MAX, LOGIN_CHARS_MAX
from fileserver.accounts.tokens import DAYS_DEFAULT, DAYS_MAX, LABEL_CHARS_MAX
from fileserver.http.schemas import LINE, Input, Output
from fileserver.http.scopes import Scope
from fileserver.reentry import CODE_CHARS_MAX

NAME_CHARS_MAX = 60
CURSOR_CHARS_MAX = 200
LIST_MAX = 200

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Department = Annotated[
    str, StringConstraints(max_length=DEPARTMENT_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]  # empty: none
EmployeeRole = Literal["marketer", "manager", "reviewer", "auditor", "admin"]
Password = Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_CHARS_MAX)]


class SignIn(Input):
    """Credentials of an employee."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=LOGIN_CHARS_MAX)] = Field(
        description="The login; upper and lower case are the same"
    )
    password: Password = Field(description="The password", repr=False)
    code: str = Field(
        default="",
        max_length=CODE_CHARS_MAX,
        description="The code of the second factor, or a recovery code, where the account has one",
        repr=False,
    )


class Person(Output):
    """Somebody with a name."""

    id: UUID
    name: str


class SignedInOut(Output):
    """A session that just began. The token is not shown again."""

    id: UUID
    token: str = Field(description="For `Authorization: Bearer`, where no cookie is kept", repr=False)
    person: Person
    role: Role
    csrf_token: str = Field(description="To repeat in X-CSRF-Token when the cookie signs in", repr=False)
    expires_at: datetime = Field(description="The session ends then at the latest")
    limited: str = Field(
        default="", description="`enrol`: it is good for nothing but setting up the second factor that the role needs"
    )


class SessionPath(Input):
    """One of the caller's sessions."""

    session_id: UUID


class SessionOut(Output):
    """One of the caller's sessions."""

    id: UUID
    created_at: datetime
    seen_at: datetime = Field(description="Last use, to the minute")
    expires_at: datetime
    current: bool = Field(description="Whether this request came by it")
    device: str = Field(description="What the browser called itself; empty: it said nothing known")
    address: str = Field(description="The network that it began from; empty for sessions of an earlier release")
    methods: list[str] = Field(description="What its person proved who they are with")


class SessionList(Output):
    """The caller's sessions that work now, newest first."""

    items: list[SessionOut]
    next: None = None


class CurrentSession(Output):
    """Who the caller is."""

    id: UUID
    person: Person
    role: Role
    active: bool
    clinic_id: UUID | None
    csrf_token: str = Field(repr=False)
    expires_at: datetime
    limited: str = Field(default="", description="`enrol`: good for setting up a second factor only")
    proved_at: datetime | None = Field(default=None, description="When the caller last proved who they are")
    second_factor: bool = Field(default=False, description="Whether the caller has a second factor")


class TokenIn(Input):
    """An API token to be made."""

    label: Name = Field(description="What the token is for", max_length=LABEL_CHARS_MAX)
    scopes: list[Scope] = Field(description="What it may be used for", min_length=1, max_length=len(Scope))
    days: int = Field(default=DAYS_DEFAULT, ge=1, le=DAYS_MAX, description="How long it works")


class TokenPath(Input):
    """One of the caller's API tokens."""

    token_id: UUID


class TokenOut(Output):
    """An API token without its text."""

    id: UUID
    label: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = Field(description="Last use, to the minute")


class NewTokenOut(TokenOut):
    """An API token just made. Its text is not shown again."""

    token: str = Field(repr=False)


class TokenList(Output):
    """The caller's API tokens that are not revoked, newest first."""

    items: list[TokenOut]
    next: None = None


class AccountQuery(Input):
    """Which part of the accounts."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="`next` of the part before")
    limit: int = Field(default=100, ge=1, le=LIST_MAX, description="How many at most")


class AccountIn(Input):
    """An account to be added."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=LOGIN_CHARS_MAX)] = Field(
        description="Letters, digits and . _ @ + -; upper and lower case are the same"
    )
    name: Name = Field(description="The employee's name")
    role: EmployeeRole = Field(description="What the employee does")
    department: Department = Field(default="", description="Where the employee works; a quota may be set for it")
    department_id: UUID | None = Field(default=None, description="Instead of its name; the root is the brand itself")
    clearance: Sensitivity = Field(
        default=Sensitivity.USUAL, description="The highest sensitivity of materials that the employee may see"
    )
    password: Password | None = Field(default=None, description="The server makes one if none is given", repr=False)


class AccountPath(Input):
    """One employee."""

    person_id: UUID


class AccountOut(Output):
    """An employee's account."""

    person_id: UUID
    login: str
    name: str = Field(description="Empty once the person is erased")
    role: Role
    department: str = Field(description="Empty for none, and for the brand itself")
    department_id: UUID | None = Field(description="null: in none, so nothing of others' is within reach")
    region_id: UUID | None = Field(description="As it was said of this account; null: as the department")
    clearance: Sensitivity
    valid_from: datetime | None = Field(description="The account begins then; null: it has begun")
    valid_until: datetime | None = Field(description="The account ends then; null: it has no end")
    created_at: datetime
    disabled_at: datetime | None


class AccountWithPassword(AccountOut):
    """An account, with its password if the server made it: the only time that it is shown."""

    password: str | None = Field(repr=False)


class AccountList(Output):
    """Accounts by login, disabled ones too."""

    items: list[AccountOut]
    next: str | None


class DepartmentIn(Input):
    """Where an employee works."""

    department: Department = Field(default="", description="By name, made below the root if there is none; empty: none")
    department_id: UUID | None = Field(default=None, description="Instead of its name; the root is the brand itself")


class PasswordReset(Input):
    """A new password for somebody else."""

    password: Password | None = Field(default=None, description="The server makes one if none is given", repr=False)


class PasswordChange(Input):
    """A new password for oneself."""

    current_password: Password = Field(description="The password until now", repr=False)
    new_password: Password = Field(description="The password from now on", repr=False)
