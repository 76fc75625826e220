"""Clinics, marketers and guests for tests of recruiting, added by the same functions that the server uses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import recruiting
from compliance.access import Role
from compliance.events import Trail
from compliance.invitations import InvitationToken, new_token
from compliance.profiles import Profile, add_person
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics, invitations, viewers
from storage.rows.clinics import ClinicRow
from storage.rows.invitations import InvitationRow
from storage.rows.viewers import Proof
from tests.people import Employee, add_employee

GUEST = Trail(who="guest", role="viewer")


@dataclass(frozen=True)
class Invited:
    """An invitation and its token."""

    id: UUID
    token: InvitationToken


async def add_clinic(
    services: Services, name: str = "", *, at: datetime | None = None, owner_id: UUID | None = None
) -> UUID:
    """A clinic that nobody holds, unless an owner is named."""
    clinic_id = uuid4()
    row = ClinicRow(
        id=clinic_id,
        name=name or f"诊所{clinic_id.hex[:8]}",
        region="",
        owner_id=owner_id,
        created_at=at or services.clock(),
    )
    async with services.database.transaction() as tx:
        assert await clinics.add_clinic(tx, row)
    return clinic_id


async def marketers(services: Services, *names: str) -> list[Employee]:
    """Marketers of these names."""
    return [await add_employee(services, Role.MARKETER, name=name) for name in names]


async def invite(
    services: Services, creator_id: UUID, clinic_id: UUID, *, uses_max: int = 10, days: int = 7
) -> Invited:
    """An invitation as a marketer makes it."""
    token, now = new_token(services.keys), services.clock()
    row = InvitationRow(
        id=uuid4(),
        kid=token.kid,
        token_id=token.token_id,
        creator_id=creator_id,
        clinic_id=clinic_id,
        job=None,
        note="",
        uses_max=uses_max,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    async with services.database.transaction() as tx:
        await invitations.add_invitation(tx, row)
    return Invited(row.id, token)


async def guest(services: Services, name: str = "李娜", phone: str = "") -> UUID:
    """Somebody who has no clinic yet."""
    async with services.database.transaction() as tx:
        return await add_person(tx, services.keys.master, "viewer", Profile(name, phone))


async def enter(services: Services, invited: Invited, person_id: UUID) -> None:
    """They come in by an invitation."""
    async with services.database.transaction() as tx:
        await recruiting.arrived(tx, GUEST, invited.token, person_id, services.clock())


async def prove(services: Services, clinic_id: UUID, person_id: UUID) -> None:
    """They prove who they are and where they work."""
    async with services.database.transaction() as tx:
        await proved(tx, clinic_id, person_id, services.clock())


async def proved(tx: Transaction, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """The same in a transaction of the caller's."""
    await viewers.put_viewer(
        tx, person_id, clinic_id=clinic_id, job="doctor", proof=Proof(verified_at=now, verified_until=None, consented=0)
    )
    await recruiting.verified(tx, person_id, clinic_id, now)
