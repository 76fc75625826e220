"""Reading entries, or receipts, is an event: who reads the log is in it. One for each reader and quarter of an hour.

An auditor who takes ten million entries away fetches forty thousand bundles; an event for each would make the log grow
by reading it. Checkpoints and tiles of hashes tell nobody what happened, so reading them is no event.
"""

import time
from collections.abc import Callable

from aiohttp import web

from compliance.events import Act, Trail
from compliance.ledger import Alone

TOLD_FOR_S = 900.0
READERS_MAX = 1_000


class Readers:
    """Who was told of lately, in this process."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._told: dict[tuple[Act, str, str], float] = {}

    async def tell(
        self, alone: Alone, trail: Trail, *, rule: str, index: int, act: Act = Act.EMPLOYEE_LEDGER_READ
    ) -> None:
        """Returns when the reading is in the log: before the first byte. Raises StoreUnavailable."""
        who, now = (act, trail.who, trail.sess), self._now_s()
        if now - self._told.get(who, float("-inf")) < TOLD_FOR_S:
            return
        await alone.append(trail.event(act, why=rule, det={"from": index}))
        while len(self._told) >= READERS_MAX:
            del self._told[next(iter(self._told))]
        self._told[who] = now


READERS = web.AppKey("READERS", Readers)
