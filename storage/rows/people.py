"""Rows of persons and their sealed profiles, whatever the person is to the brand."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction, driver_of
from storage.direct import Prepared
from storage.rows.arrays import array
from storage.schema import person, person_key, profile

# Pages name hundreds of people: as one list each, in a statement that stays the same however many they are.
_THESE = person.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
_CALLED = person.c.pseudonym == any_(bindparam("pseudonyms", type_=ARRAY(Text)))
_PROFILES = (
    select(person.c.id, person.c.pseudonym, person.c.kind, profile.c.sealed, person_key.c.wrapped_key)
    .outerjoin(profile, profile.c.person_id == person.c.id)
    .outerjoin(person_key, person_key.c.person_id == person.c.id)
)
_PROFILES_BY = {
    (False, False): Prepared(_PROFILES),
    (True, False): Prepared(_PROFILES.where(_THESE)),
    (False, True): Prepared(_PROFILES.where(_CALLED)),
    (True, True): Prepared(_PROFILES.where(_THESE, _CALLED)),
}
_PSEUDONYMS = Prepared(select(person.c.id, person.c.pseudonym).where(_THESE))
_IDS = Prepared(select(person.c.id, person.c.pseudonym).where(_CALLED))


@dataclass(frozen=True)
class SealedProfile:
    """A profile as stored: unreadable without the person's key. `wrapped_key` is None once the person is erased."""

    person_id: UUID
    pseudonym: str
    kind: str
    sealed: bytes | None
    wrapped_key: bytes | None


async def add_person(tx: Transaction, person_id: UUID, kind: str, pseudonym: str) -> None:
    """Adds an employee or a viewer; `pseudonym` is what events will call them."""
    await tx.execute(insert(person).values(id=person_id, kind=kind, pseudonym=pseudonym))


async def put_profile(tx: Transaction, person_id: UUID, sealed: bytes) -> None:
    """Keeps the newest sealed profile of a person."""
    row = upsert(profile).values(person_id=person_id, sealed=sealed)
    await tx.execute(row.on_conflict_do_update(index_elements=["person_id"], set_={"sealed": sealed}))


async def sealed_profiles(
    tx: Transaction, *, person_ids: Collection[UUID] | None = None, pseudonyms: Collection[str] | None = None
) -> tuple[SealedProfile, ...]:
    """The profiles of these people, or of everybody when neither filter is given."""
    asked = {"ids": person_ids, "pseudonyms": pseudonyms}
    named = {name: array(some) for name, some in asked.items() if some is not None}
    query = _PROFILES_BY["ids" in named, "pseudonyms" in named]
    return tuple(SealedProfile(*row) for row in await query.all(await driver_of(tx), **named))


async def pseudonyms_of(tx: Transaction, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """What events call these people, erased ones too."""
    rows = await _PSEUDONYMS.all(await driver_of(tx), ids=array(person_ids))
    return {row.id: row.pseudonym for row in rows}


async def ids_of(tx: Transaction, pseudonyms: Collection[str]) -> dict[str, UUID]:
    """Whom events call so, erased ones too."""
    rows = await _IDS.all(await driver_of(tx), pseudonyms=array(pseudonyms))
    return {row.pseudonym: row.id for row in rows}


async def person_by_pseudonym(tx: Transaction, pseudonym: str) -> UUID | None:
    """Whom events call so."""
    found: UUID | None = await tx.scalar(select(person.c.id).where(person.c.pseudonym == pseudonym))
    return found


async def pseudonym_of(tx: Transaction, person_id: UUID) -> str | None:
    """What events call this person."""
    found: str | None = await tx.scalar(select(person.c.pseudonym).where(person.c.id == person_id))
    return found
