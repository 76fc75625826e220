"""Finds words and patterns of many groups in one text, in one pass: where, and how they were written.

One automaton holds every word by its sounds (`sounds.py`). What it finds is looked at again: a word as it is written
counts as it stands, one that only sounds or looks like it counts by sound, and one that merely shares its syllables
("适用" for "试用") not at all.
"""

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

from compliance.ruleset.foldings import foldings
from compliance.ruleset.hits import View
from compliance.ruleset.patterns import compiled
from compliance.ruleset.schema import PatternPart
from compliance.ruleset.sounds import LOOKS, sounds
from compliance.ruleset.terms import Choice
from compliance.ruleset.views import PAGE_BREAK, Compact, Sounding, compact, sounding

PLACES_MAX = 2_000  # of one group in one text: what comes behind is more of the same
GAP_CHARS_MAX = 8  # separators between two characters of a word
SENTENCE_ENDS = frozenset("。！？；!?;")
COMMON_HAN = (0xB0, 0xD7)  # first bytes of GB 2312's first level: 3,755 characters that everybody reads
ALIKE_SHARE = 3  # at most one in three characters of a word may be another common one that sounds alike
PAIR = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the compact text, what it is, and how it was written."""

    start: int
    end: int
    term: str
    view: View


@dataclass(frozen=True)
class Term:
    """A word: as compact text, and cut into the pieces that have one code each."""

    text: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What one text holds: the places of each group, by its number, from left to right."""

    text: str
    view: Compact
    places: Mapping[int, Sequence[Place]]
    starts: dict[int, list[int]] = field(default_factory=dict)

    def between(self, group: int, first: int, last: int) -> Iterator[Place]:
        """The group's places that start from `first` to `last`."""
        places = self.places.get(group, ())
        if group not in self.starts:
            self.starts[group] = [place.start for place in places]
        begin = bisect_left(self.starts[group], first)
        for place in places[begin:]:
            if place.start > last:
                return
            yield place

    def span(self, place: Place) -> tuple[int, int]:
        """The offsets in the text as given."""
        return int(self.view.offsets[place.start]), int(self.view.offsets[place.end - 1]) + 1


class Lookup:
    """The words and patterns of numbered groups, ready to be found in any text."""

    def __init__(self, groups: Sequence[Choice], literal: frozenset[int], patterns: Mapping[str, PatternPart]) -> None:
        self._literal = literal
        self._patterns = {name: (compiled(part.regex), part) for name, part in patterns.items()}
        self._pattern_groups = _by_pattern(groups)
        self._coded: dict[str, dict[Term, list[int | str]]] = defaultdict(lambda: defaultdict(list))
        for number, choice in enumerate(groups):
            self._add(choice.words, number)

    def add_anchors(self, name: str, words: Iterable[str]) -> None:
        """Words around which the pattern of this name is tried."""
        self._add(words, name)

    def _add(self, words: Iterable[str], use: int | str) -> None:
        for word in words:
            view = compact(word)
            sound = sounding(view)
            uses = self._coded[sound.text][Term(view.text, _pieces(view, sound, 0, len(sound.text)))]
            if use not in uses:
                uses.append(use)

    @cached_property
    def _automaton(self) -> tuple[AhoCorasick, list[list[tuple[Term, list[int | str]]]]]:
        codes = [code for code in self._coded if code]
        return AhoCorasick(codes, matchkind=MatchKind.Standard), [list(self._coded[code].items()) for code in codes]

    def find(self, text: str) -> Found:
        """Every place of every group."""
        view = compact(text)
        sound = sounding(view)
        automaton, terms = self._automaton
        places: dict[int | str, list[Place]] = defaultdict(list)
        reading = Reading(text, view, sound)
        for code, start, end in automaton.find_matches_as_indexes(sound.text, overlapping=True):
            for term, uses in terms[code]:
                place = reading.read(term, start, end)
                if place is not None:
                    self._note(places, place, uses)
        self._match_patterns(reading, places)
        ordered = {
            use: sorted(found, key=lambda place: (place.start, -place.end))
            for use, found in places.items()
            if isinstance(use, int)
        }
        return Found(text, view, ordered)

    def _note(self, places: dict[int | str, list[Place]], place: Place, uses: list[int | str]) -> None:
        by_sound = place.view is View.PINYIN
        for use in uses:
            if by_sound and (isinstance(use, str) or use in self._literal or len(place.term) < PAIR):
                continue
            if len(places[use]) < PLACES_MAX:
                places[use].append(place)

    def _match_patterns(self, reading: "Reading", places: dict[int | str, list[Place]]) -> None:
        for name, (pattern, part) in self._patterns.items():
            found: dict[tuple[int, int], Place] = {}
            for start, end in _windows(places.get(name, ()), part.span, len(reading.view.text)):
                for match in pattern.finditer(reading.view.text[start:end]):
                    first, behind = start + match.start(), start + match.end()
                    written = reading.written(first, behind)
                    if written is not None and first < behind:
                        found[first, behind] = Place(first, behind, match.group(), written)
            for group in self._pattern_groups.get(name, ()):
                places[group].extend(list(found.values())[:PLACES_MAX])


def _by_pattern(groups: Sequence[Choice]) -> dict[str, list[int]]:
    users: dict[str, list[int]] = defaultdict(list)
    for number, choice in enumerate(groups):
        for name in choice.patterns:
            users[name].append(number)
    return users


def _windows(anchors: Iterable[Place], span: int, end: int) -> list[tuple[int, int]]:
    """Where to try a pattern: around the anchors, overlapping windows as one."""
    windows: list[tuple[int, int]] = []
    for place in sorted(anchors, key=lambda place: place.start):
        first, behind = max(0, place.start - span), min(end, place.end + span)
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(behind, windows[-1][1]))
        else:
            windows.append((first, behind))
    return windows


def _pieces(view: Compact, sound: Sounding, start: int, end: int) -> tuple[str, ...]:
    """The compact text from code to code."""
    if sound.starts is None:
        return tuple(view.text[start:end])
    edges = sound.starts[start : end + 1].tolist()
    return tuple(view.text[first:behind] for first, behind in itertools.pairwise(edges))


@dataclass(frozen=True)
class Reading:
    """One text while words are looked for in it."""

    text: str
    view: Compact
    sound: Sounding

    def read(self, term: Term, start: int, end: int) -> Place | None:
        """The place of a word whose codes stand at start…end, or None if it is not really there."""
        first, behind = self.sound.span(start, end)
        if self.view.text[first:behind] == term.text:
            written = self.written(first, behind)
        elif self._sounds_like(term, start, end) and self.written(first, behind) is not None:
            written = View.PINYIN
        else:
            return None
        if written is None or self._inside_word(first, behind):
            return None
        return Place(first, behind, term.text, written)

    def written(self, first: int, behind: int) -> View | None:
        """How characters stand beside each other in the text; None if what is between them parts them."""
        offsets = self.view.offsets[first:behind]
        if offsets[-1] - offsets[0] == behind - first - 1:
            return View.NORMALISED
        view = View.NORMALISED
        places = offsets.tolist()
        for here, there in itertools.pairwise(places):
            gap = [sign for sign in self.text[here + 1 : there] if foldings().separates[ord(sign)]]
            if len(gap) > GAP_CHARS_MAX or PAGE_BREAK in gap or (behind - first == PAIR and _ends_sentence(gap)):
                return None
            if gap:
                view = View.COMPACT
        return view

    def _inside_word(self, first: int, behind: int) -> bool:
        """True where a Latin word or a number goes on at one of the edges: "top1" in "stop 100"."""
        start, end = int(self.view.offsets[first]), int(self.view.offsets[behind - 1]) + 1
        before = self.text[start - 1 : start]
        after = self.text[end : end + 1]
        return _same_kind(before, self.view.text[first]) or _same_kind(self.view.text[behind - 1], after)

    def _sounds_like(self, term: Term, start: int, end: int) -> bool:
        pieces = _pieces(self.view, self.sound, start, end)
        if len(pieces) < PAIR:
            return False
        alike = [(piece, meant) for piece, meant in zip(pieces, term.pieces, strict=True) if piece != meant]
        common = [pair for pair in alike if _common_homophone(*pair)]
        if any(_tone(piece) != _tone(meant) for piece, meant in common):
            return False
        return len(common) * ALIKE_SHARE <= len(pieces) and not (common and len(pieces) == PAIR)


def _ends_sentence(gap: Sequence[str]) -> bool:
    return any(sign in SENTENCE_ENDS for sign in gap)


def _same_kind(left: str, right: str) -> bool:
    """Both Latin letters, or both digits: without a space between them they are one word, one number."""
    if not (left.isascii() and right.isascii()):
        return False
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


def _common_homophone(piece: str, meant: str) -> bool:
    """A character in everyday use that is not known to stand for the one that is meant."""
    if piece.isascii() or LOOKS.get(piece) == meant:
        return False
    try:
        return COMMON_HAN[0] <= piece.encode("gb2312")[0] <= COMMON_HAN[1]
    except UnicodeEncodeError:
        return False


def _tone(piece: str) -> int:
    return int(sounds().tone[ord(piece[0])])
