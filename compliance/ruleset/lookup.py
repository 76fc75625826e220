"""Finds words and patterns of many groups in one text, in one pass: where, and how they were written.

One automaton holds every word by its sounds (`sounds.py`). What it finds is looked at again: a word as it is written
counts as it stands, one that only sounds or looks like it counts by sound, and one that merely shares its syllables
("适用" for "试用") not at all. Words of one character count only as they are written, and are found apart.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import re2
from ahocorasick_rs import AhoCorasick, MatchKind

from compliance.ruleset.foldings import CODES
from compliance.ruleset.hits import View
from compliance.ruleset.likeness import PAIR, sounds_like
from compliance.ruleset.patterns import compiled, within_lines
from compliance.ruleset.places import Found, Written, ends_sentence, goes_on, written
from compliance.ruleset.schema import PatternPart
from compliance.ruleset.terms import Choice
from compliance.ruleset.views import Compact, Sounding, compact, sounding

PLACES_MAX = 50_000  # of one group in one text; where there are more, nothing is said of the text at all
VERDICTS_MAX = 100_000  # remembered at a time

Use = int | str  # the number of a group, or the name of a pattern that is tried around the word


class TooManyPlaces(ValueError):
    """One group stands in more than PLACES_MAX places: what lies behind them is not passed over."""


@dataclass(frozen=True)
class Term:
    """A word: as compact text, and cut into the pieces that have one code each."""

    text: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What some characters are: this word, for these uses, as it is written or by its sound."""

    term: str
    uses: tuple[Use, ...]
    by_sound: bool
    latin: bool  # begins or ends with a letter or digit: it may be a part of a longer word or number

    @cached_property
    def anchors(self) -> tuple[Use, ...]:
        """What it is for where it is but a part of a longer Latin word or number."""
        return tuple(use for use in self.uses if isinstance(use, str))

    @cached_property
    def plain(self) -> bool:
        """Whether nothing else has to be looked at where its characters stand side by side."""
        return not (self.latin and self.by_sound)

    @cached_property
    def seen(self) -> View:
        """How it is written where its characters stand side by side."""
        return View.PINYIN if self.by_sound else View.NORMALISED


class Lookup:
    """The words and patterns of numbered groups, ready to be found in any text."""

    def __init__(self, groups: Sequence[Choice], literal: frozenset[int], patterns: Mapping[str, PatternPart]) -> None:
        self._literal = literal
        self._patterns = {name: (compiled(part.regex), part) for name, part in patterns.items()}
        self._within_lines = frozenset(part.regex for part in patterns.values() if within_lines(part.regex))
        self._pattern_groups = _by_pattern(groups)
        self._coded: dict[str, dict[Term, list[Use]]] = defaultdict(lambda: defaultdict(list))
        self._letters: dict[int, list[Use]] = defaultdict(list)
        self._verdicts: dict[int, dict[str, tuple[Verdict, ...]]] = defaultdict(dict)
        self._judged = 0
        for number, choice in enumerate(groups):
            self._add(choice.words, number)

    def add_anchors(self, name: str, words: Iterable[str]) -> None:
        """Words around which the pattern of this name is tried."""
        self._add(words, name)

    def _add(self, words: Iterable[str], use: Use) -> None:
        for word in words:
            view = compact(word)
            if len(view.text) < PAIR:
                self._letters[ord(view.text)].append(use)
                continue
            sound = sounding(view)
            uses = self._coded[sound.text][Term(view.text, _pieces(view.text, sound, 0, len(sound.text)))]
            if use not in uses:
                uses.append(use)

    @cached_property
    def _automaton(self) -> tuple[AhoCorasick, list[list[tuple[Term, list[Use]]]]]:
        return (
            AhoCorasick(list(self._coded), matchkind=MatchKind.Standard),
            [list(terms.items()) for terms in self._coded.values()],
        )

    @cached_property
    def _of_letters(self) -> dict[str, Verdict]:
        """What each word of one character is."""
        written = {chr(code): tuple(uses) for code, uses in self._letters.items()}
        return {sign: Verdict(sign, uses, by_sound=False, latin=sign.isascii()) for sign, uses in written.items()}

    @cached_property
    def _is_letter(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        wanted = np.zeros(CODES, np.bool_)
        wanted[list(self._letters)] = True
        return wanted

    def find(self, text: str) -> Found:
        """Every place of every group. Raises TooManyPlaces."""
        view = compact(text)
        places: dict[Use, list[Written]] = defaultdict(list)
        for verdict, first, behind, beside in self._words(view):
            seen = verdict.seen if beside and verdict.plain else _looked_at(text, view, verdict, first, behind)
            if seen is None:
                continue
            part = verdict.latin and goes_on(text, view, first, behind)
            place = (first, behind, verdict.term, seen)
            for use in verdict.anchors if part else verdict.uses:
                kept = places[use]
                if len(kept) >= PLACES_MAX:
                    raise TooManyPlaces
                kept.append(place)
        self._match_patterns(text, view, places)
        return Found(text, view, places)

    def _words(self, view: Compact) -> Iterator[tuple[Verdict, int, int, bool]]:
        """What the characters at each match are, where in the compact text, and whether they stand side by side."""
        verdicts, firsts, behinds = self._matches(view)
        letters = self._of_letters
        for place in np.flatnonzero(self._is_letter[view.codes]).tolist():
            verdicts.append(letters[view.text[place]])
            firsts.append(place)
            behinds.append(place + 1)
        first, behind = np.array(firsts, np.int64), np.array(behinds, np.int64)
        beside = view.offsets[behind - 1] - view.offsets[first] == behind - first - 1
        return zip(verdicts, firsts, behinds, beside.tolist(), strict=True)

    def _matches(self, view: Compact) -> tuple[list[Verdict], list[int], list[int]]:
        sound = sounding(view)
        known = self._verdicts
        if self._judged > VERDICTS_MAX:
            known.clear()
            self._judged = 0
        verdicts: list[Verdict] = []
        firsts: list[int] = []
        behinds: list[int] = []
        text, starts = view.text, None if sound.starts is None else sound.starts.data
        for code, start, end in self._automaton[0].find_matches_as_indexes(sound.text, overlapping=True):
            first, behind = (start, end) if starts is None else (starts[start], starts[end])
            shown = text[first:behind]
            judged = known[code].get(shown)
            if judged is None:
                judged = known[code][shown] = self._judge(code, shown, _pieces(text, sound, start, end))
                self._judged += 1
            for verdict in judged:
                verdicts.append(verdict)
                firsts.append(first)
                behinds.append(behind)
        return verdicts, firsts, behinds

    def _judge(self, code: int, shown: str, pieces: tuple[str, ...]) -> tuple[Verdict, ...]:
        found = []
        for term, uses in self._automaton[1][code]:
            latin = shown[0].isascii() or shown[-1].isascii()
            if shown == term.text:
                found.append(Verdict(term.text, tuple(uses), by_sound=False, latin=latin))
            elif sounds_like(pieces, term.pieces):
                heard = tuple(use for use in uses if isinstance(use, int) and use not in self._literal)
                found.append(Verdict(term.text, heard, by_sound=True, latin=latin))
        return tuple(verdict for verdict in found if verdict.uses)

    def _match_patterns(self, text: str, view: Compact, places: dict[Use, list[Written]]) -> None:
        for name, (pattern, part) in self._patterns.items():
            found: dict[tuple[int, int], Written] = {}
            windows = _windows(places.get(name, ()), part.span, len(view.text))
            for first, behind, term in _tried(pattern, view.text, windows, apart=part.regex not in self._within_lines):
                if first == behind:
                    continue
                if len(found) >= PLACES_MAX:
                    raise TooManyPlaces
                seen = written(text, view, first, behind)
                if seen is not None and not goes_on(text, view, first, behind):
                    found[first, behind] = (first, behind, term, seen)
            for group in self._pattern_groups.get(name, ()):
                places[group].extend(found.values())


def _looked_at(text: str, view: Compact, verdict: Verdict, first: int, behind: int) -> View | None:
    """How it is written, by what stands between its characters; None: not as one word."""
    seen = written(text, view, first, behind)
    if seen is not None and verdict.by_sound:
        over = ends_sentence(text[view.offsets.item(first) : view.offsets.item(behind - 1)])
        seen = None if over else View.PINYIN
    return seen


def _by_pattern(groups: Sequence[Choice]) -> dict[str, list[int]]:
    users: dict[str, list[int]] = defaultdict(list)
    for number, choice in enumerate(groups):
        for name in choice.patterns:
            users[name].append(number)
    return users


def _windows(anchors: Iterable[Written], span: int, end: int) -> list[tuple[int, int]]:
    """Where to try a pattern: around the anchors, overlapping windows as one."""
    windows: list[tuple[int, int]] = []
    for start, stop, _, _ in sorted(anchors):
        first, behind = max(0, start - span), min(end, stop + span)
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(behind, windows[-1][1]))
        else:
            windows.append((first, behind))
    return windows


def _tried(
    pattern: re2._Regexp, text: str, windows: Sequence[tuple[int, int]], *, apart: bool
) -> Iterator[tuple[int, int, str]]:
    """What a pattern matches in windows of the text: in each `apart`, or in all of them as lines of one text."""
    if apart:
        for start, end in windows:
            for match in pattern.finditer(text[start:end]):
                yield start + match.start(), start + match.end(), match.group()
        return
    begins = list(accumulate((end - start + 1 for start, end in windows), initial=0))
    for match in pattern.finditer("\n".join(text[start:end] for start, end in windows)):
        line = bisect_right(begins, match.start()) - 1
        moved = windows[line][0] - begins[line]
        yield match.start() + moved, match.end() + moved, match.group()


def _pieces(text: str, sound: Sounding, start: int, end: int) -> tuple[str, ...]:
    """The compact text from code to code."""
    if sound.starts is None:
        return tuple(text[start:end])
    edges = sound.starts[start : end + 1].tolist()
    return tuple(text[first:behind] for first, behind in zip(edges, edges[1:], strict=False))  # noqa: RUF007  # likewise
