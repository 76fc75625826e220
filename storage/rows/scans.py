"""Rows of scans: one look of the detectors at one version. Of several the newest counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on

from storage.database import Transaction
from storage.schema import finding, scan, version

State = Literal["waiting", "running", "finished", "failed"]
OPEN = ("waiting", "running")


@dataclass(frozen=True, kw_only=True)
class ScanRow:
    """One scan as stored. `stage` names what is being done; `pages_total` is None until the pages are counted.

    `material_class` and `declaration_revision` are what held when it began. `attempt` counts how often it was begun:
    only whoever began it last may add to it or end it.
    """

    id: UUID
    version_id: UUID
    sha256: str
    state: State
    created_at: datetime
    stage: str = ""
    pages_total: int | None = None
    pages_done: int = 0
    detectors: Mapping[str, str] = field(default_factory=dict)
    rule_set_version: str = ""
    material_class: str = ""
    declaration_revision: int = 0
    attempt: int = 0
    failure: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


KEEP_DECISIONS = text(
    """
    UPDATE finding SET state = before.state, decided_by = before.decided_by, decided_at = before.decided_at,
        reason = before.reason
    FROM finding AS before
    WHERE finding.scan_id = :scan AND finding.state = 'open' AND NOT finding.hard
        AND before.version_id = finding.version_id AND before.state <> 'open'
        AND before.scan_id = (
            SELECT earlier.id FROM scan AS earlier
            WHERE earlier.version_id = finding.version_id AND earlier.id <> :scan
                AND earlier.state IN ('finished', 'failed')
            ORDER BY earlier.created_at DESC LIMIT 1
        )
        AND (before.detector, before.rule, before.severity, before.basis, before.place, before.quote)
            = (finding.detector, finding.rule, finding.severity, finding.basis, finding.place, finding.quote)
    """
).bindparams(bindparam("scan", type_=Uuid))
SCAN_COLUMNS = tuple(scan.c[each.name] for each in fields(ScanRow))


async def add_scan(tx: Transaction, row: ScanRow) -> None:
    """Adds a scan, which is the version's newest from now on."""
    await tx.execute(insert(scan).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def newest_scans(tx: Transaction, version_ids: Collection[UUID]) -> dict[UUID, ScanRow]:
    """The newest scan of each of these versions; versions without any are left out."""
    query = select(*SCAN_COLUMNS).ext(distinct_on(scan.c.version_id)).where(scan.c.version_id.in_(version_ids))
    rows = await tx.execute(query.order_by(scan.c.version_id, scan.c.created_at.desc(), scan.c.id.desc()))
    return {row.version_id: ScanRow(**row._asdict()) for row in rows}


async def newest_scan(tx: Transaction, version_id: UUID) -> ScanRow | None:
    """The newest scan of a version."""
    return (await newest_scans(tx, [version_id])).get(version_id)


async def begin_scan(
    tx: Transaction, scan_id: UUID, at: datetime, *, material_class: str, declaration_revision: int
) -> ScanRow | None:
    """Starts a scan, or starts one anew that a worker left; from now on this attempt counts. None once it is over."""
    query = update(scan).where(scan.c.id == scan_id, scan.c.state.in_(OPEN))
    values = query.values(
        state="running",
        started_at=at,
        attempt=scan.c.attempt + 1,
        material_class=material_class,
        declaration_revision=declaration_revision,
    )
    row = (await tx.execute(values.returning(*SCAN_COLUMNS))).one_or_none()
    return None if row is None else ScanRow(**row._asdict())


async def set_progress(
    tx: Transaction, row: ScanRow, *, stage: str, pages_total: int | None = None, pages_done: int = 0
) -> bool:
    """Notes how far this attempt is. False, and nothing changed, once the scan is over or was begun anew."""
    query = update(scan).where(*_of_attempt(row))
    values = query.values(stage=stage, pages_total=pages_total, pages_done=pages_done)
    return bool((await tx.execute(values)).rowcount == 1)


async def end_scan(
    tx: Transaction,
    row: ScanRow,
    state: State,
    at: datetime,
    *,
    detectors: Mapping[str, str],
    rule_set_version: str = "",
    failure: str = "",
) -> bool:
    """Ends a scan. False if it was over already, or begun anew, so that its event is written once."""
    query = update(scan).where(*_of_attempt(row))
    values = query.values(
        state=state,
        stage="",
        ended_at=at,
        detectors=dict(detectors),
        rule_set_version=rule_set_version,
        failure=failure,
    )
    return bool((await tx.execute(values)).rowcount == 1)


async def is_running(tx: Transaction, row: ScanRow) -> bool:
    """Whether this attempt is still being done; it does not end before `tx` does."""
    return (await tx.scalar(select(scan.c.id).where(*_of_attempt(row)).with_for_update())) is not None


def _of_attempt(row: ScanRow) -> tuple[ColumnElement[bool], ...]:
    return scan.c.id == row.id, scan.c.state == "running", scan.c.attempt == row.attempt


async def keep_decisions(tx: Transaction, scan_id: UUID) -> int:
    """What was decided about the same finding of the scan before is decided again; how many.

    The same is: the same detector, rule, severity, basis, place and words, in the same version.
    """
    return int((await tx.execute(KEEP_DECISIONS, {"scan": scan_id})).rowcount)


async def unscanned(tx: Transaction, limit: int) -> Sequence[UUID]:
    """Versions that wait for somebody and were never scanned (made by an earlier release), oldest first."""
    never = ~exists().where(scan.c.version_id == version.c.id)
    query = select(version.c.id).where(version.c.state.in_(("draft", "submitted")), never)
    return list(await tx.scalars(query.order_by(version.c.created_at).limit(limit)))


async def held_up_by(
    tx: Transaction, rule: str, causes: Collection[str], limit: int, *, scans_max: int
) -> Sequence[UUID]:
    """Drafts whose newest scan is over and has this finding for one of these causes, undecided, oldest first.

    Not those that were scanned `scans_max` times.
    """
    met = exists().where(
        finding.c.scan_id == scan.c.id,
        finding.c.rule == rule,
        finding.c.state == "open",
        finding.c.params["cause"].astext.in_(causes),
    )
    every = scan.alias()
    times = select(func.count()).where(every.c.version_id == version.c.id).correlate(version).scalar_subquery()
    query = select(version.c.id).join(scan, scan.c.version_id == version.c.id)
    query = query.where(version.c.state == "draft", scan.c.state.not_in(OPEN), _is_newest(), met, times < scans_max)
    return list(await tx.scalars(query.order_by(scan.c.created_at).limit(limit)))


def _is_newest() -> ColumnElement[bool]:
    newer = scan.alias()
    return ~exists().where(newer.c.version_id == scan.c.version_id, newer.c.created_at > scan.c.created_at)


async def overdue_scans(tx: Transaction, before: datetime, limit: int) -> Sequence[UUID]:
    """Versions whose newest scan was asked for before this time and is not over, oldest first."""
    query = select(scan.c.version_id).where(scan.c.state.in_(OPEN), scan.c.created_at < before, _is_newest())
    return list(await tx.scalars(query.order_by(scan.c.created_at).limit(limit)))


async def forget_findings(tx: Transaction, scan_id: UUID) -> None:
    """Removes what a scan that starts anew had found so far; nobody has decided about it yet."""
    await tx.execute(finding.delete().where(finding.c.scan_id == scan_id))
