"""Bodies and answers about broken glass."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fileserver.http.schemas import LINE, Input, Output

REASON_CHARS_MIN = 10
REASON_CHARS_MAX = 500

Reason = Annotated[
    str,
    StringConstraints(min_length=REASON_CHARS_MIN, max_length=REASON_CHARS_MAX, strip_whitespace=True, pattern=LINE),
]


class GlassIn(Input):
    """What an administrator wants to be let in to."""

    scope: Literal["material", "log"]
    material_id: UUID | None = Field(default=None, description="With the scope `material`: which one")
    reason: Reason = Field(description="Auditors, managers and administrators read it; its hash goes into the log")
    minutes: int = Field(ge=1, description="It ends by itself; at most SEALSHARE_BREAK_GLASS_MINUTES_MAX")

    @model_validator(mode="after")
    def _of_one_thing(self) -> Self:
        if (self.scope == "material") != (self.material_id is not None):
            raise PydanticCustomError("glass-thing", "a material is named with the scope material, and with no other")
        return self


class GlassPath(Input):
    """The grant in a path."""

    grant_id: UUID


class GlassOut(Output):
    """One time that the glass was broken."""

    id: UUID
    scope: Literal["material", "log"]
    material_id: UUID | None
    person_id: UUID
    name: str = Field(description="Of the administrator; empty once they are erased")
    reason: str
    minutes: int
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None = Field(description="When it was over; null while it lasts")
    ended_by: str = Field(description="Who ended it before its time; empty: nobody")
    uses: int = Field(description="How often something was read by it")
    open: bool = Field(description="Whether it lets the administrator in now")


class GlassList(Output):
    """All there was, the newest first."""

    items: list[GlassOut]
    minutes_max: int = Field(description="For how long the glass may be broken at once")
    next: None = None
