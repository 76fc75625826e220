"""Numbers of certificates: one spelling, the end that a form carries, and what is no number."""

from datetime import date

import pytest

from compliance.certificate_numbers import CertificateKind, UnknownForm, number_of

MEDICAL, AD = CertificateKind.MEDICAL_AD, CertificateKind.DRUG_DEVICE_AD
DEVICE, DRUG, COSMETIC = (
    CertificateKind.DEVICE_REGISTRATION,
    CertificateKind.DRUG_APPROVAL,
    CertificateKind.COSMETIC_REGISTRATION,
)


@pytest.mark.parametrize(
    ("kind", "typed", "canonical"),
    [
        (MEDICAL, "沪医广【2026】第01-02-A003号", "沪医广【2026】第01-02-A003号"),
        (MEDICAL, "（沪）医广〔2026〕第 01－02－A003 号", "沪医广【2026】第01-02-A003号"),
        (MEDICAL, "京中医广[2026]第01-30-10号", "京中医广【2026】第01-30-10号"),
        (MEDICAL, "鲁医广【2026】第0902-001-3711号", "鲁医广【2026】第09-02-001-3711号"),
        (AD, "粤械广审（文）第271201-00001号", "粤械广审(文)第271201-00001号"),
        (AD, "京药广审(视)第280229-00042号", "京药广审(视)第280229-00042号"),
        (DEVICE, "国械注准20233130001", "国械注准20233130001"),
        (DRUG, "国药准字h20230001", "国药准字H20230001"),
        (COSMETIC, "国妆特字20230001", "国妆特字20230001"),
    ],
)
def test_one_spelling(kind: CertificateKind, typed: str, canonical: str) -> None:
    """Brackets, widths, dashes and spaces don't matter; what is kept is always the same."""
    assert canonical == number_of(kind, typed).text
    assert canonical == number_of(kind, canonical).text


def test_the_end_that_a_number_carries() -> None:
    """A medical advertisement's number names its approval, a drug's or device's its last day, others nothing."""
    medical = number_of(MEDICAL, "沪医广【2026】第01-02-A003号")
    assert (date(2027, 1, 1), date(2027, 1, 2)) == (medical.until_min, medical.until_max)
    leap = number_of(MEDICAL, "沪医广【2028】第02-29-A003号")
    assert date(2029, 2, 28) == leap.until_max
    device = number_of(AD, "粤械广审(文)第271201-00001号")
    assert (date(2027, 12, 1), date(2027, 12, 1)) == (device.until_min, device.until_max)
    assert None is number_of(DEVICE, "国械注准20233130001").until_max


@pytest.mark.parametrize(
    ("kind", "typed", "rule"),
    [
        (MEDICAL, "沪医广", "certificate-number-form"),
        (MEDICAL, "沪医广【2026】第13-02-003号", "certificate-number-date"),
        (MEDICAL, "粤械广审(文)第271201-00001号", "certificate-number-form"),
        (AD, "粤械广审(文)第270231-00001号", "certificate-number-date"),
        (AD, "京医械广审(文)第2019010001号", "certificate-number-old"),
        (DEVICE, "国械注准2023313000", "certificate-number-form"),
        (DRUG, "国药准字20230001" + "9" * 100, "certificate-number-form"),
    ],
)
def test_what_is_no_number(kind: CertificateKind, typed: str, rule: str) -> None:
    """Another form, a day that doesn't exist, and the form that had ended before 2022, each by its own word."""
    with pytest.raises(UnknownForm) as refused:
        number_of(kind, typed)
    assert rule == refused.value.rule
