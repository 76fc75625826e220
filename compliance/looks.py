"""The look of a share's mark: what its maker chose, kept with the share, and what its row says now.

Promises: a share is drawn as its maker saw it, also after a release that changed a preset; a row that this release
can't read is drawn strongly, never not at all. Forwards carry their parent's row and so its look: nobody outside
chooses or weakens one. Leaves what can be chosen to `watermark.look`.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Protocol

from compliance.errors import InvalidValue
from watermark.look import PRESETS, Look, LookInvalid, PresetName

FALLBACK = PRESETS["strong"]


class Marked(Protocol):
    """A row that says how copies are marked: the preset's name, and the look as it was chosen."""

    @property
    def watermark(self) -> str:
        """The preset that the maker began with."""

    @property
    def look(self) -> Mapping[str, Any] | None:
        """The fields of the look; None in rows of a release that knew only presets."""


def look_of(row: Marked) -> Look:
    """How copies that come through this share are marked."""
    if row.look is None:
        return next((look for name, look in PRESETS.items() if name == row.watermark), FALLBACK)
    try:
        return Look(**row.look)
    except (LookInvalid, TypeError):
        return FALLBACK


def chosen(preset: PresetName, changes: Mapping[str, Any], *, field: str = "/look") -> Look:
    """A preset with changes to some of its fields. Raises InvalidValue; `field` points to where the changes stand."""
    try:
        return replace(PRESETS[preset], **changes)
    except LookInvalid as error:
        raise InvalidValue(field=f"{field}/{error.field}", rule=error.rule, **error.params) from error


def stored(look: Look) -> dict[str, Any]:
    """The look as a share's row keeps it: every field, so that it stays what it is."""
    return asdict(look)


def told(look: Look) -> str:
    """The look in the log: without its text, which may name people."""
    opacity = "" if look.opacity_percent is None else f" {look.opacity_percent}%"
    return f"{look.strength} {look.layout} {look.colour}{opacity} {look.size}"
