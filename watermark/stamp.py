"""Who a copy is sealed to, and the words that say so.

Promises: a `Stamp` is plain data; its facts are drawable and of bounded length whatever the fields hold.
Leaves drawing to `sealing`, how it looks to `look`, and the choice of words (how a time is written, which id is
shown) to the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from watermark.lettering import drawable, shorten

PERSON_COLUMNS_MAX = 20
CLINIC_COLUMNS_MAX = 28
PHONE_COLUMNS_MAX = 6
TIME_COLUMNS_MAX = 26
SHARE_COLUMNS_MAX = 16
SEPARATOR = " \u00b7 "


@dataclass(frozen=True)
class Stamp:
    """One viewer of one share at one time. `phone_tail` is the last digits only; empty fields are left out."""

    person_name: str
    clinic_name: str
    phone_tail: str
    time_text: str
    share_id: str

    @cached_property  # asked for by every part of a mark
    def facts(self) -> Mapping[str, str]:
        """What is known of the copy, drawable and of bounded length, by the name of its place in a text."""
        tail = shorten(drawable(self.phone_tail), PHONE_COLUMNS_MAX)
        return {
            "name": shorten(drawable(self.person_name), PERSON_COLUMNS_MAX),
            "clinic": shorten(drawable(self.clinic_name), CLINIC_COLUMNS_MAX),
            "phone": f"*{tail}" if tail else "",
            "time": shorten(drawable(self.time_text), TIME_COLUMNS_MAX),
            "share": shorten(drawable(self.share_id), SHARE_COLUMNS_MAX),
        }

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The facts unless a look says otherwise: the person, where, when and through what. Never empty."""
        facts = self.facts
        person = _joined(" ", facts["name"], facts["phone"])
        visit = _joined(SEPARATOR, facts["time"], facts["share"])
        return tuple(each for each in (person, facts["clinic"], visit) if each) or ("SealShare",)

    @cached_property
    def footer(self) -> str:
        """All facts in one line, for reading; the same whatever the look."""
        return SEPARATOR.join(self.lines)


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
