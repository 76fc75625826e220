"""What the register's API takes and answers."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.certificate_numbers import NUMBER_CHARS_MAX, CertificateKind
from compliance.register import CertificateStatus
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import ONE_LINE, SEVERAL_LINES

NAME_CHARS_MAX = 200
SCOPE_CHARS_MAX = 2000
REASON_CHARS_MAX = 500
CURSOR_CHARS_MAX = 120
PAGE_DEFAULT = 50
PAGE_MAX = 100
DAYS_MAX = 3660

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_CHARS_MAX), ONE_LINE]
NumberText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NUMBER_CHARS_MAX), ONE_LINE
]
ScopeText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=SCOPE_CHARS_MAX), SEVERAL_LINES]
ReasonText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_CHARS_MAX), SEVERAL_LINES]


class FactsIn(Input):
    """What an entry says, beside its kind and number."""

    holder: Name = Field(description="Whom it was given to")
    product: Name = Field(description="What it is about")
    scope: ScopeText = Field(default="", description="What it allows, in its own words")
    valid_from: date = Field(description="The first day")
    valid_until: date | None = Field(
        default=None, description="The last day; may be left out where the number says it, or where there is no end"
    )
    status: CertificateStatus = Field(
        default=CertificateStatus.ACTIVE, description="A change that leaves it, `scope` or `valid_until` out keeps it"
    )
    reason: ReasonText = Field(default="", description="Why, for the history")


class CertificateIn(FactsIn):
    """A new entry of the register."""

    kind: CertificateKind
    number: NumberText = Field(description="In any brackets and widths; kept in one spelling")


class CertificateChangeIn(FactsIn):
    """An entry as it should read from now on; kind and number stay."""

    revision: int | None = Field(default=None, ge=1, description="The revision that was read; refused if it is older")


class CertificatePath(Input):
    """The entry in a path."""

    certificate_id: UUID


class CertificateQuery(Input):
    """Which entries to list."""

    kind: CertificateKind | None = None
    status: CertificateStatus | None = None
    q: str | None = Field(default=None, max_length=NAME_CHARS_MAX, description="Part of number, holder or product")
    ends_within_days: int | None = Field(default=None, ge=0, le=DAYS_MAX, description="Only what ends by then")
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


Standing = Literal["in_force", "ending", "ended", "not_yet", "suspended", "revoked"]


class CertificateOut(Output):
    """One entry."""

    id: UUID
    kind: CertificateKind
    number: str
    holder: str
    product: str
    scope: str
    valid_from: date
    valid_until: date | None = Field(description="The last day; null: without end")
    status: CertificateStatus
    standing: Standing = Field(description="What status and dates come to today; `ending`: within 30 days")
    days_left: int | None = Field(description="0 on the last day, negative once it has ended; null: without end")
    revision: int
    created_at: datetime


class CertificateList(Output):
    """Entries, newest first."""

    items: list[CertificateOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class CertificateChangeOut(Output):
    """A state that the entry was in."""

    revision: int
    facts: dict[str, str | None]
    changed: list[str] = Field(description="Which members differ from the revision before; empty for the first")
    reason: str
    by: PersonOut
    at: datetime


class LinkedMaterialOut(Output):
    """A material that names the entry."""

    id: UUID
    title: str
    owner: PersonOut
    depends: bool = Field(description="What its shares serve was submitted with this entry")


class CertificateDetail(CertificateOut):
    """One entry with its history and what names it."""

    changes: list[CertificateChangeOut] = Field(description="Newest first")
    materials: list[LinkedMaterialOut] = Field(description="Those that name it; 200 at most")


class ImportOut(Output):
    """What a file brought into the register."""

    added: int
    changed: int
    unchanged: int
