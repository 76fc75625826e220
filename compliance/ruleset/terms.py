"""Words of a rule file, written out: `最(佳|好)的?` stands for four words, `@effects` for a list or a pattern."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

FORMS_MAX = 1_200  # of one word with alternatives
TERMS_MAX = 20_000  # of a whole rule set
LIST_DEPTH_MAX = 4

_PIECE = re.compile(r"(?:\((?P<choice>[^()]*)\)|(?P<plain>[^()|?]))(?P<optional>\??)")


class TermInvalid(ValueError):
    """A word that can't be written out; `kind` names what is wrong, `word` is the word."""

    def __init__(self, kind: str, word: str) -> None:
        super().__init__(f"{kind}: {word}")
        self.kind = kind
        self.word = word


@dataclass(frozen=True)
class Choice:
    """What a list of words stands for: words, and the names of patterns."""

    words: tuple[str, ...]
    patterns: tuple[str, ...]


def forms(word: str) -> Iterator[str]:
    """The words that a word with alternatives and optional parts stands for. Raises TermInvalid."""
    options: list[list[str]] = []
    count, at = 1, 0
    while at < len(word):
        piece = _PIECE.match(word, at)
        if piece is None:
            raise TermInvalid("brackets", word)
        options.append(_options(piece))
        count, at = count * len(options[-1]), piece.end()
        if count > FORMS_MAX:
            raise TermInvalid("too-many-forms", word)
    yield from ("".join(parts) for parts in product(*options))


def _options(piece: re.Match[str]) -> list[str]:
    options = [piece["plain"]] if piece["choice"] is None else piece["choice"].split("|")
    return [*options, ""] if piece["optional"] else options


def written_out(words: Iterable[str], lists: Mapping[str, Sequence[str]], patterns: Iterable[str]) -> Choice:
    """Words and patterns behind the words of a trigger. Raises TermInvalid for a name that nothing has."""
    known = frozenset(patterns)
    found: dict[str, None] = {}
    named: dict[str, None] = {}
    for word, depth in islice(_leaves(words, lists, known, 0), TERMS_MAX):
        if depth < 0:
            named[word] = None
        else:
            found.update(dict.fromkeys(forms(word)))
        if len(found) >= TERMS_MAX:
            raise TermInvalid("too-many-words", word)
    return Choice(tuple(found), tuple(named))


def _leaves(
    words: Iterable[str], lists: Mapping[str, Sequence[str]], patterns: frozenset[str], depth: int
) -> Iterator[tuple[str, int]]:
    """Plain words with their depth, names of patterns with -1."""
    for word in words:
        name = word[1:]
        if not word.startswith("@"):
            yield word, depth
        elif name in patterns:
            yield name, -1
        elif name not in lists:
            raise TermInvalid("unknown-name", word)
        elif depth == LIST_DEPTH_MAX:
            raise TermInvalid("lists-in-circles", word)
        else:
            yield from _leaves(lists[name], lists, patterns, depth + 1)
