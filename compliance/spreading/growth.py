"""How fast cascades grow: estimates over people whose time to pass something on is over.

Whoever opened an hour ago may still forward tomorrow. Counting them now would make every fresh material look dead, so
each estimate takes only people whose window has closed, and counts of what they did only the part inside the window.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

WINDOW = timedelta(days=7)
BIN_MIN = timedelta(hours=1)  # finer bins show when phones ring, not how a material spreads


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What `people` whose window has closed did within it: links passed on, and new people who came by them."""

    people: int
    intents: int
    brought: int

    @property
    def reproduction(self) -> float | None:
        """R: how many people each brings in. None when nobody's window has closed."""
        return self.brought / self.people if self.people else None

    @property
    def final_size(self) -> float | None:
        """The expected size of a cascade that begins with one person, 1 / (1 - R). None for R of 1 and above."""
        rate = self.reproduction
        return 1 / (1 - rate) if rate is not None and rate < 1 else None

    @property
    def per_person(self) -> float | None:
        """Links passed on by each."""
        return self.intents / self.people if self.people else None

    @property
    def conversion(self) -> float | None:
        """New people per link passed on. None when none was."""
        return self.brought / self.intents if self.intents else None

    @property
    def k_factor(self) -> float | None:
        """K: links that each passes on, times how many come in by one. None for nobody."""
        return None if self.per_person is None else self.per_person * (self.conversion or 0.0)


def pooled(growths: Iterable[Growth]) -> Growth:
    """One estimate of several groups of people."""
    kept = tuple(growths)
    return Growth(
        people=sum(each.people for each in kept),
        intents=sum(each.intents for each in kept),
        brought=sum(each.brought for each in kept),
    )


def whole_bins(duration: timedelta, *, width: timedelta = BIN_MIN) -> timedelta:
    """A duration rounded up to whole bins, one at least. Raises ValueError for bins below BIN_MIN."""
    if width < BIN_MIN:
        raise ValueError("bins of an hour at least")
    return width * max(1, ceil(duration / width))


def elapsed(began: datetime | None, reached: datetime | None) -> timedelta | None:
    """From the first share to some moment, in whole hours; None when one of the two never was."""
    return None if began is None or reached is None else whole_bins(reached - began)
