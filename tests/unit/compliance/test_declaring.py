"""What a class needs of certificates, and when what is declared is enough."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from compliance.access import MaterialClass
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import Certificate, Declared, certificate_fault, china_day

TODAY = date(2026, 11, 23)
VALID = Certificate(kind=CertificateKind.MEDICAL_AD, number="x", valid_until=TODAY, status="active")


@pytest.mark.parametrize(
    ("certificates", "fault"),
    [
        ((), "certificate-missing"),
        ((Certificate(kind=CertificateKind.DEVICE_REGISTRATION, number="x", status="active"),), "certificate-missing"),
        ((VALID,), None),
        ((replace(VALID, valid_from=TODAY),), None),
        ((replace(VALID, valid_from=TODAY + timedelta(days=1)),), "certificate-not-yet"),
        ((Certificate(kind=CertificateKind.MEDICAL_AD, number="x", valid_until=TODAY),), "certificate-unregistered"),
        (
            (Certificate(kind=CertificateKind.MEDICAL_AD, number="x", valid_until=TODAY, status="suspended"),),
            "certificate-suspended",
        ),
        (
            (
                Certificate(
                    kind=CertificateKind.DRUG_DEVICE_AD,
                    number="x",
                    valid_until=TODAY - timedelta(days=1),
                    status="active",
                ),
            ),
            "certificate-expired",
        ),
    ],
)
def test_public_advertising_needs_a_certificate_in_force(certificates: tuple[Certificate, ...], fault: str) -> None:
    """One of the right kind that is in the register, active and not over; its last day still counts."""
    declared = Declared(material_class=MaterialClass.PUBLIC_AD, certificates=certificates)
    assert fault == certificate_fault(declared, TODAY)


@pytest.mark.parametrize("material_class", sorted(set(MaterialClass) - {MaterialClass.PUBLIC_AD}))
def test_other_classes_need_none(material_class: MaterialClass) -> None:
    """What is not advertising to the public is shared without."""
    assert certificate_fault(Declared(material_class=material_class), TODAY) is None


def test_days_turn_at_the_clinics_midnight() -> None:
    """A certificate's last day ends at midnight in China, wherever the server stands."""
    assert date(2026, 11, 23) == china_day(datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))
    assert date(2026, 11, 24) == china_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
