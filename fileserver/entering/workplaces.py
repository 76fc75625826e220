"""Where somebody works: a clinic that is listed binds at once, any other waits for an employee."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from compliance import consents
from compliance.access import Job
from compliance.consents import VERSIONS, Purpose
from compliance.credit_codes import credit_code
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Result, Trail
from compliance.ledger import append
from compliance.ownership.duplicates import bare_name
from fileserver.entering import inviting
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinic_requests, clinics, verifications, viewers
from storage.rows.aliases import clinic_behind, hold_clinic, person_behind
from storage.rows.clinic_requests import RequestRow
from storage.rows.clinics import ClinicRow
from storage.rows.joining import Joined, lock_people
from storage.rows.viewers import Proof

SIMILAR_CHARS = 2
SIMILAR_MAX = 5


@dataclass(frozen=True, kw_only=True)
class Place:
    """A clinic as somebody calls it, and its credit code if they know it; both in their one form."""

    name: str
    credit_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an employee says of a clinic that was asked for; `as_id`: it is listed already, as this one."""

    accept: bool
    by: UUID
    as_id: UUID | None = None
    why: str = ""


def normal_name(name: str) -> str:
    """Names are compared in one form: NFC, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def place_of(name: str, code: str | None) -> Place:
    """What somebody typed. Raises InvalidValue for what is no credit code."""
    return Place(name=normal_name(name), credit_code=credit_code(code) if code else None)


def is_code(wanted: str) -> bool:
    """Whether this is a credit code, checked, and no part of a name."""
    with suppress(InvalidValue):
        return bool(credit_code(wanted))
    return False


async def find(tx: Transaction, wanted: str, limit: int) -> Sequence[ClinicRow]:
    """Clinics that are listed: the one of this credit code, or those whose name has this part."""
    if not is_code(wanted):
        return await clinics.find_clinics(tx, normal_name(wanted), limit)
    clinic_id = await clinics.clinic_of_code(tx, credit_code(wanted))
    found = await clinics.clinic_by_id(tx, await clinic_behind(tx, clinic_id)) if clinic_id else None
    return (found,) if found else ()


async def bind(
    tx: Transaction, services: Services, trail: Trail, person_id: UUID, clinic_id: UUID, job: Job, *, now: datetime
) -> ClinicRow:
    """Gives somebody whose name is verified a place of work, and credits who invited them there.

    Raises InvalidValue for a clinic that is not listed, WrongState before the name is verified.
    """
    who = (await lock_people(tx, (person_id,)))[person_id]
    clinic = await clinics.clinic_by_id(tx, await hold_clinic(tx, clinic_id))
    if clinic is None:
        raise InvalidValue(field="clinic_id", rule="clinic-unknown")
    proof = await _proof(tx, person_id, now)
    if proof.verified_at is None:
        raise WrongState
    await viewers.put_viewer(tx, person_id, clinic_id=clinic.id, job=job.value, proof=proof)
    det = {"clinic": str(clinic.id), "job": job.value}
    event = trail.event(Act.VIEWER_WORKPLACE_BIND, obj=f"person:{who.pseudonym}", det=det)
    told = await append(tx, event, now=now)
    await inviting.credit(tx, services, person_id, now, event_id=told)
    return clinic


async def request(
    tx: Transaction,
    services: Services,
    trail: Trail,
    person_id: UUID,
    place: Place,
    job: Job,
    *,
    for_id: UUID | None,
    now: datetime,
) -> RequestRow | None:
    """Asks for a clinic by its name; None where it is listed after all, and bound. Raises as `bind`."""
    listed = await _listed_as(tx, place)
    if listed is not None:
        await bind(tx, services, trail, person_id, listed, job, now=now)
        return None
    who = (await lock_people(tx, (person_id,)))[person_id]
    if (await _proof(tx, person_id, now)).verified_at is None:
        raise WrongState
    row = RequestRow(
        id=uuid4(),
        person_id=person_id,
        name=place.name,
        credit_code=place.credit_code,
        job=job.value,
        state="pending",
        requested_at=now,
        for_id=for_id,
    )
    waiting = await clinic_requests.put_request(tx, row)
    event = trail.event(Act.VIEWER_WORKPLACE_REQUEST, obj=f"person:{who.pseudonym}", det={"request": str(waiting.id)})
    await append(tx, event, now=now)
    return waiting


async def decide(
    tx: Transaction,
    services: Services,
    trail: Trail,
    request_id: UUID,
    verdict: Verdict,
    *,
    now: datetime,
) -> RequestRow:
    """An employee says whether there is such a clinic: accepted, it is listed, and the person bound to it.

    Raises NotFound, WrongState for one that was decided already, or InvalidValue for a clinic that is not listed, a
    refusal that names one, or a name under which a clinic with another credit code is listed.
    """
    why = verdict.why
    asked = await clinic_requests.request_by_id(tx, request_id)
    if asked is None:
        raise NotFound
    people = await lock_people(tx, (asked.person_id,))  # first, as whoever asks does
    row = await clinic_requests.request_by_id(tx, request_id, lock=True)
    if row is None or row.state != "pending":
        raise WrongState
    if verdict.as_id is not None:
        clinic_id: UUID | None = await _known(tx, verdict.as_id, accept=verdict.accept)
    else:
        clinic_id = await _listed(tx, trail, row, now, why) if verdict.accept else None
    await clinic_requests.decide(tx, row, by=verdict.by, at=now, clinic_id=clinic_id)
    person_id = await person_behind(tx, asked.person_id)
    if clinic_id is not None:
        proof = await _proof(tx, person_id, now)
        await viewers.put_viewer(tx, person_id, clinic_id=clinic_id, job=row.job, proof=proof)
    told = await _tell(tx, trail, people[asked.person_id], row, clinic_id, why, now)
    await inviting.credit(tx, services, person_id, now, event_id=told)
    return row


async def similar(tx: Transaction, row: RequestRow) -> Sequence[ClinicRow]:
    """Clinics that are listed and may be meant: of the code, and those that have the beginning of the bare name."""
    coded = await find(tx, row.credit_code, 1) if row.credit_code else ()
    named = await clinics.find_clinics(tx, bare_name(row.name)[:SIMILAR_CHARS], SIMILAR_MAX)
    return (*coded, *(each for each in named if each.id not in {known.id for known in coded}))


async def _listed_as(tx: Transaction, place: Place) -> UUID | None:
    """The clinic that is listed under this code, or else under this name unless with another code."""
    code = place.credit_code
    if code and (coded := await clinics.clinic_of_code(tx, code)):
        return coded
    named = await clinics.clinic_by_name(tx, place.name)
    return named.id if named and (not code or named.credit_code in (None, code)) else None


async def _known(tx: Transaction, clinic_id: UUID, *, accept: bool) -> UUID:
    row = await clinics.clinic_by_id(tx, await hold_clinic(tx, clinic_id))
    if row is None or not accept:
        raise InvalidValue(field="clinic_id", rule="clinic-unknown")
    return row.id


async def _tell(
    tx: Transaction, trail: Trail, who: Joined, row: RequestRow, clinic_id: UUID | None, why: str, now: datetime
) -> int:
    event = trail.event(
        Act.EMPLOYEE_WORKPLACE_DECIDE,
        res=Result.DENY if clinic_id is None else Result.ALLOW,
        why=why,
        obj=f"person:{who.pseudonym}",
        det={"request": str(row.id), "clinic": str(clinic_id or "")},
    )
    return await append(tx, event, now=now)


async def _listed(tx: Transaction, trail: Trail, asked: RequestRow, now: datetime, why: str) -> UUID:
    place = Place(name=asked.name, credit_code=asked.credit_code)
    known = await _listed_as(tx, place)
    if known is not None:
        return await hold_clinic(tx, known)
    code = place.credit_code
    row = ClinicRow(id=uuid4(), name=place.name, region="", owner_id=None, created_at=now, credit_code=code)
    if not await clinics.add_clinic(tx, row):
        raise InvalidValue(field="clinic_id", rule="name-taken")
    await append(tx, trail.event(Act.EMPLOYEE_CLINIC_CREATE, why=why, obj=f"clinic:{row.id}"), now=now)
    return row.id


async def _proof(tx: Transaction, person_id: UUID, now: datetime) -> Proof:
    """What is verified of somebody now; nothing of it once it is over or the consent was taken back."""
    row = await verifications.verified_of(tx, person_id)
    missing = await consents.missing(tx, person_id, (Purpose.PRIVACY,))
    consented = 0 if missing else VERSIONS[Purpose.PRIVACY]
    if row is None or row.valid_until is None or row.valid_until <= now:
        return Proof(verified_at=None, verified_until=None, consented=consented)
    return Proof(verified_at=row.ended_at, verified_until=row.valid_until, consented=consented)
