"""A version's scan from its beginning to its end.

Promises: after `scan` the newest scan of the version is over, with every step's findings, one event for the scan and
one for each rule that was met; scanning again what is over does nothing. Leaves to the job queue when to run, and to
try again when an engine is away.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Event, Result
from compliance.materials import obj_of
from compliance.scanning import malware
from compliance.scanning.case import Case, Ended, Step
from storage.database import Database, Transaction
from storage.errors import StorageError
from storage.rows import declarations, materials, scans, versions
from storage.rows.versions import FindingRow, VersionRow
from watermark.errors import RenderBusy, SourceIncomplete

RULES = "rules"  # the detector whose version is that of the rule set
# These say something about the moment, not about the document: the job runs again.
PASSING = (StorageError, SourceIncomplete, RenderBusy)

Shut = Callable[[], Awaitable[None]]
Ending = Callable[[Transaction, VersionRow, datetime], Awaitable[object]]  # what else an end brings about, in its tx

log = structlog.get_logger(__name__)


class Scanner:
    """Scans versions, one call each; keeps nothing between two calls."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        of_file: Sequence[Step],
        of_pages: Sequence[Step],
        ending: Ending | None = None,
    ) -> None:
        self._database, self._clock = database, clock
        self._of_file, self._of_pages, self._ending = of_file, of_pages, ending

    async def scan(self, version_id: UUID, prepare: Callable[[], Awaitable[None]], shut: Shut) -> None:
        """Runs the version's newest scan, if it is not over; `prepare` makes the pages, and is awaited in any case.

        Only of a file with malware no page is made: then `shut` is awaited instead, and its pages are not looked at.

        Raises StorageError, SourceIncomplete or RenderBusy when it has to be tried again later.
        """
        case = await self._begun(version_id)
        if case is None:
            await prepare()
            return
        looked: dict[str, str] = {}
        try:
            await self._run(case, self._of_file, looked)
            if any(each.rule == malware.FOUND for each in case.found):
                await shut()
            else:
                await prepare()
                await self._run(case, self._of_pages, looked)
            await self._end(case, looked)
        except Ended:
            log.info("a scan was overtaken", version=str(version_id))

    async def _begun(self, version_id: UUID) -> Case | None:
        """The case, with nothing found yet; None when there is no scan, or it is over."""
        async with self._database.transaction() as tx:
            version = await versions.version_by_id(tx, version_id)
            if version is None:
                return None
            # Whoever declares something meanwhile has seen this scan wait, and counts on it to read what they say.
            material = await materials.material_by_id(tx, version.material_id, lock=True)
            if material is None:
                raise AssertionError("a version has a material")
            scan = await scans.newest_scan(tx, version_id)
            if scan is None:
                return None
            revision = await declarations.revision_of(tx, version)
            begun = await scans.begin_scan(
                tx, scan.id, self._clock(), material_class=material.material_class, declaration_revision=revision
            )
            if begun is None:
                return None
            await scans.forget_findings(tx, begun.id)
            return Case(self._database, self._clock, begun, version, material)

    async def _run(self, case: Case, steps: Iterable[Step], looked: dict[str, str]) -> None:
        for step in steps:
            await case.progress(step.name)
            try:
                looked.update(await step.look(case))
            except (*PASSING, Ended):
                raise
            except Exception:
                log.exception("a step of a scan failed", step=step.name, version=str(case.version.id))
                await case.fail(step.name, "error")

    async def _end(self, case: Case, looked: Mapping[str, str]) -> None:
        """The end, the decisions that still hold, and the events, together; nothing if somebody else was faster."""
        async with self._database.transaction() as tx:
            await materials.material_by_id(tx, case.material.id, lock=True)  # decisions wait, or are over
            state: scans.State = "failed" if case.failed else "finished"
            now = self._clock()
            ended = await scans.end_scan(
                tx, case.scan, state, now, detectors=looked, rule_set_version=looked.get(RULES, "")
            )
            if not ended:
                return
            await scans.keep_decisions(tx, case.scan.id)
            await self._tell(tx, case, looked, now)
            if self._ending is not None:
                await self._ending(tx, case.version, now)

    async def _tell(self, tx: Transaction, case: Case, looked: Mapping[str, str], now: datetime) -> None:
        hard = sum(each.hard for each in case.found)
        result = Result.ERROR if case.failed else Result.DENY if hard else Result.ALLOW
        said: dict[str, str | int] = {
            "findings": len(case.found),
            "hard": hard,
            "detectors": len(looked),
            "rules": looked.get(RULES, ""),
        }
        await ledger.append(tx, _event(case, Act.SYSTEM_SCAN_END, said, result), now=now)
        for det in _by_rule(case.found):
            await ledger.append(tx, _event(case, Act.SYSTEM_FINDING_REPORT, det), now=now)


def _event(case: Case, act: Act, said: Mapping[str, str | int], result: Result = Result.ALLOW) -> Event:
    det = {"version": case.version.number, "scan": str(case.scan.id), **said}
    return Event(act=act, res=result, obj=obj_of(case.material.id), ver=case.version.sha256, role="system", det=det)


def _by_rule(found: Iterable[FindingRow]) -> list[dict[str, str | int]]:
    """What was met how often: rules are few, places may be many."""
    counts = Counter((each.detector, each.rule, each.severity, each.hard) for each in found)
    return [
        {"detector": detector, "rule": rule, "severity": severity, "hard": int(hard), "count": count}
        for (detector, rule, severity, hard), count in counts.items()
    ]
