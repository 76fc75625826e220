"""Rows of versions and of their findings. A version's bytes never change; its state and preparation do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import finding, scan, version

Outcome = Literal["ready", "refused"]
Severity = Literal["block", "review", "evidence"]
FindingState = Literal["open", "dismissed", "confirmed"]


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """One version as stored. `pages_total` is None until the renderer has counted."""

    id: UUID
    material_id: UUID
    number: int
    sha256: str
    size_bytes: int
    media_type: str
    filename: str
    object_key: str
    upload_id: UUID | None
    uploader_id: UUID
    state: str
    preparation: str
    pages_total: int | None
    pages_ready: int
    created_at: datetime
    declaration_revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """What a detector reports, and what a reviewer decided about it.

    `place` and `params` hold ids, counts and short names; the material's own text stands in `quote` only. What is
    `hard` can't be dismissed. `scan_id` is None for what the preparation noticed.
    """

    version_id: UUID
    detector: str
    rule: str
    severity: Severity
    place: Mapping[str, Any]  # as compliance.detecting.Place.to_row gives it
    params: Mapping[str, str | int]
    basis: str = ""
    id: UUID = field(default_factory=uuid4)
    scan_id: UUID | None = None
    quote: str = ""
    hard: bool = False
    state: FindingState = "open"
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""


VERSION_COLUMNS = tuple(version.c[each.name] for each in fields(VersionRow))
FINDING_COLUMNS = tuple(finding.c[each.name] for each in fields(FindingRow))


async def add_version(tx: Transaction, row: VersionRow) -> bool:
    """Adds a version. False if its upload has become a version before, in whatever transaction came first."""
    adding = upsert(version).values({each.name: getattr(row, each.name) for each in fields(row)})
    added = adding.on_conflict_do_nothing(index_elements=["upload_id"]).returning(version.c.id)
    return await tx.scalar(added) is not None


async def next_number(tx: Transaction, material_id: UUID) -> int:
    """The number of the material's next version; the caller holds the material's lock."""
    highest = await tx.scalar(select(func.max(version.c.number)).where(version.c.material_id == material_id))
    return int(highest or 0) + 1


async def version_by_id(tx: Transaction, version_id: UUID, *, lock: bool = False) -> VersionRow | None:
    """The version, whatever its state."""
    query = select(*VERSION_COLUMNS).where(version.c.id == version_id)
    return await _one(tx, query.with_for_update() if lock else query)


async def version_of_upload(tx: Transaction, upload_id: UUID) -> VersionRow | None:
    """What an upload has become, if anything."""
    return await _one(tx, select(*VERSION_COLUMNS).where(version.c.upload_id == upload_id))


async def versions_of(tx: Transaction, material_id: UUID) -> Sequence[VersionRow]:
    """Every version of a material, newest first."""
    query = select(*VERSION_COLUMNS).where(version.c.material_id == material_id).order_by(version.c.number.desc())
    return [VersionRow(**row._asdict()) for row in await tx.execute(query)]


async def versions_with_bytes(tx: Transaction, sha256: str, limit: int) -> Sequence[VersionRow]:
    """Versions that are these very bytes, oldest first."""
    query = select(*VERSION_COLUMNS).where(version.c.sha256 == sha256).order_by(version.c.created_at).limit(limit)
    return [VersionRow(**row._asdict()) for row in await tx.execute(query)]


async def lock_bytes(tx: Transaction, sha256: str) -> None:
    """Until `tx` ends nobody else decides which object holds these bytes."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"version-bytes:{sha256}", 0))))


async def object_with_bytes(tx: Transaction, sha256: str, size_bytes: int, *, but: Collection[str] = ()) -> str | None:
    """The key of the oldest object that versions name for these very bytes, not counting the keys in `but`."""
    same = (version.c.sha256 == sha256) & (version.c.size_bytes == size_bytes) & version.c.object_key.not_in(but)
    query = select(version.c.object_key).where(same).order_by(version.c.created_at, version.c.id).limit(1)
    key: str | None = await tx.scalar(query)
    return key


async def names_below(tx: Transaction, prefix: str) -> bool:
    """Whether any version names an object whose key begins so: then it must stay."""
    return bool(await tx.scalar(select(exists().where(version.c.object_key.startswith(prefix, autoescape=True)))))


async def set_state(tx: Transaction, version_id: UUID, state: str) -> None:
    """Moves a version along; compliance.lifecycle says where to."""
    await tx.execute(update(version).where(version.c.id == version_id).values(state=state))


async def set_progress(tx: Transaction, version_id: UUID, *, pages_total: int, pages_ready: int) -> bool:
    """Notes how far the preparation is. False, and nothing changed, once it is over."""
    query = update(version).where(version.c.id == version_id, version.c.preparation == "pending")
    return bool((await tx.execute(query.values(pages_total=pages_total, pages_ready=pages_ready))).rowcount == 1)


async def lock_pending(tx: Transaction, version_id: UUID) -> bool:
    """Whether its preparation is still going on; it does not end before `tx` does."""
    query = select(version.c.id).where(version.c.id == version_id, version.c.preparation == "pending")
    return (await tx.scalar(query.with_for_update())) is not None


async def end_preparation(tx: Transaction, version_id: UUID, outcome: Outcome) -> bool:
    """Ends the preparation. False if it was over already, so that its event is written once."""
    query = update(version).where(version.c.id == version_id, version.c.preparation == "pending")
    return bool((await tx.execute(query.values(preparation=outcome))).rowcount == 1)


async def overdue_preparations(tx: Transaction, before: datetime, limit: int) -> Sequence[UUID]:
    """Versions created before this time that are still not prepared, oldest first."""
    query = select(version.c.id).where(version.c.preparation == "pending", version.c.created_at < before)
    return list(await tx.scalars(query.order_by(version.c.created_at).limit(limit)))


async def refused_drafts(tx: Transaction, rule: str, limit: int) -> Sequence[UUID]:
    """Versions that nobody has submitted and that were refused for this reason, oldest first."""
    reason = exists().where(finding.c.version_id == version.c.id, finding.c.rule == rule)
    query = select(version.c.id).where(version.c.preparation == "refused", version.c.state == "draft", reason)
    return list(await tx.scalars(query.order_by(version.c.created_at).limit(limit)))


async def reopen_preparation(tx: Transaction, version_id: UUID, rule: str) -> bool:
    """A refused version waits again, and the reason is gone from its findings. False if it is no longer refused."""
    query = update(version).where(version.c.id == version_id, version.c.preparation == "refused")
    if (await tx.execute(query.values(preparation="pending"))).rowcount != 1:
        return False
    await tx.execute(delete(finding).where(finding.c.version_id == version_id, finding.c.rule == rule))
    return True


async def add_findings(tx: Transaction, rows: Collection[FindingRow]) -> None:
    """Adds what detectors found."""
    if rows:
        values = [{each.name: getattr(row, each.name) for each in fields(row)} for row in rows]
        await tx.execute(insert(finding), values)


async def findings_of(tx: Transaction, version_ids: Collection[UUID]) -> dict[UUID, list[FindingRow]]:
    """The findings of these versions' newest scans and of no scan, oldest first; versions without any are left out."""
    newest = select(scan.c.id).where(scan.c.version_id == finding.c.version_id).correlate(finding)
    newest = newest.order_by(scan.c.created_at.desc(), scan.c.id.desc()).limit(1)
    counts = finding.c.scan_id.is_(None) | (finding.c.scan_id == newest.scalar_subquery())
    query = select(*FINDING_COLUMNS).where(finding.c.version_id.in_(version_ids), counts)
    found: dict[UUID, list[FindingRow]] = {}
    for row in await tx.execute(query.order_by(finding.c.created_at, finding.c.id)):
        found.setdefault(row.version_id, []).append(FindingRow(**row._asdict()))
    return found


async def findings_ever(tx: Transaction, version_id: UUID) -> list[FindingRow]:
    """Everything that any scan found of a version, oldest first."""
    query = select(*FINDING_COLUMNS).where(finding.c.version_id == version_id)
    return [FindingRow(**row._asdict()) for row in await tx.execute(query.order_by(finding.c.created_at, finding.c.id))]


async def decide_finding(
    tx: Transaction, finding_id: UUID, *, state: FindingState, by: UUID, reason: str, now: datetime
) -> None:
    """Notes what a reviewer said of a finding; the database refuses to dismiss what is hard."""
    values = {"state": state, "decided_by": by, "decided_at": now, "reason": reason}
    await tx.execute(update(finding).where(finding.c.id == finding_id).values(values))


async def _one(tx: Transaction, query: Select[Any]) -> VersionRow | None:
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else VersionRow(**row._asdict())
