"""What excuses a hit: a phrase that it is part of, a negation in front of it, a word near it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from compliance.ruleset.foldings import foldings
from compliance.ruleset.places import Found
from compliance.ruleset.schema import RuleFile, Unless
from compliance.ruleset.terms import written_out
from compliance.ruleset.views import folded

BEFORE_CHARS = 1  # between a negation and what it negates: "do not miss the best" excuses nothing
NEAR_CHARS = 12
QUOTES = frozenset("“”‘’「」『』《》\"'")  # the only signs that a negation reaches across


@dataclass(frozen=True)
class Excuses:
    """A rule's excuses as compact words."""

    phrases: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    never_near: tuple[str, ...] = ()

    @cached_property
    def by_last_sign(self) -> Mapping[str, tuple[str, ...]]:
        """The words of `before` by what they end with: most characters end none of them."""
        return {sign: tuple(word for word in self.before if word[-1] == sign) for sign in {w[-1] for w in self.before}}


def excuses_of(file: RuleFile, unless: Unless) -> Excuses:
    """The excuses, written out."""

    def words(listed: Iterable[str]) -> tuple[str, ...]:
        return tuple(folded(word) for word in written_out(listed, file.lists, file.patterns).words)

    return Excuses(words(unless.phrases), words(unless.before), words(unless.near), words(unless.never_near))


def excused(excuses: Iterable[Excuses], found: Found, start: int, end: int) -> bool:
    """True when one of the excuses holds for what stands at start…end of the compact text."""
    return start != end and any(_holds(each, found, start, end) for each in excuses)


def _holds(excuses: Excuses, found: Found, start: int, end: int) -> bool:
    text = found.view.text
    around = text[max(0, start - NEAR_CHARS) : end + NEAR_CHARS]
    if any(word in around for word in excuses.never_near):
        return False
    hit = text[start:end]
    return (
        any(_covers(text, phrase, start, end) for phrase in [each for each in excuses.phrases if hit in each])
        or _negated(found, excuses.by_last_sign, start)
        or any(word in around for word in excuses.near)
    )


def _covers(text: str, phrase: str, start: int, end: int) -> bool:
    """True if the phrase stands over all of start…end."""
    return text.find(phrase, max(0, end - len(phrase)), start + len(phrase)) >= 0


def _negated(found: Found, words: Mapping[str, tuple[str, ...]], start: int) -> bool:
    """True if a word ends at most BEFORE_CHARS in front of `start`, with only quotes and blanks between them."""
    text = found.view.text
    ends = range(max(1, start - BEFORE_CHARS), start + 1)
    return any(text.endswith(words.get(text[end - 1], ()), 0, end) and _touch(found, end, start) for end in ends)


def _touch(found: Found, end: int, start: int) -> bool:
    separates = foldings().separates
    between = found.text[found.view.offsets.item(end - 1) + 1 : found.view.offsets.item(start)]
    return all(sign in QUOTES or sign in " \t" or not separates[ord(sign)] for sign in between)
