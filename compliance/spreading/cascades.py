"""The tree of the people whom one root share reached, and what its shape tells. Everything here is O(n).

A node is a person. Its parent is the owner of the link through which the person *first* opened; opening again adds
views, no nodes. Node 0 is whoever made the root share.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar

Person = TypeVar("Person", bound=Hashable)

SHAPE_NODES_MIN = 10  # structural virality of fewer people is noise
BAND_TREES_MIN = 5  # what is usual of fewer trees says nothing
SIZE_BANDS = (10, 30, 100, 300, 1_000, 3_000, 10_000)  # lower bounds: only cascades of one band are compared


@dataclass(frozen=True)
class FirstOpen(Generic[Person]):
    """A person's first opening of anything below one root share."""

    person: Person
    parent: Person  # who passed on the link that was opened
    at: datetime


@dataclass(frozen=True)
class Reach:
    """One person's part in a cascade: whom they brought in themselves, and everybody who came through them."""

    direct: int
    downstream: int


@dataclass(frozen=True)
class Cascade(Generic[Person]):
    """A rooted tree: `parents[i] < i` for every node but the root, whose parent is -1."""

    people: Sequence[Person]
    parents: Sequence[int]
    times: Sequence[datetime]  # of the root: when it made the share

    @cached_property
    def depths(self) -> Sequence[int]:
        """How many hands each node is away from the root."""
        depths = [0] * len(self.parents)
        for node in range(1, len(depths)):
            depths[node] = depths[self.parents[node]] + 1
        return depths

    @cached_property
    def subtrees(self) -> Sequence[int]:
        """How many nodes hang at each, itself included."""
        sizes = [1] * len(self.parents)
        for node in range(len(sizes) - 1, 0, -1):
            sizes[self.parents[node]] += sizes[node]
        return sizes

    @cached_property
    def children(self) -> Sequence[int]:
        """How many each brought in themselves."""
        counted = [0] * len(self.parents)
        for node in range(1, len(counted)):
            counted[self.parents[node]] += 1
        return counted

    def reach(self) -> dict[Person, Reach]:
        """Each person's part. Downstream counts overlap along a chain, so they are never summed."""
        counted = zip(self.people, self.children, self.subtrees, strict=True)
        return {person: Reach(children, size - 1) for person, children, size in counted}


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What a shape is made of. Each can be kept up while people arrive: one arrival changes only its ancestors."""

    levels: Sequence[int]  # people at each number of hands from the root, the root first
    most_children: int
    below: int  # over all edges, how many people hang below
    below_squared: int  # the same, each squared

    @property
    def size(self) -> int:
        """People in the cascade, with the root."""
        return sum(self.levels)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a cascade looks like. Shares of something are between 0 and 1; None where nobody was reached.

    Sources: Goel, Anderson, Hofman, Watts, "The Structural Virality of Online Diffusion", 2016; the mean depth beside
    it as in Zhang et al., arXiv 2006.01027; shapes are compared within a size band only (Juul, Ugander, PNAS 2021).
    """

    size: int  # with the root
    levels: tuple[int, ...]
    largest_share: float | None  # of all reached, those whom one single person brought in
    broadcast_share: float | None  # of all reached, those whom the root itself brought in
    mean_depth: float | None
    amplification: float | None  # everybody reached, by those whom the root itself brought in
    structural_virality: float | None  # mean distance of two of its people; None below SHAPE_NODES_MIN
    size_band: int  # lower bound of the band; 0 below the first

    @property
    def depth(self) -> int:
        """The longest way from the root."""
        return len(self.levels) - 1

    @property
    def breadth(self) -> int:
        """Most people at one level."""
        return max(self.levels)


def cascade_of(root: Person, made_at: datetime, opens: Iterable[FirstOpen[Person]]) -> Cascade[Person]:
    """The cascade of these openings, in any order. A person's earliest one counts; the root's own are no reach.

    Whoever came through somebody who never opened before them (their parent's data was erased, say) hangs at the root.
    """
    people, parents, times = [root], [-1], [made_at]
    places = {root: 0}
    for each in sorted(opens, key=lambda each: each.at):
        if each.person not in places:
            places[each.person] = len(people)
            people.append(each.person)
            parents.append(places.get(each.parent, 0) if each.parent != each.person else 0)
            times.append(each.at)
    return Cascade(people, parents, times)


def sums_of(cascade: Cascade[Person]) -> Sums:
    """The sums of a whole cascade."""
    counted = Counter(cascade.depths)
    return Sums(
        levels=tuple(counted[depth] for depth in range(len(counted))),
        most_children=max(cascade.children),
        below=sum(cascade.subtrees[1:]),
        below_squared=sum(below * below for below in cascade.subtrees[1:]),
    )


def shape_of(sums: Sums) -> Shape:
    """The measures of one cascade."""
    reached = sums.size - 1
    direct = sums.levels[1] if reached else 0
    return Shape(
        size=sums.size,
        levels=tuple(sums.levels),
        largest_share=sums.most_children / reached if reached else None,
        broadcast_share=direct / reached if reached else None,
        mean_depth=sum(depth * people for depth, people in enumerate(sums.levels)) / reached if reached else None,
        amplification=reached / direct if direct else None,
        structural_virality=structural_virality(sums) if sums.size >= SHAPE_NODES_MIN else None,
        size_band=max((bound for bound in SIZE_BANDS if bound <= sums.size), default=0),
    )


def band_end(size_band: int) -> int | None:
    """The first size beyond a band; None: it has no end. Raises ValueError for what is no band."""
    after = SIZE_BANDS.index(size_band) + 1
    return SIZE_BANDS[after] if after < len(SIZE_BANDS) else None


def median_of_others(one: float, count: int, around: Sequence[float]) -> float:
    """The median of all but one of so many values. `around`: those in the middle, from the (count // 2)th smallest on.

    Without the one, whatever stands behind it moves up a place; three of them are enough.
    """
    places = (0,) if count % 2 == 0 else (0, 1)
    return sum(around[place] if one > around[place] else around[place + 1] for place in places) / len(places)


def structural_virality(sums: Sums) -> float:
    """The mean distance between two of its people. Raises ValueError for a single one.

    An edge with s of n people below it lies on the way of s (n - s) pairs; their sum needs only those of s and s².
    """
    size = sums.size
    if size == 1:
        raise ValueError("a cascade of one has no pairs")
    return 2 * (size * sums.below - sums.below_squared) / (size * (size - 1))
