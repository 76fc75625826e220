"""What one process makes of what the places outside said: alarms, readiness, and whether anything may leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.errors import LedgerConflict, LedgerStalled
from compliance.outside.places import Clock
from storage.rows.places import PlaceRow


@dataclass(frozen=True, kw_only=True)
class Quorum:
    """How many of the witnesses must have cosigned no longer than `age_max_s` ago; 0: none must."""

    witnesses: frozenset[str] = frozenset()
    needed: int = 0
    age_max_s: float = 300.0


class OutsideWatch:
    """What is known since the last look. `refuse`: while a place contradicts the log, nothing may leave."""

    def __init__(self, quorum: Quorum, clock: Clock, *, refuse: bool) -> None:
        self._quorum, self._clock, self._refuse = quorum, clock, refuse
        self.rows: tuple[PlaceRow, ...] = ()

    def see(self, rows: Sequence[PlaceRow]) -> None:
        """From now on this is what the places said."""
        self.rows = tuple(rows)

    @property
    def conflict(self) -> PlaceRow | None:
        """A place that contradicts the log."""
        return next((row for row in self.rows if row.conflict), None)

    @property
    def refuses(self) -> bool:
        """Whether a place contradicts the log, and that shall stop everything: nothing leaves, nothing is signed."""
        return self._refuse and self.conflict is not None

    @property
    def reason(self) -> str:
        """Why nothing may leave; empty when all is well. Anybody may read it."""
        if self.refuses:
            return "somebody outside knows another ledger"
        fresh = self._fresh()
        if fresh < self._quorum.needed:
            return f"{fresh} of {self._quorum.needed} witnesses cosigned lately"
        return ""

    @property
    def degraded(self) -> str:
        """What is wrong and keeps nothing from leaving. Anybody may read it."""
        if self.conflict is not None:
            return "somebody outside knows another ledger"
        failing = sum(1 for row in self.rows if row.failure)
        return f"{failing} of {len(self.rows)} places outside took no checkpoint" if failing else ""

    def require(self) -> None:
        """Before anything leaves. Raises LedgerConflict, LedgerStalled."""
        self.require_sound()
        reason = self.reason
        if reason:
            raise LedgerStalled(reason=reason)

    def require_sound(self) -> None:
        """Raises LedgerConflict when a place contradicts the log, and that shall stop everything."""
        found = self.conflict
        if self.refuses and found is not None:
            raise LedgerConflict(place=found.name, conflict=found.conflict, size=found.conflict_size or 0)

    def age_s(self, told_at: datetime) -> float:
        """How long ago that was."""
        return (self._clock() - told_at).total_seconds()

    def _fresh(self) -> int:
        since = self._clock() - timedelta(seconds=self._quorum.age_max_s)
        told = [row.told_at for row in self.rows if row.name in self._quorum.witnesses and row.told_at is not None]
        return sum(at >= since for at in told)
