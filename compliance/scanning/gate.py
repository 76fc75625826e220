"""Whether a version's scan lets it go on: nothing is submitted before its bytes were looked at, to the end."""

from datetime import datetime, timedelta
from uuid import uuid4

from compliance.errors import NotScanned, ScanBlocks
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows import declarations, materials, scans, versions
from storage.rows.scans import OPEN, ScanRow
from storage.rows.versions import VersionRow

RETRY_AFTER_S = 5
JOB = "versions.prepare"  # scans a version and prepares it


def waiting_scan(version: VersionRow, now: datetime) -> ScanRow:
    """The row of a scan that is to be made of this version; the caller adds it and enqueues the job in one go."""
    return ScanRow(id=uuid4(), version_id=version.id, sha256=version.sha256, state="waiting", created_at=now)


async def ask_for_scan(tx: Transaction, jobs: Jobs, version: VersionRow, now: datetime) -> None:
    """A new scan of a version, and its job, which prepares it too where that is not done; in `tx`."""
    before = await scans.newest_scan(tx, version.id)
    if before is not None:  # the newest counts, also when both are of one moment
        now = max(now, before.created_at + timedelta(microseconds=1))
    await scans.add_scan(tx, waiting_scan(version, now))
    await jobs.enqueue(tx, JOB, key=f"{JOB}:{version.id}", version_id=str(version.id))


async def same_facts(tx: Transaction, version: VersionRow, scan: ScanRow) -> bool:
    """Whether the scan was made under the class and declaration that count for the version; rules differ by both."""
    material = await materials.material_by_id(tx, version.material_id)
    revision = await declarations.revision_of(tx, version)
    return material is not None and (scan.material_class, scan.declaration_revision) == (
        material.material_class,
        revision,
    )


async def require_scanned(tx: Transaction, version: VersionRow, *, field: str | None = None) -> ScanRow:
    """The finished scan of exactly these bytes as they are declared, without a hard finding.

    Raises NotScanned, ScanBlocks.
    """
    scan = await scans.newest_scan(tx, version.id)
    if scan is None or scan.state in OPEN or scan.sha256 != version.sha256 or not await same_facts(tx, version, scan):
        raise NotScanned(field=field, retry_after_s=RETRY_AFTER_S)
    found = (await versions.findings_of(tx, [version.id])).get(version.id, [])
    hard = sorted({each.rule for each in found if each.hard})
    if hard or scan.state != "finished":
        raise ScanBlocks(field=field, rules=", ".join(hard))
    return scan
