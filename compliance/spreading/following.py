"""The follower that watches materials travel: leaf after leaf, in the order of the tree, each exactly once.

What it keeps is a projection: `rebuild` makes it anew from the log, equal to the last digit. One arrival changes the
counts of its ancestors only, so a cascade of a million people costs no more to keep up, or to read, than a small one.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.events import Act, Result
from storage.database import Database, Transaction
from storage.rows import event_index, spreading
from storage.rows.event_index import Leaf
from storage.rows.spreading import Growth, Hour, Opens, Place, SpreadPerson, SpreadShare

READER = "spreading"
BATCH = 2_000
MADE = frozenset({Act.EMPLOYEE_SHARE_CREATE, Act.VIEWER_SHARE_FORWARD})
COUNTED = {Act.VIEWER_VISIT_START: "opens", Act.VIEWER_COPY_VIEW: "pages", Act.VIEWER_COPY_DOWNLOAD: "downloads"}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One leaf that tells of a share: of its making, or of something that a viewer did with it."""

    act: Act
    at: datetime
    who: str
    org: str
    obj: str
    share_id: UUID
    parent_id: UUID | None


@dataclass
class _Cascades:
    """The cascades that a batch touches, as far as it needs them: people with everybody above them."""

    people: dict[Place, SpreadPerson]
    changed: dict[Place, SpreadPerson] = field(default_factory=dict)
    levels: dict[UUID, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    below: Counter[UUID] = field(default_factory=Counter)
    below_squared: Counter[UUID] = field(default_factory=Counter)
    materials: dict[UUID, UUID] = field(default_factory=dict)

    def begin(self, share: SpreadShare) -> None:
        """A root share makes its maker the root of a cascade."""
        self._add(share, share.maker, None, "", share.made_at)

    def opened(self, share: SpreadShare, told: Told) -> None:
        """A first opening brings somebody in. Later ones, and whoever made the root, change nothing."""
        if (share.root_id, told.who) not in self.people:
            parent = self.people.get((share.root_id, share.maker)) or self._root(share.root_id)
            if parent is not None:
                self._add(share, told.who, parent, told.org, told.at)

    def _root(self, root_id: UUID) -> SpreadPerson | None:
        """Whoever stands at the top, when the maker of a link is not in the cascade."""
        return next((each for (root, _), each in self.people.items() if root == root_id and each.parent is None), None)

    def _add(self, share: SpreadShare, who: str, parent: SpreadPerson | None, org: str, at: datetime) -> None:
        place = (share.root_id, who)
        if place in self.people:
            return
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
        self.materials[share.root_id] = share.material_id
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
                material_id=self.materials[root_id],
                levels=levels,
                below=self.below[root_id],
                below_squared=self.below_squared[root_id],
            )
            for root_id, levels in self.levels.items()
        }


async def spread_step(database: Database, now: datetime, *, batch: int = BATCH) -> int:
    """Takes in the next leaves; how many. 0: nothing is new, or another process is at it."""
    async with database.transaction() as tx:
        start = await event_index.hold_reader(tx, READER, now)
        leaves = () if start is None else await event_index.leaves_from(tx, start, batch)
        if leaves:
            await _take_in(tx, [told for leaf in leaves if (told := told_by(leaf)) is not None])
            await event_index.move_reader(tx, READER, leaves[-1].index + 1, now)
    return len(leaves)


async def spread_all(database: Database, now: datetime) -> int:
    """Takes in everything that is in the tree; how many leaves."""
    done = 0
    while step := await spread_step(database, now):
        done += step
    return done


async def done(database: Database) -> int:
    """How many leaves have been taken in, by whatever process."""
    async with database.transaction() as tx:
        return await event_index.reader_at(tx, READER)


async def forget(database: Database, now: datetime) -> None:
    """Begins again: the tables are empty, and the next step reads the first leaf. Waits for a step under way."""
    async with database.transaction() as tx:
        await event_index.restart_reader(tx, READER, now)
        await spreading.forget_all(tx)


def told_by(leaf: Leaf) -> Told | None:
    """What a leaf says of a share; None when it says nothing that is counted."""
    said: Mapping[str, Any] = json.loads(leaf.leaf)
    if said["res"] != Result.ALLOW or not said["link"] or said["act"] not in MADE | COUNTED.keys():
        return None
    parent = said["det"].get("parent")
    return Told(
        act=Act(said["act"]),
        at=datetime.fromisoformat(said["t"]),
        who=said["who"],
        org=said["org"],
        obj=said["obj"],
        share_id=UUID(said["link"]),
        parent_id=UUID(parent) if parent else None,
    )


async def _take_in(tx: Transaction, told: Sequence[Told]) -> None:
    shares, new = await _shares(tx, told)
    visits = [each for each in told if each.act in COUNTED and each.share_id in shares]
    starts = [each for each in visits if each.act is Act.VIEWER_VISIT_START]
    cascades = _Cascades(await spreading.known_people(tx, _places(shares, new, starts)))
    for share in new:
        if share.parent_id is None:
            cascades.begin(share)
    for each in starts:
        cascades.opened(shares[each.share_id], each)
    if new:
        await spreading.add_shares(tx, new)
    if cascades.changed:
        await spreading.put_people(tx, cascades.changed.values())
        await spreading.grow(tx, cascades.growths())
    if visits:
        await spreading.add_hours(tx, _hours(visits))
    if starts:
        await spreading.add_opens(tx, _opens(starts))


async def _shares(tx: Transaction, told: Iterable[Told]) -> tuple[dict[UUID, SpreadShare], list[SpreadShare]]:
    """Every share that the batch tells of, and those of them that are new. One whose making was pruned is unknown."""
    wanted = {each.share_id for each in told} | {each.parent_id for each in told if each.parent_id}
    shares = await spreading.known_shares(tx, wanted)
    shares |= await spreading.known_shares(tx, {share.root_id for share in shares.values()})
    new = []
    for each in told:
        parent = shares.get(each.parent_id) if each.parent_id else None
        if each.act in MADE and each.share_id not in shares and (parent or each.parent_id is None):
            share = SpreadShare(
                share_id=each.share_id,
                material_id=UUID(each.obj.partition(":")[2]),
                root_id=parent.root_id if parent else each.share_id,
                parent_id=each.parent_id,
                maker=each.who,
                made_at=each.at,
            )
            shares[share.share_id] = share
            new.append(share)
    return shares, new


def _places(shares: Mapping[UUID, SpreadShare], new: Iterable[SpreadShare], starts: Iterable[Told]) -> set[Place]:
    """Whose places the batch needs: those who open, and those whose links they open."""
    opened = [(shares[each.share_id], each.who) for each in starts]
    tops = {(share.root_id, shares[share.root_id].maker) for share, _ in opened if share.root_id in shares}
    makers = {(share.root_id, share.maker) for share in (*new, *(share for share, _ in opened))}
    return tops | makers | {(share.root_id, who) for share, who in opened}


def _hours(visits: Iterable[Told]) -> dict[tuple[UUID, datetime], Hour]:
    counted: dict[tuple[UUID, datetime], Counter[str]] = defaultdict(Counter)
    for each in visits:
        counted[each.share_id, each.at.replace(minute=0, second=0, microsecond=0)][COUNTED[each.act]] += 1
    return {
        key: Hour(opens=each["opens"], pages=each["pages"], downloads=each["downloads"])
        for key, each in counted.items()
    }


def _opens(starts: Iterable[Told]) -> dict[tuple[UUID, str], Opens]:
    times: dict[tuple[UUID, str], list[datetime]] = defaultdict(list)
    for each in starts:
        times[each.share_id, each.who].append(each.at)
    return {key: Opens(opens=len(found), first_at=found[0]) for key, found in times.items()}
