"""The one way the relation to a clinic changes: an interval ends, the next begins, and the log says so."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, OwnershipChanged
from compliance.events import Act, Trail
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import ownership, transfers
from storage.rows.ownership import OwnershipRow
from storage.rows.people import pseudonym_of


@dataclass(frozen=True, kw_only=True)
class Change:
    """To whom a clinic passes (None: to nobody), how that came, who says so (None: a rule) and why.

    `rule` is the access rule that allowed it; `det` goes into the event.
    """

    to_id: UUID | None
    cause: str
    reason: str = ""
    by: UUID | None = None
    rule: str = ""
    det: Mapping[str, str | int] = field(default_factory=dict)


async def pass_on(tx: Transaction, trail: Trail, held: OwnershipRow, change: Change, *, now: datetime) -> OwnershipRow:
    """Ends the interval `held`, as the caller saw it, and begins the next; returns that one.

    Raises OwnershipChanged when another change came first, InvalidValue for somebody who can't hold a clinic.
    """
    to_id = change.to_id
    if to_id is not None and not await ownership.may_own(tx, to_id, lock=True):
        raise InvalidValue(field="person_id", rule="owner-unsuitable")
    if not await ownership.close(tx, held.clinic_id, held.version, now):
        raise OwnershipChanged
    row = OwnershipRow(
        id=uuid4(),
        clinic_id=held.clinic_id,
        version=held.version + 1,
        person_id=to_id,
        valid_from=max(held.valid_from, now),
        valid_to=None,
        cause=change.cause,
        reason=change.reason,
        changed_by=change.by,
    )
    if not await ownership.begin(tx, row):
        raise OwnershipChanged
    if to_id is not None:
        await transfers.end_handover(tx, held.clinic_id, to_id, now)
    event = trail.event(
        Act.EMPLOYEE_CLINIC_ASSIGN if change.by else Act.SYSTEM_CLINIC_ASSIGN,
        why=change.rule,
        obj=f"clinic:{held.clinic_id}",
        det=await _details(tx, held, row, change),
    )
    told = await append(tx, event, now=now)
    await ownership.put_event(tx, row.id, told)
    return row


async def expect(tx: Transaction, clinic_id: UUID, version: int | None) -> OwnershipRow:
    """The open interval, if it is the one that the caller saw (None: whichever it is), held until `tx` ends.

    Raises OwnershipChanged.
    """
    held = await ownership.open_of(tx, clinic_id, lock=True)
    if version is not None and held.version != version:
        raise OwnershipChanged
    return held


async def _details(tx: Transaction, before: OwnershipRow, after: OwnershipRow, change: Change) -> dict[str, str | int]:
    details: dict[str, str | int] = {
        "owner": await _called(tx, after.person_id),
        "before": await _called(tx, before.person_id),
        "cause": change.cause,
        "version": after.version,
        **change.det,
    }
    if change.reason:
        details["reason_sha256"] = hashlib.sha256(change.reason.encode()).hexdigest()
    return details


async def _called(tx: Transaction, person_id: UUID | None) -> str:
    return (await pseudonym_of(tx, person_id) or "") if person_id else ""
