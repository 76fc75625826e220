"""Numbers that belong to one person: recognised by their form, their check digits and the words beside them.

Promises: a number that is well-formed and, where the form alone proves little, named as what it is. A run of digits is
taken whole: part of a longer one is nothing. Pure; each pattern is linear in the text.
Standards: GB 11643 (identity number, check digit of ISO 7064 MOD 11-2), ISO/IEC 7812 (bank card, Luhn), the numbering
plan for mobile phones of the MIIT.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from compliance.reading.detectors.regions import is_region

Kind = Literal["id-number", "mobile-phone", "bank-card", "medical-record"]

BORN_FROM = 1850
LUHN_BASE = 10
NEARBY = 16  # characters before a number in which it is named
_ID = re.compile(
    r"(?<![\dA-Za-z])(\d{6})[\s-]{0,2}((?:18|19|20)\d{2})[\s-]{0,2}(\d{4})[\s-]{0,2}(\d{3}[\dXxＸ])(?![\dA-Za-z])"
)
_PHONE = re.compile(
    r"(?<![\dA-Za-z.])(?:(?:\+|00)?86[\s-]{0,2})?(1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9]))"
    r"[\s-]{0,2}(\d{4})[\s-]{0,2}(\d{4})(?![\dA-Za-z])"
)
_CARD = re.compile(r"(?<![\dA-Za-z.])\d(?:[\s-]?\d){12,18}(?![\dA-Za-z])")
_CARD_WORDS = re.compile(
    r"卡号|银行卡|储蓄卡|信用卡|借记卡|账号|帐号|账户|帐户|收款|付款|开户|银联|转账|汇款|card|account", re.IGNORECASE
)
_PHONE_WORDS = re.compile(
    r"电话|手机|联系|致电|拨打|热线|咨询|微信|短信|客服|预约|顾客|患者|先生|女士|[☎☏✆📞📱]|tel|phone|mobile|call|whatsapp|wechat",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"(?:病历|病案|住院|门诊|就诊|就诊卡|登记|检查|影像|标本|医保)(?:卡)?(?:号码|编号|号|ID)\s{0,3}[:：#]?\s{0,3}([A-Za-z]{0,4}\d[\dA-Za-z-]{4,19})"
    r"|(?:medical record|patient|MRN)\s{0,2}(?:no\.?|number|id)?\s{0,2}[:#]\s{0,3}([A-Za-z]{0,4}\d[\dA-Za-z-]{4,19})",
    re.IGNORECASE,
)
# The first digits of cards in use in China: UnionPay, Visa, Mastercard, JCB, American Express (ISO/IEC 7812).
_ISSUERS = re.compile(r"62\d|60[0-9]|81\d|4\d{2}|5[1-5]\d|2(?:2[2-9]|[3-6]\d|7[01])|35[2-8]|3[47]\d|9[0-9]\d")
_CARD_LENGTHS = range(13, 20)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Number:
    """One of them: where its characters are in the text that was searched."""

    kind: Kind
    start: int
    end: int


def personal_numbers(text: str) -> Iterator[Number]:
    """In the order of the text; a place is told once, as the surest kind."""
    taken: list[Number] = []
    for number in (*_ids(text), *_records(text), *_phones(text), *_cards(text)):
        if all(number.end <= other.start or other.end <= number.start for other in taken):
            taken.append(number)
    yield from sorted(taken, key=lambda each: each.start)


def is_id(eighteen: str, today: date | None = None) -> bool:
    """Whether 18 characters are an identity number: region, date of birth and check digit (GB 11643)."""
    digits, check = eighteen[:17], eighteen[17].upper().replace("Ｘ", "X")
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == check and is_region(digits[:6]) and _is_day(digits[6:14], today)


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1, which one random number in ten passes."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + at % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  # the sum of its digits
    return total % LUHN_BASE == 0


def _ids(text: str) -> Iterator[Number]:
    for found in _ID.finditer(text):
        if is_id("".join(found.groups())):
            yield Number("id-number", found.start(), found.end())


def _phones(text: str) -> Iterator[Number]:
    """Eleven digits are named so beside them, are written like one, or stand in a line of their own."""
    for found in _PHONE.finditer(text):
        before = text[max(0, found.start() - NEARBY) : found.start()]
        written = not found.group().isdigit()  # 86 in front of a run of digits is no separator
        line = (
            text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            + text[found.end() : found.end() + NEARBY].split("\n", 1)[0]
        )
        if written or _PHONE_WORDS.search(before) or not line.strip():
            yield Number("mobile-phone", found.start(), found.end())


def _cards(text: str) -> Iterator[Number]:
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        before = text[max(0, found.start() - NEARBY) : found.start()]
        named = _CARD_WORDS.search(before)
        if named and len(digits) in _CARD_LENGTHS and _ISSUERS.match(digits) and luhn(digits):
            yield Number("bank-card", found.start(), found.end())


def _records(text: str) -> Iterator[Number]:
    for found in _RECORD.finditer(text):
        group = 1 if found.group(1) else 2
        yield Number("medical-record", found.start(group), found.end(group))


def _is_day(eight: str, today: date | None) -> bool:
    try:
        born = date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return born.year >= BORN_FROM and born <= (today or date.max)
