"""What the recruiting API takes and answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import Job
from compliance.ownership.transfers import MANY_MAX
from fileserver.http.schemas import LINE, Input, Output

NAME_CHARS_MAX = 80
TEXT_CHARS_MAX = 500
CODE_CHARS_MAX = 40
USES_MAX = 1_000
DAYS_MAX = 90
CURSOR_CHARS_MAX = 120
PAGE_DEFAULT = 50
PAGE_MAX = 200

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Line = Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Why = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Code = Annotated[str, StringConstraints(max_length=CODE_CHARS_MAX, strip_whitespace=True)]


class Step(StrEnum):
    """How far a clinic has come."""

    NONE = "none"
    INVITED = "invited"
    FOLLOWED = "followed"
    ENTERED = "entered"
    VERIFIED = "verified"
    CONTENT = "content"


class Someone(Output):
    """An employee; the name is empty once they are erased."""

    id: UUID
    name: str


class Place(Output):
    """A clinic."""

    id: UUID
    name: str


class ClinicPath(Input):
    """One clinic."""

    clinic_id: UUID


class InvitationPath(Input):
    """One invitation."""

    invitation_id: UUID


class InvitationIn(Input):
    """Whom to invite: a clinic of the list, or the name of one that is not listed yet."""

    clinic_id: UUID | None = Field(default=None, description="A clinic of one's own, or one that nobody holds")
    clinic_name: Name | None = Field(
        default=None, description="A clinic that is to be listed; nobody holds it at first"
    )
    credit_code: Code | None = Field(default=None, description="Its unified social credit code, if known")
    region: Line = Field(default="", description="Where a clinic is that is to be listed")
    job: Job | None = Field(default=None, description="What whoever comes in does there; null: they say")
    note: Line = Field(default="", description="For oneself")
    uses_max: int = Field(default=1, ge=1, le=USES_MAX, description="How many people may come in by it")
    days: int = Field(default=14, ge=1, le=DAYS_MAX, description="For how long")


class InvitationQuery(Input):
    """Which invitations."""

    clinic_id: UUID | None = Field(default=None, description="Only those to this clinic")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class InvitationOut(Output):
    """An invitation as its maker sees it."""

    id: UUID
    clinic: Place
    creator: Someone
    job: Job | None
    note: str
    url: str = Field(description="To send; empty once the key that signed it is revoked")
    contact_url: str = Field(description="WeCom's code to follow its maker by; empty until it is made")
    uses: int
    uses_max: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    open: bool


class InvitationList(Output):
    """Invitations, newest first."""

    items: list[InvitationOut]


class FunnelQuery(Input):
    """Which clinics."""

    stuck: bool = Field(default=False, description="Only those that stand still for three days or more")
    step: Step | None = Field(default=None, description="Only those that have come just so far")


class FunnelLine(Output):
    """How far one clinic has come: the first time that somebody of it reached each step."""

    clinic: Place
    region: str
    owner: Someone | None
    version: int
    step: Step
    since: datetime
    stuck_days: int = Field(description="Whole days at this step; 0 at the last one")
    invited_at: datetime | None
    followed_at: datetime | None
    entered_at: datetime | None
    verified_at: datetime | None
    content_at: datetime | None
    entered: int = Field(description="People who came in")
    verified: int = Field(description="Of them, who proved who they are")
    content: int = Field(description="Of them, who were let in to a material")
    invitations_open: int


class FunnelOut(Output):
    """The funnel: how many clinics reached each step, and each of them."""

    reached: dict[Step, int]
    items: list[FunnelLine]


class ClinicChangeIn(Input):
    """What a clinic is registered as."""

    credit_code: Code | None = Field(
        default=None, description="统一社会信用代码 of GB 32100, 18 characters; null: unknown"
    )
    full_name: Line = Field(default="", description="As on its licence")
    region: Line = Field(default="", description="Where it is")


class Interval(Output):
    """Who held a clinic from when to when; nobody when `owner` is null."""

    version: int
    owner: Someone | None
    valid_from: datetime
    valid_to: datetime | None
    cause: str
    reason: str
    by: Someone | None
    event_id: int | None = Field(description="The event's number in the log")


class ClinicDetail(Output):
    """A clinic with everybody who held it."""

    id: UUID
    name: str
    full_name: str
    credit_code: str | None
    region: str
    history: list[Interval]


class PoolLine(Output):
    """A clinic of nobody's."""

    clinic: Place
    region: str
    version: int
    since: datetime
    cause: str
    viewers: int


class PoolOut(Output):
    """The pool, the newest first, and how much of one's own allowance is left."""

    items: list[PoolLine]
    held: int
    claims_max: int
    protection_days: int


class VersionIn(Input):
    """What the caller saw."""

    version: int = Field(ge=1, description="The version of the ownership that was looked at")


class ReasonIn(Input):
    """Why."""

    reason: Why


class TransferLineIn(Input):
    """A clinic, and the version of its ownership that the caller saw."""

    clinic_id: UUID
    version: int = Field(ge=1)


class TransferIn(Input):
    """Which clinics are to pass on, to whom, why and from when on."""

    clinics: list[TransferLineIn] = Field(min_length=1, max_length=MANY_MAX)
    person_id: UUID = Field(description="An active marketer or manager")
    reason: Why
    effective_at: datetime | None = Field(default=None, description="Null: at once")
    handover: bool = Field(default=False, description="They are of the list of who has left")


class TransferPath(Input):
    """One transfer."""

    transfer_id: UUID


class TransferOut(Output):
    """One clinic that passes on, and what WeCom does with its customers: how many in which state."""

    id: UUID
    batch_id: UUID
    clinic: Place
    from_owner: Someone | None
    to_owner: Someone | None
    reason: str
    state: str
    requested_at: datetime
    effective_at: datetime
    customers: dict[str, int]


class TransferList(Output):
    """Transfers, newest first."""

    items: list[TransferOut]


class HandoverLine(Output):
    """A clinic whose owner has left."""

    clinic: Place
    left: Someone
    since: datetime
    version: int


class HandoverList(Output):
    """What waits to be handed over, the oldest first."""

    items: list[HandoverLine]


class EvidenceOut(Output):
    """What one side can show, with the numbers of the events that say so."""

    who: Someone
    invited_at: datetime | None
    invited_event: int | None
    entered_at: datetime | None
    entered_event: int | None
    verified_at: datetime | None
    verified_event: int | None


class DisputeOut(Output):
    """Two who claim one clinic, side by side."""

    id: UUID
    clinic: Place
    state: Literal["open", "decided"]
    opened_at: datetime
    by_rule: bool
    reason: str
    claimant: EvidenceOut
    holder: EvidenceOut
    winner: Someone | None
    verdict: str
    decided_at: datetime | None


class DisputeList(Output):
    """Disputes, open ones first."""

    items: list[DisputeOut]


class DisputePath(Input):
    """One dispute."""

    dispute_id: UUID


class VerdictIn(Input):
    """Whose the clinic is, and why."""

    winner_id: UUID
    reason: Why


class Kind(StrEnum):
    """What may be there twice."""

    CLINIC = "clinic"
    PERSON = "person"


class Side(Output):
    """One of two that may be the same: a clinic, or a person of whom only the tail of the number shows."""

    id: UUID
    name: str
    detail: str
    verified: bool


class DuplicateOut(Output):
    """Two that may be one, and what a merge of the second into the first would move."""

    id: UUID
    kind: Kind
    grounds: list[str]
    found_at: datetime
    first: Side
    second: Side
    moves: dict[str, int]
    refusal: str | None


class MergeOut(Output):
    """A merge that was made."""

    id: UUID
    kind: Kind
    kept: Side
    merged: Side
    cause: str
    reason: str
    merged_at: datetime
    undone_at: datetime | None


class DuplicateList(Output):
    """The queue, and what was merged lately."""

    items: list[DuplicateOut]
    merges: list[MergeOut]


class FoundOut(Output):
    """How many pairs are new in the queue."""

    found: int


class DuplicatePath(Input):
    """One pair."""

    duplicate_id: UUID


class MergePath(Input):
    """One merge."""

    merge_id: UUID


class MergeIn(Input):
    """Which of the two goes on."""

    kept_id: UUID
    reason: Line = ""


class Grouping(StrEnum):
    """By what figures are added up."""

    EMPLOYEE = "employee"
    DEPARTMENT = "department"
    REGION = "region"


class ProgressQuery(Input):
    """Of which time, by what; at most a year."""

    days: int = Field(default=30, ge=1, le=366, description="The last days, today included")
    by: Grouping = Grouping.EMPLOYEE
    dedupe: bool = Field(default=True, description="A clinic that another employee won first counts for nobody else")


class ProgressLine(Output):
    """Figures of one employee, department or region; clinics, each counted once for each employee."""

    rank: int
    name: str
    department: str
    region: str
    clinics: int = Field(description="Held now")
    invited: int
    followed: int
    entered: int
    verified: int
    content: int
    won: int
    assists: int
    to_board: int = Field(description="How many verified clinics are missing to the tenth place; 0 on the board")


class DayCount(Output):
    """How many clinics were verified on one day."""

    day: date
    count: int


class ProgressOut(Output):
    """Recruiting progress, most first."""

    items: list[ProgressLine]
    by_day: list[DayCount]
