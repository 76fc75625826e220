"""People who come into cascades: each changes the counts of those above them only, and the sums of the shape."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from compliance.spreading.telling import Told
from storage.rows.spreading import Growth, Place, SpreadPerson, SpreadShare


@dataclass
class Cascades:
    """The cascades that a batch touches, as far as it needs them: people with everybody above them."""

    people: dict[Place, SpreadPerson]
    changed: dict[Place, SpreadPerson] = field(default_factory=dict)
    levels: dict[UUID, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    below: Counter[UUID] = field(default_factory=Counter)
    below_squared: Counter[UUID] = field(default_factory=Counter)
    roots: dict[UUID, SpreadShare] = field(default_factory=dict)

    def begin(self, share: SpreadShare) -> SpreadPerson:
        """A root share makes its maker the root of a cascade."""
        self._add(share, share, share.maker, None, "", share.made_at)
        return self.people[share.root_id, share.maker]

    def opened(self, share: SpreadShare, root: SpreadShare, told: Told) -> bool:
        """Whether an opening brings somebody in. Later ones, and whoever made the root, change nothing."""
        if (share.root_id, told.who) in self.people:
            return False
        parent = self.people.get((share.root_id, share.maker)) or self.people.get((share.root_id, root.maker))
        if parent is not None:
            self._add(share, root, told.who, parent, told.org, told.at)
            self.people[share.root_id, told.who].native = told.det.get("native", "")
        return parent is not None

    def _add(  # what makes up a person's place
        self, share: SpreadShare, root: SpreadShare, who: str, parent: SpreadPerson | None, org: str, at: datetime
    ) -> None:
        place = (share.root_id, who)
        newcomer = SpreadPerson(
            root_id=share.root_id,
            who=who,
            material_id=share.material_id,
            parent=parent.who if parent else None,
            share_id=share.share_id,
            org=org,
            depth=parent.depth + 1 if parent else 0,
            first_at=at,
        )
        self.people[place] = self.changed[place] = newcomer
        self.levels[share.root_id][newcomer.depth] += 1
        self.roots[share.root_id] = root
        if parent:
            parent.children += 1
            self._grow(newcomer)

    def _grow(self, newcomer: SpreadPerson) -> None:
        """Each edge above carries one more, so s² becomes s² + 2 s + 1. The newcomer's own edge carries one."""
        root_id, edges, squares = newcomer.root_id, 1, 1
        above = newcomer.parent
        while above is not None:
            ancestor = self.people[root_id, above]
            self.changed[root_id, above] = ancestor
            if ancestor.parent is not None:
                edges += 1
                squares += 2 * (ancestor.below + 1) + 1
            ancestor.below += 1
            above = ancestor.parent
        self.below[root_id] += edges
        self.below_squared[root_id] += squares

    def growths(self) -> dict[UUID, Growth]:
        """What the batch adds, by root share."""
        return {
            root_id: Growth(
                material_id=self.roots[root_id].material_id,
                maker=self.roots[root_id].maker,
                levels=levels,
                below=self.below[root_id],
                below_squared=self.below_squared[root_id],
            )
            for root_id, levels in self.levels.items()
        }
