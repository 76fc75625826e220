"""The port of the detectors: what they see, what they measure by, and what they answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from compliance.trail.fields import BRAND_ZONE

GIB = 1 << 30
LOOK_BACK = timedelta(hours=24)  # further than any window


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One event of a person, or of strangers in one network. `index` is its place in the tree, -1 for earlier ones."""

    id: int
    t: datetime
    act: str
    res: str
    obj: str = ""
    bytes: int = 0
    index: int = -1
    new_network: bool = False  # never seen before for this person, who has been seen elsewhere
    new_device: bool = False

    @property
    def fresh(self) -> bool:
        """Whether it has not been looked at before."""
        return self.index >= 0


@dataclass(frozen=True, kw_only=True)
class Bars:
    """From where on something stands out."""

    copies: int = 20
    copies_within: timedelta = timedelta(minutes=10)
    materials: int = 15
    materials_within: timedelta = timedelta(hours=1)
    denials: int = 5
    denials_within: timedelta = timedelta(hours=1)
    night_from_hour: int = 23
    night_to_hour: int = 6
    night_downloads: int = 3
    zone: tzinfo = BRAND_ZONE
    taken_bytes: int = 5 * GIB
    log_exports: int = 10


@dataclass(frozen=True, kw_only=True)
class Finding:
    """So much (`count`) where `bar` is the limit, from the first event to the last."""

    count: int
    bar: int
    first: Seen
    last: Seen


@dataclass(frozen=True)
class Detector:
    """A name, and a look at one person's events in their order: the worst finding that ends with a fresh event."""

    name: str
    look: Callable[[Sequence[Seen], Bars], Finding | None]
    strangers: bool = False  # whether it also looks at people who are not signed in, network by network


def worst_window(
    events: Sequence[Seen], within: timedelta, bar: int, weigh: Callable[[Sequence[Seen]], int]
) -> Finding | None:
    """Of the windows that end with a fresh event, the one that weighs most, if that reaches the bar."""
    found: Finding | None = None
    start = 0
    for end, last in enumerate(events):
        while last.t - events[start].t > within:
            start += 1
        if not last.fresh:
            continue
        weight = weigh(events[start : end + 1])
        if weight >= bar and (found is None or weight >= found.count):
            found = Finding(count=weight, bar=bar, first=events[start], last=last)
    return found
