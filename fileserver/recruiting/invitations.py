"""Invitations: made for a clinic of one's own or of nobody's, shown as a link, a QR code or a mini-program code."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.access import Action, Actor, Job, require
from compliance.clinics import normal_name
from compliance.credit_codes import credit_code
from compliance.errors import InvalidValue, KeyUnavailable, NotFound
from compliance.events import Act, Trail
from compliance.invitations import InvitationToken, new_token, token_text
from compliance.keys import KeyRing
from compliance.ledger import append
from fileserver.reaching import clinic_target
from fileserver.recruiting.schemas import InvitationIn
from storage.database import Transaction
from storage.rows import clinics, invitations
from storage.rows.aliases import clinic_behind
from storage.rows.clinics import ClinicRow
from storage.rows.invitations import InvitationRow

PATH = "/i/"


@dataclass(frozen=True)
class Maker:
    """Who makes invitations, and how it is logged."""

    actor: Actor
    trail: Trail


async def create(tx: Transaction, ring: KeyRing, maker: Maker, wanted: InvitationIn, now: datetime) -> InvitationRow:
    """Makes an invitation. A clinic that is not listed yet is added, held by nobody.

    Raises AccessDenied for somebody else's clinic, InvalidValue, NotFound.
    """
    if (wanted.clinic_id is None) == (wanted.clinic_name is None):
        raise InvalidValue(field="clinic_id", rule="clinic-choice")
    clinic_id = await _clinic(tx, maker, wanted, now)
    target = await clinic_target(tx, clinic_id)
    rule = require(maker.actor, Action.INVITATION_CREATE, target, obj=f"clinic:{clinic_id}")
    token = new_token(ring)
    row = InvitationRow(
        id=uuid4(),
        kid=token.kid,
        token_id=token.token_id,
        creator_id=maker.actor.person_id,
        clinic_id=clinic_id,
        job=wanted.job.value if wanted.job else None,
        note=wanted.note,
        uses_max=wanted.uses_max,
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    await invitations.add_invitation(tx, row)
    det: dict[str, str | int] = {"clinic": str(clinic_id), "uses": row.uses_max, "days": wanted.days}
    event = maker.trail.event(Act.EMPLOYEE_INVITATION_CREATE, why=rule, obj=f"invitation:{row.id}", det=det)
    await invitations.put_event(tx, row.id, await append(tx, event, now=now))
    return row


async def revoke(tx: Transaction, maker: Maker, invitation_id: UUID, now: datetime) -> InvitationRow:
    """Lets nobody in any more. Raises NotFound, AccessDenied."""
    row = await invitations.by_id(tx, invitation_id, lock=True)
    if row is None:
        raise NotFound(field="invitation_id")
    target = await clinic_target(tx, row.clinic_id, owner_id=row.creator_id)
    rule = require(maker.actor, Action.INVITATION_REVOKE, target, obj=f"invitation:{row.id}")
    if row.revoked_at is None:
        await invitations.put_revoked(tx, row.id, maker.actor.person_id, now)
        event = maker.trail.event(Act.EMPLOYEE_INVITATION_REVOKE, why=rule, obj=f"invitation:{row.id}")
        await append(tx, event, now=now)
    return await invitations.by_id(tx, invitation_id) or row


def url_of(ring: KeyRing, public_url: str, row: InvitationRow) -> str:
    """The link to send; empty once the key that signed it is revoked."""
    try:
        return f"{public_url.rstrip('/')}{PATH}{text_of(ring, row)}"
    except KeyUnavailable:
        return ""


def text_of(ring: KeyRing, row: InvitationRow) -> str:
    """The token's 32 characters: also the scene of a mini-program code. Raises KeyUnavailable."""
    return token_text(ring, InvitationToken(kid=row.kid, token_id=row.token_id))


def is_open(row: InvitationRow, now: datetime) -> bool:
    """Whether it lets somebody in."""
    return row.revoked_at is None and row.expires_at > now and row.uses < row.uses_max


def job_of(row: InvitationRow) -> Job | None:
    """What whoever comes in does."""
    return Job(row.job) if row.job else None


async def _clinic(tx: Transaction, maker: Maker, wanted: InvitationIn, now: datetime) -> UUID:
    if wanted.clinic_id is not None:
        known = await clinics.clinic_by_id(tx, wanted.clinic_id)
        if known is None:
            raise NotFound(field="clinic_id")
        return await clinic_behind(tx, known.id)
    require(maker.actor, Action.CLINIC_CREATE)
    name = normal_name(wanted.clinic_name or "")
    listed = await clinics.clinic_by_name(tx, name)
    if listed is not None:
        return await clinic_behind(tx, listed.id)
    code = credit_code(wanted.credit_code) if wanted.credit_code else None
    if code and await clinics.clinic_of_code(tx, code):
        raise InvalidValue(field="credit_code", rule="credit-code-taken")
    row = ClinicRow(id=uuid4(), name=name, region=wanted.region, owner_id=None, created_at=now, credit_code=code)
    await clinics.add_clinic(tx, row)
    found = await clinics.clinic_by_name(tx, name)
    if found is None:
        raise NotFound(field="clinic_name")
    await append(tx, maker.trail.event(Act.EMPLOYEE_CLINIC_CREATE, obj=f"clinic:{found.id}"), now=now)
    return found.id
