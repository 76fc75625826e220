"""How much of what a page claims is possible. Pure: the server's clock and what a visit has spent of it decide.

A visit has one clock for all of its pages: time that one page was read, no other was. It can't be saved up either:
between two reports nobody gets more than GAP_MAX_MS, and what a report doesn't claim is gone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

GAP_MAX_MS = 60_000  # pages report every half a minute: one report may be lost
MS = timedelta(milliseconds=1)


class Outcome(StrEnum):
    """What became of a beacon."""

    ACCEPTED = "accepted"
    SHORTENED = "shortened"  # claimed more than was possible, and got what was
    DUPLICATE = "duplicate"  # its number was seen, or passed by
    FORGED = "forged"  # its token is not of this page, visit and person
    EXPIRED = "expired"  # its visit is over


@dataclass(frozen=True, kw_only=True)
class Beacon:
    """One page's claim, its token found genuine. Numbers rise within a visit, whatever the page."""

    page: int
    seq: int
    claimed_ms: int
    served_at: datetime


@dataclass(frozen=True)
class Clock:
    """What a visit has spent: the number of its last beacon, and until when its time is gone."""

    seq: int
    spent_until: datetime


@dataclass
class Clocked:
    """A report after the clock: the visit's clock, milliseconds by page, and what became of each beacon."""

    clock: Clock
    ms: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)


def clocked(clock: Clock, beacons: Sequence[Beacon], at: datetime) -> Clocked:
    """The beacons of one report that came at this moment, in their order.

    A moment before the clock's (another node's clock is ahead) leaves no time to claim.
    """
    said = Clocked(clock)
    spent_until = max(clock.spent_until, at - GAP_MAX_MS * MS)
    seq = clock.seq
    for beacon in beacons:
        if beacon.seq <= seq:
            said.outcomes[Outcome.DUPLICATE] += 1
            continue
        seq = beacon.seq
        unspent_ms = (at - spent_until) // MS
        since_served_ms = (at - beacon.served_at) // MS - said.ms[beacon.page]
        ms = min(beacon.claimed_ms, max(0, min(unspent_ms, since_served_ms)))
        spent_until += ms * MS
        said.ms[beacon.page] += ms
        said.outcomes[Outcome.ACCEPTED if ms == beacon.claimed_ms else Outcome.SHORTENED] += 1
    if seq > clock.seq:
        said.clock = Clock(seq, max(clock.spent_until, at))
    return said
