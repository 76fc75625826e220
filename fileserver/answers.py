"""Parts of answers that several features give: people by name, versions, what was found in them, what was decided.

Building them reads no row: features read, these only shape. Names come from profiles and are empty once a person is
erased.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from compliance.access import MaterialClass, VersionState
from compliance.detecting.model import Place
from compliance.profiles import ERASED, Profile
from fileserver.http.schemas import Output
from fileserver.i18n import Language, has_message, translate
from storage.rows.reviews import ReviewRow
from storage.rows.scans import ScanRow
from storage.rows.versions import FindingRow, VersionRow

Names = Mapping[UUID, Profile]
MaterialState = Literal["draft", "submitted", "changes_requested", "approved", "rejected", "withdrawn"]


class PersonOut(Output):
    """Somebody by name."""

    id: UUID
    name: str = Field(description="Empty once the person is erased")

    @classmethod
    def of(cls, names: Names, person_id: UUID) -> "PersonOut":
        """The person under this id."""
        return cls(id=person_id, name=names.get(person_id, ERASED).name)


class FindingOut(Output):
    """What a detector reports about a version, and what a reviewer said of it."""

    id: UUID
    detector: str
    rule: str
    severity: Literal["block", "review", "evidence"]
    page: int | None = Field(description="Where in the material; null: all of it")
    message: str = Field(description="The finding as a sentence in the reader's language")
    basis: str = Field(description="Legal basis, where there is one")
    member: str | None = Field(description="Name inside an archive or an Office file")
    box: tuple[int, int, int, int] | None = Field(description="On the page, in thousandths from the upper left")
    start_ms: int | None = Field(description="When in a video")
    quote: str = Field(description="The words of the material that it is about")
    hard: bool = Field(description="Nobody can dismiss it")
    state: Literal["open", "dismissed", "confirmed"]
    reason: str = Field(description="Why a reviewer dismissed or confirmed it")

    @classmethod
    def of(cls, row: FindingRow, language: Language) -> "FindingOut":
        """The finding for this reader."""
        key, params = _sentence(row, language)
        place = Place.of_row(row.place)
        return cls(
            id=row.id,
            detector=row.detector,
            rule=row.rule,
            severity=row.severity,
            page=place.page,
            message=translate(language, key, **params),
            basis=row.basis,
            member=place.member,
            box=place.box,
            start_ms=place.start_ms,
            quote=row.quote,
            hard=row.hard,
            state=row.state,
            reason=row.reason,
        )


def _sentence(row: FindingRow, language: Language) -> tuple[str, Mapping[str, str | int]]:
    """The message of a finding and its arguments; rules of a rule set bring their own words, in both languages."""
    key = f"finding-{row.rule}"
    if has_message(language, key):
        return key, row.params
    suffix = "zh" if language.startswith("zh") else "en"
    words = {name: row.params.get(f"{name}_{suffix}") for name in ("title", "plain", "suggestion")}
    if None in words.values():
        return "finding-other", {"detector": row.detector, "rule": row.rule}
    return "broken-rule", {"rule": row.rule, **{name: str(text) for name, text in words.items()}}


class ScanOut(Output):
    """How far the automatic checks of a version are."""

    state: Literal["waiting", "running", "finished", "failed"] = Field(
        description="`failed`: a check came to no result, so that nothing can be submitted"
    )
    stage: str = Field(description="What is being done; empty when nothing is")
    pages_total: int | None = Field(description="Pages to look at; null until counted")
    pages_done: int
    ended_at: datetime | None
    detectors: dict[str, str] = Field(description="What looked, each with its version")
    rule_set_version: str = Field(description="Empty where no rules were asked")

    @classmethod
    def of(cls, row: ScanRow) -> "ScanOut":
        """The stored scan."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class VersionBrief(Output):
    """One version: the exact bytes, and where they stand."""

    id: UUID
    number: int = Field(description="1 for the first version of the material")
    sha256: str
    size_bytes: int
    media_type: str = Field(description="Found from the bytes")
    filename: str
    state: VersionState
    preparation: Literal["pending", "ready", "refused"] = Field(
        description="`refused`: no sealed copies can be made; the findings say why"
    )
    pages_total: int | None = Field(description="null until counted")
    pages_ready: int
    created_at: datetime

    @classmethod
    def of(cls, row: VersionRow) -> "VersionBrief":
        """The stored version."""
        return cls.model_validate({name: getattr(row, name) for name in VersionBrief.model_fields})


class ReviewBrief(Output):
    """One review of a version: who submitted, what was decided on which bytes, and why."""

    id: UUID
    state: Literal["pending", "changes_requested", "approved", "rejected"]
    sha256: str = Field(description="The bytes that the decision is about")
    rule_set_version: str
    submitted_by: PersonOut
    submitted_at: datetime
    decided_by: PersonOut | None
    decided_at: datetime | None
    reason: str

    @classmethod
    def of(cls, row: ReviewRow, names: Names) -> "ReviewBrief":
        """The stored review."""
        plain = ("id", "state", "sha256", "rule_set_version", "submitted_at", "decided_at", "reason")
        return cls.model_validate(
            {name: getattr(row, name) for name in plain}
            | {
                "submitted_by": PersonOut.of(names, row.submitted_by),
                "decided_by": PersonOut.of(names, row.decided_by) if row.decided_by else None,
            }
        )


class MaterialBrief(Output):
    """A material in one line."""

    id: UUID
    title: str
    material_class: MaterialClass = Field(serialization_alias="class")


def people_of(reviews: Iterable[ReviewRow]) -> set[UUID]:
    """Whose names the reviews need."""
    return {person for each in reviews for person in (each.submitted_by, each.decided_by) if person}
