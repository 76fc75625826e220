"""Bodies and answers about departments and regions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.organisation import NAME_CHARS_MAX
from fileserver.http.schemas import LINE, Input, Output

REASON_CHARS_MAX = 500

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX, pattern=LINE)]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=REASON_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]


class DepartmentAdd(Input):
    """A department to be added."""

    name: Name = Field(description="Unlike its neighbours'")
    parent_id: UUID = Field(description="The department above it; the first of the list is the brand itself")
    reason: Reason


class DepartmentChange(Input):
    """A department as it is to be. All of it is said at once."""

    name: str = Field(max_length=NAME_CHARS_MAX, description="Empty for the brand itself, which has no other")
    parent_id: UUID | None = Field(description="The department above it; null for the brand itself")
    region_id: UUID | None = Field(default=None, description="Null: that of the department above")
    reason: Reason


class RegionIn(Input):
    """A region's name."""

    name: Name
    reason: Reason


class WhyIn(Input):
    """Why."""

    reason: Reason


class DepartmentPath(Input):
    """The department in a path."""

    department_id: UUID


class RegionPath(Input):
    """The region in a path."""

    region_id: UUID


class DepartmentOut(Output):
    """One department."""

    id: UUID
    parent_id: UUID | None
    name: str = Field(description="Empty: the brand itself")
    depth: int = Field(description="0: the brand itself")
    region_id: UUID | None = Field(description="As it was said of this one")
    region: str = Field(description="Its own or the nearest one above; empty: all of them")
    source: str = Field(description="`own`, or the directory that it comes from")
    people: int = Field(description="Accounts in it that are not disabled")


class DepartmentList(Output):
    """The tree, each department right below the one above it or below its neighbours there."""

    items: list[DepartmentOut]
    next: None = None


class RegionOut(Output):
    """One region."""

    id: UUID
    name: str


class RegionList(Output):
    """The regions by name."""

    items: list[RegionOut]
    next: None = None


class ChangeOut(Output):
    """One change, never changed itself."""

    subject_id: UUID = Field(description="The department or region")
    name: str = Field(description="Its name today; empty: the brand itself")
    kind: str
    before: str = Field(description="A name, or an id")
    after: str
    reason: str
    changed_by: str = Field(description="A name; empty for a directory, the operator, and who was erased")
    changed_at: datetime


class ChangeList(Output):
    """What became of departments and regions, the newest first."""

    items: list[ChangeOut]
    next: None = None
