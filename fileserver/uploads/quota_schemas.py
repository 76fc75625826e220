"""What the API of quotas takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ByteSize, Field, StringConstraints

from fileserver.http.schemas import LINE, Input, Output
from fileserver.uploads.quotas import QUOTA_MAX_BYTES

SUBJECT_CHARS_MAX = 64
CURSOR_CHARS_MAX = 400
LIST_MAX = 200

Scope = Literal["person", "department"]
Subject = Annotated[
    str, StringConstraints(min_length=1, max_length=SUBJECT_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]


class QuotaQuery(Input):
    """Which part of the quotas."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="`next` of the part before")
    limit: int = Field(default=100, ge=1, le=LIST_MAX, description="How many at most")


class QuotaSubject(Input):
    """Whose quota."""

    scope: Scope = Field(description="One person, or everybody in a department and below it together")
    subject: Subject = Field(description="The person's login, or the department's id")


class QuotaIn(QuotaSubject):
    """A quota to be set."""

    size_max_bytes: ByteSize = Field(
        ge=0, le=QUOTA_MAX_BYTES, description="How much may be kept: bytes, or a text like `500 GB` or `2 TiB`"
    )


class QuotaOut(Output):
    """One quota that was set, and what is kept under it."""

    scope: Scope
    subject: str = Field(description="The person's login, or the department's id")
    name: str = Field(description="The department's; empty for the brand itself, and for a person")
    place: str = Field(description="The department with the names above it: `/市场/华东`; empty for a person")
    size_max_bytes: int
    used_bytes: int = Field(description="Unfinished uploads, finished ones that are not used, and versions")
    created_at: datetime = Field(description="When it was set to this size")


class QuotaList(Output):
    """The quotas that were set, departments first, and what counts for everybody else."""

    items: list[QuotaOut]
    person_default_bytes: int | None = Field(description="For a person without a quota; null: without limit")
    department_default_bytes: int | None = Field(
        description="For a department without a quota, except the brand itself; null: without limit"
    )
    next: str | None


class UseOut(Output):
    """What is kept of what may be."""

    used_bytes: int
    allowed_bytes: int | None = Field(description="null: without limit")


class DepartmentUseOut(UseOut):
    """The same of a department and all below it together."""

    department_id: UUID
    name: str = Field(description="Empty for the brand itself")


class UsageOut(Output):
    """How much the caller keeps, and how much the caller may."""

    person: UseOut
    departments: list[DepartmentUseOut] = Field(
        description="Those whose quota binds the caller: their own and those above it, the nearest first"
    )
