"""People as numbers, month by month, so that those of several subjects together are counted once, in any span of days.

An entry says that somebody opened something of a subject on a day: four bytes, the most significant first, of the
person's number (by the order in which people came to the brand) and the day of the month. Entries follow each other in
the order of the log, one for each person and day. Pure.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from storage.rows.spread_counts import Dim

CROWDED = frozenset({Dim.SHARE, Dim.MATERIAL, Dim.EMPLOYEE, Dim.CLINIC})  # of which several are looked at together
ENTRY = np.dtype(">u4")
DAY_BITS = 5
NUMBER_MAX = 2 ** (8 * ENTRY.itemsize - DAY_BITS) - 1  # people of one brand
FEW = 512  # entries that are sorted sooner than a place for everybody of the brand is made


Numbers = NDArray[np.uint32]


def month_of(day: date) -> date:
    """The first day of the month that it lies in."""
    return day.replace(day=1)


def entry_of(number: int, day: date) -> bytes:
    """Somebody on a day. Raises OverflowError for a number above NUMBER_MAX."""
    return (number << DAY_BITS | day.day).to_bytes(ENTRY.itemsize, "big")


def numbers_in(entries: bytes, month: date | None, start: date, end: date) -> Numbers:
    """Who was there from `start` on, before `end`. `month`: which one it is; None: whole ones within the span."""
    found = np.frombuffer(entries, ENTRY).astype(np.uint32)
    if month is not None:
        days = found & np.uint32(2**DAY_BITS - 1)
        first, last = max((start - month).days + 1, 0), max((end - month).days, 0)
        found = found[(days >= first) & (days <= last)]
    return found >> np.uint32(DAY_BITS)


def distinct(crowds: Sequence[Numbers]) -> int:
    """How many different people these are."""
    entries = sum(each.size for each in crowds)
    if entries <= FEW:
        return int(np.unique(np.concatenate(crowds)).size) if entries else 0
    there = np.zeros(max(int(each.max()) for each in crowds if each.size) + 1, dtype=bool)
    for each in crowds:
        there[each] = True
    return int(np.count_nonzero(there))
