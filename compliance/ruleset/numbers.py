"""Certificate numbers that say until when they are good: the digits of a pattern's groups, read as a day."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import re2

from compliance.ruleset.patterns import compiled
from compliance.ruleset.schema import Dated, PatternPart

CENTURY = "20"
LEAP_DAY = (2, 29)


@dataclass(frozen=True)
class DatedPattern:
    """A pattern of numbers, and how its digits are a day."""

    pattern: re2._Regexp
    dated: Dated

    @classmethod
    def of(cls, part: PatternPart) -> Self:
        """The pattern of a part that has a last day."""
        return cls(compiled(part.regex), part.last_day or Dated(form="none"))

    def last_day(self, number: str) -> date | None:
        """The last good day of a number. None: it never was good, or is no day at all. LookupError: not this form."""
        match = self.pattern.fullmatch(number)
        if match is None:
            raise LookupError(number)
        if self.dated.form == "none":
            return None
        return _day("".join(match.groups()), self.dated)


def has_lapsed(patterns: tuple[DatedPattern, ...], number: str, today: date) -> bool:
    """True when the number's last day is behind us, or when its digits are no day."""
    for pattern in patterns:
        try:
            last = pattern.last_day(number)
        except LookupError:
            continue
        return last is None or last < today
    return False


def _day(digits: str, dated: Dated) -> date | None:
    full = digits if dated.form == "yyyymmdd" else CENTURY + digits
    try:
        year, month, day = int(full[:4]), int(full[4:6]), int(full[6:8])
        first = date(year, month, day)
    except ValueError:
        return None
    if (month, day) == LEAP_DAY:
        return date(year + dated.years, 2, 28) if dated.years % 4 else first.replace(year=year + dated.years)
    return first.replace(year=year + dated.years)
