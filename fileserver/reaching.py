"""What of the clinics is whose: the facts that the access decision needs, wherever a clinic changes hands."""

from collections.abc import Collection, Mapping
from uuid import UUID

from compliance.access import Actor, Role, Target
from compliance.errors import NotFound
from compliance.homes import home_of
from storage.database import Transaction
from storage.rows import clinics, ownership, recruiting, transfers
from storage.rows.aliases import clinic_behind
from storage.rows.standing import Standing, standings_of


async def reach(tx: Transaction, actor: Actor) -> Collection[UUID]:
    """Whose clinics are the actor's to see: a manager's department and below, one's own for others."""
    return await recruiting.people_under(tx, actor.person_id) if actor.role is Role.MANAGER else [actor.person_id]


async def clinic_target(tx: Transaction, clinic_id: UUID, *, owner_id: UUID | None = None) -> Target:
    """A clinic in the words of the access decision; `owner_id`: of the thing at hand, if that is not the clinic.

    What waits on the handover list is still of who left.
    """
    held = await ownership.open_of(tx, clinic_id)
    whose = owner_id or held.person_id or await transfers.left_by(tx, clinic_id)
    return clinic_of(whose, await standings_of(tx, [whose] if whose else []))


def clinic_of(owner_id: UUID | None, owners: Mapping[UUID, Standing]) -> Target:
    """A clinic of this owner (None: of nobody), which belongs where the owner does."""
    owner = owners.get(owner_id) if owner_id else None
    home = home_of(owner.departments, owner.region) if owner else None
    return Target(owner_id=owner_id, unowned=owner_id is None, home=home)


async def standing_clinic(tx: Transaction, clinic_id: UUID, *, lock: bool = False) -> UUID:
    """The clinic that goes on under this id, which a merged one leads to. Raises NotFound.

    `lock` keeps it from changing, or being merged, until `tx` ends.
    """
    row = await clinics.clinic_by_id(tx, await clinic_behind(tx, clinic_id), lock=lock)
    if row is None or row.merged_into is not None:  # merged in this very moment
        raise NotFound(field="clinic_id")
    return row.id
