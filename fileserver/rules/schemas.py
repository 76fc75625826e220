"""What the rules' API takes and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import MaterialClass
from compliance.ruleset import Severity, View
from compliance.ruleset.yaml_file import FILE_CHARS_MAX
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import SEVERAL_LINES
from fileserver.reentry import Reentry

VERSION_CHARS_MAX = 80
NOTE_CHARS_MAX = 500
TRIED_CHARS_MAX = 20_000

Version = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$", max_length=VERSION_CHARS_MAX)]
Source = Annotated[str, StringConstraints(min_length=1, max_length=FILE_CHARS_MAX)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NOTE_CHARS_MAX), SEVERAL_LINES]


class VersionPath(Input):
    """A rule set by its version."""

    rule_set_version: Version


class SourceIn(Input):
    """A rule file to look at."""

    source: Source = Field(description="The whole file, YAML")


class RuleSetIn(SourceIn):
    """A rule file to keep."""

    note: Note = Field(description="What is different, and why")


class TryIn(Input):
    """A text to try the rules on; nothing is kept of it."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=TRIED_CHARS_MAX)]
    material_class: MaterialClass = Field(default=MaterialClass.PUBLIC_AD, alias="class")
    version: Version | None = Field(default=None, description="Of which rule set; null: the one in force")
    source: Source | None = Field(default=None, description="A rule file that is not kept yet, instead")


class EffectsIn(Input):
    """Where the look at what circulates goes on."""

    after: UUID | None = None


class ActivateIn(Reentry):
    """Puts a rule set into force."""

    reason: Note


class RuleProblemOut(Output):
    """One thing wrong with a rule file."""

    line: int = Field(description="From 1")
    field: str = Field(description="Path within the file: rules[3].find[0].words")
    message: str


class CheckOut(Output):
    """What is wrong with a rule file; nothing if it can be kept under `version`."""

    version: str | None
    rules: int
    problems: list[RuleProblemOut]


class RuleOut(Output):
    """One rule in the reader's language."""

    id: str
    title: str
    plain: str
    suggestion: str
    basis: list[str] = Field(description="Articles of law")
    basis_checked_on: date
    confidence: str = Field(description="`read`, or `counsel`: a lawyer has to confirm it")
    severity: dict[str, str] = Field(description="By class; `none` where it does not hold")
    words: list[str] = Field(description="The first words that it looks for, as the file has them")


class HitOut(Output):
    """One place of a text that breaks a rule."""

    start: int = Field(description="Offset of the first character; `end` is behind the last")
    end: int
    quote: str
    severity: Severity
    view: View = Field(description="How it was written: as it is, with separators, by sound; `absent`: it is missing")
    rule: RuleOut


class TryOut(Output):
    """What the rules say of a text."""

    version: str
    hits: list[HitOut]


class WrittenOut(Output):
    """A rule set that was kept."""

    version: str
    note: str
    written_by: PersonOut
    written_at: datetime


class ActivationOut(Output):
    """A rule set that was put into force."""

    version: str
    reason: str
    activated_by: PersonOut
    activated_at: datetime


class CirculatingOut(Output):
    """A version that people may see, or that waits for a decision."""

    material_id: UUID
    version_id: UUID
    title: str
    material_class: MaterialClass = Field(serialization_alias="class")
    state: str
    number: int


class ProgressOut(Output):
    """How far what circulates was scanned under the rule set in force."""

    total: int
    done: int
    blocked: list[CirculatingOut] = Field(description="What it blocks, undecided; at most 100")


class RuleSetsOut(Output):
    """What is in force, what was written, and what was in force before."""

    active: str
    standard: str = Field(description="The version that ships")
    written: list[WrittenOut]
    activations: list[ActivationOut]
    progress: ProgressOut


class RuleSetOut(Output):
    """One rule set."""

    version: str
    title: str
    active: bool
    rules: list[RuleOut]
    source: str = Field(description="The whole file")


class SaidOut(Output):
    """A rule and the words that break it."""

    rule: str
    severity: Severity
    quote: str


class EffectOut(CirculatingOut):
    """What a rule set would change for one version."""

    read: bool = Field(description="False: no text of it is kept, so nothing can be said")
    blocks: bool = Field(description="Something blocks it that did not before")
    new: list[SaidOut]
    settled: list[SaidOut]


class EffectsOut(Output):
    """The next versions in circulation, and where to go on."""

    items: list[EffectOut]
    total: int = Field(description="How many versions circulate")
    next: UUID | None
