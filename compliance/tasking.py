"""Tasks: a material that employees are asked to pass on to the clinics they hold, each by a link of their own.

Promises: a task stays where its maker was when they made it. It is given to those only whom they reached from there and
whose clearance reaches the material, and follows the organisation: who leaves, or moves to where it does not ask, has
it no more, and who comes gets it. Whoever governs it closes what it made, wherever its employees are now. One employee
has one link of one task, whatever happens at the same moment, with the task's policy and by their own right to share.
What can't be shared any more makes no link. Every step is an event. Leaves telling people, and WeCom, to
`fileserver.tasks`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, Actor, Audience, Home, Sensitivity, Target, require
from compliance.asking import close_granted
from compliance.errors import InvalidValue, NotFound, TooManyAttempts, WrongState
from compliance.events import Act, Event, Trail
from compliance.homes import home_of
from compliance.keys import KeyRing
from compliance.levels import SealLevel
from compliance.links import active_kid, new_token_id
from compliance.looks import look_of, stored, told
from compliance.materials import obj_of
from compliance.sharing import shareable
from compliance.visits import examined, has_lapsed
from storage.database import Transaction
from storage.rows import addressees, departments, materials, recruiting, sendings, shares, tasks
from storage.rows.addressees import AddresseesRow
from storage.rows.shares import ShareRow
from storage.rows.standing import standing_of
from storage.rows.tasks import AssignmentRow, TaskRow

OUTCOMES = ("sent", "unsent", "no_friend", "capped")
CHANNEL = "group-message"
SENDING_PURPOSE, SENDING_CHARS = "share-sending", 32
REMIND_EVERY = timedelta(hours=8)  # three in 24 hours, which is as often as WeCom reminds of a message

# How far a message is when its employee may ask for one: none lies there, as far as is known.
ASKABLE = frozenset({"", "unsure", "nobody", "refused", "cancelled"})

TaskState = Literal["open", "over", "ended", "withdrawn", "suspended"]


@dataclass(frozen=True)
class Given:
    """Who got a task just now, and from whom it was taken; `more`: it asks for more than it can be given to."""

    added: frozenset[UUID]
    off: frozenset[UUID]
    more: bool


async def create(tx: Transaction, keys: KeyRing, actor: Actor, trail: Trail, row: TaskRow) -> Given:
    """Makes a task and gives it to whom it asks for.

    Raises AccessDenied, NotFound, RequirementUnmet naming what sharing needs, InvalidValue when it asks for nobody or
    for more than one task may.
    """
    now = row.created_at
    found = await shareable(tx, keys.master, actor, row.material_id, now)
    rule = require(actor, Action.TASK_CREATE, obj=obj_of(row.material_id))
    await tasks.add_task(tx, row)
    given = await follow(tx, row, now)
    if not given.added:
        raise InvalidValue(field="roles", rule="asks-for-nobody")
    if given.more:
        raise InvalidValue(field="roles", rule="asks-for-too-many", max=tasks.ASSIGNEES_MAX)
    det: dict[str, str | int] = {
        "task": str(row.id),
        "given": len(given.added),
        "until": int(row.until.timestamp()),
        "download": int(row.download),
        "depth": row.forward_depth,
        "visits_max": row.visits_max or 0,
        "viewers_max": row.viewers_max or 0,
    }
    event = trail.event(
        Act.EMPLOYEE_TASK_CREATE, why=rule, obj=obj_of(row.material_id), ver=found.served.sha256 or "", det=det
    )
    await ledger.append(tx, event, now=now)
    return given


async def follow(tx: Transaction, row: TaskRow, now: datetime) -> Given:
    """Gives the task to whoever it asks for now and has it not, and takes it from whoever it asks for no more.

    Who comes when it has been given to as many as may have it gets it once somebody leaves.
    """
    reach = await recruiting.people_at(tx, row.home_department_id, row.home_region, row.creator_id, now)
    found = await tasks.matching(tx, row, reach)
    wanted = found[: tasks.ASSIGNEES_MAX]
    given = Given(
        added=await tasks.give(tx, row.id, wanted, now),
        off=await tasks.take_off(tx, row.id, wanted, now),
        more=len(found) > len(wanted),
    )
    if given.added or given.off:
        det: dict[str, str | int] = {"task": str(row.id), "given": len(given.added), "off": len(given.off)}
        await _told(tx, row, Act.SYSTEM_TASK_GIVE, det, now)
    return given


async def complete(
    tx: Transaction, keys: KeyRing, actor: Actor, trail: Trail, task_id: UUID, now: datetime
) -> tuple[TaskRow, ShareRow]:
    """The employee's link of a task, made by the first call and the same from then on.

    Raises NotFound for what was not given to them, AccessDenied, RequirementUnmet, or WrongState once it is over.
    """
    row, part = await own_part(tx, actor, task_id, lock=True)
    made = part.share_id and await shares.share_by_id(tx, part.share_id)
    if made:
        return row, made
    if (state := await state_of(tx, keys, row, now)) in ("over", "ended"):
        raise WrongState(state=state, command="complete")
    found = await shareable(tx, keys.master, actor, row.material_id, now)
    share = _share(keys, row, actor.person_id, now)
    await shares.add_share(tx, share)
    await addressees.add_addressees(tx, share.id, _addressees(row, share))
    await tasks.put_assignment(tx, task_id, actor.person_id, share_id=share.id, done_at=now)
    det = {"task": str(task_id), **_policy(row, share)}
    event = trail.event(
        Act.EMPLOYEE_SHARE_CREATE,
        why=found.rule,
        obj=obj_of(row.material_id),
        link=str(share.id),
        ver=found.served.sha256 or "",
        det=det,
    )
    await ledger.append(tx, event, now=now)
    return row, share


async def own_part(
    tx: Transaction, actor: Actor, task_id: UUID, *, lock: bool = False
) -> tuple[TaskRow, AssignmentRow]:
    """A task and what of it is the actor's to do. Raises NotFound, AccessDenied.

    `lock` keeps both from changing until `tx` ends: a task that is ended waits for links that are being made.
    """
    row = await tasks.task_by_id(tx, task_id, hold=lock)
    part = await tasks.assignment(tx, task_id, actor.person_id, lock=lock)
    if row is None or part is None or part.off_at is not None:
        raise NotFound(field="task_id")
    target = await target_of_part(tx, row, part)
    require(actor, Action.TASK_COMPLETE, target, obj=obj_of(row.material_id))
    return row, part


async def governed(tx: Transaction, actor: Actor, task_id: UUID, action: Action, *, lock: bool = False) -> TaskRow:
    """A task that the actor may do this to. Raises NotFound, AccessDenied."""
    row = await tasks.task_by_id(tx, task_id, lock=lock)
    if row is None:
        raise NotFound(field="task_id")
    require(actor, action, await target_of_task(tx, row), obj=obj_of(row.material_id))
    return row


async def target_of_task(tx: Transaction, row: TaskRow) -> Target:
    """A task for `decide`: it belongs where it was made, and to its maker as long as they are there."""
    place = row.home_department_id and await departments.department_by_id(tx, row.home_department_id)
    home = home_of(place.path if place else (), row.home_region)
    maker = await standing_of(tx, row.creator_id)
    there = maker is not None and home == home_of(maker.departments, maker.region)
    return await _target(tx, row, owner_id=row.creator_id if there else None, home=home)


async def target_of_part(tx: Transaction, row: TaskRow, part: AssignmentRow) -> Target:
    """One employee's part for `decide`: it is theirs."""
    return await _target(tx, row, owner_id=part.person_id, home=None)


async def remind(tx: Transaction, actor: Actor, trail: Trail, task_id: UUID, now: datetime) -> TaskRow:
    """Notes a reminder. Raises NotFound, AccessDenied, WrongState, TooManyAttempts within REMIND_EVERY of the last."""
    row = await governed(tx, actor, task_id, Action.TASK_CHANGE, lock=True)
    if row.ended_at is not None or row.until <= now or row.stopped_at is not None:
        raise WrongState(state="over", command="remind")
    last = max(row.reminded_at or row.created_at, row.created_at)
    if row.reminded_at is not None and now < last + REMIND_EVERY:
        raise TooManyAttempts(retry_after_s=int((last + REMIND_EVERY - now).total_seconds()) + 1)
    await tasks.put_task(tx, task_id, reminded_at=now, reminders=row.reminders + 1)
    det: dict[str, str | int] = {"task": str(task_id), "number": row.reminders + 1}
    await ledger.append(tx, trail.event(Act.EMPLOYEE_TASK_REMIND, obj=obj_of(row.material_id), det=det), now=now)
    return row


async def end(
    tx: Transaction, actor: Actor, trail: Trail, task_id: UUID, *, close_shares: bool, now: datetime
) -> TaskRow:
    """Ends a task: no new links, and with `close_shares` none of those that it made opens any more.

    Raises NotFound, AccessDenied, WrongState for one that was ended before.
    """
    row = await governed(tx, actor, task_id, Action.TASK_CHANGE, lock=True)
    if row.ended_at is not None and (row.shares_closed or not close_shares):
        raise WrongState(state="ended", command="end")
    closed = await tasks.close_shares(tx, task_id, actor.person_id, now) if close_shares else ()
    obj = obj_of(row.material_id)
    for share_id in closed:
        revoked = trail.event(Act.EMPLOYEE_SHARE_REVOKE, obj=obj, link=str(share_id), det={"task": str(task_id)})
        await ledger.append(tx, revoked, now=now)
    await close_granted(tx, trail, closed, actor.person_id, now)
    await tasks.put_task(
        tx, task_id, ended_at=row.ended_at or now, ended_by=row.ended_by or actor.person_id, shares_closed=close_shares
    )
    det: dict[str, str | int] = {"task": str(task_id), "shares_closed": len(closed)}
    await ledger.append(tx, trail.event(Act.EMPLOYEE_TASK_END, obj=obj, det=det), now=now)
    return row


async def stop(tx: Transaction, row: TaskRow, state: TaskState, now: datetime) -> None:
    """Notes that the material can't be shared any more, once."""
    await tasks.put_task(tx, row.id, stopped_at=now)
    await _told(tx, row, Act.SYSTEM_TASK_STOP, {"task": str(row.id), "state": state}, now)


async def state_of(tx: Transaction, keys: KeyRing, row: TaskRow, now: datetime) -> TaskState:
    """What a task is at this moment."""
    if row.ended_at is not None:
        return "ended"
    if row.until <= now:
        return "over"
    served = await shares.served(tx, row.material_id)
    if served is None or served.withdrawn:
        return "withdrawn"
    whole = await examined(tx, keys.master, served)
    return "suspended" if whole.version_id is None or has_lapsed(whole, now) or not whole.approved else "open"


async def _target(tx: Transaction, row: TaskRow, *, owner_id: UUID | None, home: Home | None) -> Target:
    material = await materials.material_by_id(tx, row.material_id)
    sensitivity = Sensitivity(material.sensitivity) if material else None
    return Target(owner_id=owner_id, material_id=row.material_id, sensitivity=sensitivity, home=home)


def _share(keys: KeyRing, row: TaskRow, person_id: UUID, now: datetime) -> ShareRow:
    share_id = uuid4()
    share = ShareRow(
        id=share_id,
        token_id=new_token_id(),
        kid=active_kid(keys),
        material_id=row.material_id,
        creator_id=person_id,
        sponsor_id=person_id,
        parent_id=None,
        root_id=share_id,
        depth=0,
        audience=(Audience.REGION if row.clinic_region else Audience.VERIFIED).value,
        audience_clinic_id=None,
        audience_person_id=None,
        audience_job=row.job,
        expires_at=row.shares_until,
        visits_max=row.visits_max,
        visits_used=0,
        viewers_max=row.viewers_max,
        download=row.download,
        forward_depth_left=row.forward_depth,
        watermark=row.watermark,
        look=None,
        seal_level=SealLevel.AUTOMATIC,
        note="",
        created_at=now,
        revoked_at=None,
        revoked_by=None,
    )
    return replace(share, look=stored(look_of(share)))


def _addressees(row: TaskRow, share: ShareRow) -> AddresseesRow:
    regions = frozenset({row.clinic_region} if row.clinic_region else ())
    jobs = frozenset({row.job} if row.job else ())
    return AddresseesRow(audience=share.audience, root=True, regions=regions, jobs=jobs)


def _policy(row: TaskRow, share: ShareRow) -> dict[str, str | int]:
    circles = {"regions": row.clinic_region, "jobs": row.job or ""}
    return {
        "audience": share.audience,
        **{name: each for name, each in circles.items() if each},
        "expires": int(share.expires_at.timestamp()),
        "visits_max": share.visits_max or 0,
        "viewers_max": share.viewers_max or 0,
        "download": int(share.download),
        "depth_left": share.forward_depth_left,
        "watermark": share.watermark,
        "look": told(look_of(share)),
        "level": share.seal_level,
    }


async def _told(tx: Transaction, row: TaskRow, act: Act, det: dict[str, str | int], now: datetime) -> None:
    await ledger.append(tx, Event(act=act, role="system", obj=obj_of(row.material_id), det=det), now=now)


async def confirmed(
    tx: Transaction, keys: KeyRing, row: TaskRow, part: AssignmentRow, told: Mapping[str, str], now: datetime
) -> int:
    """What WeCom says became of one employee's message, by contact: `sent`, `unsent`, `no_friend` or `capped`.

    Each sending is one event, the first time that it is told; how many those are.
    """
    said = Counter(told.values())
    await tasks.put_assignment(
        tx, row.id, part.person_id, polled_at=now, **{f"copies_{each}": said[each] for each in OUTCOMES}
    )
    share_id = part.share_id
    if share_id is None:
        return 0
    sent = {
        keys.master.keyed_hash(SENDING_PURPOSE, f"{share_id}\n{contact}")[:SENDING_CHARS]
        for contact, outcome in told.items()
        if outcome == "sent"
    }
    new = await sendings.add_sendings(tx, share_id, CHANNEL, sent, now)
    for to in sorted(new):
        event = Event(
            act=Act.SYSTEM_SHARE_SEND,
            role="system",
            obj=obj_of(row.material_id),
            link=str(share_id),
            det={"channel": CHANNEL, "to": to, "task": str(row.id)},
        )
        await ledger.append(tx, event, now=now)
    return len(new)


def unconfirmed(parts: Collection[AssignmentRow]) -> list[AssignmentRow]:
    """Parts whose message lies before its employee, who has not confirmed it."""
    return [each for each in parts if each.message == "laid" and each.copies_unsent > 0 and not each.copies_sent]
