"""Personal data in a material: identity numbers, mobile phones, bank cards, numbers of medical records.

Promises: a block finding at each place, with the number covered in its quote: a finding must not spread what it is
about. Leaves names and addresses to people. Basis: 个人信息保护法 6, 28.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.detecting import Found, Severity
from compliance.reading.detectors.numbers import Kind, Number, personal_numbers
from compliance.reading.pieces import ExtractedText

BASIS = "个人信息保护法 6, 28"
RULE = "personal-data-"
RULES = frozenset(RULE + kind for kind in ("id-number", "mobile-phone", "bank-card", "medical-record"))
# A phone may be the clinic's own: somebody has to look. The others are nobody's but a person's.
SEVERITIES: dict[Kind, Severity] = {
    "id-number": "block",
    "bank-card": "block",
    "medical-record": "block",
    "mobile-phone": "review",
}
SHOWN = 3  # characters of the number that stay, at its start
AROUND = 12  # characters quoted at either side


class PersonalData:
    """Keeps nothing."""

    name = "personal-data"
    version = "1"

    def of_unit(self, text: ExtractedText, unit: int) -> Iterable[Found]:
        """Each number, at its place."""
        said = text.pages[unit - 1]
        numbers = list(personal_numbers(said))
        for number in numbers:
            yield Found(
                detector=self.name,
                rule=RULE + number.kind,
                severity=SEVERITIES[number.kind],
                place=text.place_of(unit, number.start, number.end),
                basis=BASIS,
                quote=covered(said, number, numbers),
            )

    def of_whole(self, _text: ExtractedText) -> Iterable[Found]:
        """Nothing more."""
        return ()


@dataclass(frozen=True)
class ToldNumber:
    """Where this detector tells of a number, and how gravely; a rule about the same need not tell it again."""

    start: int
    end: int
    severity: Severity


def told_numbers(said: str) -> tuple[ToldNumber, ...]:
    """What `PersonalData` finds in a text."""
    return tuple(ToldNumber(each.start, each.end, SEVERITIES[each.kind]) for each in personal_numbers(said))


def covered(said: str, number: Number, numbers: Iterable[Number]) -> str:
    """The words around it, every number in them but its first characters as stars."""
    return _starred(said, numbers)[max(0, number.start - AROUND) : number.end + AROUND]


def covered_all(said: str, start: int, end: int) -> str:
    """The characters from `start` to `end`, every number of somebody in them covered likewise."""
    return _starred(said, personal_numbers(said))[start:end]


def _starred(said: str, numbers: Iterable[Number]) -> str:
    signs = list(said)
    for each in numbers:
        for at in range(each.start + SHOWN, each.end):
            signs[at] = "*" if signs[at].isalnum() else signs[at]
    return "".join(signs)
