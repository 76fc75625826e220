"""Following the log from its beginning: all matching events in the order of the tree, a bounded step at a time.

Who goes on behind the place where the last step ended misses nothing and gets nothing twice, whenever that is and on
whichever node: what commits later has a later place, also where its number is a smaller one.
"""

from dataclasses import dataclass

from compliance.trail.indexing import READER
from compliance.trail.planning import plan
from compliance.trail.search import fitting, tail_of
from compliance.trail.wanted import Wanted
from storage.database import Transaction
from storage.rows import event_index, event_search, event_walk
from storage.rows.events import EventRow

STEP_EVENTS = 1_000
WINDOW_MIN, WINDOW_MAX = 4 * STEP_EVENTS, 200_000  # places that one step looks through


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one step found: events with their places. Everything through the place `after` is done."""

    rows: tuple[EventRow, ...]
    after: int


class Walk:
    """The matching events behind the place `after` and through the place `through`."""

    def __init__(self, wanted: Wanted, *, after: int, through: int) -> None:
        self._wanted, self._through = wanted, through
        self._window = WINDOW_MIN
        self.after = through if wanted.nobody else after

    @property
    def done(self) -> bool:
        """Whether everything was looked at."""
        return self.after >= self._through

    async def step(self, tx: Transaction, limit: int = STEP_EVENTS) -> tuple[EventRow, ...]:
        """The next events, at most `limit`; none doesn't mean that there are no more."""
        start, end = self.after + 1, self._through + 1
        if not self._wanted.named:
            found = await _plain(tx, start, end, limit)
        elif start < (indexed := await event_index.reader_at(tx, READER)):
            found = await self._indexed(tx, start, min(indexed, end), limit)
        else:
            found = await self._read(tx, start, end, limit)
        self.after = found.after
        return found.rows

    async def _indexed(self, tx: Transaction, start: int, end: int, limit: int) -> Step:
        """A window of what is in the index. Windows grow as long as little is found in them."""
        planned = await plan(tx, self._wanted)
        if planned is None:
            return Step(rows=(), after=end - 1)
        stop = min(start + self._window, end)
        rows = await event_walk.matching(tx, planned.conditions, start, stop, limit)
        if len(rows) == limit:
            self._window = max(WINDOW_MIN, self._window // 2)
            return Step(rows=rows, after=_last(rows))
        self._window = min(self._window * 2, WINDOW_MAX)
        return Step(rows=rows, after=stop - 1)

    async def _read(self, tx: Transaction, start: int, end: int, limit: int) -> Step:
        """What no follower has reached yet, leaf by leaf."""
        read = await _plain(tx, start, end, limit)
        return Step(rows=await fitting(tx, self._wanted, read.rows), after=read.after)


async def _plain(tx: Transaction, start: int, end: int, limit: int) -> Step:
    rows = await event_walk.leaves(tx, start, end, limit)
    return Step(rows=rows, after=_last(rows) if len(rows) == limit else end - 1)


def _last(rows: tuple[EventRow, ...]) -> int:
    place = rows[-1].index
    assert place is not None, "walked rows have places"  # noqa: S101  # for the type checker
    return place


async def count_about(tx: Transaction, wanted: Wanted, *, after: int, through: int, size: int) -> int:
    """About how many a walk will find in a tree of `size` places: exact for few in all of it, else reckoned."""
    places = max(0, through - after)
    if wanted.nobody or not places:
        return 0
    if not wanted.named:
        return places
    found = len((await tail_of(tx, wanted)).rows)
    if (planned := await plan(tx, wanted)) is not None:
        seen = await event_search.count(tx, planned.conditions, planned.scan, 1)
        found += seen.total if planned.complete else seen.total * planned.rows // planned.scan.scan_max
    return round(found * min(1.0, places / max(1, size)))
