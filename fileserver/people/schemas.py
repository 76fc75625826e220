"""What the people API takes and answers. Of a phone number only the tail is shown."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import Job, Role
from fileserver.http.schemas import LINE, Input, Output

CLINIC_NAME_CHARS_MAX = 80
REGION_CHARS_MAX = 60
REASON_CHARS_MAX = 500
QUERY_CHARS_MAX = 60
CURSOR_CHARS_MAX = 400
LIST_MAX = 200
FOUND_MAX = 50

ClinicName = Annotated[
    str, StringConstraints(min_length=1, max_length=CLINIC_NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]
Region = Annotated[str, StringConstraints(max_length=REGION_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=REASON_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]
Cursor = Annotated[str, StringConstraints(max_length=CURSOR_CHARS_MAX)]


class Named(Output):
    """Somebody or something with a name."""

    id: UUID
    name: str


class ClinicQuery(Input):
    """Which clinics."""

    owner_id: UUID | None = Field(default=None, description="Only those of this employee")
    cursor: Cursor | None = Field(default=None, description="`next` of the part before")
    limit: int = Field(default=100, ge=1, le=LIST_MAX, description="How many at most")


class ClinicIn(Input):
    """A clinic to be added."""

    name: ClinicName = Field(description="The full name, as on its licence")
    region: Region = Field(default="", description="Where it is")


class ClinicPath(Input):
    """One clinic."""

    clinic_id: UUID


class OwnerIn(Input):
    """Who is to hold the relation."""

    person_id: UUID | None = Field(description="An active marketer or manager; null: nobody")
    version: int | None = Field(default=None, ge=1, description="Of the ownership that the caller saw; null: whichever")


class ClinicOut(Output):
    """A clinic."""

    id: UUID
    name: str
    region: str
    owner: Named | None = Field(description="The one employee who holds the relation")
    viewers: int = Field(description="How many people say that they work there")
    created_at: datetime


class ClinicList(Output):
    """Clinics by name."""

    items: list[ClinicOut]
    next: str | None


class ViewerQuery(Input):
    """Which viewers."""

    clinic_id: UUID | None = Field(default=None, description="Only those of this clinic")
    blocked: bool | None = Field(default=None, description="Only those who are, or are not, blocked")
    cursor: Cursor | None = Field(default=None, description="`next` of the part before")
    limit: int = Field(default=100, ge=1, le=LIST_MAX, description="How many at most")


class PersonPath(Input):
    """One person."""

    person_id: UUID


class ReasonIn(Input):
    """Why."""

    reason: Reason = Field(description="For those who will ask later")


class ViewerOut(Output):
    """A viewer as employees see them."""

    person_id: UUID
    pseudonym: str | None = Field(description="What events call this person; auditors see it")
    name: str = Field(description="Empty once the person is erased")
    phone_tail: str = Field(description="The last four digits")
    clinic: Named
    job: Job
    created_at: datetime
    verified_at: datetime | None
    verified_by: str | None = Field(
        description="How they came in first: wechat-mini, wechat-official, wechat-open or email"
    )
    blocked_at: datetime | None
    blocked_reason: str


class ViewerList(Output):
    """Viewers, newest first."""

    items: list[ViewerOut]
    next: str | None


class PeopleQuery(Input):
    """Whom to look for."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=QUERY_CHARS_MAX, strip_whitespace=True)] = Field(
        description="Part of a name, or the last four digits of a phone number"
    )
    kind: Literal["employee", "viewer"] | None = Field(default=None, description="Only people of this kind")
    limit: int = Field(default=20, ge=1, le=FOUND_MAX, description="How many at most")


class PersonOut(Output):
    """Somebody who was found."""

    person_id: UUID
    pseudonym: str | None = Field(description="What events call this person; auditors see it")
    name: str
    phone_tail: str
    role: Role
    clinic: Named | None
    job: Job | None
    active: bool = Field(description="Not disabled, not blocked")


class PeopleFound(Output):
    """Who fits, by name; `complete` is false when there may be more."""

    items: list[PersonOut]
    complete: bool
