"""What a marketer declares of a material, beside what the register says of it now.

Promises: `Declared` is one moment's answer, read in the caller's transaction; a certificate that is in the register
counts as the register says, one that isn't as it was declared, and never as valid where the class needs one. Leaves to
`compliance.access` what may be shared, and to the reviewing what an approval needs besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Literal
from uuid import UUID

from compliance.access.model import MaterialClass
from compliance.certificate_numbers import AD_KINDS, CertificateKind
from storage.database import Transaction
from storage.rows import declarations
from storage.rows.declarations import DeclarationRow, StandingCertificate

CHINA_TIME = timezone(timedelta(hours=8))  # a certificate ends with a day at the clinics' clock
NEEDED: Mapping[MaterialClass, frozenset[CertificateKind]] = {MaterialClass.PUBLIC_AD: AD_KINDS}
"""The classes that need a certificate, and which kinds do: one of them is enough."""

RegisterStatus = Literal["unregistered", "active", "suspended", "revoked"]
Fault = Literal[
    "certificate-missing",
    "certificate-unregistered",
    "certificate-suspended",
    "certificate-not-yet",
    "certificate-expired",
]


class EvidenceKind(StrEnum):
    """What an attached file proves."""

    CERTIFICATE_SCAN = "certificate_scan"
    PORTRAIT_CONSENT = "portrait_consent"
    DATA_SOURCE = "data_source"
    PATENT = "patent"
    REGISTRATION = "registration"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate or registration as declared, with what the register says of it; the register's end counts."""

    kind: CertificateKind
    number: str
    valid_until: date | None = None  # the last day
    status: RegisterStatus = "unregistered"
    valid_from: date | None = None  # the first day; the register alone knows it

    def fault_on(self, today: date) -> Fault | None:
        """Why it isn't in force on this day."""
        if self.status in ("suspended", "revoked"):
            return "certificate-suspended"
        if self.valid_until is not None and self.valid_until < today:
            return "certificate-expired"
        if self.valid_from is not None and self.valid_from > today:
            return "certificate-not-yet"
        return "certificate-unregistered" if self.status == "unregistered" else None


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The facts about a material that no detector can find in its bytes."""

    material_class: MaterialClass
    product: str = ""
    region: str = ""
    campaign: str = ""
    certificates: tuple[Certificate, ...] = ()
    evidence_kinds: frozenset[EvidenceKind] = frozenset()
    revision: int = 0  # 0: nothing was declared yet


def china_day(now: datetime) -> date:
    """The day at the clinics' clock."""
    return now.astimezone(CHINA_TIME).date()


def certificate_fault(declared: Declared, on: date) -> Fault | None:
    """What is missing of the certificate that the class needs on this day; None where none is needed."""
    needed = NEEDED.get(declared.material_class)
    if needed is None:
        return None
    candidates = [each for each in declared.certificates if each.kind in needed]
    faults = [each.fault_on(on) for each in candidates]
    if not faults:
        return "certificate-missing"
    return None if None in faults else faults[0]


async def declared_of(tx: Transaction, material_id: UUID, *, version_id: UUID | None = None) -> Declared | None:
    """What is declared of a material now, or of the version as it was submitted; None for an unknown material.

    What the register says is what it says now.
    """
    facts = await declarations.facts_of(tx, material_id, version_id=version_id)
    if facts is None:
        return None
    row = facts.declaration
    certificates = await declarations.certificates_of(tx, material_id, row.revision) if row else ()
    kinds = await declarations.evidence_kinds(tx, material_id)
    return _declared(facts.material_class, row, tuple(map(certificate_of, certificates)), kinds)


def certificate_of(row: StandingCertificate) -> Certificate:
    """A declared certificate beside the register's entry of its number."""
    registered = row.status is not None
    return Certificate(
        kind=CertificateKind(row.kind),
        number=row.number,
        valid_until=row.registered_until if registered else row.valid_until,
        status=row.status or "unregistered",
        valid_from=row.registered_from,
    )


def _declared(
    material_class: str, row: DeclarationRow | None, certificates: tuple[Certificate, ...], kinds: frozenset[str]
) -> Declared:
    return Declared(
        material_class=MaterialClass(material_class),
        product=row.product if row else "",
        region=row.region if row else "",
        campaign=row.campaign if row else "",
        certificates=certificates,
        evidence_kinds=frozenset(map(EvidenceKind, kinds)),
        revision=row.revision if row else 0,
    )
