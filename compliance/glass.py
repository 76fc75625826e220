"""Broken glass: an administrator let in to one material, or to the log, for a reason and for minutes.

Promises: it is loud (auditors and managers are told at once, every page of the console shows it while it lasts), it
ends by itself with its last minute whether or not a worker runs, and its begin, each use and its end are events of the
log. What it opens stands in the access rules; whoever asked proved who they are shortly before, which the route sees
to. The reason stands in the row; the log has its hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.access import Action, Actor, Role
from compliance.access.rules import GLASS_OPENS_LOG, GLASS_OPENS_MATERIAL
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Event, Trail, short_hash
from compliance.ledger import append
from compliance.messages import Message, MessageKind, Messages
from storage.database import Transaction
from storage.rows import break_glass as rows
from storage.rows import materials, notices
from storage.rows.break_glass import GlassRow

TOLD = (Role.AUDITOR, Role.MANAGER)
LOG = "log"


@dataclass(frozen=True, kw_only=True)
class Breaking:
    """What is asked for: a material, or the log (None)."""

    material_id: UUID | None
    reason: str
    minutes: int


async def begin(
    tx: Transaction,
    messages: Messages,
    trail: Trail,
    by: UUID,
    wanted: Breaking,
    *,
    minutes_max: int,
    now: datetime,
    why: str,
) -> GlassRow:
    """Lets somebody in from now on. Raises InvalidValue for too long, NotFound, WrongState while it is open already."""
    if wanted.minutes > minutes_max:
        raise InvalidValue(field="minutes", rule="less-than-equal", le=minutes_max)
    if wanted.material_id and await materials.material_by_id(tx, wanted.material_id) is None:
        raise NotFound(field="material_id")
    await tell_ends(tx, now)
    row = GlassRow(
        id=uuid4(),
        person_id=by,
        material_id=wanted.material_id,
        reason=wanted.reason,
        minutes=wanted.minutes,
        started_at=now,
        ends_at=now + timedelta(minutes=wanted.minutes),
    )
    if not await rows.add(tx, row):
        raise WrongState(state="open", command="break")
    det: dict[str, str | int] = {"minutes": wanted.minutes, "reason_sha256": short_hash(wanted.reason)}
    await append(tx, trail.event(Act.EMPLOYEE_GLASS_BREAK, why=why, obj=obj_of(row), det=det | _named(row)), now=now)
    message = Message(  # without the material: its title is not for every manager
        kind=MessageKind.BREAK_GLASS,
        key=f"{MessageKind.BREAK_GLASS}:{row.id}",
        params={"minutes": wanted.minutes, "scope": LOG if row.material_id is None else "material"},
    )
    await messages.tell(tx, await notices.keepers(tx, TOLD), message, now)
    return row


async def used(
    tx: Transaction, trail: Trail, actor: Actor, action: Action, material_id: UUID | None, *, now: datetime
) -> None:
    """Writes down that the actor did something that only broken glass allowed; nothing if it was allowed anyway."""
    behind = material_id in actor.glass.materials if material_id else actor.glass.log
    if actor.role is Role.ADMIN and behind:
        await used_by(tx, trail, actor.person_id, action, material_id, now=now)


async def used_by(
    tx: Transaction, trail: Trail, person_id: UUID, action: Action, material_id: UUID | None, *, now: datetime
) -> None:
    """The same of somebody of whom it is known. Raises NotFound if it was ended in this moment: nothing is shown."""
    row = await rows.count_use(tx, person_id, material_id, now)
    if row is None:
        raise NotFound(field="material_id" if material_id else "log")
    rule = GLASS_OPENS_MATERIAL if material_id else GLASS_OPENS_LOG
    det: dict[str, str | int] = {"action": action.value, **_named(row)}
    event = trail.event(Act.EMPLOYEE_GLASS_USE, why=rule, obj=obj_of(row), det=det)
    await append(tx, event, now=now)


async def end(tx: Transaction, trail: Trail, grant_id: UUID, by: UUID | None, *, now: datetime, why: str) -> GlassRow:
    """Ends it before its time; ending it twice changes nothing. Raises NotFound."""
    await tell_ends(tx, now)
    row = await rows.by_id(tx, grant_id, lock=True)
    if row is None:
        raise NotFound(field="grant_id")
    if row.ended_at is None:
        await rows.put_ended(tx, row.id, now, by)
        event = trail.event(Act.EMPLOYEE_GLASS_END, why=why, obj=obj_of(row), det={"uses": row.uses, **_named(row)})
        await append(tx, event, now=now)
    return await _again(tx, grant_id)


async def end_of(tx: Transaction, trail: Trail, person_id: UUID, by: UUID | None, *, now: datetime, why: str) -> None:
    """Ends all that somebody broke, for they are no administrator any more."""
    await tell_ends(tx, now)
    for row in await rows.open_of(tx, person_id):
        await end(tx, trail, row.id, by, now=now, why=why)


async def tell_ends(tx: Transaction, now: datetime) -> int:
    """Closes what has run out, each with its event; how many. Access ended with the last minute, told or not."""
    over = await rows.over(tx, now)
    for row in over:
        await rows.put_ended(tx, row.id, row.ends_at, None)
        event = Event(act=Act.SYSTEM_GLASS_END, obj=obj_of(row), det={"uses": row.uses, **_named(row)})
        await append(tx, event, now=now)
    return len(over)


async def listed(tx: Transaction, limit: int) -> Sequence[GlassRow]:
    """All there was, the newest first."""
    return await rows.listed(tx, limit)


def obj_of(row: GlassRow) -> str:
    """What events call the thing behind the glass."""
    return f"material:{row.material_id}" if row.material_id else LOG


def _named(row: GlassRow) -> dict[str, str | int]:
    return {"grant": str(row.id)}


async def _again(tx: Transaction, grant_id: UUID) -> GlassRow:
    row = await rows.by_id(tx, grant_id)
    if row is None:
        raise NotFound(field="grant_id")
    return row
