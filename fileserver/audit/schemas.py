"""What the events API takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.access import Role
from compliance.events import Result
from fileserver.http.schemas import Input, Output

Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
EventNumber = Annotated[int, Field(ge=1, le=2**63 - 1)]  # what PostgreSQL's bigint holds
EventRole = Role | Literal["operator", "system"]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
ObjectName = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}:[A-Za-z0-9._-]{1,80}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ShortHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Network = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F:./]{2,60}$")]
DetailsText = Annotated[
    str,
    StringConstraints(
        max_length=400,
        strip_whitespace=True,
        pattern=r"^[a-z][a-z0-9_]*=[A-Za-z0-9:._/-]+( +[a-z][a-z0-9_]*=[A-Za-z0-9:._/-]+){0,7}$",
    ),
]
ActNames = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[a-z]+:([a-z]+(:[a-z]*)?)?(,[a-z]+:([a-z]+(:[a-z]*)?)?){0,3}$"),
]


class EventFilterIn(Input):
    """What to look for; filters that are given must all hold."""

    person: Text | None = Field(default=None, description="Part of a person's name, or a whole pseudonym")
    clinic_id: UUID | None = Field(
        default=None, description="The viewer's clinic; of one that others were merged into, their people, too"
    )
    material_id: UUID | None = Field(default=None, description="The material it is about")
    share_id: UUID | None = Field(default=None, description="The share it went through")
    sharer: Text | None = Field(
        default=None,
        description="Part of an employee's name, or a whole pseudonym: what went through their shares, and "
        "through what was passed on from them",
    )
    tree_id: UUID | None = Field(default=None, description="The same of one employee's share")
    department_id: UUID | None = Field(
        default=None, description="The same of shares by employees who are in this department, or below it, today"
    )
    region: Text | None = Field(default=None, description="The same of a region, by name")
    campaign: Text | None = Field(default=None, description="What is about materials last declared for this campaign")
    act: ActNames | None = Field(
        default=None,
        description="An act, or the beginning of some up to a colon: `viewer:`; of four at most, with commas between, "
        "any",
    )
    result: Result | None = Field(default=None, description="How it ended")
    role: EventRole | None = Field(default=None, description="What the person was to the brand")
    rule: RuleName | None = Field(default=None, description="The access rule that decided")
    object: ObjectName | None = Field(default=None, description="What it is about: `upload:<id>`, `person:<pseudonym>`")
    version_sha256: Sha256 | None = Field(default=None, description="The exact bytes it is about")
    session: ShortHash | None = Field(default=None, description="The session, as events name it")
    network: Network | None = Field(default=None, description="The network, or an address in it")
    user_agent: ShortHash | None = Field(default=None, description="The device, as events name it")
    details: DetailsText | None = Field(
        default=None, description="Members of the details, all of which must hold: `visit=<id> page=3`"
    )
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
        description="Only events behind this place in the ledger; what continues a file of text gets no second head",
    )
    through: int | None = Field(default=None, ge=0, le=2**63 - 1, description="None behind this place in the ledger")


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
    next: int | None = Field(
        description="`before` of the next page, which may follow a short or an empty one; null at the end"
    )


class EventPath(Input):
    """Which event."""

    event_id: EventNumber


class EventDetail(EventOut):
    """One event, and where it stands in the ledger."""

    index: int | None = Field(description="Its place in the tree, from 0; null until it is sequenced, a second at most")
    checkpoint_size: int | None = Field(description="Size of the first checkpoint that commits to it")
    leaf_hash: str = Field(description="RFC 6962 hash of the leaf, in hex")


class FacetValue(Output):
    """A value, and how many matching events hold it."""

    value: str
    name: str | None = Field(description="Name of a person or clinic, title of a material, where it is known")
    count: int


class FacetOut(Output):
    """The most frequent values of one member."""

    exact: bool = Field(description="False: counted among the newest matching events, back to `back_to`")
    values: list[FacetValue]


class TimeCount(Output):
    """How many events there were on a day, or in a month."""

    start: date
    count: int


class FacetsOut(Output):
    """How many events match, and by what they differ."""

    total: int
    exact: bool = Field(description="False: there are at least so many")
    back_to: datetime | None = Field(description="How far back was looked, for what is not exact")
    act: FacetOut
    result: FacetOut
    role: FacetOut
    person: FacetOut
    clinic: FacetOut
    material: FacetOut
    time: list[TimeCount]
    time_unit: Literal["day", "month"]
