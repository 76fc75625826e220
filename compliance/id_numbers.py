"""ID numbers of the mainland (GB 11643): looked at here before anybody is asked, and never kept.

Eighteen characters: region (six digits, the first two a province), date of birth, sequence, and a check character by
ISO 7064 MOD 11-2. What is kept of one is `strong_key`, a keyed hash of it with the name: it finds the same person
again and tells nobody the number. No function here puts a number into an error, and none logs one.
"""

import unicodedata
from datetime import date

from compliance.errors import InvalidValue
from compliance.keys import MasterKey

LENGTH = 18
WEIGHTS = tuple(2 ** (LENGTH - place - 1) % 11 for place in range(LENGTH - 1))
CHECKS = "10X98765432"
YEARS_MAX = 130
# GB/T 2260, and 83 of residents from Taiwan (their residence permits have numbers of the same form).
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
NAME_CHARS_MAX = 60
MIDDLE_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅．.", "·"))


def normal_id_number(text: str, *, today: date, field: str = "id_number") -> str:
    """The number in its one form. Raises InvalidValue with the rule that it breaks, and without the number."""
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(number) != LENGTH or not _digits(number[:-1]) or not (_digits(number[-1]) or number[-1] == "X"):
        raise InvalidValue(field=field, rule="id-number-length")
    if number[:2] not in PROVINCES:
        raise InvalidValue(field=field, rule="id-number-region")
    if not _is_birthday(number[6:14], today):
        raise InvalidValue(field=field, rule="id-number-date")
    if check_character(number[:-1]) != number[-1]:
        raise InvalidValue(field=field, rule="id-number-check")
    return number


def check_character(digits: str) -> str:
    """The last character that belongs to these seventeen digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return CHECKS[total % 11]


def normal_real_name(text: str) -> str:
    """A name in its one form: NFKC, no spaces among Chinese characters, one kind of middle dot."""
    words = unicodedata.normalize("NFKC", text).split()
    joined = "".join(words) if any(not word.isascii() for word in words) else " ".join(words)
    return joined.translate(MIDDLE_DOTS)


def strong_key(master: MasterKey, name: str, id_number: str) -> str:
    """What names a person for good; both in their one form."""
    return master.keyed_hash("person-strong-key", f"{name}\n{id_number}")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _is_birthday(text: str, today: date) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return today.year - YEARS_MAX <= born.year and born <= today
