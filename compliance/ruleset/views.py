"""One text as the matcher sees it: characters that count, how they sound, and where each of them stood.

Everything is reckoned on arrays, so that a million characters take some hundredths of a second, and each character
of a view knows the offset in the text it came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from compliance.ruleset.foldings import SEVERAL, Codes, foldings
from compliance.ruleset.sounds import sounds, spelled_out

Offsets = npt.NDArray[np.int64]
PAGE_BREAK = "\f"
WORDS_REMEMBERED = 20_000
_WIDE = "utf-32-le"
_ZERO, _ONE, _O, _L, _A, _Z = (ord(sign) for sign in "01olaz")


@dataclass(frozen=True)
class Compact:
    """The letters, digits and % ¥ of a text, folded; `offsets[i]` is where character i stands in the text."""

    text: str
    codes: Codes
    offsets: Offsets


@dataclass(frozen=True)
class Sounding:
    """How a compact text sounds, one code a syllable; `starts[i]` is where code i begins in the compact text.

    `starts` has one more element than `text` has codes: the end. It is None where each code is one character.
    """

    text: str
    starts: Offsets | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the codes start…end stand in the compact text."""
        if self.starts is None:
            return start, end
        return int(self.starts[start]), int(self.starts[end])


def compact(text: str) -> Compact:
    """The compact view of any text."""
    tables = foldings()
    codes = np.frombuffer(text.encode(_WIDE, "surrogatepass"), np.uint32)
    folded = tables.single[codes]
    several = {int(place): tables.several[int(codes[place])] for place in np.flatnonzero(folded == SEVERAL)}
    kept, offsets = _expanded(folded, several) if several else _kept(folded)
    shown = kept.tobytes().decode(_WIDE)
    if ("0" in shown or "1" in shown) and _letters_for_digits(kept, offsets):
        shown = kept.tobytes().decode(_WIDE)
    return Compact(shown, kept, offsets)


@lru_cache(maxsize=WORDS_REMEMBERED)
def folded(word: str) -> str:
    """The compact text of a word, remembered: rule files hold the same words in many places."""
    return compact(word).text


def _kept(folded: Codes) -> tuple[Codes, Offsets]:
    offsets = np.flatnonzero(folded)
    return folded[offsets], offsets


def _letters_for_digits(codes: Codes, offsets: Offsets) -> bool:
    """A 0 or 1 between two letters of one word is the letter that it looks like (B0tox, but not "TOP1 before").

    True if there was one.
    """
    digits = np.flatnonzero((codes[1:-1] == _ZERO) | (codes[1:-1] == _ONE)) + 1
    inside = offsets[digits + 1] - offsets[digits - 1] == 2  # noqa: PLR2004  # one before, one behind
    meant = digits[inside & _letter(codes[digits - 1]) & _letter(codes[digits + 1])]
    codes[meant] = np.where(codes[meant] == _ZERO, _O, _L)
    return len(meant) > 0


def _letter(codes: Codes) -> npt.NDArray[np.bool_]:
    return (codes >= _A) & (codes <= _Z)


def _expanded(folded: Codes, several: dict[int, str]) -> tuple[Codes, Offsets]:
    lengths = (folded != 0).astype(np.int64)
    for place, parts in several.items():
        lengths[place] = len(parts)
    offsets = np.repeat(np.arange(len(folded)), lengths)
    kept = folded[offsets]
    begins = np.cumsum(lengths) - lengths
    for place, parts in several.items():
        kept[begins[place] : begins[place] + len(parts)] = [ord(part) for part in parts]
    return kept, offsets


def sounding(view: Compact) -> Sounding:
    """How a compact text sounds."""
    codes = sounds().code[view.codes]
    runs = _spelled_runs(view)
    if not runs:
        return Sounding(codes.tobytes().decode(_WIDE), None)
    return _shortened(codes, runs)


def _spelled_runs(view: Compact) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    found: list[tuple[int, tuple[tuple[int, int], ...]]] = []
    for first, behind in _latin_runs(view.codes):
        whole = spelled_out(view.text[first:behind])
        if whole:
            found.append((first, whole))
            continue
        for start, end in _words(view, first, behind):
            syllables = spelled_out(view.text[start:end])
            if syllables:
                found.append((start, syllables))
    return found


def _latin_runs(codes: Codes) -> list[tuple[int, int]]:
    """Where two and more Latin letters stand in a row."""
    letters = np.zeros(len(codes) + 2, np.bool_)
    letters[1:-1] = _letter(codes)
    edges = np.flatnonzero(letters[1:] != letters[:-1])
    firsts, behinds = edges[::2], edges[1::2]
    several = behinds - firsts > 1
    return list(zip(firsts[several].tolist(), behinds[several].tolist(), strict=True))


def _words(view: Compact, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run of letters cut where something stood between them in the text: its words, those of two letters and more."""
    steps = np.flatnonzero(np.diff(view.offsets[start:end]) > 1) + start + 1
    edges = [start, *steps.tolist(), end]
    yield from ((first, behind) for first, behind in pairwise(edges) if behind - first > 1)


def _shortened(codes: Codes, runs: list[tuple[int, tuple[tuple[int, int], ...]]]) -> Sounding:
    """The codes with each spelled run replaced by those of its syllables."""
    keep = np.ones(len(codes) + 1, np.bool_)
    codes = codes.copy()
    for place, syllables in runs:
        at = place
        for syllable, letters in syllables:
            codes[at] = syllable
            keep[at + 1 : at + letters] = False
            at += letters
    return Sounding(codes[keep[:-1]].tobytes().decode(_WIDE), np.flatnonzero(keep))
