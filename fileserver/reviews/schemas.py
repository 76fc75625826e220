"""What the reviews API takes and answers."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from fileserver.answers import FindingOut, MaterialBrief, PersonOut, ReviewBrief, VersionBrief
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import SEVERAL_LINES

REASON_CHARS_MAX = 2000
PAGE_DEFAULT = 50
PAGE_MAX = 100
CURSOR_CHARS_MAX = 120

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_CHARS_MAX), SEVERAL_LINES]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Decision(StrEnum):
    """What a reviewer can say."""

    APPROVE = "approve"
    REJECT = "reject"


class Queue(StrEnum):
    """Which reviews to list: what waits, or what was decided."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    DECIDED = "decided"


class DecisionIn(Input):
    """A decision on the exact bytes that were read."""

    decision: Decision
    sha256: Sha256 = Field(description="The bytes that the decision is about: must be those under review")
    reason: Reason = Field(default="", description="Needed to reject")


class ReviewQuery(Input):
    """Which reviews to list."""

    state: Queue = Field(default=Queue.PENDING, description="`decided` is approved and rejected")
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class ReviewPath(Input):
    """The review in a path."""

    review_id: UUID


class ReviewItem(ReviewBrief):
    """A review in the queue."""

    material: MaterialBrief
    version: VersionBrief
    uploader: PersonOut
    may_decide: bool = Field(description="Whether the caller may decide it now: it waits, and is not their own upload")


class ReviewList(Output):
    """Pending reviews oldest first, decided ones newest first."""

    items: list[ReviewItem]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class ReviewOut(ReviewItem):
    """A review with all that a reviewer should know before deciding."""

    description: str = Field(description="The material's description")
    findings: list[FindingOut]
    withdrawn: bool = Field(description="Whether the material has been withdrawn, which ends the review undecided")
