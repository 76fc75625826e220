"""What the API of procedures, disciplines and absences takes and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import MaterialClass
from compliance.reviewing.procedures import DUE_DAYS_MAX, Discipline
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import SEVERAL_LINES

REASON_CHARS_MAX = 500
STAGES_MAX = len(Discipline)

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_CHARS_MAX), SEVERAL_LINES
]
Stage = Annotated[list[Discipline], Field(min_length=1, max_length=STAGES_MAX)]


class ProcedurePath(Input):
    """A class in a path."""

    material_class: MaterialClass


class ProcedureIn(Input):
    """Which approvals a class needs from now on."""

    stages: list[Stage] = Field(
        min_length=1, max_length=STAGES_MAX, description="One after the other; disciplines of a stage go side by side"
    )
    four_eyes: bool = Field(description="Whether each approval must be given by somebody else")
    due_days: int = Field(ge=1, le=DUE_DAYS_MAX, description="Days from the submission until it is due")
    reason: Reason = Field(description="Why it is changed; kept with the setting")


class ProcedureOut(Output):
    """What a class needs now."""

    material_class: MaterialClass = Field(serialization_alias="class")
    stages: list[list[Discipline]]
    four_eyes: bool
    due_days: int


class SettingOut(ProcedureOut):
    """A setting with who made it, when and why."""

    set_by: PersonOut
    set_at: datetime
    reason: str


class ProceduresOut(Output):
    """The procedures, and their history."""

    items: list[ProcedureOut]
    history: list[SettingOut] = Field(description="The latest first; a class without any has the product's own")


class ReviewerPath(Input):
    """A reviewer in a path."""

    person_id: UUID


class DisciplinesIn(Input):
    """What a reviewer answers for from now on."""

    disciplines: list[Discipline] = Field(max_length=len(Discipline))


class ReviewerOut(Output):
    """A reviewer and what they answer for."""

    person: PersonOut
    disciplines: list[Discipline]
    away: bool = Field(description="Whether they are away today")


class AbsenceOut(Output):
    """An absence. Ended without anybody: its last day was over."""

    id: UUID
    person: PersonOut
    deputy: PersonOut | None
    starts_on: date
    ends_on: date = Field(description="The last day")
    set_by: PersonOut
    set_at: datetime
    ended_by: PersonOut | None
    ended_at: datetime | None


class ReviewersOut(Output):
    """Who reviews."""

    items: list[ReviewerOut]
    uncovered: list[Discipline] = Field(description="Asked for by a class or a review, and nobody answers for it")
    absences: list[AbsenceOut] = Field(description="The latest first")


class AbsenceIn(Input):
    """From when to when a reviewer is away, and who acts for them."""

    person_id: UUID | None = Field(default=None, description="null: the caller")
    deputy_id: UUID | None = Field(default=None, description="null: nobody acts for them")
    starts_on: date = Field(description="The first day, in China")
    ends_on: date = Field(description="The last day, in China")


class AbsencePath(Input):
    """An absence in a path."""

    absence_id: UUID
