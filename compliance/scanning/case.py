"""One scan at work: what steps look at, and where they say what they found.

Promises: what `add` was given is committed when it returns, up to FINDINGS_MAX of a scan; what is more is told by one
hard finding, and of hard ones the first of each rule is kept all the same. `Ended` once somebody else has ended the
scan or begun it anew, so that a step stops. Leaves the order of steps to `scanner`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from compliance.detecting import Found
from storage.database import Database
from storage.rows import scans, versions
from storage.rows.materials import MaterialRow
from storage.rows.scans import ScanRow
from storage.rows.versions import FindingRow, VersionRow

FINDINGS_MAX = 1_000
FAILED = "detector-failed"
CUT = "findings-cut"


class Ended(Exception):
    """Somebody else has ended this scan, or begun a newer one."""


class Case:
    """A version under scan. `found` is everything so far; `failed` says that a detector came to no result."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        scan: ScanRow,
        version: VersionRow,
        material: MaterialRow,
    ) -> None:
        self.scan, self.version, self.material = scan, version, material
        self.found: list[FindingRow] = []
        self.failed = False
        self._database, self._clock = database, clock

    async def add(self, found: Iterable[Found], *, waived: str = "") -> None:
        """Commits these; `waived` is the reason why the operator has dismissed them beforehand. Raises Ended."""
        rows = [self._row(each, waived) for each in found]
        left = max(0, FINDINGS_MAX - len(self.found))
        if len(rows) > left:
            rows = [*rows[:left], *self._beyond(rows[:left], rows[left:])]
        if not rows:
            return
        async with self._database.transaction() as tx:
            if not await scans.is_running(tx, self.scan):
                raise Ended
            await versions.add_findings(tx, rows)
        self.found += rows

    async def fail(self, detector: str, cause: str) -> None:
        """A detector came to no result: nothing can be submitted. `cause` is a slug."""
        self.failed = True
        params = {"name": detector, "cause": cause}
        await self.add([Found(detector=detector, rule=FAILED, severity="block", params=params, hard=True)])

    async def progress(self, stage: str, *, done: int = 0, total: int | None = None) -> None:
        """Says what is being done, and how many of how many pages are. Raises Ended."""
        async with self._database.transaction() as tx:
            if not await scans.set_progress(tx, self.scan, stage=stage, pages_total=total, pages_done=done):
                raise Ended

    def _beyond(self, kept: Sequence[FindingRow], more: Iterable[FindingRow]) -> list[FindingRow]:
        """What is told of findings beyond the limit: that there are more, once, and each hard rule once."""
        cut = Found(detector="scan", rule=CUT, severity="block", params={"limit": FINDINGS_MAX}, hard=True)
        told = {(each.detector, each.rule) for each in (*self.found, *kept) if each.hard}
        first = {(each.detector, each.rule): each for each in (self._row(cut, ""), *more) if each.hard}
        return [each for key, each in first.items() if key not in told]

    def _row(self, found: Found, waived: str) -> FindingRow:
        return FindingRow(
            version_id=self.version.id,
            scan_id=self.scan.id,
            detector=found.detector,
            rule=found.rule,
            severity=found.severity,
            place=found.place.to_row(),
            params=found.params,
            basis=found.basis,
            quote=found.quote,
            hard=found.hard and not waived,
            state="dismissed" if waived else "open",
            decided_at=self._clock() if waived else None,
            reason=waived,
        )


class Step(Protocol):
    """A part of a scan, in the worker: it may read objects and ask processes, and parses nothing itself."""

    @property
    def name(self) -> str:
        """What a page shows while it runs: the message `scan-stage-<name>`."""

    async def look(self, case: Case, /) -> Mapping[str, str]:
        """Looks, says what it finds by `case.add`, and returns {detector: version} of all that looked.

        What it raises, other than StorageError, Ended and what passes (`scanner.PASSING`), becomes a hard finding.
        """
