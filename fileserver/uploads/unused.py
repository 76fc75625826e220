"""How many more files somebody may keep that nothing was made of.

To count them is to look at each: with thousands, longer than anything else that a small file costs. So a count is good
for the next `AHEAD_MAX`, and made anew then, or as soon as it would refuse. Promises: nobody is refused but by a count
of this moment. Processes don't know of each other's counts: each may let in `AHEAD_MAX` too many.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

from storage.database import Transaction
from storage.rows import uploads

UNUSED_MAX = 10_000  # complete uploads of one person that no version was made of
AHEAD_MAX = 100
PEOPLE_MAX = 1000

Counting = Callable[[Transaction, UUID, int], Awaitable[int]]


class Unused:
    """What one process knows."""

    def __init__(self, counting: Counting = uploads.count_unused) -> None:
        self._counting = counting
        self._left: OrderedDict[UUID, int] = OrderedDict()

    async def take(self, tx: Transaction, person_id: UUID, wanted: int) -> int:
        """For how many of `wanted` the person has room; they are taken, whatever becomes of them."""
        left = self._left.pop(person_id, 0)
        if left < wanted:
            left = max(0, UNUSED_MAX - await self._counting(tx, person_id, UNUSED_MAX))
        granted = min(wanted, left)
        self._left[person_id] = min(left - granted, AHEAD_MAX)
        while len(self._left) > PEOPLE_MAX:
            self._left.popitem(last=False)
        return granted
