"""Where something stands in a text, how it is written there, and everything that was found in one text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from compliance.ruleset.foldings import foldings
from compliance.ruleset.hits import View
from compliance.ruleset.likeness import PAIR
from compliance.ruleset.views import PAGE_BREAK, Compact

GAP_CHARS_MAX = 8  # separators between two characters of a word
SENTENCE_ENDS = frozenset("。！？；!?;")
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


class Place(NamedTuple):
    """Where something stands in the compact text, what it is, and how it was written."""

    start: int
    end: int
    term: str
    view: View


Written = tuple[int, int, str, View]  # a place before anybody asks for it: most are never asked for


_place = partial(tuple.__new__, Place)  # of a `Written`, in a third of the time that naming its parts takes


@dataclass(frozen=True)
class Found:
    """What one text holds: the places of each group, by its number."""

    text: str
    view: Compact
    written: Mapping[int | str, Sequence[Written]]
    ordered: dict[int, list[Written]] = field(default_factory=dict)  # of those groups that were asked for
    edges: dict[int, tuple[Numbers, Numbers]] = field(default_factory=dict)

    def of(self, group: int) -> Sequence[Place]:
        """The group's places, from left to right."""
        return list(self.each(group))

    def each(self, group: int) -> Iterator[Place]:
        """The same one after the other, for those who need but the first."""
        return map(_place, self._ordered(group))

    def near(
        self, group: int, other: int, *, before: int, behind: int, most: int
    ) -> Iterator[tuple[Place, Sequence[Place]]]:
        """The group's places, each with those of the other group that start near it, at most so many; none without.

        Near is from `before` characters in front of its start to `behind` after its end. All are looked up at once,
        and only those that have something near become a `Place`: most have nothing.
        """
        places, others = self._ordered(group), self._ordered(other)
        if not (places and others):
            return
        (starts, ends), (other_starts, _) = self._edges_of(group), self._edges_of(other)
        firsts = np.searchsorted(other_starts, starts - before, "left")
        lasts = np.searchsorted(other_starts, ends + behind, "right")
        for at in np.flatnonzero(lasts > firsts).tolist():
            first = int(firsts[at])
            yield _place(places[at]), list(map(_place, others[first : min(first + most, int(lasts[at]))]))

    def _ordered(self, group: int) -> list[Written]:
        """The group's places from left to right."""
        if group not in self.ordered:
            self.ordered[group] = sorted(self.written.get(group, ()))
        return self.ordered[group]

    def _edges_of(self, group: int) -> tuple[Numbers, Numbers]:
        """Where they start, and where they end."""
        if group not in self.edges:
            places = self._ordered(group)
            starts, ends = (np.fromiter(map(itemgetter(at), places), np.int64, len(places)) for at in (0, 1))
            self.edges[group] = starts, ends
        return self.edges[group]

    def offsets(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the text as given of start…end in the compact text."""
        return self.view.offsets.item(start), self.view.offsets.item(end - 1) + 1


def written(text: str, view: Compact, first: int, behind: int) -> View | None:
    """How first…behind of the compact text is written; None if what stands between its characters parts them."""
    start, end = view.offsets.item(first), view.offsets.item(behind - 1)
    if end - start == behind - first - 1:
        return View.NORMALISED
    separates = foldings().separates
    seen = View.NORMALISED
    offsets = view.offsets[first:behind].tolist()
    for here, there in zip(offsets, offsets[1:], strict=False):  # noqa: RUF007  # two lists are faster than pairwise
        gap = [sign for sign in text[here + 1 : there] if separates[ord(sign)]]
        if len(gap) > GAP_CHARS_MAX or PAGE_BREAK in gap or (behind - first == PAIR and ends_sentence(gap)):
            return None
        if gap:
            seen = View.COMPACT
    return seen


def goes_on(text: str, view: Compact, first: int, behind: int) -> bool:
    """True where a Latin word or a number goes on at one of the edges: "top1" in "stop 100"."""
    start, end = view.offsets.item(first), view.offsets.item(behind - 1) + 1
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return _one_word(before, view.text[first]) or _one_word(view.text[behind - 1], after)


def ends_sentence(between: Sequence[str]) -> bool:
    """True when a sentence ends in a text."""
    return not SENTENCE_ENDS.isdisjoint(between)


def parts(between: str) -> bool:
    """True when a page or a sentence ends in a text."""
    return PAGE_BREAK in between or ends_sentence(between)


def _one_word(left: str, right: str) -> bool:
    """Both Latin letters, or both digits: without a space between them they are one word, one number."""
    if not (left.isascii() and right.isascii()):
        return False
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())
