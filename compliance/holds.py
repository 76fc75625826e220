"""Legal holds: a person, a material or the whole log must be kept, and why. Placing and lifting are events.

A hold on a person keeps them from being erased and their entries from being pruned; one on a material keeps its
entries, and whoever had to do with it from being erased; one on the log keeps all and everybody. The reason stands in
the row, its hash in the event, so that the log holds no free text.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, LegalHold, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import holds as rows
from storage.rows.holds import HoldRow
from storage.rows.materials import material_by_id
from storage.rows.people import pseudonym_of


class HoldKind(StrEnum):
    """What is held."""

    PERSON = "person"
    MATERIAL = "material"
    LOG = "log"


@dataclass(frozen=True, kw_only=True)
class NewHold:
    """A hold to be placed. `subject` is a person's or a material's id; None for the log."""

    kind: HoldKind
    subject: UUID | None
    reason: str


async def place(
    tx: Transaction, trail: Trail, new: NewHold, *, by: UUID | None, now: datetime, why: str = ""
) -> HoldRow:
    """Places a hold; from now on it stops erasure and pruning. Raises InvalidValue, or NotFound for the subject."""
    if (new.subject is None) != (new.kind is HoldKind.LOG):
        raise InvalidValue(field="subject", rule="hold-subject")
    row = HoldRow(
        id=uuid4(),
        kind=new.kind.value,
        person_id=new.subject if new.kind is HoldKind.PERSON else None,
        material_id=new.subject if new.kind is HoldKind.MATERIAL else None,
        reason=new.reason,
        placed_by=by,
        placed_at=now,
    )
    subject = await _subject(tx, row)
    await rows.add_hold(tx, row)
    det = {"kind": row.kind, "subject": subject, "reason_sha256": digest(new.reason)}
    await append(tx, trail.event(Act.EMPLOYEE_HOLD_PLACE, why=why, obj=f"hold:{row.id}", det=det), now=now)
    return row


async def lift(
    tx: Transaction, trail: Trail, hold_id: UUID, *, reason: str, by: UUID | None, now: datetime, why: str = ""
) -> HoldRow:
    """Ends a hold. Raises NotFound, or WrongState for one that is lifted already."""
    row = await rows.hold_by_id(tx, hold_id)
    if row is None:
        raise NotFound
    if row.lifted_at is not None:
        raise WrongState
    await rows.lift_hold(tx, hold_id, by=by, at=now, reason=reason)
    det = {"kind": row.kind, "subject": await _subject(tx, row), "reason_sha256": digest(reason)}
    await append(tx, trail.event(Act.EMPLOYEE_HOLD_LIFT, why=why, obj=f"hold:{row.id}", det=det), now=now)
    lifted = await rows.hold_by_id(tx, hold_id)
    if lifted is None:
        raise NotFound
    return lifted


async def require_unheld(tx: Transaction, person_id: UUID) -> None:
    """Raises LegalHold while this person must not be erased."""
    if await rows.person_is_held(tx, person_id):
        raise LegalHold


def digest(reason: str) -> str:
    """What the log keeps of a reason."""
    return hashlib.sha256(reason.encode()).hexdigest()


async def _subject(tx: Transaction, row: HoldRow) -> str:
    """How events name what is held. Raises NotFound."""
    if row.person_id is not None:
        pseudonym = await pseudonym_of(tx, row.person_id)
        if pseudonym is None:
            raise NotFound
        return f"person:{pseudonym}"
    if row.material_id is not None:
        if await material_by_id(tx, row.material_id) is None:
            raise NotFound
        return f"material:{row.material_id}"
    return "log"
