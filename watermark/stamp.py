"""Who a copy is sealed to, and the words that say so.

Promises: a `Stamp` is plain data; its lines are drawable and of bounded length whatever the fields hold.
Leaves drawing to `sealing`, and the choice of words (how a time is written, which id is shown) to the caller.
"""

from dataclasses import dataclass
from typing import Literal

from watermark.lettering import drawable, shorten

Preset = Literal["standard", "strong", "light"]

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
    preset: Preset = "standard"

    @property
    def lines(self) -> tuple[str, ...]:
        """What is tiled over the picture: the person, then where, when and through which share. Never empty."""
        person = _joined(" ", self._person, self._phone)
        place = shorten(drawable(self.clinic_name), CLINIC_COLUMNS_MAX)
        visit = _joined(SEPARATOR, self._time, self._share)
        return tuple(each for each in (person, place, visit) if each) or ("SealShare",)

    @property
    def footer(self) -> str:
        """The same facts in one line, for reading."""
        return SEPARATOR.join(self.lines)

    @property
    def _person(self) -> str:
        return shorten(drawable(self.person_name), PERSON_COLUMNS_MAX)

    @property
    def _phone(self) -> str:
        tail = shorten(drawable(self.phone_tail), PHONE_COLUMNS_MAX)
        return f"*{tail}" if tail else ""

    @property
    def _time(self) -> str:
        return shorten(drawable(self.time_text), TIME_COLUMNS_MAX)

    @property
    def _share(self) -> str:
        return shorten(drawable(self.share_id), SHARE_COLUMNS_MAX)


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
