"""Names for ids."""

from collections.abc import Iterable
from uuid import UUID

from compliance.keys import MasterKey
from compliance.profiles import profiles_of
from fileserver.recruiting.schemas import Someone
from storage.database import Transaction

Names = dict[UUID, str]


async def names_of(tx: Transaction, master: MasterKey, people: Iterable[UUID | None]) -> Names:
    """What these people are called; empty for the erased."""
    profiles = await profiles_of(tx, master, person_ids={each for each in people if each})
    return {person_id: profile.name for person_id, profile in profiles.items()}


def someone(names: Names, person_id: UUID | None) -> Someone | None:
    """The person, if there is one."""
    return Someone(id=person_id, name=names.get(person_id, "")) if person_id else None


def called(names: Names, person_id: UUID) -> Someone:
    """The person."""
    return Someone(id=person_id, name=names.get(person_id, ""))
