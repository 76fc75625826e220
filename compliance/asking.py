"""Asking to be let in: a viewer whom a rule refused may ask whoever made the share, who grants or refuses.

Promises: only what a grant could change can be asked, so a refusal tells no more than the door told already; one
question waits for each share, person and need; how often is limited; who was stopped themselves asks for nothing; what
is granted is a share of its own, never wider than the one that was asked about but for passing on, once, where that was
asked for; what closes that one afterwards, narrows it or shuts somebody out of it reaches what was granted too. Who
grants is asked by the caller (`fileserver.shares.granting`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, Addressees, decide
from compliance.errors import AccessDenied, WrongState
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.limits import Limit, admit_by
from compliance.messages import Message, MessageKind, Messages
from compliance.visits import Door, Opener, actor_of, door_of, person_now
from storage.database import Transaction
from storage.rows import access_requests, cuts, shares
from storage.rows.access_requests import WAITING, AccessRequestRow
from storage.rows.aliases import ids_of
from storage.rows.shares import ShareRow

ASKED_BY_VIEWER = Limit("access-asked-viewer", 20, 24 * 60 * 60)
ASKED_OF_SHARE = Limit("access-asked-share", 3, 24 * 60 * 60)
ASKING_LIMITS = (ASKED_BY_VIEWER, ASKED_OF_SHARE)


class Need(StrEnum):
    """What is asked for."""

    OPEN = "open"
    FORWARD = "forward"


ASKABLE = {
    Need.OPEN: frozenset({"share-revoked", "share-expired", "share-used-up", "share-full", "outside-audience"}),
    Need.FORWARD: frozenset({"forward-depth-used-up", "forwards-used-up"}),
}
ACTIONS = {Need.OPEN: Action.VISIT_START, Need.FORWARD: Action.VISIT_FORWARD}


async def refusal(tx: Transaction, share: ShareRow, opener: Opener, need: Need, now: datetime) -> tuple[Door, str]:
    """The door, and the rule that stands in the way. Raises WrongState if none does, AccessDenied for what stays."""
    door = await door_of(tx, share, opener, now)
    answered = replace(door.facts, locked=False, unpledged=False)
    if need is Need.FORWARD:  # whether there is room is looked at when it is granted
        answered = replace(answered, used_up=False, full=False)
    target = replace(door.target(), share=answered, visit_person_id=opener.person_id, sealable=True)
    actor = actor_of(await person_now(tx, opener.person_id), now)
    decision = decide(actor, ACTIONS[need], target)
    if decision.allowed:
        raise WrongState(state="open", command="ask")
    if decision.rule not in ASKABLE[need]:
        raise AccessDenied(decision.rule, action=ACTIONS[need].value, obj=door.obj, link=str(share.id))
    rule = await stopped(tx, share.id, share.root_id, opener.person_id, need)
    if rule is None and need is Need.FORWARD and not await _passes_on(tx, door):
        rule = decision.rule
    if rule is not None:
        raise AccessDenied(rule, action=ACTIONS[need].value, obj=door.obj, link=str(share.id))
    return door, decision.rule


async def forward_askable(tx: Transaction, door: Door, person_id: UUID) -> bool:
    """Whether somebody who reads may pass nothing on, and could be granted it: what `refusal` would let them ask."""
    if door.facts.forward_depth_left > 0 or not await _passes_on(tx, door):
        return False
    return await stopped(tx, door.share.id, door.share.root_id, person_id, Need.FORWARD) is None


async def lets_others_in(tx: Transaction, share_id: UUID) -> bool:
    """Whether a link that is passed on would open for anybody new: a visit and a place are left."""
    standing = await shares.standing(tx, share_id)
    return not (standing.used_up or standing.full)


async def depth_left(tx: Transaction, share_id: UUID, allowed: int) -> int:
    """How often a share of which a chain allows so much may still be passed on: not at all where it lets nobody in."""
    return allowed if allowed > 0 and await lets_others_in(tx, share_id) else 0


async def _passes_on(tx: Transaction, door: Door) -> bool:
    return await passing_on_grantable(tx, door.share.id, door.facts.addressees)


async def passing_on_grantable(tx: Transaction, share_id: UUID, to: Addressees) -> bool:
    """Whether a grant could let somebody pass on what they may not.

    Not of a link whose depth, or that of one above it, somebody narrowed, and not where nobody else could open it.
    """
    others = to.people is None or len(to.people) > 1
    return others and not await shares.depth_was_narrowed(tx, share_id)


async def stopped(tx: Transaction, share_id: UUID, root_id: UUID, person_id: UUID, need: Need) -> str | None:
    """The rule by which this person was stopped, under any of their ids, which no grant undoes; None: they were not."""
    ids = await ids_of(tx, person_id)
    if any([(await shares.standing(tx, share_id, each)).barred for each in ids]):
        return "viewer-barred"
    return "forwards-cut" if need is Need.FORWARD and await cuts.is_cut(tx, root_id, ids) else None


async def close_granted(
    tx: Transaction, trail: Trail, closed: Collection[UUID], by: UUID, now: datetime
) -> Sequence[UUID]:
    """Closes what was granted of links that were closed just now, or of what hangs on them; which that was."""
    granted = await access_requests.granted_from(tx, closed)
    return [each for each in granted if await close(tx, trail, each, by, now)]


async def close(tx: Transaction, trail: Trail, granted_id: UUID, by: UUID, now: datetime) -> bool:
    """Closes one grant, because of what was done to the share that it was granted of. False if it was closed before."""
    row = await shares.share_by_id(tx, granted_id)
    if row is None or not await shares.revoke_share(tx, granted_id, by, now):
        return False
    event = trail.event(
        Act.EMPLOYEE_SHARE_REVOKE, obj=f"material:{row.material_id}", link=str(granted_id), det={"granted": 1}
    )
    await ledger.append(tx, event, now=now)
    return True


@dataclass(frozen=True)
class Teller:
    """How people and the log are told of what somebody does at this moment."""

    messages: Messages
    trail: Trail
    now: datetime


async def ask(
    tx: Transaction, teller: Teller, master: MasterKey, share: ShareRow, opener: Opener, need: Need, note: str
) -> AccessRequestRow:
    """The request that waits: this one, or the one before it. Raises like `refusal`, and TooManyAttempts."""
    now = teller.now
    door, rule = await refusal(tx, share, opener, need, now)
    before = await access_requests.newest_of(tx, await ids_of(tx, opener.person_id), share.root_id, need.value)
    if before is not None and before.state == WAITING:
        return before
    person = str(opener.person_id)
    limits = ((ASKED_BY_VIEWER, person), (ASKED_OF_SHARE, f"{share.root_id}\n{person}"))
    await admit_by(tx, master, limits, now=now)
    row = AccessRequestRow(
        id=uuid4(),
        person_id=opener.person_id,
        share_id=share.id,
        root_id=share.root_id,
        need=need.value,
        rule=rule,
        note=note,
        state=WAITING,
        word="",
        asked_at=now,
    )
    if not await access_requests.add(tx, row):  # asked twice in the same moment
        waiting = await access_requests.newest_of(tx, [opener.person_id], share.root_id, need.value)
        return waiting or row
    det: dict[str, str | int] = {"request": str(row.id), "need": need.value, "rule": rule}
    event = teller.trail.event(Act.VIEWER_ACCESS_REQUEST, obj=door.obj, link=str(share.id), det=det)
    await ledger.append(tx, event, now=now)
    await _tell(tx, teller, MessageKind.ACCESS_REQUESTED, row, share, share.sponsor_id)
    return row


async def decided(
    tx: Transaction,
    teller: Teller,
    row: AccessRequestRow,
    share: ShareRow,
    by: UUID,
    *,
    granted_id: UUID | None = None,
    word: str = "",
) -> None:
    """Granted as this share, or refused; the log and the viewer are told. The caller holds the row."""
    now = teller.now
    if row.state != WAITING:
        raise WrongState(state=row.state, command="decide")
    await access_requests.decide(tx, row.id, by=by, now=now, granted_id=granted_id, word=word)
    granted = granted_id is not None
    act = Act.EMPLOYEE_ACCESS_GRANT if granted else Act.EMPLOYEE_ACCESS_REFUSE
    det: dict[str, str | int] = {"request": str(row.id), "need": row.need}
    if granted_id is not None:
        det["share"] = str(granted_id)
    obj = f"material:{share.material_id}"
    await ledger.append(tx, teller.trail.event(act, obj=obj, link=str(row.share_id), det=det), now=now)
    kind = MessageKind.ACCESS_GRANTED if granted else MessageKind.ACCESS_REFUSED
    await _tell(tx, teller, kind, row, share, row.person_id)


async def _tell(
    tx: Transaction, teller: Teller, kind: MessageKind, row: AccessRequestRow, share: ShareRow, to: UUID
) -> None:
    message = Message(kind=kind, key=f"{kind}:{row.id}", material_id=share.material_id)
    await teller.messages.tell(tx, [to], message, teller.now)
