"""What was removed of uploads that are over: into the log, into the figures, and back to the operator who asks."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Event
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from fileserver.services import Services
from fileserver.uploads import names
from storage.database import Transaction
from storage.rows.uploads import UploadRow

EXPIRED, OBJECTS, MULTIPARTS = "uploads_expired", "upload_swept_objects", "upload_aborted_multiparts"
WINDOW = timedelta(hours=24)
SHOWN_MAX = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What was removed of one upload, and why it was over."""

    upload_id: UUID | None  # None: of uploads that have no row
    swept_at: datetime
    cause: str  # expired, terminated, failed, orphan; complete: of attempts that did not become it
    objects: int
    multiparts: int


async def record_sweep(services: Services, row: UploadRow, *, objects: int, multiparts: int) -> None:
    """Tells the log and counts. The objects are gone already: what is told twice was done by two workers."""
    cause, now = cause_of(row), services.clock()
    services.counts[OBJECTS] += objects
    services.counts[MULTIPARTS] += multiparts
    log.info("upload swept", upload=str(row.id), cause=cause, objects=objects, multiparts=multiparts)
    detail: dict[str, str | int] = {"cause": cause, "objects": objects, "multiparts": multiparts}
    async with services.database.transaction() as tx:
        await ledger.append(tx, Event(act=Act.SYSTEM_UPLOAD_SWEEP, obj=names.obj_of(row.id), det=detail), now=now)


def cause_of(row: UploadRow) -> str:
    """Nobody can end an upload after its time, so one that ended then has expired."""
    late = row.expires_at is not None and row.expires_at <= row.updated_at
    return "expired" if row.state == "terminated" and late else row.state


async def recent(tx: Transaction, now: datetime) -> list[Sweep]:
    """The sweeps of the last day, newest first, `SHOWN_MAX` at most."""
    found, _ = await newest(tx, Wanted(act=(Act.SYSTEM_UPLOAD_SWEEP.value,), since=now - WINDOW), SHOWN_MAX)
    return [_sweep(json.loads(row.leaf)) for row in found]


def _sweep(event: dict[str, Any]) -> Sweep:
    detail = event["det"]
    return Sweep(
        upload_id=UUID(event["obj"].partition(":")[2]) if event["obj"] else None,
        swept_at=datetime.fromisoformat(event["t"]),
        cause=detail["cause"],
        objects=detail["objects"],
        multiparts=detail["multiparts"],
    )
