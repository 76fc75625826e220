"""Taking reports in: those that come while one commit is under way share the next, as events that stand alone do.

Promises that what is acknowledged is committed, and counted once, however many processes take reports of one visit:
its row is locked meanwhile. A report of somebody else's visit changes nothing, nor does one of a visit whose pages
would be refused now, which is looked up in the same transaction. What one report is refused for is nothing to those
that it shares a commit with. How many wait is limited, of one person too: whoever comes then is asked to come later.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from compliance.batches import Batches
from compliance.beacons.clocking import Beacon, Clock, Outcome, clocked
from compliance.beacons.passing import Reading, refusals
from compliance.errors import NotFound, TooManyAttempts, TooManyReports
from storage.database import Database
from storage.rows import beacons
from storage.rows.beacons import Tally, VisitClock

BATCH_MAX = 256
AT_ONCE = 2  # while one batch waits for the disk the next is clocked
WORTH = 64  # reports: fewer wait for the batch before
WAITING_MAX = 4_096  # reports of one process: a second's worth
WAITING_OF_ONE_MAX = 64  # of one person, who has a few windows open
RETRY_AFTER_S = 5


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a visit's page says at once. `dropped` are those whose tokens were not believed."""

    visit_id: UUID
    person_id: UUID
    at: datetime
    beacons: Sequence[Beacon]
    session_id: UUID | None = None  # None: what a share asks for in a session is not answered
    dropped: Counter[Outcome] = field(default_factory=Counter)


@dataclass
class Taken:
    """What became of a report: what was added, and the number that the next one goes on after."""

    ms: int = 0
    seq: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


class Intake:
    """Of one process; `outcomes` is what it has counted, for its figures."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, waiting_max: int = WAITING_MAX) -> None:
        self._database = database
        self._clock = clock
        self._batches = Batches(self._commit, batch_max=BATCH_MAX, at_once=AT_ONCE, worth=WORTH)
        self._waiting = 0
        self._waiting_of: Counter[UUID] = Counter()  # by person
        self._waiting_max = waiting_max
        self.outcomes: Counter[Outcome] = Counter()

    async def take(self, report: Report) -> Taken:
        """Returns once it is committed.

        Raises NotFound once the visit is over, AccessDenied when its pages would be refused now: nothing counts then.
        Raises StoreUnavailable, TooManyReports, TooManyAttempts when nothing was kept: the same may be sent again.
        """
        taken = Taken(outcomes=Counter(report.dropped))
        try:
            with self._room(report.person_id):
                await self._batches.do((report, taken))
        except NotFound:
            self.outcomes[Outcome.EXPIRED] += len(report.beacons)
            raise
        self.outcomes.update(taken.outcomes)
        return taken

    @contextmanager
    def _room(self, person_id: UUID) -> Iterator[None]:
        if self._waiting >= self._waiting_max:
            raise TooManyReports(retry_after_s=RETRY_AFTER_S)
        if self._waiting_of[person_id] >= WAITING_OF_ONE_MAX:
            raise TooManyAttempts(retry_after_s=RETRY_AFTER_S)
        self._waiting += 1
        self._waiting_of[person_id] += 1
        try:
            yield
        finally:
            self._waiting -= 1
            self._waiting_of[person_id] -= 1
            if not self._waiting_of[person_id]:
                del self._waiting_of[person_id]

    async def _commit(self, batch: Sequence[tuple[Report, Taken]]) -> Sequence[Exception | None]:
        now = self._clock()
        async with self._database.driver_transaction() as driver:
            kept = await beacons.hold(driver, {report.visit_id for report, _ in batch})
            readings = [_reading(report, kept) for report, _ in batch]
            refused = await refusals(driver, {each for each in readings if each is not None}, now)
            outcomes = [refused.get(each) if each is not None else None for each in readings]
            tallies: dict[UUID, Tally] = {}
            for (report, taken), refusal in zip(batch, outcomes, strict=True):
                if refusal is None:
                    _clock_report(report, taken, kept, tallies)
            if tallies:
                await beacons.put(driver, tallies, now)
        return outcomes


def _reading(report: Report, kept: Mapping[UUID, VisitClock]) -> Reading | None:
    """What a report is asked to be allowed for; None for one that brings nothing, or is of somebody else's visit.

    Whoever has no genuine token learns nothing of the visit.
    """
    row = kept.get(report.visit_id)
    if row is None or row.person_id != report.person_id or not report.beacons:
        return None
    return Reading(row, report.session_id)


def _clock_report(report: Report, taken: Taken, kept: Mapping[UUID, VisitClock], tallies: dict[UUID, Tally]) -> None:
    row = kept.get(report.visit_id)
    if row is None or row.person_id != report.person_id:
        taken.outcomes[Outcome.FORGED] += len(report.beacons)
        return
    tally = tallies.setdefault(report.visit_id, Tally(seq=row.seq, clock_at=row.clock_at))
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
