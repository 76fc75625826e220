"""How far somebody is on their way in, and what is left of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compliance import consents
from compliance.consents import Purpose
from compliance.profiles import Profile, profiles_of
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinic_requests, clinics, invitations, verifications, viewers
from storage.rows.aliases import clinic_behind
from storage.rows.clinic_requests import RequestRow
from storage.rows.clinics import ClinicRow
from storage.rows.verifications import VerificationRow
from storage.rows.viewers import ViewerRow


class Need(StrEnum):
    """A step that is left."""

    CONSENT = "consent"
    VERIFICATION = "verification"
    WORKPLACE = "workplace"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Where an invitation says that somebody works, and as what if it says so."""

    clinic: ClinicRow
    job: str | None


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known of somebody now. `newest`: the last question about their name."""

    person_id: UUID
    profile: Profile
    missing: tuple[Purpose, ...]
    verified_until: datetime | None
    newest: VerificationRow | None
    viewer: ViewerRow | None
    request: RequestRow | None
    proposal: Proposal | None
    now: datetime

    @property
    def is_verified(self) -> bool:
        """Whether their name counts as verified now."""
        return self.verified_until is not None and self.verified_until > self.now

    @property
    def is_expired(self) -> bool:
        """Whether it did, until its time was over."""
        return self.verified_until is not None and not self.is_verified

    @property
    def is_elsewhere(self) -> bool:
        """Whether a check goes on elsewhere."""
        return self.newest is not None and self.newest.state == "started" and self.newest.sealed is not None

    @property
    def is_duplicate(self) -> bool:
        """Whether an employee has to say who is who."""
        return self.newest is not None and self.newest.state == "duplicate" and not self.is_verified

    @property
    def needs(self) -> tuple[Need, ...]:
        """What is left, in the order of the pages; nothing: shares open."""
        left = {
            Need.CONSENT: Purpose.PRIVACY in self.missing,
            Need.VERIFICATION: not self.is_verified,
            Need.WORKPLACE: self.viewer is None,
        }
        return tuple(need for need, is_left in left.items() if is_left)


async def state_of(tx: Transaction, services: Services, person_id: UUID) -> State:
    """Reads it."""
    verified = await verifications.verified_of(tx, person_id)
    return State(
        person_id=person_id,
        profile=(await profiles_of(tx, services.keys.master, person_ids=[person_id]))[person_id],
        missing=tuple(await consents.missing(tx, person_id)),
        verified_until=verified.valid_until if verified else None,
        newest=await verifications.newest_of(tx, person_id),
        viewer=await viewers.viewer_by_id(tx, person_id),
        request=await clinic_requests.newest_of(tx, person_id),
        proposal=await _proposal(tx, person_id),
        now=services.clock(),
    )


async def _proposal(tx: Transaction, person_id: UUID) -> Proposal | None:
    row = await invitations.waiting_of(tx, person_id)
    clinic = await clinics.clinic_by_id(tx, await clinic_behind(tx, row.clinic_id)) if row else None
    return Proposal(clinic=clinic, job=row.job) if row and clinic else None
