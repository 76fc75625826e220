"""What recruiting has to hear of: somebody came in by an invitation, proved who they are, saw their first content.

Whoever lets people in calls these in the transaction of the act itself, so that the funnel and the log say the same.
Promises that an invitation is used by as many people as it allows however many come at once, that a person counts once,
and that of several invitations to one clinic the one whose guest is *verified* first wins it: later ones assist.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.access import Job
from compliance.errors import InvitationOver
from compliance.events import Act, Event, Trail
from compliance.invitations import InvitationToken, token_id_in
from compliance.ledger import append
from compliance.messages import Message, MessageKind, Messages, OnPages
from compliance.ownership.disputes import open_by_rule
from compliance.ownership.holding import Change, pass_on
from storage.database import Transaction
from storage.rows import invitations, ownership
from storage.rows.aliases import clinic_behind
from storage.rows.invitations import InvitationRow, UseRow
from storage.rows.people import pseudonym_of


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Where an invitation leads: the clinic that whoever comes in is bound to, and the job if it says one."""

    invitation_id: UUID
    clinic_id: UUID
    job: Job | None
    creator_id: UUID


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Who opened what: the viewer and their clinic, the material, and the employee whose share it was."""

    person_id: UUID
    clinic_id: UUID | None
    material_id: UUID
    sponsor_id: UUID


async def arrived(tx: Transaction, trail: Trail, token: InvitationToken, person_id: UUID, now: datetime) -> Arrival:
    """Somebody comes in by an invitation; the second time counts for nothing.

    `trail` is theirs. Raises InvitationOver for one that is unknown, revoked, past its time, used up or of
    somebody who left.
    """
    row = await invitations.by_token(tx, token.token_id, lock=True)
    if row is None:
        raise InvitationOver(reason="unknown")
    clinic_id = await clinic_behind(tx, row.clinic_id)
    arrival = Arrival(
        invitation_id=row.id, clinic_id=clinic_id, job=Job(row.job) if row.job else None, creator_id=row.creator_id
    )
    if await invitations.use_of(tx, row.id, person_id) is not None:
        return arrival
    await require_open(tx, row, now)
    det = {"invitation": str(row.id), "clinic": str(clinic_id)}
    told = await append(tx, trail.event(Act.VIEWER_INVITATION_ENTER, obj=f"invitation:{row.id}", det=det), now=now)
    await invitations.add_use(tx, row.id, person_id, at=now, event_id=told)
    return arrival


async def leads_to(tx: Transaction, token: InvitationToken, now: datetime) -> Arrival:
    """Where an invitation leads that lets one more in; nothing is counted. Raises InvitationOver."""
    row = await invitations.by_token(tx, token.token_id)
    if row is None:
        raise InvitationOver(reason="unknown")
    await require_open(tx, row, now)
    return Arrival(
        invitation_id=row.id,
        clinic_id=await clinic_behind(tx, row.clinic_id),
        job=Job(row.job) if row.job else None,
        creator_id=row.creator_id,
    )


async def require_open(tx: Transaction, row: InvitationRow, now: datetime) -> None:
    """Returns for an invitation that lets one more in. Raises InvitationOver, which says why not."""
    if row.revoked_at is not None:
        raise InvitationOver(reason="revoked")
    if row.expires_at <= now:
        raise InvitationOver(reason="expired")
    if row.uses >= row.uses_max:
        raise InvitationOver(reason="used_up")
    if not await ownership.may_own(tx, row.creator_id):
        raise InvitationOver(reason="left")


async def verified(
    tx: Transaction,
    person_id: UUID,
    clinic_id: UUID,
    now: datetime,
    *,
    event_id: int | None = None,
    messages: Messages | None = None,
) -> None:
    """Somebody proved who they are and works at this clinic: whoever invited them there first is credited.

    A clinic of nobody becomes theirs; of somebody else's they get an assist. `event_id`: what the log says of
    the proof. Without an invitation to this clinic nothing happens.
    """
    clinic_id = await clinic_behind(tx, clinic_id)
    uses = await invitations.unverified_uses(tx, person_id, clinic_id)
    if not uses:
        return
    held = await ownership.open_of(tx, clinic_id, lock=True)
    first = uses[0]
    winner = held.person_id
    if winner is None and await ownership.may_own(tx, first.creator_id):
        change = Change(to_id=first.creator_id, cause="verified", det={"invitation": str(first.invitation_id)})
        await pass_on(tx, Trail(role="system"), held, change, now=now)
        winner = first.creator_id
    for use in uses:
        credit = "owner" if use is first and use.creator_id == winner else "assist"
        await invitations.put_verified(tx, use.id, credit=credit, at=now, event_id=event_id)
        await _tell_credit(tx, use, clinic_id, credit, now)
    if winner is not None and first.creator_id != winner:
        await open_by_rule(
            tx,
            clinic_id,
            claimant_id=first.creator_id,
            holder_id=winner,
            now=now,
            messages=messages or OnPages(),
        )


async def opened(tx: Transaction, messages: Messages, opening: Opening, now: datetime, *, event_id: int) -> None:
    """A viewer was let in to a material by a share: their funnel ends, and their clinic's owner is told.

    Whoever made the share has its credit and sees it there; the owner is told of each material once a day.
    """
    await first_content(tx, opening.person_id, now, event_id=event_id)
    if opening.clinic_id is None:
        return
    held = await ownership.open_of(tx, await clinic_behind(tx, opening.clinic_id))
    if held.person_id is None or held.person_id == opening.sponsor_id:
        return
    message = Message(
        kind=MessageKind.CLINIC_OPENED,
        key=f"opened:{opening.material_id}:{held.clinic_id}:{now:%Y-%m-%d}",
        material_id=opening.material_id,
    )
    await messages.tell(tx, [held.person_id], message, now)


async def first_content(tx: Transaction, person_id: UUID, now: datetime, *, event_id: int | None = None) -> None:
    """Somebody who came by an invitation was let in to a material: the end of the funnel. Later ones change nothing."""
    await invitations.put_content(tx, person_id, at=now, event_id=event_id)


async def followed(tx: Transaction, *, external_userid: str, employee_id: UUID, state: str, now: datetime) -> None:
    """WeCom says that somebody follows an employee; `state` names the invitation, if they came by one.

    Repeated and late words change nothing; whoever left and comes back follows from then on.
    """
    token_id = token_id_in(state)
    row = await invitations.by_token(tx, token_id) if token_id else None
    clinic_id = await clinic_behind(tx, row.clinic_id) if row else None
    fresh = await invitations.add_contact(
        tx,
        external_userid,
        employee_id,
        clinic_id=clinic_id,
        invitation_id=row.id if row else None,
        at=now,
    )
    if fresh and row is not None:
        who = await pseudonym_of(tx, employee_id) or ""
        det = {"invitation": str(row.id), "clinic": str(clinic_id), "employee": who}
        event = Event(act=Act.SYSTEM_CONTACT_FOLLOW, role="system", obj=f"invitation:{row.id}", det=det)
        told = await append(tx, event, now=now)
        await invitations.put_contact_event(tx, external_userid, employee_id, told)


async def unfollowed(tx: Transaction, *, external_userid: str, employee_id: UUID, now: datetime) -> None:
    """WeCom says that somebody follows an employee no more."""
    await invitations.end_contact(tx, external_userid, employee_id, at=now)


async def _tell_credit(tx: Transaction, use: UseRow, clinic_id: UUID, credit: str, now: datetime) -> None:
    who = await pseudonym_of(tx, use.creator_id) or ""
    det = {"invitation": str(use.invitation_id), "clinic": str(clinic_id), "credit": credit, "employee": who}
    event = Event(act=Act.SYSTEM_INVITATION_CREDIT, role="system", obj=f"invitation:{use.invitation_id}", det=det)
    await append(tx, event, now=now)
