"""Rows of invitations, of who came by them and how far, and of who follows an employee in WeCom."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import clinic, clinic_contact, invitation, invitation_use

PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class InvitationRow:
    """One invitation, times in UTC. `uses` counts the people who came in by it."""

    id: UUID
    kid: int
    token_id: bytes
    creator_id: UUID
    clinic_id: UUID
    job: str | None
    note: str
    uses_max: int
    created_at: datetime
    expires_at: datetime
    uses: int = 0
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
    event_id: int | None = None
    contact_url: str = ""


@dataclass(frozen=True, kw_only=True)
class UseRow:
    """How far one person came by one invitation."""

    id: UUID
    invitation_id: UUID
    person_id: UUID
    creator_id: UUID
    clinic_id: UUID
    invited_at: datetime
    invited_event: int | None
    credit: str | None
    entered_at: datetime
    entered_event: int | None
    verified_at: datetime | None
    verified_event: int | None
    content_at: datetime | None
    content_event: int | None


COLUMNS = tuple(invitation.c[each.name] for each in fields(InvitationRow))
_OF_INVITATION = {
    "creator_id": invitation.c.creator_id,
    "clinic_id": invitation.c.clinic_id,
    "invited_at": invitation.c.created_at.label("invited_at"),
    "invited_event": invitation.c.event_id.label("invited_event"),
}
USE = tuple(
    _OF_INVITATION[each.name] if each.name in _OF_INVITATION else invitation_use.c[each.name] for each in fields(UseRow)
)


async def add_invitation(tx: Transaction, row: InvitationRow) -> None:
    """Adds an invitation."""
    await tx.execute(insert(invitation).values({each.name: getattr(row, each.name) for each in fields(InvitationRow)}))


async def by_id(tx: Transaction, invitation_id: UUID, *, lock: bool = False) -> InvitationRow | None:
    """One invitation; `lock` keeps it from changing until `tx` ends."""
    return await _one(tx, select(*COLUMNS).where(invitation.c.id == invitation_id), lock=lock)


async def by_token(tx: Transaction, token_id: bytes, *, lock: bool = False) -> InvitationRow | None:
    """The invitation of this token."""
    return await _one(tx, select(*COLUMNS).where(invitation.c.token_id == token_id), lock=lock)


async def list_invitations(
    tx: Transaction,
    *,
    creator_id: UUID | None = None,
    clinic_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[InvitationRow]:
    """Invitations, newest first; `before` continues after the (created_at, id) last seen."""
    query = select(*COLUMNS).order_by(invitation.c.created_at.desc(), invitation.c.id.desc()).limit(limit)
    if creator_id is not None:
        query = query.where(invitation.c.creator_id == creator_id)
    if clinic_id is not None:
        query = query.where(invitation.c.clinic_id == clinic_id)
    if before is not None:
        at, last_id = before
        query = query.where(
            (invitation.c.created_at < at) | ((invitation.c.created_at == at) & (invitation.c.id < last_id))
        )
    return [InvitationRow(**row) for row in (await tx.execute(query)).mappings()]


async def put_revoked(tx: Transaction, invitation_id: UUID, by: UUID, at: datetime) -> None:
    """Closes an invitation for good."""
    query = update(invitation).where(invitation.c.id == invitation_id, invitation.c.revoked_at.is_(None))
    await tx.execute(query.values(revoked_at=at, revoked_by=by))


async def put_contact_url(tx: Transaction, invitation_id: UUID, url: str) -> None:
    """Keeps where WeCom shows the code by which one follows the invitation's maker."""
    await tx.execute(update(invitation).where(invitation.c.id == invitation_id).values(contact_url=url))


async def put_event(tx: Transaction, invitation_id: UUID, event_id: int) -> None:
    """Notes which event tells of the invitation."""
    await tx.execute(update(invitation).where(invitation.c.id == invitation_id).values(event_id=event_id))


async def use_of(tx: Transaction, invitation_id: UUID, person_id: UUID) -> UUID | None:
    """The use of this person, if they came by this invitation before."""
    found: UUID | None = await tx.scalar(
        select(invitation_use.c.id).where(
            invitation_use.c.invitation_id == invitation_id, invitation_use.c.person_id == person_id
        )
    )
    return found


async def add_use(tx: Transaction, invitation_id: UUID, person_id: UUID, *, at: datetime, event_id: int) -> None:
    """One more came in. The caller holds the invitation's lock and saw that it lets somebody in."""
    values = {"invitation_id": invitation_id, "person_id": person_id, "entered_at": at, "entered_event": event_id}
    await tx.execute(insert(invitation_use).values(id=uuid4(), **values))
    query = update(invitation).where(invitation.c.id == invitation_id)
    await tx.execute(query.values(uses=invitation.c.uses + 1))


async def unverified_uses(tx: Transaction, person_id: UUID, clinic_id: UUID) -> Sequence[UseRow]:
    """By what this person came to this clinic and is not credited to anybody yet, the first arrival first."""
    query = _uses().where(
        invitation_use.c.person_id == person_id,
        invitation_use.c.verified_at.is_(None),
        invitation.c.clinic_id.in_(
            select(clinic.c.id).where((clinic.c.id == clinic_id) | (clinic.c.merged_into == clinic_id))
        ),
    )
    query = query.order_by(invitation_use.c.entered_at, invitation_use.c.id)
    rows = await tx.execute(query.with_for_update(of=invitation_use))  # others may hold the invitation
    return [UseRow(**row) for row in rows.mappings()]


async def waiting_of(tx: Transaction, person_id: UUID) -> InvitationRow | None:
    """The invitation that this person came by last and is credited to nobody yet."""
    query = (
        select(*COLUMNS)
        .join(invitation_use, invitation_use.c.invitation_id == invitation.c.id)
        .where(invitation_use.c.person_id == person_id, invitation_use.c.verified_at.is_(None))
        .order_by(invitation_use.c.entered_at.desc(), invitation_use.c.id)
        .limit(1)
    )
    return await _one(tx, query, lock=False)


async def put_verified(tx: Transaction, use_id: UUID, *, credit: str, at: datetime, event_id: int | None) -> None:
    """Credits a use."""
    query = update(invitation_use).where(invitation_use.c.id == use_id)
    await tx.execute(query.values(credit=credit, verified_at=at, verified_event=event_id))


async def put_content(tx: Transaction, person_id: UUID, *, at: datetime, event_id: int | None) -> None:
    """Notes the first content of whoever came by an invitation and was verified."""
    mine = invitation_use.c.person_id == person_id
    query = update(invitation_use).where(
        mine, invitation_use.c.verified_at.is_not(None), invitation_use.c.content_at.is_(None)
    )
    await tx.execute(query.values(content_at=at, content_event=event_id))


async def uses_of_clinic(tx: Transaction, clinic_id: UUID, *, limit: int = PAGE_MAX) -> Sequence[UseRow]:
    """Everybody who came to a clinic by an invitation, the first first."""
    query = _uses().where(
        invitation.c.clinic_id.in_(
            select(clinic.c.id).where((clinic.c.id == clinic_id) | (clinic.c.merged_into == clinic_id))
        )
    )
    rows = await tx.execute(query.order_by(invitation_use.c.entered_at, invitation_use.c.id).limit(limit))
    return [UseRow(**row) for row in rows.mappings()]


async def add_contact(
    tx: Transaction,
    external_userid: str,
    employee_id: UUID,
    *,
    clinic_id: UUID | None,
    invitation_id: UUID | None,
    at: datetime,
) -> bool:
    """Somebody follows an employee; False if that was known. Who had left and comes back follows again."""
    values = {
        "external_userid": external_userid,
        "employee_id": employee_id,
        "clinic_id": clinic_id,
        "invitation_id": invitation_id,
        "followed_at": at,
    }
    adding = upsert(clinic_contact).values(**values)
    again = adding.on_conflict_do_update(
        index_elements=["external_userid", "employee_id"],
        set_={"ended_at": None, "followed_at": at},
        where=clinic_contact.c.ended_at.is_not(None) & (clinic_contact.c.ended_at < at),
    )
    query = again.returning((clinic_contact.c.event_id.is_(None)).label("fresh"))
    row = (await tx.execute(query)).first()
    return bool(row and row.fresh)


async def put_contact_event(tx: Transaction, external_userid: str, employee_id: UUID, event_id: int) -> None:
    """Notes which event tells of it."""
    await tx.execute(_contact(external_userid, employee_id).values(event_id=event_id))


async def end_contact(tx: Transaction, external_userid: str, employee_id: UUID, *, at: datetime) -> None:
    """Somebody follows an employee no more; a word older than the following is late and changes nothing."""
    query = _contact(external_userid, employee_id).where(
        clinic_contact.c.followed_at <= at, clinic_contact.c.ended_at.is_(None)
    )
    await tx.execute(query.values(ended_at=at))


def _contact(external_userid: str, employee_id: UUID) -> Any:
    return update(clinic_contact).where(
        clinic_contact.c.external_userid == external_userid, clinic_contact.c.employee_id == employee_id
    )


def _uses() -> Any:
    return select(*USE).join(invitation, invitation.c.id == invitation_use.c.invitation_id)


async def _one(tx: Transaction, query: Any, *, lock: bool) -> InvitationRow | None:
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return InvitationRow(**row) if row else None


async def followers_at(tx: Transaction, clinic_id: UUID) -> datetime | None:
    """When somebody of this clinic first followed an employee."""
    query = select(func.min(clinic_contact.c.followed_at)).where(clinic_contact.c.clinic_id == clinic_id)
    found: datetime | None = await tx.scalar(query)
    return found
