"""What a share asks at its door besides who somebody is: a password or a one-time code, and the pledge.

Promises: nothing is asked, and nothing can be tried, before the link is genuine and the viewer somebody to whom the
share would be open; a lock is opened for one session of one viewer; a changed lock asks everybody again at the next
byte, for `compliance.visits` reads these rows with every piece. Forwards ask what the share at their root asks.

Only failures count, and in four ways: by share, viewer and address (small), by share and viewer (against many
addresses), by share (against many viewers), by address (generous: a whole clinic stands behind one).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, Target, decide, require
from compliance.errors import InvalidValue
from compliance.events import Act, Event, Result, Trail
from compliance.keys import MasterKey
from compliance.limits import Attempt, Limit, admit_by, network_of, succeeded
from compliance.passwords import SHARE_GROUPS, SHARE_PASSWORD_CHARS_MIN, Passwords, check_password, random_password
from compliance.visits import Door, Opener, actor_of, door_of, person_now
from storage.database import Transaction
from storage.rows import gates, pledges
from storage.rows.gates import GateRow
from storage.rows.shares import ShareRow

TRIED_AT_PLACE = Limit("gate-tried-place", 10, 15 * 60)
TRIED_BY_VIEWER = Limit("gate-tried-viewer", 30, 60 * 60)
TRIED_ON_SHARE = Limit("gate-tried-share", 1_000, 60 * 60)
TRIED_BY_ADDRESS = Limit("gate-tried-address", 600, 15 * 60)
UNKNOWN_TO = frozenset({"outside-audience", "viewer-barred", "viewer-unverified", "actor-inactive"})
GATE_LIMITS = (TRIED_AT_PLACE, TRIED_BY_VIEWER, TRIED_ON_SHARE, TRIED_BY_ADDRESS)


class Lock(StrEnum):
    """What opens a share for a session."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105  # a word of the policy, no password
    CODE = "code"  # a one-time code to a mailbox or an account that is known to be the viewer's


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a share is to ask; `password` is known at this moment only."""

    lock: Lock
    pledge: bool
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether nothing is asked."""
        return self.lock is Lock.NONE and not self.pledge


async def wanted_gate(passwords: Passwords, lock: Lock, password: str | None, *, pledge: bool) -> Wanted:
    """The same, with a password made where none is given, and hashed: slow, so before any transaction.

    Raises InvalidValue for a password that is too easy, or one without a lock to open.
    """
    if lock is not Lock.PASSWORD:
        if password is not None:
            raise InvalidValue(field="password", rule="fits-the-lock")
        return Wanted(lock=lock, pledge=pledge)
    chosen = random_password(SHARE_GROUPS) if password is None else password
    check_password(chosen, "", chars_min=SHARE_PASSWORD_CHARS_MIN)
    return Wanted(lock=lock, pledge=pledge, password=chosen, password_hash=await passwords.hash(chosen))


async def put(tx: Transaction, root_id: UUID, wanted: Wanted, by: UUID, now: datetime) -> GateRow:
    """The share asks this from now on, of everybody anew. Raises InvalidValue for a pledge that nobody has written."""
    if wanted.pledge and await pledges.newest_text(tx) is None:
        raise InvalidValue(field="pledge", rule="pledge-unwritten")
    before = await gates.gate_of(tx, root_id, lock=True)
    row = GateRow(
        share_id=root_id,
        lock=wanted.lock.value,
        password_hash=wanted.password_hash,
        revision=before.revision + 1 if before else 1,
        pledge=wanted.pledge,
        changed_by=by,
        changed_at=now,
    )
    await gates.put_gate(tx, row)
    return row


async def put_pledge(tx: Transaction, root_id: UUID, by: UUID, now: datetime, *, pledge: bool) -> GateRow:
    """The share asks for the pledge, or not any more; its lock stays as it is. Raises like `put`."""
    before = await gates.gate_of(tx, root_id, lock=True)
    if before is None:
        return await put(tx, root_id, Wanted(lock=Lock.NONE, pledge=pledge), by, now)
    if pledge and await pledges.newest_text(tx) is None:
        raise InvalidValue(field="pledge", rule="pledge-unwritten")
    row = replace(before, pledge=pledge, changed_by=by, changed_at=now)
    await gates.put_gate(tx, row)
    return row


async def at_door(tx: Transaction, share: ShareRow, opener: Opener, now: datetime) -> Door:
    """The door, for somebody to whom it is open but for what it asks. Raises AccessDenied for everybody else."""
    actor, door, target = await _answered(tx, share, opener, now)
    require(actor, Action.VISIT_READ, target, obj=door.obj, link=str(share.id))
    return door


@dataclass(frozen=True)
class Met:
    """A door as somebody meets it who may know of it: whether it is theirs to open but for what it asks."""

    door: Door
    open: bool

    @property
    def answered(self) -> bool:
        """Whether it asks nothing more."""
        return not self.door.facts.locked and not self.door.facts.unpledged


async def met(tx: Transaction, share: ShareRow, opener: Opener, now: datetime) -> Met | None:
    """The door; None for somebody whom it would not be for if nothing had ended: they don't learn that it has.

    Raises NotFound; AccessDenied for somebody who is gone.
    """
    actor, door, target = await _answered(tx, share, opener, now)
    whole = replace(door.facts, locked=False, unpledged=False, revoked=False, expired=False, creator_active=True)
    at_first = decide(actor, Action.VISIT_READ, replace(target, share=whole, withdrawn=False, lapsed=False))
    if at_first.rule in UNKNOWN_TO:
        return None
    return Met(door, decide(actor, Action.VISIT_READ, target).allowed)


async def _answered(tx: Transaction, share: ShareRow, opener: Opener, now: datetime) -> tuple[Actor, Door, Target]:
    """Who stands at a door, the door, and what is behind it as if all that it asks were answered."""
    door = await door_of(tx, share, opener, now)
    actor = actor_of(await person_now(tx, opener.person_id), now)
    answered = replace(door.facts, locked=False, unpledged=False)
    return actor, door, replace(door.target(), share=answered, visit_person_id=opener.person_id, sealable=True)


async def admit(
    tx: Transaction, master: MasterKey, root_id: UUID, person_id: UUID, address: str, *, now: datetime
) -> Attempt:
    """Counts a try as a failure until `opened` takes it back. Raises TooManyAttempts. In a transaction of its own."""
    share, viewer, network = str(root_id), str(person_id), network_of(address)
    named = (
        (TRIED_AT_PLACE, f"{share}\n{viewer}\n{network}"),
        (TRIED_BY_VIEWER, f"{share}\n{viewer}"),
        (TRIED_ON_SHARE, share),
        (TRIED_BY_ADDRESS, network),
    )
    return await admit_by(tx, master, named, now=now)


async def opened(
    tx: Transaction, trail: Trail, door: Door, gate: GateRow, session_id: UUID, attempt: Attempt | None, now: datetime
) -> None:
    """This session has answered what the share asked, and what in its folder asks the same; the log is told of each."""
    beside = await gates.alike(tx, gate)
    answered = {gate.share_id: gate.revision} | {share_id: revision for share_id, _, revision in beside}
    for share_id in sorted(answered):  # in one order: two answers of a session at once wait for each other
        await gates.unlock(tx, share_id, session_id, answered[share_id], now)
    if attempt is not None:
        await succeeded(tx, attempt)
    await ledger.append(tx, _told(trail, door, gate, Result.ALLOW), now=now)
    for share_id, material_id, revision in beside:
        det: dict[str, str | int] = {"lock": gate.lock, "revision": revision, "by": str(gate.share_id)}
        event = trail.event(Act.VIEWER_SHARE_UNLOCK, obj=f"material:{material_id}", link=str(share_id), det=det)
        await ledger.append(tx, event, now=now)


async def missed(tx: Transaction, trail: Trail, door: Door, gate: GateRow, now: datetime) -> None:
    """The answer was wrong, and the log is told."""
    await ledger.append(tx, _told(trail, door, gate, Result.DENY), now=now)


def _told(trail: Trail, door: Door, gate: GateRow, res: Result) -> Event:
    det: dict[str, str | int] = {"lock": gate.lock, "revision": gate.revision}
    return trail.event(Act.VIEWER_SHARE_UNLOCK, res=res, obj=door.obj, link=str(door.share.id), det=det)
