"""What a mark says: a marketer's text with places for the facts of each copy.

Promises: a text that passed `check` has at most LINES_MAX lines, only known places, a bounded amount of drawable text
of its own, and a place that names the person; `filled` leaves no separator hanging where a fact is empty. Leaves the
facts to `stamp`, drawing to `tile`.
"""

import re
import unicodedata
from collections.abc import Mapping

from watermark.lettering import columns, drawable

PLACES = ("name", "clinic", "phone", "time", "share")
DEFAULT_TEXT = "{name} {phone}\n{clinic}\n{time} \u00b7 {share}"
LINES_MAX = 3
TEXT_CHARS_MAX = 200
OWN_COLUMNS_MAX = 24  # of a line, beside its places: the person stays the longest thing in it
_PLACE = re.compile(r"\{([a-z]+)\}")
_SEPARATORS = "\u00b7|/-,;:\u2014\u2013\u3001"
_DOUBLED = re.compile(rf"([{re.escape(_SEPARATORS)}])(?:\s*[{re.escape(_SEPARATORS)}])+")


class WordingInvalid(ValueError):
    """A text that can't be a mark; `rule` says why, `params` are the numbers of the rule."""

    def __init__(self, rule: str, **params: str | int) -> None:
        super().__init__(rule)
        self.rule = rule
        self.params = params


def check(text: str) -> None:
    """Raises WordingInvalid unless `text` can be filled, drawn, and names a person in every copy."""
    lines = _normal(text).split("\n")
    if len(text) > TEXT_CHARS_MAX or len(lines) > LINES_MAX or not all(each.strip() for each in lines):
        raise WordingInvalid("look-lines", lines_max=LINES_MAX)
    for line in lines:
        _check_line(line)
    if not names_somebody(text):
        raise WordingInvalid("look-names-nobody")


def names_somebody(text: str) -> bool:
    """A copy that names nobody can't be traced: the name, or the clinic and the phone's end together."""
    places = places_of(text)
    return "name" in places or {"clinic", "phone"} <= places


def places_of(text: str) -> frozenset[str]:
    """Which facts the text has places for."""
    return frozenset(_PLACE.findall(_normal(text)))


def filled(text: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of one copy; a line whose facts are all empty is left out."""
    lines = (_tidied(_PLACE.sub(lambda place: facts[place[1]], drawable(line))) for line in text.split("\n"))
    return tuple(line for line in lines if line)


def _check_line(line: str) -> None:
    if unknown := set(_PLACE.findall(line)).difference(PLACES):
        raise WordingInvalid("look-place", place=min(unknown))
    own = _PLACE.sub("", line)
    if "{" in own or "}" in own:
        raise WordingInvalid("look-braces")
    if columns(own) > OWN_COLUMNS_MAX:
        raise WordingInvalid("look-columns", columns_max=OWN_COLUMNS_MAX)
    if _squeezed(own) != drawable(own):  # something would vanish, or become the mark of a missing type
        raise WordingInvalid("look-not-drawable")


def _normal(text: str) -> str:
    """The form in which text is drawn; full-width braces mean the same as others."""
    return unicodedata.normalize("NFKC", text)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _tidied(line: str) -> str:
    return _squeezed(_DOUBLED.sub(r"\1", line).strip(f" {_SEPARATORS}"))
