"""Where the slots of a template are, and what belongs into each.

Promises: plain data that is stored beside the template and read back exactly; numbers that could not be a template's
are refused when read. Leaves making the bytes to `patching`, and finding the offsets to `preparing`.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from watermark.templates.errors import BadSlotMap
from watermark.templates.stored import Around

VERSION = 1
BOX_SHORT_SIDE = 1000  # every box has this shorter side; what is drawn into it knows no points
MAP_MAX_BYTES = 4 * 1024 * 1024
FILE_ID_BYTES = 16
# What the drawing in a COVER slot may name: the two Forms, and the states to draw them in.
LETTERS, FOOTER, MULTIPLY, SCREEN = "/L", "/F", "/M", "/S"


class Level(StrEnum):
    """How hard the visible mark is to take off; `flattened` is no template but `watermark.flattened`."""

    SHARED = "shared"  # one Form that every page draws
    INTERLEAVED = "interleaved"  # besides, a mark inside each page's own content stream


class SlotKind(StrEnum):
    """What a slot holds."""

    FILE_ID = "file-id"  # 32 hexadecimal digits, twice (each half of /ID, ISO 32000-1, 14.4)
    LETTERS = "letters"  # the lines of the mark as outlines, the Form that covers draw
    FOOTER = "footer"  # one line of all facts, likewise
    COVER = "cover"  # where the letters stand on pages of one shape
    PAGE = "page"  # the outlines of one line, in a page's own content stream
    HIDDEN = "hidden"  # grey pixels that every page is multiplied with


@dataclass(frozen=True)
class Box:
    """The shape of a page as it is shown, upright, its origin at the lower left, its shorter side BOX_SHORT_SIDE."""

    width: int
    height: int


@dataclass(frozen=True)
class Slot:
    """`capacity` bytes from offset `at`, in stored deflate blocks; `box` is the index of the shape it is drawn for.

    `sum_at` is the offset of the Adler-32 of the stream around it; `before` is that of the data before the slot,
    `after` that of the `after_bytes` of data behind. A FILE_ID has none. `pages` (from 1) draw it; empty: all.
    """

    kind: SlotKind
    at: int
    capacity: int
    sum_at: int = 0
    box: int = 0
    before: int = 1
    after: int = 1
    after_bytes: int = 0
    pages: tuple[int, ...] = ()

    @cached_property
    def around(self) -> Around:
        """The data around it, for the checksum of whatever the slot is filled with; reckoned once for all viewers."""
        return Around.of(self.before, self.after, self.after_bytes, self.capacity)


@dataclass(frozen=True)
class SlotMap:
    """Everything a viewer's patches are made from. `template_id` is another one for each preparation.

    `hidden_width_px` and `hidden_height_px` are the shape of the HIDDEN slot's picture, a byte a pixel, top row first.
    """

    template_id: str
    level: Level
    size_bytes: int
    page_count: int
    boxes: tuple[Box, ...]
    hidden_width_px: int
    hidden_height_px: int
    slots: tuple[Slot, ...]

    def to_bytes(self) -> bytes:
        """JSON, with the version of the format."""
        return json.dumps({"version": VERSION, **asdict(self)}, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Raises BadSlotMap for anything that `to_bytes` does not write."""
        try:
            return cls._of(_parsed(stored))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadSlotMap(str(error)) from error

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Self:
        boxes = tuple(Box(**each) for each in fields.pop("boxes"))
        slots = tuple(_slot(each) for each in fields.pop("slots"))
        made = cls(**{**fields, "level": Level(fields["level"])}, boxes=boxes, slots=slots)
        if any(not 0 <= each.box < len(boxes) or _end(each) > made.size_bytes for each in slots):
            raise ValueError("a slot lies outside its template")
        return made


def _parsed(stored: bytes) -> dict[str, Any]:
    if len(stored) > MAP_MAX_BYTES:
        raise ValueError("too long")
    fields: dict[str, Any] = json.loads(stored)
    if fields.pop("version") != VERSION:
        raise ValueError("another version")
    return fields


def _slot(fields: dict[str, Any]) -> Slot:
    return Slot(**{**fields, "kind": SlotKind(fields["kind"]), "pages": tuple(fields["pages"])})


def _end(slot: Slot) -> int:
    if min(slot.at, slot.capacity, slot.sum_at) < 0:
        raise ValueError("negative")
    return max(slot.at + slot.capacity, slot.sum_at)
