"""What the materials API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import MaterialClass, Sensitivity
from fileserver.answers import FindingOut, MaterialBrief, MaterialState, PersonOut, ReviewBrief, ScanOut, VersionBrief
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import ONE_LINE, SEVERAL_LINES

TITLE_CHARS_MAX = 200
DESCRIPTION_CHARS_MAX = 2000
REASON_CHARS_MAX = 2000
PAGE_DEFAULT = 50
PAGE_MAX = 100
CURSOR_CHARS_MAX = 120

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARS_MAX), ONE_LINE]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=DESCRIPTION_CHARS_MAX), SEVERAL_LINES]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_CHARS_MAX), SEVERAL_LINES
]


class MaterialIn(Input):
    """A material to be made of a finished upload."""

    upload_id: UUID = Field(description="The caller's upload; may still be verifying")
    title: Title = Field(description="One line")
    material_class: MaterialClass = Field(alias="class", description="What it is for; the law differs by class")
    description: Description = Field(default="", description="What readers should know")
    sensitivity: Sensitivity = Field(
        default=Sensitivity.USUAL,
        description="`top`: whatever a share says, nothing leaves but pictures of pages with both marks burned in",
    )


class VersionIn(Input):
    """New bytes for a material."""

    upload_id: UUID = Field(description="The caller's upload; may still be verifying")


class SubmitIn(Input):
    """Which version to submit for review."""

    version: int | None = Field(default=None, ge=1, description="Its number; the newest unless given")


class WithdrawIn(Input):
    """Why a material is taken out of use."""

    reason: Reason = Field(description="For those who ask later")


class MaterialQuery(Input):
    """Which materials to list."""

    state: MaterialState | None = Field(default=None, description="State of the newest visible version, or withdrawn")
    material_class: MaterialClass | None = Field(default=None, alias="class")
    q: str | None = Field(default=None, max_length=TITLE_CHARS_MAX, description="Part of the title, in any case")
    mine: bool = Field(default=False, description="Only the caller's own")
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class MaterialPath(Input):
    """The material in a path."""

    material_id: UUID


class MaterialItem(MaterialBrief):
    """A material in a list, with the newest version that the reader may see."""

    owner: PersonOut
    state: MaterialState
    created_at: datetime
    version: VersionBrief


class MaterialList(Output):
    """Materials, newest first."""

    items: list[MaterialItem]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class VersionOut(VersionBrief):
    """A version with its story."""

    uploader: PersonOut
    scan: ScanOut | None = Field(description="The newest; null for versions of earlier releases until they are scanned")
    findings: list[FindingOut]
    reviews: list[ReviewBrief] = Field(description="Oldest first")


class Withdrawal(Output):
    """When, by whom and why a material was taken out of use."""

    at: datetime
    by: PersonOut
    reason: str


class Duplicate(Output):
    """Another version with the same bytes."""

    material_id: UUID
    title: str
    version: int


class MaterialOut(MaterialBrief):
    """A material with every version that the reader may see."""

    description: str
    sensitivity: Sensitivity
    owner: PersonOut
    state: MaterialState = Field(description="State of the newest visible version, or withdrawn")
    created_at: datetime
    withdrawn: Withdrawal | None
    shared_version: int | None = Field(description="Number of the version that shares serve; null if none is approved")
    versions: list[VersionOut] = Field(description="Newest first")
    duplicate_of: Duplicate | None = Field(description="The same bytes elsewhere, among what the reader may see")


class ChangesQuery(Input):
    """Which two versions to compare, and from which page on."""

    before: int | None = Field(
        default=None, ge=1, description="The number of the earlier version; none: the one before"
    )
    after: int | None = Field(default=None, ge=1, description="The number of the later one; none: the newest")
    first: int = Field(default=1, ge=1, le=100_000, description="The page to begin with, as `next` of the last answer")


class ChangedLine(Output):
    """A line of text of either version, or of both."""

    kind: Literal["same", "removed", "added"]
    text: str


class ChangedPage(Output):
    """A page of either version, or a part that is no page, such as hidden notes."""

    page: int | None = Field(description="Null for a part that is no page")
    member: str | None = Field(description="The name of a part that is no page")
    before: bool = Field(description="Whether the earlier version has it")
    after: bool = Field(description="Whether the later version has it")
    changed: bool = Field(description="Whether its words changed")
    lines: list[ChangedLine]
    boxes: list[tuple[int, int, int, int]] = Field(
        description="Where the pictures of the page differ, in thousandths from the upper left of the later one"
    )


class ChangesOut(Output):
    """What changed between two versions, some pages at a time."""

    before_id: UUID
    before: int
    after_id: UUID
    after: int
    read: bool = Field(description="False while the text of one of them is not known: then only pictures are compared")
    pages: list[ChangedPage]
    next: int | None = Field(description="`first` of the next pages; null: there are no more")
