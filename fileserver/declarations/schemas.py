"""What the API of declarations takes and answers."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import MaterialClass
from compliance.certificate_numbers import NUMBER_CHARS_MAX, CertificateKind
from compliance.declaring import EvidenceKind, Fault, RegisterStatus
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import ONE_LINE, SEVERAL_LINES
from storage.rows.declarations import ScanState

NAME_CHARS_MAX = 200
NOTE_CHARS_MAX = 500
CERTIFICATES_MAX = 20

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_CHARS_MAX), ONE_LINE]
NumberText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NUMBER_CHARS_MAX), ONE_LINE
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTE_CHARS_MAX), SEVERAL_LINES]


class DeclaredCertificateIn(Input):
    """A certificate or registration that the material rests on."""

    kind: CertificateKind
    number: NumberText = Field(description="In any brackets and widths; kept in one spelling")
    valid_until: date | None = Field(
        default=None, description="The last day; taken from the number or the register where it is left out"
    )


class DeclarationIn(Input):
    """What is said of a material from now on."""

    material_class: MaterialClass | None = Field(
        default=None, alias="class", description="Another class; only before anything was ever submitted"
    )
    product: Name = ""
    region: Name = Field(default="", description="Where it is to be used")
    campaign: Name = ""
    certificates: list[DeclaredCertificateIn] = Field(default=[], max_length=CERTIFICATES_MAX)


class EvidenceIn(Input):
    """A file that proves something."""

    upload_id: UUID = Field(description="The caller's finished upload")
    kind: EvidenceKind
    note: Note = Field(default="", description="What it proves")


class MaterialPath(Input):
    """The material in a path."""

    material_id: UUID


class EvidencePath(Input):
    """One of a material's files in a path."""

    material_id: UUID
    evidence_id: UUID


class DeclaredCertificateOut(Output):
    """A declared certificate, and what the register says of it."""

    kind: CertificateKind
    number: str
    valid_until: date | None = Field(description="As the register says; as declared, where it doesn't know the number")
    status: RegisterStatus
    certificate_id: UUID | None = Field(description="The register's entry")
    fault: Fault | None = Field(description="Why it is not in force today")


class EvidenceOut(Output):
    """An attached file."""

    id: UUID
    kind: EvidenceKind
    note: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    added_by: PersonOut
    added_at: datetime
    removed_by: PersonOut | None
    removed_at: datetime | None
    scan_state: ScanState = Field(description="Only what is clean may be read, and counts as evidence")
    scan_rule: str = Field(description="Why it is not clean; empty while it waits")


class RevisionOut(Output):
    """One state of the declaration."""

    revision: int
    product: str
    region: str
    campaign: str
    certificates: list[str] = Field(description="Numbers")
    by: PersonOut
    at: datetime


class DeclarationOut(Output):
    """What is declared of a material, and what the register says of it today."""

    material_id: UUID
    material_class: MaterialClass = Field(serialization_alias="class")
    revision: int = Field(description="0: nothing was declared yet")
    product: str
    region: str
    campaign: str
    certificates: list[DeclaredCertificateOut]
    certificate_fault: Fault | None = Field(description="What is missing of the certificate that the class needs")
    needs: list[CertificateKind] = Field(description="The class needs one of these")
    evidence: list[EvidenceOut]
    history: list[RevisionOut] = Field(description="Newest first")
    editable: Literal["all", "evidence", "nothing"] = Field(
        description="All of it while the newest version is a draft; evidence may still be added under review"
    )
