"""Names for ids, and what of the clinics is whose: the facts that the access decision needs."""

from collections.abc import Collection, Iterable
from uuid import UUID

from compliance.access import Actor, Role, Target
from compliance.keys import MasterKey
from compliance.profiles import profiles_of
from fileserver.recruiting.schemas import Someone
from storage.database import Transaction
from storage.rows import ownership, recruiting

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


async def reach(tx: Transaction, actor: Actor) -> Collection[UUID]:
    """Whose clinics are the actor's to see: a manager's department and below, one's own for others."""
    return await recruiting.people_under(tx, actor.person_id) if actor.role is Role.MANAGER else [actor.person_id]


async def clinic_target(tx: Transaction, actor: Actor, clinic_id: UUID, *, owner_id: UUID | None = None) -> Target:
    """A clinic in the words of the access decision; `owner_id`: of the thing at hand, if that is not the clinic."""
    held = await ownership.open_of(tx, clinic_id)
    under = await reach(tx, actor) if actor.role is Role.MANAGER else ()
    whose = owner_id or held.person_id
    return Target(
        owner_id=whose,
        unowned=held.person_id is None and owner_id is None,
        beneath=whose is not None and whose in under,
    )
