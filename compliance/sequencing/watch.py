"""Does the log keep up? What the exit asks before anything leaves, and what readiness and figures tell.

Fails closed: events that wait for longer than the limit, a sequencer that may not sign, or no answer for that long, and
`require` raises. Waiting is reckoned by the database's clock and believed at the second look, because an event whose
transaction was open for long looks old when it appears.
"""

import time
from collections.abc import Callable

import structlog

from compliance.errors import LedgerStalled
from storage.database import Database
from storage.errors import StorageError
from storage.rows import sequencing
from storage.rows.sequencing import Look

WAITS_LONG_S = 5.0  # then operators are told, long before anything is denied

log = structlog.get_logger(__name__)


class LedgerWatch:
    """What one process knows. Until it is first told to look, nothing is wrong."""

    def __init__(self, limit_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._limit_s = limit_s
        self._now_s = now_s
        self._looked_at: float | None = None
        self._fault = ""
        self.hindrance = ""  # what kept the sequencer from working when it last tried
        self._told = ""
        self._before: Look | None = None
        self.last = Look(None, None, None)

    async def look(self, database: Database) -> Look | None:
        """Looks once; None if the database didn't answer. Whatever changed for the worse or the better is logged."""
        if self._looked_at is None:
            self._looked_at = self._now_s()
        try:
            async with database.driver() as driver:
                found = await sequencing.look(driver)
        except StorageError:
            self._tell()
            return None
        self._before, self.last, self._looked_at = self.last, found, self._now_s()
        self._tell()
        return found

    def fault(self, reason: str) -> None:
        """The sequencer can't sign, or must not: nothing may leave until `sound`."""
        self._fault = reason
        self._tell()

    def hindered(self, detail: str) -> None:
        """The sequencer could not work this time and tries again: events wait."""
        self.hindrance = detail

    def sound(self) -> None:
        """The sequencer worked."""
        self._fault = self.hindrance = ""

    @property
    def waits_s(self) -> float:
        """How long the first event has been waiting, as far as two looks agree; 0: none waits."""
        return min((self._before or self.last).waits_s or 0.0, self.last.waits_s or 0.0)

    @property
    def reason(self) -> str:
        """Why nothing may leave; empty when all is well. A fixed sentence that anybody may read."""
        if self._fault:
            return self._fault
        if self._looked_at is not None and self._now_s() - self._looked_at > self._limit_s:
            return "the log does not answer"
        if self.waits_s > self._limit_s:
            return f"events have been waiting for the log for {int(self.waits_s)} seconds"
        return ""

    def require(self) -> None:
        """Raises LedgerStalled unless the log keeps up."""
        reason = self.reason
        if reason:
            raise LedgerStalled(reason=reason)

    def _tell(self) -> None:
        """One line for each change."""
        now = "stalled" if self.reason else "late" if self.waits_s > WAITS_LONG_S else ""
        if now == self._told:
            return
        self._told = now
        if now == "stalled":
            log.error("ledger stalled: nothing of a material leaves", reason=self.reason)
        elif now == "late":
            log.warning("ledger is late", waits_s=round(self.waits_s, 1))
        else:
            log.info("ledger keeps up again")
