"""Clinics: the places where viewers work, and the one employee who holds the relation to each (归属)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from compliance.clinics import normal_name
from compliance.errors import ClinicTaken, NotFound
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.ownership.holding import Change, expect, pass_on
from compliance.profiles import profiles_of
from storage.database import Transaction
from storage.rows import clinics as rows
from storage.rows.clinics import ClinicRow


@dataclass(frozen=True, kw_only=True)
class OwnedClinic:
    """A clinic with its owner's name; None without an owner, empty once that person is erased."""

    row: ClinicRow
    owner_name: str | None


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
    change: Change,
    *,
    now: datetime,
    version: int | None = None,
) -> OwnedClinic:
    """Gives a clinic to one employee, or to nobody.

    Raises NotFound, InvalidValue for somebody who can't own one, OwnershipChanged when `version` is not in force.
    """
    before = await rows.clinic_by_id(tx, clinic_id, lock=True)
    if before is None:
        raise NotFound
    held = await expect(tx, clinic_id, version)
    if held.person_id != change.to_id:
        await pass_on(tx, trail, held, change, now=now)
    after = await rows.clinic_by_id(tx, clinic_id)
    if after is None:
        raise NotFound
    return (await owned(tx, master, [after]))[0]


async def owned(tx: Transaction, master: MasterKey, found: Collection[ClinicRow]) -> list[OwnedClinic]:
    """These clinics with their owners' names."""
    profiles = await profiles_of(tx, master, person_ids={row.owner_id for row in found if row.owner_id})
    return [OwnedClinic(row=row, owner_name=profiles[row.owner_id].name if row.owner_id else None) for row in found]
