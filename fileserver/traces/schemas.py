"""What the traces API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.tracing.evidence import FALSE_ACCUSATION_MAX, Kind
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import ONE_LINE
from storage.rows.traces import Outcome, State

FILENAME_CHARS_MAX = 255
CURSOR_CHARS_MAX = 120
PAGE_DEFAULT = 30
PAGE_MAX = 100
PICTURES = ("suspect", "original", "aligned", "difference")

Picture = Literal["suspect", "original", "aligned", "difference"]
Filename = Annotated[str, StringConstraints(strip_whitespace=True, max_length=FILENAME_CHARS_MAX), ONE_LINE]


class TraceQueryIn(Input):
    """What the suspect is called and what is known of the leak. The file itself is the request's body."""

    filename: Filename = Field(default="", description="What the suspect file is called, for people only")
    material_id: UUID | None = Field(default=None, description="Look at copies of this material only")
    share_id: UUID | None = Field(default=None, description="Of this share, and of what was forwarded from it, only")
    since: AwareDatetime | None = Field(default=None, description="Of visits that began at this time or later only")
    until: AwareDatetime | None = Field(default=None, description="Of visits that began before this time only")


class TraceListQuery(Input):
    """A page of the list."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="`next` of the page before")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX)


class TracePath(Input):
    """One trace."""

    trace_id: UUID


class TracePicturePath(TracePath):
    """One picture of a page of the suspect."""

    suspect_page: int = Field(ge=1, le=10_000)
    picture: Picture


class SuspectOut(Output):
    """The leaked thing."""

    sha256: str
    size_bytes: int
    media_type: str = Field(description="Found from the bytes")
    filename: str
    kept: bool = Field(description="Whether the file and the pictures are still kept")


class NarrowingOut(Output):
    """What was known of the leak beforehand."""

    material_id: UUID | None
    material_title: str | None
    share_id: UUID | None
    since: datetime | None
    until: datetime | None


class TraceBrief(Output):
    """A trace in one line; whom it names is told only when it is read."""

    id: UUID
    state: State
    outcome: Outcome | None = Field(description="`not_enough`: the evidence is not enough to name a copy")
    suspect: SuspectOut
    by: PersonOut
    created_at: datetime
    ended_at: datetime | None


class TraceList(Output):
    """Traces, newest first."""

    items: list[TraceBrief]
    next: str | None = Field(description="`cursor` of the next page; null at the end")


class EvidenceOut(Output):
    """One look that speaks for a copy."""

    kind: Kind
    suspect_page: int = Field(description="Page of the suspect; 0: the file as a whole")
    page: int = Field(description="Page of the version; 0: not tied to one")
    score: float = Field(description="Standard deviations above chance; for file_id 0, for text how many facts agree")
    false_accusation: float = Field(description="Bound on the probability that this look alone names an innocent copy")
    key_id: int = Field(description="The hidden mark's key; 0: none")


class EventBrief(Output):
    """An event of the visit."""

    id: int = Field(description="Its number in the API of events")
    index: int | None = Field(description="Its place in the ledger, from 0; null until it has one, a second at most")
    time: datetime
    act: str
    page: int | None
    bytes: int


class PersonNamed(Output):
    """Who was served a copy."""

    pseudonym: str = Field(description="What events call this person")
    name: str | None = Field(description="null once the person is erased, or for readers who may not know")
    clinic_id: UUID | None
    clinic_name: str | None


class CopyOut(Output):
    """A copy that the evidence is enough for."""

    copy_id: str = Field(description="48 bits as hex: what the hidden mark carries")
    visit_id: UUID
    visit_started_at: datetime
    share_id: UUID | None = Field(description="null for an employee's reading inside the brand")
    material_id: UUID
    material_title: str | None
    version_id: UUID
    version_number: int
    version_sha256: str
    person: PersonNamed
    confidence: float | None = Field(
        description="At least so probable, from even odds, that this copy was a source; null for a lead"
    )
    false_accusation: float | None = Field(
        description="Bound on the probability that chance alone names an innocent copy, everything looked at counted; "
        "null for a lead"
    )
    evidence: list[EvidenceOut]
    events: list[EventBrief] = Field(description="What the log tells of the visit, oldest first")
    events_more: bool = Field(description="Whether the log has more of them than are listed")


class MatchOut(Output):
    """The page that a page of the suspect was laid over."""

    version_id: UUID
    version_sha256: str
    material_id: UUID | None
    material_title: str | None
    page: int
    width_px: int
    height_px: int
    homography: list[float] = Field(description="3 × 3 by rows: from the suspect page's pixels to this page's")
    inliers: int = Field(description="Corners that agree on it")


class SuspectPageOut(Output):
    """A page of the suspect that was looked at."""

    suspect_page: int
    width_px: int
    height_px: int
    match: MatchOut | None
    pictures: dict[Picture, str] = Field(description="Addresses of the pictures that are kept")


class TraceOut(TraceBrief):
    """A trace, and what it found."""

    narrowing: NarrowingOut
    steps_done: int
    steps_total: int
    failure: str | None = Field(description="Why it failed, as a sentence in the reader's language")
    pages_total: int | None = Field(description="Pages of the suspect; null until it is done")
    pages: list[SuspectPageOut]
    copies_considered: int | None
    looks: int | None = Field(description="What bounds were multiplied by")
    closest: float | None = Field(description="The best bound among copies that were not enough; 1: none came near")
    false_accusation_max: float = Field(default=FALSE_ACCUSATION_MAX, description="A copy is named below this bound")
    copies: list[CopyOut] = Field(description="Copies that the evidence is enough for")
    leads: list[CopyOut] = Field(description="Copies that only pointers speak for, which anybody can make: no finding")
    report_url: str | None
