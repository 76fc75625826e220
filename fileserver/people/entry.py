"""From a verified identity to one person with a workplace.

However many devices present the same new identity at once, they become one person: the database holds each identity
once, and whoever comes second finds the first one's row.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.access import Job
from compliance.clinics import normal_name
from compliance.consents import VERSIONS, Purpose
from compliance.errors import AccessDenied, NotFound
from compliance.keys import MasterKey
from compliance.profiles import Profile, add_person, profiles_of, replace_profile
from fileserver.http.errors import InvalidRequest, Violation
from fileserver.people.credentials import POINTER, Workplace
from fileserver.people.sign_in import VerifiedIdentity
from storage.database import Transaction
from storage.rows import clinics, viewers
from storage.rows.clinics import ClinicRow
from storage.rows.people import pseudonym_of
from storage.rows.standing import standing_of
from storage.rows.viewers import Proof

VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A viewer who may come in. `founded`: their clinic was not listed until now."""

    person_id: UUID
    pseudonym: str
    identity: VerifiedIdentity
    clinic: ClinicRow
    founded: bool
    job: Job


class _OutrunError(Exception):
    """Another sign-in of the same identity was first; undoes what this one added."""


async def enter(
    tx: Transaction,
    master: MasterKey,
    identity: VerifiedIdentity,
    workplace: Workplace,
    *,
    may_found: bool,
    now: datetime,
) -> Entry:
    """Finds or adds the person, and keeps what they and their provider say now.

    `may_found`: an unlisted clinic is added. Raises AccessDenied for a blocked or erased viewer, InvalidRequest for a
    clinic that is not listed.
    """
    person_id = await _person(tx, master, identity)
    await _check_welcome(tx, person_id)
    clinic, founded = await _clinic(tx, workplace, may_found=may_found, now=now)
    proof = Proof(
        verified_at=identity.verified_at,
        verified_until=identity.verified_at + VALID_FOR,
        consented=VERSIONS[Purpose.PRIVACY],
    )
    await viewers.put_viewer(tx, person_id, clinic_id=clinic.id, job=workplace.job.value, proof=proof)
    await _keep_profile(tx, master, person_id, Profile(identity.name, identity.phone))
    return Entry(
        person_id=person_id,
        pseudonym=await pseudonym_of(tx, person_id) or "",
        identity=identity,
        clinic=clinic,
        founded=founded,
        job=workplace.job,
    )


async def _person(tx: Transaction, master: MasterKey, identity: VerifiedIdentity) -> UUID:
    """Whom the identity leads to: somebody known, or a new person."""
    key = {"provider": identity.provider, "app": identity.app, "subject": identity.subject}
    known = await viewers.person_by_identity(tx, **key)
    if known is not None:
        return known
    with suppress(_OutrunError):
        async with tx.begin_nested():
            person_id = await add_person(tx, master, "viewer", Profile(identity.name, identity.phone))
            if await viewers.add_identity(tx, person_id, **key):
                return person_id
            raise _OutrunError
    winner = await viewers.person_by_identity(tx, **key)
    if winner is None:
        raise NotFound
    return winner


async def _check_welcome(tx: Transaction, person_id: UUID) -> None:
    """Holds the viewer's row, so that a block comes before or after this sign-in. Raises AccessDenied."""
    await viewers.viewer_by_id(tx, person_id, lock=True)
    standing = await standing_of(tx, person_id)
    if standing is not None and not standing.active:
        raise AccessDenied("actor-inactive", obj=f"person:{standing.pseudonym}")


async def _clinic(tx: Transaction, workplace: Workplace, *, may_found: bool, now: datetime) -> tuple[ClinicRow, bool]:
    """The clinic, and whether it is new. Raises InvalidRequest for one that is not listed."""
    if workplace.clinic_id is not None:
        listed = await clinics.clinic_by_id(tx, workplace.clinic_id)
        if listed is None:
            raise InvalidRequest(Violation(f"{POINTER}/clinic_id", "clinic-unknown", {}))
        return listed, False
    name = normal_name(workplace.clinic_name or "")
    founded = False
    if may_found:
        row = ClinicRow(id=uuid4(), name=name, region="", owner_id=None, created_at=now)
        founded = await clinics.add_clinic(tx, row)
    found = await clinics.clinic_by_name(tx, name)
    if found is None:
        raise InvalidRequest(Violation(f"{POINTER}/clinic_name", "clinic-unknown", {}))
    return found, founded


async def _keep_profile(tx: Transaction, master: MasterKey, person_id: UUID, profile: Profile) -> None:
    known = await profiles_of(tx, master, person_ids=[person_id])
    if known[person_id] != profile:
        await replace_profile(tx, master, person_id, profile)
