"""What the reviews API takes and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import MaterialClass
from compliance.reviewing.procedures import Discipline
from compliance.reviewing.signatures import Fault, Meaning
from fileserver.answers import FindingOut, MaterialBrief, PersonOut, ReviewBrief, VersionBrief
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import SEVERAL_LINES
from fileserver.reentry import Reentry

REASON_CHARS_MAX = 2000
COMMENT_CHARS_MAX = 4000
PAGE_DEFAULT = 50
PAGE_MAX = 100
CURSOR_CHARS_MAX = 160
THOUSANDTHS = 1000

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_CHARS_MAX), SEVERAL_LINES]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=COMMENT_CHARS_MAX), SEVERAL_LINES
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Thousandth = Annotated[int, Field(ge=0, le=THOUSANDTHS)]


class Decision(StrEnum):
    """What a reviewer can say."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"


class Queue(StrEnum):
    """Which reviews to list: what waits, or what was decided."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CHANGES_REQUESTED = "changes_requested"
    DECIDED = "decided"


class Risk(StrEnum):
    """How much is at stake: `high` has a blocking finding, `low` none at all and is no public advertising."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


RISKS = tuple(Risk)  # by the number that rows hold


class DecisionIn(Reentry):
    """A decision on the exact bytes that were read, signed with one's password or second factor."""

    decision: Decision
    sha256: Sha256 = Field(description="The bytes that the decision is about: must be those under review")
    reason: Reason = Field(default="", description="Needed to reject, and to ask for changes")
    discipline: Discipline | None = Field(
        default=None, description="Which approval to give; null: the first open one that the caller may give"
    )


class ReviewQuery(Input):
    """Which reviews to list. Filters and order are for what waits."""

    state: Queue = Field(default=Queue.PENDING, description="`decided` is everything that was decided")
    material_class: MaterialClass | None = Field(default=None, alias="class")
    risk: Risk | None = None
    discipline: Discipline | None = Field(default=None, description="Whose approval is still missing")
    overdue: bool = Field(default=False, description="Only what is due already")
    claim: Literal["mine", "none"] | None = Field(default=None, description="`none`: what nobody is at work on")
    sort: Literal["due", "risk"] = "due"
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class ReviewPath(Input):
    """The review in a path."""

    review_id: UUID


class ClaimOut(Output):
    """Who is at work on an approval, and until when nobody else is let in."""

    person: PersonOut
    mine: bool
    expires_at: datetime


class StepOut(Output):
    """One approval that the review needs."""

    discipline: Discipline
    stage: int = Field(description="Approvals of one stage go side by side; a later stage waits for the earlier")
    state: Literal["waiting", "open", "signed"]
    claim: ClaimOut | None


class CapacityOut(Output):
    """An approval that the caller may give now."""

    discipline: Discipline
    on_behalf_of: PersonOut | None = Field(description="Who is away; null: the discipline is the caller's own")


class SignatureOut(Output):
    """An electronic signature, as it was given and as its examination found it."""

    id: UUID
    discipline: Discipline
    meaning: Meaning
    name: str = Field(description="The printed name at that moment; empty once the signer is erased")
    person: PersonOut
    on_behalf_of: PersonOut | None
    signed_at: datetime
    factor: str
    reason: str
    reason_whole: bool = Field(description="false: an erasure replaced words of the reason")
    hash: str = Field(description="Over all that the signature says; stands in the log's event too")
    event_id: int
    pruned_at: int | None = Field(
        description="The event was pruned when its time was over; the tree keeps its hash at this place"
    )
    faults: list[Fault] = Field(description="Empty: it holds")
    reopened: bool = Field(description="An approval that a newer check made necessary anew; it is kept as a record")


class CommentOut(Output):
    """A comment, pinned to a place, with its answers."""

    id: UUID
    person: PersonOut
    created_at: datetime
    body: str
    page: int | None
    box: tuple[int, int, int, int] | None = Field(
        description="In thousandths of the page, from the upper left; a point has no size"
    )
    resolved_by: PersonOut | None
    resolved_at: datetime | None
    answers: list["AnswerOut"]


class AnswerOut(Output):
    """An answer to a comment."""

    id: UUID
    person: PersonOut
    created_at: datetime
    body: str


class CommentList(Output):
    """The threads of a review, oldest first."""

    items: list[CommentOut]


class NeedOut(Output):
    """Something that an approval needs and that does not hold yet."""

    need: str
    message: str


class ReviewItem(ReviewBrief):
    """A review in the queue."""

    material: MaterialBrief
    version: VersionBrief
    uploader: PersonOut
    due_at: datetime | None
    overdue: bool
    risk: Risk
    steps: list[StepOut]
    may_decide: bool = Field(description="Whether an approval that is open now is the caller's to give")


class ReviewList(Output):
    """Pending reviews in the order asked for, decided ones newest first."""

    items: list[ReviewItem]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class ReviewOut(ReviewItem):
    """A review with all that a reviewer should know before deciding."""

    description: str = Field(description="The material's description")
    findings: list[FindingOut]
    comments: list[CommentOut]
    signatures: list[SignatureOut]
    capacities: list[CapacityOut] = Field(description="The open approvals that the caller may give")
    unmet: list[NeedOut] = Field(description="What an approval still needs; a rejection needs none of it")
    barred_by: str | None = Field(description="The rule that keeps the caller from deciding; null if none does")
    withdrawn: bool = Field(description="Whether the material has been withdrawn, which ends the review undecided")


class CommentIn(Input):
    """A comment, or an answer to one."""

    body: Words
    page: int | None = Field(default=None, ge=1, le=100_000)
    box: tuple[Thousandth, Thousandth, Thousandth, Thousandth] | None = Field(
        default=None, description="x0, y0, x1, y1 in thousandths of the page; the same point twice pins a point"
    )
    parent_id: UUID | None = Field(
        default=None, description="The comment that this answers; it has no place of its own"
    )


class CommentPath(Input):
    """A comment in a path."""

    review_id: UUID
    comment_id: UUID


class ResolveIn(Input):
    """Whether a thread is settled."""

    resolved: bool


class FindingPath(Input):
    """A finding in a path."""

    review_id: UUID
    finding_id: UUID


class FindingDecisionIn(Input):
    """What a reviewer says of a finding."""

    decision: Literal["dismiss", "confirm"]
    reason: Reason = Field(default="", description="Needed to dismiss")
