"""What the way in takes and answers. A name, an ID number and a phone are taken and never given back."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from compliance.access import Job
from compliance.consents import Purpose
from compliance.real_names import Method
from fileserver.entering.state import Need
from fileserver.http.schemas import LINE, Input, Output
from fileserver.phones import normal_phone

CODE_CHARS_MAX = 512
TOKEN_CHARS_MAX = 64
EMAIL_CHARS_MAX = 254
NAME_CHARS_MAX = 60
ID_CHARS_MAX = 40
PHONE_CHARS_MAX = 32
CLINIC_CHARS_MAX = 80
CREDIT_CODE_CHARS_MAX = 40  # with spaces and dashes, as somebody copies it
QUERY_CHARS_MIN = 2
QUERY_CHARS_MAX = 40

Code = Annotated[str, StringConstraints(min_length=1, max_length=CODE_CHARS_MAX, pattern=r"^[\x21-\x7e]+$")]
Share = Annotated[str, StringConstraints(max_length=TOKEN_CHARS_MAX)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
CreditCode = Annotated[str, StringConstraints(max_length=CREDIT_CODE_CHARS_MAX, strip_whitespace=True)]
ClinicName = Annotated[
    str, StringConstraints(min_length=2, max_length=CLINIC_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]


class CodeIn(Input):
    """A code of WeChat's, good once and for five minutes."""

    code: Code = Field(description="From wx.login, or from getPhoneNumber", repr=False)


class MiniProgramIn(CodeIn):
    """A code of wx.login, and what led here."""

    invitation: Share = Field(default="", description="Token of the invitation that led here", repr=False)


class EmailIn(Input):
    """Where a one-time code is to go."""

    email: Annotated[str, StringConstraints(max_length=EMAIL_CHARS_MAX)] = Field(
        description="The person's address", repr=False
    )
    share: Share = Field(default="", description="Token of the share that they want to open")


class CodeSent(Output):
    """A code is on its way."""

    id: UUID = Field(description="To send back with the code")
    expires_at: datetime


class EmailCodeIn(EmailIn):
    """The code that came by mail."""

    id: UUID
    code: Annotated[str, StringConstraints(min_length=6, max_length=12)] = Field(repr=False)
    invitation: Share = Field(default="", description="Token of the invitation that led here", repr=False)


class ConsentOut(Output):
    """A text to agree to, in the reader's language."""

    purpose: Purpose
    version: int
    title: str
    text: str
    sha256: str
    given: bool = Field(description="Whether this version is agreed to")


class ClinicOut(Output):
    """A clinic."""

    id: UUID
    name: str


class InvitedOut(Output):
    """What an invitation proposes, until the person works there."""

    clinic: ClinicOut
    job: Job | None


class RequestState(StrEnum):
    """What became of a request for a clinic that was not listed."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class EntryOut(Output):
    """How far somebody is: with nothing in `needs`, shares open."""

    needs: list[Need]
    consents: list[ConsentOut]
    methods: list[Method] = Field(description="How a name can be checked here, the usual way first")
    phone_tail: str = Field(description="Last four digits of the verified phone; empty: none is known")
    verified_until: datetime | None
    checking: bool = Field(description="A check goes on elsewhere: ask what became of it")
    duplicate: bool = Field(description="An employee has to say who is who")
    clinic: ClinicOut | None
    job: Job | None
    request: RequestState | None = Field(description="Of a clinic that was not listed")
    invited: InvitedOut | None = Field(description="The place of work that an invitation proposes")


class EntrySession(EntryOut):
    """A session that just began, and what is left to do. The token is not shown again."""

    token: str = Field(description="For `Authorization: Bearer`", repr=False)
    csrf_token: str = Field(repr=False)
    expires_at: datetime


class ConsentIn(Input):
    """What somebody agrees to: the very text that was shown."""

    purpose: Purpose
    version: Annotated[int, Field(ge=1)]
    sha256: Sha256 = Field(description="Of the text, as this API gave it")


class WithdrawIn(Input):
    """What somebody takes back."""

    purpose: Purpose


class NameIn(Input):
    """A real name to be checked. Nothing of it but the name is kept."""

    method: Method | None = Field(default=None, description="How; none: the usual way of this deployment")
    name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX, pattern=LINE)] = Field(
        description="As on the ID card", repr=False
    )
    id_number: Annotated[str, StringConstraints(min_length=1, max_length=ID_CHARS_MAX)] = Field(
        description="18 characters", repr=False
    )
    phone: Annotated[str, StringConstraints(max_length=PHONE_CHARS_MAX), AfterValidator(normal_phone)] | None = Field(
        default=None, description="For three factors, unless a phone is verified already", repr=False
    )
    consents: list[ConsentIn] = Field(default=[], max_length=4, description="Agreed to in the same step")


class NameOut(EntryOut):
    """How the check ended, or where it goes on."""

    state: Literal["verified", "elsewhere"]
    url: str = Field(description="Where it goes on; empty: in the mini-program, with the token", repr=False)
    face_token: str = Field(description="EidToken for the mini-program", repr=False)
    token: str | None = Field(
        default=None, description="Of another session, where the person turned out to be known already", repr=False
    )


class ClinicQuery(Input):
    """A clinic's credit code, or part of its name."""

    q: Annotated[str, StringConstraints(min_length=QUERY_CHARS_MIN, max_length=QUERY_CHARS_MAX, strip_whitespace=True)]


class ClinicsOut(Output):
    """Clinics whose name has this part; `complete` is false when there are more."""

    items: list[ClinicOut]
    complete: bool


class WorkplaceIn(Input):
    """Where somebody works: a clinic of the list, or the name of another, which an employee has to confirm."""

    clinic_id: UUID | None = Field(default=None, description="A clinic that is listed")
    clinic_name: ClinicName | None = Field(default=None, description="Another one, by its full name")
    credit_code: CreditCode | None = Field(default=None, description="The other one's unified social credit code")
    job: Job
    share: Share = Field(default="", description="Token of the share that led here: its sharer is asked first")


class RequestOut(Output):
    """Somebody says that they work at a place that is not listed."""

    id: UUID
    clinic_name: str
    credit_code: str | None = Field(description="The unified social credit code that they gave, checked to be one")
    job: Job
    person_name: str
    phone_tail: str
    requested_at: datetime
    mine: bool = Field(description="It came by a share of the caller's")
    similar: list[ClinicOut] = Field(description="Clinics that are listed and may be meant, by name")


class RequestsOut(Output):
    """Requests that wait, oldest first."""

    items: list[RequestOut]


class RequestPath(Input):
    """One request."""

    request_id: UUID


class DecisionIn(Input):
    """Whether there is such a clinic."""

    accept: bool = Field(description="True lists the clinic and binds the person; false refuses")
    clinic_id: UUID | None = Field(default=None, description="Accepted as this clinic, which is listed already")
