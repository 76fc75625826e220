"""Viewers as employees see them: who works where, verified by whom, shut out or not. Of a phone only the tail shows."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.errors import NotFound
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import Profile, profiles_of
from storage.database import Transaction
from storage.rows import sessions
from storage.rows import viewers as rows
from storage.rows.viewers import ViewerRow


@dataclass(frozen=True, kw_only=True)
class NamedViewer:
    """A viewer with their profile, which is empty once they are erased."""

    row: ViewerRow
    profile: Profile


async def block(tx: Transaction, trail: Trail, person_id: UUID, *, reason: str, now: datetime, why: str = "") -> None:
    """Shuts a viewer out from the next request on, and ends their sessions. Raises NotFound."""
    row = await _row(tx, person_id)
    if row.blocked_at is not None:
        return
    await rows.put_blocked(tx, person_id, now, reason)
    ended = await sessions.end_sessions_of(tx, person_id, now)
    event = trail.event(
        Act.EMPLOYEE_VIEWER_BLOCK,
        why=why,
        obj=f"person:{row.pseudonym}",
        det={"reason_sha256": _digest(reason), "clinic": str(row.clinic_id), "sessions": ended},
    )
    await append(tx, event, now=now)


async def unblock(tx: Transaction, trail: Trail, person_id: UUID, *, reason: str, now: datetime, why: str = "") -> None:
    """Lets a viewer sign in again. Raises NotFound."""
    row = await _row(tx, person_id)
    if row.blocked_at is None:
        return
    await rows.put_blocked(tx, person_id, None)
    event = trail.event(
        Act.EMPLOYEE_VIEWER_UNBLOCK,
        why=why,
        obj=f"person:{row.pseudonym}",
        det={"reason_sha256": _digest(reason), "clinic": str(row.clinic_id)},
    )
    await append(tx, event, now=now)


async def read(tx: Transaction, master: MasterKey, person_id: UUID) -> NamedViewer:
    """One viewer. Raises NotFound."""
    return (await named(tx, master, [await _row(tx, person_id)]))[0]


async def named(tx: Transaction, master: MasterKey, found: Collection[ViewerRow]) -> list[NamedViewer]:
    """These viewers with their profiles."""
    profiles = await profiles_of(tx, master, person_ids=[row.person_id for row in found])
    return [NamedViewer(row=row, profile=profiles[row.person_id]) for row in found]


async def _row(tx: Transaction, person_id: UUID) -> ViewerRow:
    row = await rows.viewer_by_id(tx, person_id, lock=True)
    if row is None:
        raise NotFound
    return row


def _digest(reason: str) -> str:
    return hashlib.sha256(reason.encode()).hexdigest()
