"""Whose figures somebody sees: their own, those of their department and below, or the whole brand's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from compliance.access import Action, Actor, Role, decide, require
from compliance.materials import obj_of, target_of_material
from fileserver.reaching import reach
from storage.database import Transaction
from storage.rows import materials, people, spread_figures
from storage.rows.materials import MaterialRow
from storage.rows.spread_dashboard import Among
from storage.rows.spread_figures import Scope


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Employees whose shares and invitations somebody may know the outcome of; None: everybody's."""

    people: frozenset[UUID] | None
    makers: tuple[str, ...] | None  # the same by pseudonym

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.makers is None

    def covers(self, maker: str) -> bool:
        """Whether somebody's shares are among them."""
        return self.makers is None or maker in self.makers

    def within(self, other: "Sight") -> bool:
        """Whether everything that it shows is shown by the other one, too."""
        if other.makers is None or self.makers is None:
            return other.makers is None
        return set(self.makers) <= set(other.makers)


EVERYTHING = Sight(people=None, makers=None)


async def sight_of(tx: Transaction, actor: Actor) -> Sight:
    """Auditors, and managers of the brand itself who are bound to no region, see all of it."""
    at_the_top = actor.role is Role.MANAGER and len(actor.departments) == 1
    if (at_the_top or actor.role is Role.AUDITOR) and not actor.region:
        return EVERYTHING
    theirs = frozenset(await reach(tx, actor))
    return Sight(people=theirs, makers=tuple(sorted((await people.pseudonyms_of(tx, theirs)).values())))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody sees of how a material travels: by which rule, which trees, and which counts are about them."""

    rule: str
    scope: Scope
    among: Among

    @property
    def narrowed(self) -> bool:
        """Whether only shares of some employees are shown."""
        return self.scope.makers is not None


async def seen_of(tx: Transaction, actor: Actor, sight: Sight, row: MaterialRow) -> Seen:
    """All of it for those who may call it back; for others what the people of their sight shared of it.

    Whoever has such shares may know what came of them; without any they may as long as they may read the material.
    Raises AccessDenied.
    """
    target = target_of_material(row)
    rule = require(actor, Action.ANALYTICS_READ, target, obj=obj_of(row.id))
    everything = sight.whole or decide(actor, Action.MATERIAL_RECALL, target).allowed
    scope = Scope(row.id, None if everything else sight.makers)
    among = await spread_figures.subjects(tx, scope)
    if not among.keys:
        require(actor, Action.MATERIAL_READ, target, obj=obj_of(row.id))
    return Seen(rule=rule, scope=scope, among=among)


async def visible(tx: Transaction, actor: Actor, material_ids: Collection[UUID]) -> Mapping[UUID, MaterialRow]:
    """Those of these materials that are not too sensitive for somebody, and not of another region."""
    found = await materials.materials_by_ids(tx, material_ids)
    return {
        material_id: row
        for material_id, row in found.items()
        if decide(actor, Action.ANALYTICS_READ, target_of_material(row)).allowed
    }
