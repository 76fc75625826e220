"""Clinics: the places where viewers work, and the one employee who holds the relation to each (归属)."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from compliance.access import Role
from compliance.errors import ClinicTaken, InvalidValue, NotFound
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import profiles_of
from storage.database import Transaction
from storage.rows import clinics as rows
from storage.rows.clinics import ClinicRow
from storage.rows.standing import Standing, standing_of

OWNERS = frozenset({Role.MARKETER.value, Role.MANAGER.value})


@dataclass(frozen=True, kw_only=True)
class OwnedClinic:
    """A clinic with its owner's name; None without an owner, empty once that person is erased."""

    row: ClinicRow
    owner_name: str | None


def normal_name(name: str) -> str:
    """Names are compared in one form: NFC, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


async def add(tx: Transaction, trail: Trail, *, name: str, region: str, now: datetime, why: str = "") -> OwnedClinic:
    """Adds a clinic that nobody owns yet. Raises ClinicTaken."""
    row = ClinicRow(id=uuid4(), name=normal_name(name), region=region, owner_id=None, created_at=now)
    if not await rows.add_clinic(tx, row):
        raise ClinicTaken(field="name")
    await append(tx, trail.event(Act.EMPLOYEE_CLINIC_CREATE, why=why, obj=f"clinic:{row.id}"), now=now)
    return OwnedClinic(row=row, owner_name=None)


async def assign(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    clinic_id: UUID,
    owner_id: UUID | None,
    *,
    now: datetime,
    why: str = "",
) -> OwnedClinic:
    """Gives a clinic to one employee, or to nobody. Raises NotFound, or InvalidValue for somebody who can't own one."""
    before = await rows.clinic_by_id(tx, clinic_id, lock=True)
    if before is None:
        raise NotFound
    owner = await _owner(tx, owner_id)
    await rows.put_owner(tx, clinic_id, owner_id)
    former = await standing_of(tx, before.owner_id) if before.owner_id else None
    details = {"owner": owner.pseudonym if owner else "", "before": former.pseudonym if former else ""}
    event = trail.event(Act.EMPLOYEE_CLINIC_ASSIGN, why=why, obj=f"clinic:{clinic_id}", det=details)
    await append(tx, event, now=now)
    after = await rows.clinic_by_id(tx, clinic_id)
    if after is None:
        raise NotFound
    return (await owned(tx, master, [after]))[0]


async def owned(tx: Transaction, master: MasterKey, found: Collection[ClinicRow]) -> list[OwnedClinic]:
    """These clinics with their owners' names."""
    profiles = await profiles_of(tx, master, person_ids={row.owner_id for row in found if row.owner_id})
    return [OwnedClinic(row=row, owner_name=profiles[row.owner_id].name if row.owner_id else None) for row in found]


async def _owner(tx: Transaction, owner_id: UUID | None) -> Standing | None:
    if owner_id is None:
        return None
    standing = await standing_of(tx, owner_id)
    if standing is None or not standing.active or standing.role not in OWNERS:
        raise InvalidValue(field="person_id", rule="owner-unsuitable")
    return standing
