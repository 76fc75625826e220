"""How fast cascades grow: estimates over people whose time to pass something on is over.

Whoever opened an hour ago may still forward tomorrow. Counting them now would make every fresh material look dead, so
each estimate takes only people whose window has closed, and counts of what they did only the part inside the window.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import TypeVar

from compliance.spreading.cascades import Cascade

Person = TypeVar("Person", bound=Hashable)

WINDOW = timedelta(days=7)
BIN_MIN = timedelta(hours=1)  # finer bins show when phones ring, not how a material spreads


@dataclass(frozen=True)
class Reproduction:
    """How many people each person brings in: `brought` by `people` whose window has closed."""

    people: int
    brought: int

    @property
    def rate(self) -> float | None:
        """R. None when nobody's window has closed."""
        return self.brought / self.people if self.people else None

    @property
    def final_size(self) -> float | None:
        """The expected size of a cascade that begins with one person, 1 / (1 - R). None for R of 1 and above."""
        return 1 / (1 - self.rate) if self.rate is not None and self.rate < 1 else None


@dataclass(frozen=True)
class Invitations:
    """K of a cohort: how many links each passes on, times how many of those bring somebody in."""

    people: int
    intents: int
    brought: int

    @property
    def per_person(self) -> float | None:
        """Links passed on by each."""
        return self.intents / self.people if self.people else None

    @property
    def conversion(self) -> float | None:
        """New people per link passed on."""
        return self.brought / self.intents if self.intents else None

    @property
    def factor(self) -> float | None:
        """K. None for an empty cohort; 0 when nobody passed anything on."""
        if self.per_person is None:
            return None
        return self.per_person * (self.conversion or 0.0)


def reproduction_of(
    cascades: Iterable[Cascade[Person]], now: datetime, *, window: timedelta = WINDOW
) -> tuple[Reproduction, ...]:
    """By generation: of the roots, of those they brought in, and so on; only people whose window has closed count."""
    people: list[int] = []
    brought: list[int] = []
    for cascade in cascades:
        for node, depth in enumerate(cascade.depths):
            while len(people) <= depth:
                people.append(0)
                brought.append(0)
            people[depth] += cascade.times[node] + window <= now
            parent = cascade.parents[node]
            if parent >= 0:
                parents_end = cascade.times[parent] + window
                brought[depth - 1] += cascade.times[node] < parents_end <= now
    return tuple(map(Reproduction, people, brought))


def pooled(generations: Sequence[Reproduction], *, roots: bool = False) -> Reproduction:
    """One R of all generations. Roots are left out unless asked for: employees spread by duty, viewers by wish."""
    counted = generations if roots else generations[1:]
    return Reproduction(sum(each.people for each in counted), sum(each.brought for each in counted))


def time_to(times: Sequence[datetime], share: float, began: datetime, *, bin_width: timedelta = BIN_MIN) -> timedelta:
    """How long it took until `share` (0 to 1) of these first openings had come, rounded up to whole bins.

    Raises ValueError for no openings, a share outside 0 to 1, or bins below BIN_MIN.
    """
    if not times or not 0 < share <= 1 or bin_width < BIN_MIN:
        raise ValueError("openings, a share above 0 and bins of an hour at least")
    reached = sorted(times)[ceil(share * len(times)) - 1]
    return bin_width * max(1, ceil((reached - began) / bin_width))


def cycle_time(cascades: Iterable[Cascade[Person]]) -> timedelta | None:
    """Median time from a person's own first opening to the first opening that they brought about. None for nobody."""
    waits: list[timedelta] = []
    for cascade in cascades:
        firsts: dict[int, datetime] = {}
        for node in range(1, len(cascade.parents)):
            parent = cascade.parents[node]
            firsts[parent] = min(firsts.get(parent, cascade.times[node]), cascade.times[node])
        waits += [first - cascade.times[node] for node, first in firsts.items()]
    return timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None
