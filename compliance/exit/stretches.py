"""Many ranges of one thing to one reader are one stretch in the log: told before its first byte, summed up at its end.

Readers of PDF and players of film fetch a file in hundreds of ranges, and two events for each would bury the log. The
exit still decides on each of them; only the telling is shared. A stretch ends when no range came for a while, or with
the process; one that goes on is told of again every minute, and at once when the log failed to take something, so that
ranges go on leaving only while the log takes what it is told. Each process has its own: a reader at two nodes has two.
"""

import asyncio
import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from compliance.events import Trail
from compliance.exit.gates import Passage

IDLE_S = 10.0  # without a range, and the stretch is over
LASTS_MAX_S = 60.0  # then the next range is told of as the first of another
Key = tuple[Hashable, ...]


@dataclass(eq=False)
class Stretch:
    """What has left so far, and how many ranges are on their way."""

    key: Key
    passage: Passage
    trail: Trail
    began_s: float
    size_bytes: int = 0
    ranges: int = 0
    under_way: int = 0
    timer: asyncio.TimerHandle | None = field(default=None, repr=False)


class Stretches:
    """Those of one process that are open. `over` is handed each one that has ended."""

    def __init__(
        self,
        over: Callable[[Stretch], None],
        *,
        idle_s: float = IDLE_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._over, self._idle_s, self._now_s = over, idle_s, now_s
        self._open: dict[Key, Stretch] = {}

    def covers(self, key: Key) -> bool:
        """Whether the log knows of a stretch that one more range belongs to."""
        found = self._open.get(key)
        return found is not None and self._now_s() - found.began_s < LASTS_MAX_S

    def doubt(self) -> None:
        """The log failed to take something: the next range of each is told of as the first of another, or refused."""
        for each in self._open.values():
            each.began_s = -math.inf

    def enter(self, key: Key, passage: Passage, trail: Trail) -> Stretch:
        """One more range begins; of a stretch that the log knows of, or that the caller has just told it of."""
        if not self.covers(key) and (old := self._open.pop(key, None)) is not None:
            self._rest(old)
        found = self._open.setdefault(key, Stretch(key, passage, trail, self._now_s()))
        found.under_way += 1
        self._stop(found)
        return found

    def leave(self, stretch: Stretch, size_bytes: int) -> None:
        """The range is over; so many bytes of it left."""
        stretch.under_way -= 1
        stretch.ranges += 1
        stretch.size_bytes += size_bytes
        self._rest(stretch)

    def close(self) -> None:
        """Ends all: those with ranges on their way when these are over."""
        resting = list(self._open.values())
        self._open.clear()
        for each in resting:
            self._rest(each)

    def _rest(self, stretch: Stretch) -> None:
        if stretch.under_way:
            return
        self._stop(stretch)
        if self._open.get(stretch.key) is stretch:
            stretch.timer = asyncio.get_running_loop().call_later(self._idle_s, self._expire, stretch)
        else:
            self._over(stretch)

    def _expire(self, stretch: Stretch) -> None:
        del self._open[stretch.key]
        self._over(stretch)

    @staticmethod
    def _stop(stretch: Stretch) -> None:
        if stretch.timer is not None:
            stretch.timer.cancel()
            stretch.timer = None
