"""Taking reports in: those that come while one commit is under way share the next, as events that stand alone do.

Promises that what is acknowledged is committed, and counted once, however many processes take reports of one visit:
its row is locked meanwhile. A report of somebody else's visit changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from compliance.batches import Batches
from compliance.beacons.clocking import Beacon, Clock, Outcome, clocked
from storage.database import Database
from storage.rows import beacons
from storage.rows.beacons import Tally, VisitClock

BATCH_MAX = 256
AT_ONCE = 2  # while one batch waits for the disk the next is clocked


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a visit's page says at once. `dropped` are those whose tokens were not believed."""

    visit_id: UUID
    person_id: UUID
    at: datetime
    beacons: Sequence[Beacon]
    dropped: Counter[Outcome] = field(default_factory=Counter)


@dataclass
class Taken:
    """What became of a report: what was added, and the number that the next one goes on after."""

    ms: int = 0
    seq: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


class Intake:
    """Of one process; `outcomes` is what it has counted, for its figures."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._batches = Batches(self._commit, batch_max=BATCH_MAX, at_once=AT_ONCE)
        self.outcomes: Counter[Outcome] = Counter()

    async def take(self, report: Report) -> Taken:
        """Returns once it is committed. Raises StoreUnavailable when nothing was kept: the same may be sent again."""
        taken = Taken(outcomes=Counter(report.dropped))
        await self._batches.do((report, taken))
        self.outcomes.update(taken.outcomes)
        return taken

    async def _commit(self, batch: Sequence[tuple[Report, Taken]]) -> Sequence[Exception | None]:
        async with self._database.transaction() as tx:
            kept = await beacons.hold(tx, {report.visit_id for report, _ in batch})
            tallies: dict[UUID, Tally] = {}
            for report, taken in batch:
                _clock_report(report, taken, kept, tallies)
            if tallies:
                await beacons.put(tx, tallies, self._clock())
        return [None] * len(batch)


def _clock_report(report: Report, taken: Taken, kept: dict[UUID, VisitClock], tallies: dict[UUID, Tally]) -> None:
    row = kept.get(report.visit_id)
    if row is None or row.person_id != report.person_id:
        taken.outcomes[Outcome.FORGED] += len(report.beacons)
        return
    tally = tallies.setdefault(report.visit_id, Tally(seq=row.seq, clock_at=row.clock_at))
    if report.at >= row.expires_at:
        taken.outcomes[Outcome.EXPIRED] += len(report.beacons)
    else:
        said = clocked(Clock(tally.seq, tally.clock_at), report.beacons, report.at)
        tally.seq, tally.clock_at = said.clock.seq, said.clock.spent_until
        tally.ms.update(said.ms)
        taken.ms += said.ms.total()
        taken.outcomes.update(said.outcomes)
    taken.seq = tally.seq
    tally.accepted += taken.outcomes[Outcome.ACCEPTED] + taken.outcomes[Outcome.SHORTENED]
    tally.shortened += taken.outcomes[Outcome.SHORTENED]
    tally.duplicates += taken.outcomes[Outcome.DUPLICATE]
    tally.forged += taken.outcomes[Outcome.FORGED]
