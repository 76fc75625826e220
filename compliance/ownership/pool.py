"""The pool 公海: clinics that nobody holds. Marketers claim from it; what nobody looks after goes back to it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compliance.errors import ClaimsUsedUp, OwnershipChanged
from compliance.events import Trail
from compliance.messages import Message, MessageKind, Messages
from compliance.ownership.holding import Change, expect, pass_on
from storage.database import Transaction
from storage.rows import ownership, pool
from storage.rows.ownership import OwnershipRow


@dataclass(frozen=True)
class Protection:
    """How long a clinic without activity stays with its owner, and how many anybody may hold by claiming."""

    days: int
    claims_max: int


async def claim(  # what, by whom, as they saw it
    tx: Transaction,
    trail: Trail,
    clinic_id: UUID,
    version: int,
    *,
    by: UUID,
    protection: Protection,
    now: datetime,
    rule: str = "",
) -> OwnershipRow:
    """Takes a clinic out of the pool. Raises OwnershipChanged when somebody was faster, ClaimsUsedUp, InvalidValue."""
    await ownership.may_own(tx, by, lock=True)  # one claim of theirs at a time: the cap holds
    if await ownership.count_held(tx, by) >= protection.claims_max:
        raise ClaimsUsedUp(max=protection.claims_max)
    held = await expect(tx, clinic_id, version)
    if held.person_id is not None:
        raise OwnershipChanged
    return await pass_on(tx, trail, held, Change(to_id=by, cause="claimed", by=by, rule=rule), now=now)


async def return_inactive(tx: Transaction, messages: Messages, protection: Protection, now: datetime) -> int:
    """Puts what nobody looked after for the time of protection back into the pool; how many.

    Activity is a visit by somebody of the clinic, an invitation of the owner's to it, or a guest who came by one.
    """
    before = now - timedelta(days=protection.days)
    lost: Counter[UUID] = Counter()
    for clinic_id in await pool.inactive(tx, before):
        held = await ownership.open_of(tx, clinic_id, lock=True)
        if held.person_id is None or held.valid_from > before:
            continue
        await pass_on(tx, Trail(role="system"), held, Change(to_id=None, cause="returned"), now=now)
        lost[held.person_id] += 1
    for person_id, count in lost.items():
        params = {"count": count, "days": protection.days}
        message = Message(kind=MessageKind.CLINIC_RETURNED, key=f"returned:{now:%Y-%m-%d}", params=params)
        await messages.tell(tx, [person_id], message, now)
    return lost.total()
