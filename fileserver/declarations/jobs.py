"""What a worker does for declarations: has files of evidence looked at, and those again that met no virus scanner."""

from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Event, Result
from compliance.materials import obj_of
from compliance.scanning import Clamd, Malware
from compliance.scanning.proofs import ProofScanner
from fileserver.config import MalwareScan
from fileserver.services import Services
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows import declarations

SCAN = "evidence.scan"
SCAN_UNSCANNED = "evidence.scan_unscanned"
UNSCANNED_CRON = "7/10 * * * *"
BATCH = 100
ATTEMPTS_MAX = 20  # of one file: one that keeps the scanner too long keeps it so each time

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def scan(evidence_id: str) -> None:
        await look_at(services, UUID(evidence_id))

    async def scan_unscanned() -> None:
        if count := await enqueue_unscanned(services, jobs):
            log.info("evidence is looked at that was not", count=count)

    jobs.register(SCAN, scan)
    jobs.register_periodic(SCAN_UNSCANNED, UNSCANNED_CRON, scan_unscanned)


async def enqueue(tx: Transaction, jobs: Jobs, evidence_id: UUID) -> None:
    """Has a file looked at, in `tx`."""
    await jobs.enqueue(tx, SCAN, key=f"{SCAN}:{evidence_id}", evidence_id=str(evidence_id))


async def look_at(services: Services, evidence_id: UUID) -> None:
    """Looks at one file; one that was looked at to the end is left alone. Raises what has to be tried again."""
    async with services.database.transaction() as tx:
        row = await declarations.evidence_by_id(tx, evidence_id)
    if row is None or row.scan_state not in ("waiting", "not_scanned"):
        return
    outcome = await ProofScanner(services.objects, _malware(services), services.inspector).look(row)
    now = services.clock()
    async with services.database.transaction() as tx:
        if not await declarations.note_scan(tx, row.id, outcome.state, outcome.rule, now):
            return
        result = {"clean": Result.ALLOW, "refused": Result.DENY}.get(outcome.state, Result.ERROR)
        det = {"evidence": str(row.id), "sha256": row.sha256, "rule": outcome.rule}
        event = Event(act=Act.SYSTEM_EVIDENCE_SCAN, res=result, role="system", obj=obj_of(row.material_id), det=det)
        await ledger.append(tx, event, now=now)


async def enqueue_unscanned(services: Services, jobs: Jobs) -> int:
    """Asks again for files that wait, as those of an earlier release do, or met no scanner; how many."""
    states: tuple[declarations.ScanState, ...] = ("waiting",)
    if await _malware(services).ready():
        states = ("waiting", "not_scanned")
    async with services.database.transaction() as tx:
        wanted = await declarations.unscanned_evidence(tx, states, BATCH, attempts_max=ATTEMPTS_MAX)
        for evidence_id in wanted:
            await enqueue(tx, jobs, evidence_id)
    return len(wanted)


def _malware(services: Services) -> Malware:
    config = services.config
    clamd = Clamd(config.clamd) if config.clamd else None
    return Malware(services.objects, clamd, required=config.malware_scan is MalwareScan.REQUIRED)
