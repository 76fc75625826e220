"""What the API of directories takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.directory.mapping import LINES_MAX
from fileserver.accounts.session_schemas import Reason
from fileserver.http.schemas import LINE, Input, Output

VALUE_CHARS_MAX = 255
SOURCE = r"^[a-z0-9][a-z0-9-]{0,30}$"

Value = Annotated[str, StringConstraints(min_length=1, max_length=VALUE_CHARS_MAX, strip_whitespace=True, pattern=LINE)]
Claim = Annotated[str, StringConstraints(max_length=VALUE_CHARS_MAX, strip_whitespace=True, pattern=r"^[!-~]*$")]
Given = Literal["marketer", "manager", "reviewer", "auditor", "admin", "left"]


class DirectoryPath(Input):
    """WeCom's directory, or that of a sign-in provider by its name in addresses."""

    source: Annotated[str, StringConstraints(pattern=SOURCE)]


class LineIn(Input):
    """Whoever has this gets this role."""

    kind: Literal["department", "tag", "claim"]
    value: Value = Field(description="Number of the department or tag, or a value of the claim")
    role: Given = Field(description="`left`: whoever has it has left the company")


class LineOut(Output):
    """Whoever has this gets this role."""

    kind: str
    value: str
    role: str


class MappingIn(Input):
    """Which role goes with what: the first line that fits counts, and who fits none gets no account."""

    revision: int = Field(ge=0, description="Of the mapping that was read: another one's change is not overwritten")
    lines: list[LineIn] = Field(default_factory=list, max_length=LINES_MAX)
    role_claim: Claim = Field(default="", description="Of a provider: the claim whose values the lines name")
    department_claim: Claim = Field(default="", description="Of a provider: the claim that names the department")
    makes_accounts: bool = Field(default=True, description="Whether who fits a line gets an account at once")
    reason: Reason


class MappingState(Output):
    """A mapping that is or was in force."""

    revision: int
    lines: list[LineOut]
    role_claim: str
    department_claim: str
    makes_accounts: bool
    reason: str
    changed_by: str = Field(description="A name; empty once that person is erased, or while nobody set anything")
    changed_at: datetime | None


class RunOut(Output):
    """One comparison."""

    id: UUID
    cause: str
    state: str = Field(description="`held`: it would shut out more people than is usual, and waits for a word")
    problem: str = Field(description="Why it was held or failed; empty otherwise")
    counts: dict[str, int]
    started_at: datetime
    ended_at: datetime


class DifferenceOut(Output):
    """What stands here otherwise than in the directory."""

    kind: str
    external_id: str
    person_id: UUID | None
    name: str = Field(description="Empty for who has no account here")
    detail: str
    seen_at: datetime


class ChangeOut(Output):
    """What the directory changed here."""

    kind: str
    person_id: UUID | None
    department_id: UUID | None
    name: str = Field(description="Of the person; empty for a department, or once erased")
    before: str
    after: str
    changed_at: datetime


class DirectoryOut(Output):
    """A directory: its mapping, and how accounts stand to it."""

    source: str
    connected: bool = Field(description="Whether the operator has configured it")
    next_at: datetime | None = Field(description="When it is compared next by itself")
    mapping: MappingState
    history: list[MappingState] = Field(description="The newest first")
    runs: list[RunOut] = Field(description="The newest first")
    differences: list[DifferenceOut]
    changes: list[ChangeOut] = Field(description="The newest first")


class CompareIn(Input):
    """Compare now."""

    confirm: UUID | None = Field(
        default=None, description="A comparison that was held: exactly those whom it would shut out may be"
    )
