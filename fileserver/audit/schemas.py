"""What the events API takes and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.access import Role
from compliance.events import Result
from fileserver.http.schemas import Input, Output

Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
EventNumber = Annotated[int, Field(ge=1, le=2**63 - 1)]  # what PostgreSQL's bigint holds
ActName = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z]+:([a-z]+(:[a-z]+)?)?$")]


class EventFilterIn(Input):
    """What to look for; filters that are given must all hold."""

    person: Text | None = Field(default=None, description="Part of a person's name, or a whole pseudonym")
    clinic_id: UUID | None = Field(default=None, description="The viewer's clinic")
    material_id: UUID | None = Field(default=None, description="The material it is about")
    share_id: UUID | None = Field(default=None, description="The share it went through")
    act: ActName | None = Field(default=None, description="An act, or the beginning of one up to a colon: `viewer:`")
    result: Result | None = Field(default=None, description="How it ended")
    since: AwareDatetime | None = Field(default=None, description="Not before this time")
    until: AwareDatetime | None = Field(default=None, description="Before this time")


class EventQuery(EventFilterIn):
    """A page of the log."""

    before: EventNumber | None = Field(default=None, description="Continue before this event")
    limit: int = Field(default=100, ge=1, le=500, description="How many at most")


class ExportIn(EventFilterIn):
    """What to take away, and in which form."""

    format: Literal["csv", "ndjson", "parquet", "ocsf", "cef", "syslog"] = Field(
        default="csv",
        description="csv and parquet for people, with names; ndjson with the exact leaves; ocsf, cef and syslog "
        "(RFC 5424) for a SIEM",
    )
    after: int | None = Field(
        default=None,
        ge=0,
        le=2**63 - 1,
        description="Only events behind this one; what continues a file of text gets no second head",
    )
    through: EventNumber | None = Field(default=None, description="None behind this event")


class EventOut(Output):
    """One event: the leaf's members, with the names that an auditor may see beside the pseudonyms."""

    id: int
    time: datetime
    act: str
    result: Result
    rule: str = Field(description="Id of the access rule that decided")
    person: str = Field(description="Pseudonym")
    person_name: str | None = Field(description="Name; null once the person is erased")
    role: Role | Literal["", "operator", "system"]
    clinic_id: UUID | None
    clinic_name: str | None
    object: str
    object_title: str | None
    version_sha256: str
    share_id: UUID | None
    session: str
    network: str
    user_agent: str
    bytes: int
    details: dict[str, Any]
    leaf: str = Field(description="The exact bytes that count, as text")


class EventList(Output):
    """Events, newest first."""

    items: list[EventOut]
    next: int | None = Field(description="`before` of the next page; null at the end")
