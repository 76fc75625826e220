"""Numbers of certificates and registrations: their forms, one canonical spelling, and the end that some carry.

The form of 医疗广告审查证明 names the day of approval, and it is valid for a year; the one of 药械广告批准文号 (since
2020) names its last day; the older one of ten digits had ended before any that is declared here. The others say
nothing of their end. Whether a number was ever given out, only the register knows.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云滇黔蜀陕秦甘陇青蒙桂宁新藏国"
NUMBER_CHARS_MAX = 60
YEAR = timedelta(days=365)
A_DAY = timedelta(days=1)


class CertificateKind(StrEnum):
    """What the register holds: certificates of advertising, and registrations of products."""

    MEDICAL_AD = "medical_ad"  # 医疗广告审查证明
    DRUG_DEVICE_AD = "drug_device_ad"  # 药品、医疗器械等广告批准文号
    DEVICE_REGISTRATION = "device_registration"  # 国械注…
    DRUG_APPROVAL = "drug_approval"  # 国药准字…
    COSMETIC_REGISTRATION = "cosmetic_registration"  # 国妆特字, 妆网备字…


AD_KINDS = frozenset({CertificateKind.MEDICAL_AD, CertificateKind.DRUG_DEVICE_AD})


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number in its canonical spelling, and between which days the last one of its validity must lie, if it says."""

    text: str
    until_min: date | None = None
    until_max: date | None = None


class UnknownForm(ValueError):
    """The text is no number of this kind; `rule` says in a word why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def number_of(kind: CertificateKind, text: str) -> Number:
    """The number that somebody wrote, whatever brackets and widths they used. Raises UnknownForm."""
    plain = _plain(text)
    pattern, read = FORMS[kind]
    match = pattern.fullmatch(plain)
    if match is None:
        older = OLDER_AD.fullmatch(plain) if kind is CertificateKind.DRUG_DEVICE_AD else None
        raise UnknownForm("certificate-number-old" if older else "certificate-number-form")
    return read(match)


def _plain(text: str) -> str:
    """One spelling of widths, brackets and dashes; no spaces."""
    narrow = unicodedata.normalize("NFKC", text[: NUMBER_CHARS_MAX + 1]).translate(ONE_SPELLING)
    return "".join(narrow.split()).upper()


def _medical(match: re.Match[str]) -> Number:
    given = _day(int(match["year"]), int(match["month"]), int(match["day"]))
    ends = _a_year_after(given)
    medicine = "中" if match["medicine"] else ""
    serial = f"{match['month']}-{match['day']}-{match['serial']}"
    text = f"{match['place']}{medicine}医广【{match['year']}】第{serial}号"
    return Number(text=text, until_min=ends - A_DAY, until_max=ends)


def _drug_device(match: re.Match[str]) -> Number:
    digits = match["until"]
    until = _day(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    text = f"{match['place']}{match['what']}广审({match['form']})第{digits}-{match['serial']}号"
    return Number(text=text, until_min=until, until_max=until)


def _as_it_is(match: re.Match[str]) -> Number:
    return Number(text=match[0])


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnknownForm("certificate-number-date") from None


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # the 29th of February
        return day + YEAR


ONE_SPELLING = {
    **dict.fromkeys(map(ord, "〔[［{"), "【"),
    **dict.fromkeys(map(ord, "〕]］}"), "】"),
    **dict.fromkeys(map(ord, "‐‑‒–—―－−"), "-"),
}
MEDICAL_AD = re.compile(
    rf"\(?(?P<place>[{PROVINCES}])\)?(?P<medicine>\(?中\)?)?医广字?【?(?P<year>20\d\d)】?"
    r"第?(?P<month>\d\d)-?(?P<day>\d\d)-(?P<serial>[A-Z]?\d{1,4}(?:-\d{1,4})?)号?"
)
DRUG_DEVICE_AD = re.compile(
    rf"(?P<place>[{PROVINCES}])(?P<what>药|械|食健|食特)广审\((?P<form>视|声|文)\)第(?P<until>\d{{6}})-(?P<serial>\d{{5}})号"
)
OLDER_AD = re.compile(rf"[{PROVINCES}](?:药|医?械|食健)广审\((?:视|声|文)\)第\d{{10}}号")
FORMS: Mapping[CertificateKind, tuple[re.Pattern[str], Callable[[re.Match[str]], Number]]] = {
    CertificateKind.MEDICAL_AD: (MEDICAL_AD, _medical),
    CertificateKind.DRUG_DEVICE_AD: (DRUG_DEVICE_AD, _drug_device),
    CertificateKind.DEVICE_REGISTRATION: (
        re.compile(rf"[{PROVINCES}]械(?:注[准进许]20\d{{9}}|备20\d{{6,8}}(?:号)?)"),
        _as_it_is,
    ),
    CertificateKind.DRUG_APPROVAL: (re.compile(r"国药准字[A-Z]{1,2}\d{8}"), _as_it_is),
    CertificateKind.COSMETIC_REGISTRATION: (
        re.compile(rf"(?:国妆特[字进]?(?:[A-Z]?\d{{8,10}})|[{PROVINCES}](?:妆网备[字进]|G妆网备字)\d{{10}})"),
        _as_it_is,
    ),
}
