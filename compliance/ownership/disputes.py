"""Two who claim one clinic: what each can show, side by side, and a manager's decision with its reason."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.errors import DisputeOpen, InvalidValue, NotFound, WrongState
from compliance.events import Act, Event, Trail
from compliance.ledger import append
from compliance.messages import Message, MessageKind, Messages
from compliance.ownership.holding import Change, pass_on
from storage.database import Transaction
from storage.rows import invitations, ownership
from storage.rows.invitations import UseRow
from storage.rows.ownership import DisputeRow


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one side can show: their first invitation, first guest to come in and first to prove who they are."""

    person_id: UUID
    invited_at: datetime | None = None
    invited_event: int | None = None
    entered_at: datetime | None = None
    entered_event: int | None = None
    verified_at: datetime | None = None
    verified_event: int | None = None


async def evidence_of(tx: Transaction, clinic_id: UUID, person_id: UUID) -> Evidence:
    """What this employee can show about a clinic."""
    made = await invitations.list_invitations(tx, clinic_id=clinic_id, creator_id=person_id)
    uses = [use for use in await invitations.uses_of_clinic(tx, clinic_id) if use.creator_id == person_id]
    first = made[-1] if made else None
    entered = min(uses, key=lambda use: use.entered_at, default=None)
    proved = min((use for use in uses if use.verified_at), key=_verified_at, default=None)
    return Evidence(
        person_id=person_id,
        invited_at=first.created_at if first else None,
        invited_event=first.event_id if first else None,
        entered_at=entered.entered_at if entered else None,
        entered_event=entered.entered_event if entered else None,
        verified_at=proved.verified_at if proved else None,
        verified_event=proved.verified_event if proved else None,
    )


async def open_by_rule(
    tx: Transaction,
    clinic_id: UUID,
    *,
    claimant_id: UUID,
    holder_id: UUID,
    now: datetime,
    messages: Messages,
) -> UUID | None:
    """Opens a dispute where the assistant had invited first: then the evidence does not agree with the outcome."""
    claimant = await evidence_of(tx, clinic_id, claimant_id)
    holder = await evidence_of(tx, clinic_id, holder_id)
    if not _invited_before(claimant, holder):
        return None
    values = {"clinic_id": clinic_id, "claimant_id": claimant_id, "holder_id": holder_id, "opened_at": now}
    opened = await ownership.add_dispute(tx, values)
    if opened is not None:
        event = Event(
            act=Act.SYSTEM_DISPUTE_OPEN, role="system", obj=f"clinic:{clinic_id}", det={"dispute": str(opened)}
        )
        await append(tx, event, now=now)
        await _announce(tx, messages, opened, {claimant_id, holder_id}, now)
    return opened


async def contest(
    tx: Transaction,
    trail: Trail,
    clinic_id: UUID,
    claimant_id: UUID,
    *,
    reason: str,
    now: datetime,
    messages: Messages,
    why: str = "",
) -> UUID:
    """An employee who invited a clinic that somebody else holds asks for a decision.

    Raises DisputeOpen when one is open, InvalidValue without an invitation of their own or a holder to contest.
    """
    held = await ownership.open_of(tx, clinic_id)
    mine = await evidence_of(tx, clinic_id, claimant_id)
    if mine.invited_at is None or held.person_id is None or held.person_id == claimant_id:
        raise InvalidValue(field="clinic_id", rule="nothing-to-contest")
    values = {
        "clinic_id": clinic_id,
        "claimant_id": claimant_id,
        "holder_id": held.person_id,
        "opened_by": claimant_id,
        "opened_at": now,
        "reason": reason,
    }
    opened = await ownership.add_dispute(tx, values)
    if opened is None:
        raise DisputeOpen(field="clinic_id")
    det = {"dispute": str(opened), "reason_sha256": hashlib.sha256(reason.encode()).hexdigest()}
    event = trail.event(Act.EMPLOYEE_DISPUTE_OPEN, why=why, obj=f"clinic:{clinic_id}", det=det)
    await append(tx, event, now=now)
    await _announce(tx, messages, opened, {held.person_id}, now)
    return opened


async def decide(  # which, for whom, by whom and why
    tx: Transaction,
    trail: Trail,
    dispute_id: UUID,
    winner_id: UUID,
    *,
    by: UUID,
    verdict: str,
    now: datetime,
    why: str = "",
) -> DisputeRow:
    """Gives the clinic to one of the two.

    Raises NotFound, WrongState, OwnershipChanged, or InvalidValue for a third.
    """
    row = await ownership.dispute_by_id(tx, dispute_id, lock=True)
    if row is None:
        raise NotFound(field="dispute_id")
    if row.state != "open":
        raise WrongState
    if winner_id not in (row.claimant_id, row.holder_id):
        raise InvalidValue(field="winner_id", rule="not-a-party")
    held = await ownership.open_of(tx, row.clinic_id, lock=True)
    if held.person_id != winner_id:
        det = {"dispute": str(dispute_id)}
        change = Change(to_id=winner_id, cause="decided", reason=verdict, by=by, rule=why, det=det)
        await pass_on(tx, trail, held, change, now=now)
    decided = {"winner_id": winner_id, "decided_by": by, "decided_at": now, "verdict": verdict}
    await ownership.decide_dispute(tx, dispute_id, decided)
    said: dict[str, str | int] = {
        "dispute": str(dispute_id),
        "upheld": int(winner_id == row.claimant_id),
        "reason_sha256": hashlib.sha256(verdict.encode()).hexdigest(),
    }
    event = trail.event(Act.EMPLOYEE_DISPUTE_DECIDE, why=why, obj=f"clinic:{row.clinic_id}", det=said)
    await append(tx, event, now=now)
    found = await ownership.dispute_by_id(tx, dispute_id)
    if found is None:
        raise NotFound(field="dispute_id")
    return found


def _invited_before(one: Evidence, two: Evidence) -> bool:
    """Whether one invited before the other; of the same moment, whose event has the smaller number."""
    if one.invited_at is None or two.invited_at is None:
        return one.invited_at is not None
    return (one.invited_at, one.invited_event or 0) < (two.invited_at, two.invited_event or 0)


async def _announce(
    tx: Transaction, messages: Messages, dispute_id: UUID, people: Collection[UUID], now: datetime
) -> None:
    await messages.tell(tx, people, Message(kind=MessageKind.CLINIC_DISPUTED, key=f"dispute:{dispute_id}"), now)


def _verified_at(use: UseRow) -> datetime:
    if use.verified_at is None:
        raise AssertionError("only verified uses are compared")
    return use.verified_at
