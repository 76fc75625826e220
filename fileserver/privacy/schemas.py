"""What the API of erasure, subject exports and legal holds takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.erasure import Common
from compliance.holds import HoldKind
from fileserver.http.schemas import LINE, Input, Output
from fileserver.reentry import Reentry

REASON_CHARS_MAX = 500
CURSOR_CHARS_MAX = 400
LIST_MAX = 200

Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=REASON_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]


class SubjectPath(Input):
    """The person whom it is about."""

    person_id: UUID


class ConfirmedIn(Reentry):
    """The caller proves who they are once more."""


class EraseIn(ConfirmedIn):
    """Why somebody is erased."""

    reason: Reason = Field(description="Who asked for it and when; only its SHA-256 is kept")
    common: Common = Field(
        default=Common.REFUSE,
        description="What to do about a name or login that stands in more than 20 texts, where it may be a word: "
        "`refuse` erases nobody and says in how many, `replace` or `leave` it",
    )


class LeaveIn(Input):
    """A viewer's word that they mean it."""

    confirm: Literal["erase"] = Field(description="The word `erase`: it can't be undone")


class ErasedOut(Output):
    """What an erasure did."""

    pseudonym: str = Field(description="What events go on calling this person")
    rows: int = Field(description="Rows that were deleted or emptied")
    texts: int = Field(description="Free texts in which a name, number or login was replaced")
    left: int = Field(description="Free texts in which a common name was left")
    traces: int = Field(description="Traces whose files are being deleted")


class HoldIn(Input):
    """A hold to be placed."""

    kind: HoldKind = Field(description="`person`, `material`, or `log` for everything")
    subject: UUID | None = Field(default=None, description="The person's or the material's id; none for the log")
    reason: Reason = Field(description="For those who will ask later")


class HoldPath(Input):
    """One hold."""

    hold_id: UUID


class LiftIn(ConfirmedIn):
    """Why a hold ends."""

    reason: Reason = Field(description="For those who will ask later")


class HoldQuery(Input):
    """Which holds."""

    active: bool | None = Field(default=None, description="Only those that are in force, or that are not")
    cursor: Annotated[str, StringConstraints(max_length=CURSOR_CHARS_MAX)] | None = Field(
        default=None, description="`next` of the part before"
    )
    limit: int = Field(default=100, ge=1, le=LIST_MAX, description="How many at most")


class HoldOut(Output):
    """A legal hold."""

    id: UUID
    kind: HoldKind
    subject: UUID | None
    subject_name: str = Field(description="The person's name or the material's title; empty for the log")
    reason: str
    placed_by: str = Field(description="Empty for an operator at the command line")
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None
    lifted_reason: str
    mine: bool = Field(description="Whether the caller placed it, who then can't lift it")


class HoldList(Output):
    """Holds, newest first."""

    items: list[HoldOut]
    next: str | None
