"""What the API of recall lists and dossiers takes and answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from compliance.access import Job
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output

CURSOR_CHARS_MAX = 120
PAGE_DEFAULT = 50
PAGE_MAX = 200


class MaterialPath(Input):
    """The material in a path."""

    material_id: UUID


class RecallQuery(Input):
    """Which part of the list."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class SeenOut(Output):
    """One visit to the material."""

    visit_id: UUID
    person: PersonOut
    clinic: str
    job: Job | None
    version: int = Field(description="Number of the version that was served")
    copy_id: str = Field(description="What the hidden mark of the copy carries, as hexadecimal")
    share_id: UUID
    passed_by: PersonOut = Field(description="Who made the share: an employee, or the viewer who passed it on")
    depth: int = Field(description="0: straight from an employee")
    first_seen_at: datetime
    last_seen_at: datetime
    downloads: int = Field(description="How often a file was taken away")
    passed_on: int = Field(description="How many shares this person made of it")


class ReadingOut(Output):
    """One employee reading a version in the console."""

    id: UUID
    person: PersonOut
    version: int = Field(description="Number of the version that was read")
    copy_id: str = Field(description="What the hidden mark of its pages carries, as hexadecimal")
    started_at: datetime


class OriginalOut(Output):
    """Somebody who took the stored bytes of one version."""

    name: str = Field(description="Empty once they are erased")
    sha256: str
    times: int = Field(description="How often the bytes, or a part of them, were asked for")
    last_at: datetime


class InsideOut(Output):
    """Which employees read a material, newest first."""

    material_id: UUID
    title: str
    narrowed: bool = Field(description="Only the caller's own readings")
    items: list[ReadingOut]
    originals: list[OriginalOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class RecallOut(Output):
    """Who saw a material, newest visit first."""

    material_id: UUID
    title: str
    withdrawn_at: datetime | None
    narrowed: bool = Field(description="Only the caller's own shares, and what was passed on from them")
    items: list[SeenOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")
