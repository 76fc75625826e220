"""People as numbers, month by month, so that those of several subjects together are counted once, in any span of days.

An entry says that somebody opened something of a subject on a day: four bytes, the most significant first, of the
person's number (by the order in which people came to the brand) and the day of the month. Entries follow each other in
the order of the log, one for each person and day. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from storage.rows.spread_counts import Dim

CROWDED = frozenset({Dim.SHARE, Dim.MATERIAL, Dim.EMPLOYEE})  # what groups are made of
ENTRY = np.dtype(">u4")
DAY_BITS = 5
NUMBER_MAX = 2 ** (8 * ENTRY.itemsize - DAY_BITS) - 1  # people of one brand
MONTH_DAYS_MAX = 31


@dataclass(frozen=True)
class Month:
    """What subjects say of one month together; `first` is its first day."""

    first: date
    entries: bytes


def month_of(day: date) -> date:
    """The first day of the month that it lies in."""
    return day.replace(day=1)


def entry_of(number: int, day: date) -> bytes:
    """Somebody on a day. Raises OverflowError for a number above NUMBER_MAX."""
    return (number << DAY_BITS | day.day).to_bytes(ENTRY.itemsize, "big")


def distinct(months: Iterable[Month], start: date, end: date) -> int:
    """How many different people these months tell of from `start` on, before `end`."""
    crowds = [_within(each, start, end) for each in months]
    most = max((int(each.max()) for each in crowds if each.size), default=0)
    there = np.zeros(most + 1, dtype=bool)
    for each in crowds:
        there[each] = True
    return int(np.count_nonzero(there))


def _within(month: Month, start: date, end: date) -> NDArray[np.uint32]:
    """The numbers of those who were there on a day of the span."""
    entries = np.frombuffer(month.entries, ENTRY).astype(np.uint32)
    after = month_of(month.first + timedelta(days=MONTH_DAYS_MAX))
    if not (start <= month.first and after <= end):
        days = entries & (2**DAY_BITS - 1)
        first, last = (start - month.first).days + 1, (end - month.first).days
        entries = entries[(days >= max(first, 0)) & (days <= max(last, 0))]
    return entries >> np.uint32(DAY_BITS)
