"""Who a person is at this moment, read anew for every decision: role, clinic, and whether they may still act."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, case, func, select

from storage.database import Asked, Transaction, driver_of
from storage.direct import Driver, Prepared
from storage.rows.arrays import array
from storage.rows.homes import region_name, region_of
from storage.rows.people import SealedProfile
from storage.schema import account, break_glass, clinic, department, person, person_key, profile, region, viewer


@dataclass(frozen=True, kw_only=True)
class BrokenGlass:
    """What an administrator was let in to, and until when; nobody has ended it."""

    person_id: UUID
    material_id: UUID | None  # None: the log
    ends_at: datetime


VIEWER = "viewer"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A person as the access decision needs them. Viewers have clinic and job, employees neither.

    A viewer who is still on their way in has no clinic yet. `verified` is what the row says: whether the time of it is
    over, and whether what they agreed to is still what is asked, is for the rules (`verified_until`, `consented`).
    """

    person_id: UUID
    pseudonym: str
    role: str
    active: bool
    verified: bool
    clinic_id: UUID | None
    clinic_name: str
    job: str | None
    clinic_region: str = ""  # where the clinic is; where nobody said, the region of the employee who holds it
    verified_until: datetime | None = None
    consented: int = 0  # version of the consent that is in force; 0: none
    departments: tuple[UUID, ...] = ()  # of an employee: from the root to theirs
    region: str = ""
    clearance: str = "usual"
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    glass: tuple[BrokenGlass, ...] = ()  # for employees: all that is broken, also by others


_BROKEN = func.jsonb_build_array(break_glass.c.person_id, break_glass.c.material_id, break_glass.c.ends_at)
_GLASS = case(
    (
        account.c.person_id.is_not(None),
        select(func.jsonb_agg(_BROKEN)).where(break_glass.c.ended_at.is_(None)).scalar_subquery(),
    )
)
# The query behind every standing; others narrow it, or join what leads to the person. Asked several times for each
# request, so it and what is made of it are put together once.
STANDING: Select[Any] = select(
    person.c.id.label("person_id"),
    person.c.pseudonym,
    person.c.kind,
    person.c.erased_at,
    account.c.role,
    account.c.disabled_at,
    viewer.c.clinic_id,
    clinic.c.name.label("clinic_name"),
    func.coalesce(func.nullif(clinic.c.region, ""), region_of(clinic.c.owner_id), "").label("clinic_region"),
    viewer.c.job,
    viewer.c.verified_at,
    viewer.c.verified_until,
    viewer.c.consented,
    viewer.c.blocked_at,
    person.c.merged_into,
    department.c.path,
    region_name().label("region"),
    account.c.clearance,
    account.c.valid_from,
    account.c.valid_until,
    _GLASS.label("glass"),
).select_from(
    person.outerjoin(account, account.c.person_id == person.c.id)
    .outerjoin(department, department.c.id == account.c.department_id)
    .outerjoin(region, region.c.id == account.c.region_id)
    .outerjoin(viewer, viewer.c.person_id == person.c.id)
    .outerjoin(clinic, clinic.c.id == viewer.c.clinic_id)
)
_OF = STANDING.where(person.c.id == bindparam("person"))
STANDING_OF = Prepared(_OF)
STANDINGS_OF = STANDING.where(person.c.id.in_(bindparam("people", expanding=True)))
STANDINGS_NOW = Prepared(STANDING.where(person.c.id == any_(bindparam("people", type_=ARRAY(Uuid)))))
NAMED_STANDING_OF = Prepared(
    _OF.add_columns(profile.c.sealed, person_key.c.wrapped_key)
    .outerjoin(profile, profile.c.person_id == person.c.id)
    .outerjoin(person_key, person_key.c.person_id == person.c.id)
)


def to_standing(row: Any) -> Standing | None:
    """What a row of `STANDING` says; None for somebody who is neither employee nor viewer."""
    if row.role is None and row.kind != VIEWER:
        return None
    return Standing(
        person_id=row.person_id,
        pseudonym=row.pseudonym,
        role=row.role or VIEWER,
        active=not any((row.erased_at, row.disabled_at, row.blocked_at, row.merged_into)),
        verified=row.verified_at is not None,
        clinic_id=row.clinic_id,
        clinic_name=row.clinic_name or "",
        job=row.job,
        clinic_region=row.clinic_region,
        verified_until=row.verified_until,
        consented=row.consented or 0,
        departments=tuple(row.path or ()),
        region=row.region,
        clearance=row.clearance or "usual",
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        glass=tuple(
            BrokenGlass(
                person_id=UUID(person),
                material_id=UUID(material) if material else None,
                ends_at=datetime.fromisoformat(ends_at),
            )
            for person, material, ends_at in row.glass or ()
        ),
    )


async def standing_of(asked: Asked, person_id: UUID) -> Standing | None:
    """The person's standing; None if there is no such person, or one who is neither employee nor viewer."""
    row = await STANDING_OF.one(await driver_of(asked), person=person_id)
    return to_standing(row) if row else None


async def named_standing_of(asked: Asked, person_id: UUID) -> tuple[Standing, SealedProfile] | None:
    """The same with the person's sealed profile, in one question."""
    row = await NAMED_STANDING_OF.one(await driver_of(asked), person=person_id)
    standing = to_standing(row) if row else None
    if row is None or standing is None:
        return None
    return standing, SealedProfile(row.person_id, row.pseudonym, row.kind, row.sealed, row.wrapped_key)


async def standings_of(tx: Transaction, person_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """The standings of these people; whoever has none is left out."""
    found = (to_standing(row) for row in await tx.execute(STANDINGS_OF, {"people": list(person_ids)}))
    return {standing.person_id: standing for standing in found if standing is not None}


async def standings_now(driver: Driver, person_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """The same on a connection of the driver."""
    found = (to_standing(row) for row in await STANDINGS_NOW.all(driver, people=array(person_ids)))
    return {standing.person_id: standing for standing in found if standing is not None}
