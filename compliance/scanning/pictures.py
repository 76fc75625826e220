"""The step that has a platform look at pages as pictures, and what becomes of its verdicts, which come later.

A platform fetches each picture by an address that is good for one page and a while, and says under a trace id what it
makes of it: within minutes, or twice, or before it has said which trace id, or never. A scan is over when all is asked;
an approval waits (`lifecycle.Need.PICTURES_CHECKED`) until each page has a verdict or was waited for in vain, which a
reviewer is told. A page that has a verdict is not asked about again: pages of a version don't change.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from compliance import ledger
from compliance.detecting import Found, Place
from compliance.events import Act, Event
from compliance.materials import obj_of
from compliance.scanning.case import Case
from compliance.scanning.platform import NotChecked
from storage.database import Database, Transaction
from storage.rows import materials, picture_checks, renditions, versions
from storage.rows.picture_checks import Answer, PictureCheckRow
from storage.rows.renditions import RenditionRow
from storage.rows.versions import FindingRow, VersionRow

RISKY = "picture-risky"
DOUBTFUL = "picture-doubtful"
NOT_CHECKED = "picture-not-checked"
RULES = frozenset({RISKY, DOUBTFUL, NOT_CHECKED})
DETECTOR = "wechat-pictures"

PICTURES_MAX = 300  # of one version: what is more is a reviewer's; the platform takes 200,000 a day
PICTURE_MAX_BYTES = 10 << 20  # what the platform takes
PICTURE_TYPES = frozenset({"image/jpeg", "image/png"})
ANSWERED_WITHIN = timedelta(minutes=35)  # the platform says 30
EARLY_KEPT = timedelta(days=1)  # verdicts that nobody has asked for
OVERDUE_BATCH = 500

Ending = Callable[[Transaction, VersionRow, datetime], Awaitable[object]]  # what else a late finding brings about


class PicturePlatform(Protocol):
    """Somebody else's check of pictures."""

    async def ask(self, version_id: UUID, page: int, /) -> str:
        """Has a page looked at; the trace id under which a verdict will come. Raises NotChecked."""


class PictureCheck:
    """Asks about each page of a version that has no verdict yet; stops at the first that the platform refuses."""

    name = DETECTOR

    def __init__(
        self,
        platform: PicturePlatform,
        database: Database,
        clock: Callable[[], datetime],
        *,
        pictures_max: int = PICTURES_MAX,
    ) -> None:
        self._platform, self._database, self._clock, self._pictures_max = platform, database, clock, pictures_max

    async def look(self, case: Case) -> Mapping[str, str]:
        """As `Step` says."""
        pages = await self._pages(case)
        if not pages:
            await case.add([_not_checked("no-pictures")])
            return {}
        known, found = await self._known(case)
        await case.add(found)
        wanted = [row for row in pages[: self._pictures_max] if row.page not in known]
        for number, row in enumerate(wanted):
            await case.progress(DETECTOR, done=number, total=len(wanted))
            if row.size_bytes > PICTURE_MAX_BYTES or row.media_type not in PICTURE_TYPES:
                await case.add([_not_checked("too-large", row.page)])
                continue
            try:
                await self._ask(case, row.page)
            except NotChecked as error:
                await case.add([_not_checked(error.cause, row.page)])
                return {}
        if len(pages) > self._pictures_max:
            await case.add([_not_checked("too-many", pages[self._pictures_max].page)])
        return {DETECTOR: "1"}

    async def _pages(self, case: Case) -> Sequence[RenditionRow]:
        async with self._database.transaction() as tx:
            rows = await renditions.renditions_of(tx, case.version.id)
        return sorted((each for each in rows if each.kind == "page"), key=lambda each: each.page)

    async def _known(self, case: Case) -> tuple[set[int], list[Found]]:
        """Pages that need no asking, and what earlier verdicts on them say that this scan doesn't say yet."""
        async with self._database.transaction() as tx:
            rows = await picture_checks.adopt(tx, case.version.id, case.scan.id)
            every = (await versions.findings_of(tx, [case.version.id])).get(case.version.id, [])
        said = {each.place.get("page") for each in every if each.detector == DETECTOR}
        found = [finding for row in rows if row.page not in said and (finding := found_of(row))]
        return {row.page for row in rows if row.page is not None}, found

    async def _ask(self, case: Case, page: int) -> None:
        trace_id = await self._platform.ask(case.version.id, page)
        async with self._database.transaction() as tx:
            row = await picture_checks.note_asked(
                tx, trace_id, version_id=case.version.id, scan_id=case.scan.id, page=page, at=self._clock()
            )
        if early := found_of(row):
            await case.add([early])


@dataclass(frozen=True)
class PictureVerdicts:
    """What becomes of verdicts. `ending` is called with the material's lock once there is a finding more."""

    database: Database
    clock: Callable[[], datetime]
    ending: Ending

    async def heard(self, tx: Transaction, trace_id: str, verdict: Answer, *, label: int = 0, cause: str = "") -> None:
        """A platform's verdict, in `tx`. A second one changes nothing; one that nobody has asked for yet is kept."""
        now = self.clock()
        row = await picture_checks.note_verdict(tx, trace_id, verdict=verdict, label=label, cause=cause, at=now)
        await self._settle(tx, row, now)

    async def give_up(self) -> int:
        """Tells reviewers of what was waited for in vain, OVERDUE_BATCH at most; how many pages."""
        now = self.clock()
        async with self.database.transaction() as tx:
            await picture_checks.forget_early(tx, now - EARLY_KEPT)
            overdue = await picture_checks.overdue(tx, now - ANSWERED_WITHIN, OVERDUE_BATCH)
        for trace_id in overdue:
            async with self.database.transaction() as tx:
                row = await picture_checks.give_up(tx, trace_id, cause="unanswered", at=now)
                await self._settle(tx, row, now)
        return len(overdue)

    async def _settle(self, tx: Transaction, row: PictureCheckRow | None, now: datetime) -> None:
        """The finding, and its event. An approval reads with the material's lock, so it sees both or waits for both."""
        found = found_of(row) if row else None
        version = await versions.version_by_id(tx, row.version_id) if row and row.version_id else None
        if row is None or version is None:
            return
        await materials.material_by_id(tx, version.material_id, lock=True)
        if found is None:
            return
        await versions.add_findings(tx, [_row_of(found, version.id, row.scan_id)])
        await ledger.append(tx, _told(found, version, row.scan_id), now=now)
        await self.ending(tx, version, now)


def found_of(row: PictureCheckRow) -> Found | None:
    """What a reviewer is told of a page's verdict; None for a pass, and while there is none."""
    if row.verdict is None or row.verdict == "pass" or row.page is None:
        return None
    if row.verdict == "unchecked":
        return _not_checked(row.cause, row.page)
    risky = row.verdict == "risky"
    return Found(
        detector=DETECTOR,
        rule=RISKY if risky else DOUBTFUL,
        severity="block" if risky else "review",
        place=Place(page=row.page),
        params={"label": row.label},
    )


def _not_checked(cause: str, page: int | None = None) -> Found:
    return Found(
        detector=DETECTOR, rule=NOT_CHECKED, severity="review", place=Place(page=page), params={"cause": cause}
    )


def _row_of(found: Found, version_id: UUID, scan_id: UUID | None) -> FindingRow:
    return FindingRow(
        version_id=version_id,
        scan_id=scan_id,
        detector=found.detector,
        rule=found.rule,
        severity=found.severity,
        place=found.place.to_row(),
        params=found.params,
    )


def _told(found: Found, version: VersionRow, scan_id: UUID | None) -> Event:
    det: dict[str, str | int] = {
        "version": version.number,
        "scan": str(scan_id),
        "detector": found.detector,
        "rule": found.rule,
        "severity": found.severity,
        "hard": int(found.hard),
        "count": 1,
    }
    obj = obj_of(version.material_id)
    return Event(act=Act.SYSTEM_FINDING_REPORT, obj=obj, ver=version.sha256, role="system", det=det)
