"""A visit's events for reading: those that are alike become one line, which keeps every place in the ledger.

Promises: each event stands in one line, by its place; lines in the order in which their first events came. A page that
is enlarged comes in tiles, each an event of its own: a hundred lines of them would say no more than one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from fileserver.traces.schemas import EventBrief

APART_MAX = timedelta(minutes=15)  # a page that is looked at again later is a line of its own


@dataclass(frozen=True)
class Repeated:
    """Events of one act on one page, of which none is far from the one before."""

    events: tuple[EventBrief, ...]

    @property
    def act(self) -> str:
        """What all are."""
        return self.events[0].act

    @property
    def page(self) -> int | None:
        """Which page all are about, if any."""
        return self.events[0].page

    @property
    def first(self) -> datetime:
        """When it began: events come in the order of arrival, which two of one moment may swap."""
        return min(event.time for event in self.events)

    @property
    def last(self) -> datetime:
        """When it ended."""
        return max(event.time for event in self.events)

    @property
    def unplaced(self) -> int:
        """How many have no place in the ledger yet."""
        return sum(event.index is None for event in self.events)

    @property
    def places(self) -> str:
        """Those in the ledger, runs as their ends: `17–23, 26`."""
        return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in self._runs())

    def _runs(self) -> Iterator[tuple[int, int]]:
        indexes = sorted(event.index for event in self.events if event.index is not None)
        for _, found in groupby(enumerate(indexes), lambda each: each[1] - each[0]):  # which a gap makes larger
            run = [index for _, index in found]
            yield run[0], run[-1]


def folded(events: Sequence[EventBrief]) -> list[Repeated]:
    """The lines of these events, which come in the order of arrival."""
    lines: list[list[EventBrief]] = []
    latest: dict[tuple[str, int | None], list[EventBrief]] = {}
    for event in events:
        line = latest.get((event.act, event.page))
        if line is None or event.time - line[-1].time > APART_MAX:
            line = latest[event.act, event.page] = []
            lines.append(line)
        line.append(event)
    return [Repeated(tuple(line)) for line in lines]
